//! Every read has an earlier write, element by element.

use std::ops::Range;

use gpugan::gan::{Gan, Update};
use gpugan::plan::{Access, Argument, Call, Plan, Role, Storage, TensorInfo, kernel};

use super::common::games::game;
use super::games::{all, calls};

/// Which elements of a storage hold something, padding aside.
struct Coverage<'a> {
    plan: &'a Plan,
    filled: Vec<Vec<bool>>,
}

impl<'a> Coverage<'a> {
    /// Inputs and states hold something from the beginning.
    fn new(plan: &'a Plan) -> Coverage<'a> {
        let lasting = |role| matches!(role, Role::Input | Role::State);
        let of = |storage: &Storage| vec![lasting(storage.role); storage.len];
        Coverage {
            plan,
            filled: plan.storages.iter().map(of).collect(),
        }
    }

    /// The elements of an argument. What is padding is nobody's: only the parts of a pack count.
    fn elements(&self, argument: &Argument) -> (usize, Vec<Range<usize>>) {
        let info = self.plan.info(argument.tensor);
        let whole = info.offset..info.offset + info.len();
        let inside = |part: &&TensorInfo| {
            part.storage == info.storage
                && part.offset >= whole.start
                && part.offset + part.len() <= whole.end
        };
        let parts: Vec<_> = self.plan.tensors.iter().filter(inside).collect();
        let smaller = parts.iter().filter(|part| part.len() < info.len());
        let packed: Vec<_> = smaller
            .map(|part| part.offset..part.offset + part.len())
            .collect();
        let storage = &self.plan.storages[info.storage];
        match info.name == storage.name && !packed.is_empty() && !info.name.contains('/') {
            true => (info.storage, packed),
            false => (info.storage, vec![whole]),
        }
    }

    fn holds(&self, argument: &Argument) -> bool {
        let (storage, ranges) = self.elements(argument);
        let mut ranges = ranges.into_iter();
        ranges.all(|range| self.filled[storage][range].iter().all(|filled| *filled))
    }

    fn fill(&mut self, call: &Call, argument: &Argument) {
        let (storage, whole) = self.elements(argument);
        // A copy writes a part of what it is bound to.
        let copied = (*call.kernel == kernel::DATA_COPY).then(|| {
            let start = self.plan.info(argument.tensor).offset + call.int("start") as usize;
            start..start + call.int("len") as usize
        });
        let ranges = copied.map_or(whole, |range| [range].into());
        for range in ranges {
            self.filled[storage][range].fill(true);
        }
    }
}

/// Every program that is run by itself makes all that it reads, element by element; the pair of a
/// step counts as one.
#[test]
fn every_read_has_an_earlier_write() {
    for settings in all() {
        let gan = Gan::new(settings.clone());
        let [gradients, update, last_update] = gan.generator_step;
        let sample = vec![gan.sample_program];
        let turn = gan.turn();
        let sequences = match settings.update {
            Update::Simultaneous => vec![turn, sample],
            Update::Alternating => vec![
                gan.critic_step.to_vec(),
                vec![gradients, update],
                vec![gradients, last_update],
                sample,
            ],
        };
        for sequence in &sequences {
            let mut coverage = Coverage::new(&gan.plan);
            for call in calls(&gan, sequence) {
                let arguments = || call.arguments.iter();
                for argument in arguments().filter(|a| a.access != Access::Write) {
                    let name = &gan.plan.info(argument.tensor).name;
                    assert!(coverage.holds(argument), "{}: {name}", call.kernel.name);
                }
                for argument in arguments().filter(|a| a.access != Access::Read) {
                    coverage.fill(call, argument);
                }
            }
        }
    }
}

/// The test above sees a call that is left out.
#[test]
fn a_call_that_is_left_out_is_noticed() {
    let gan = Gan::new(game([5, 7, 3], 3));
    let recorded = calls(&gan, &gan.critic_step).count();
    let mut harmless = Vec::new();
    for left_out in 0..recorded {
        let mut coverage = Coverage::new(&gan.plan);
        let mut sound = true;
        for (at, call) in calls(&gan, &gan.critic_step).enumerate() {
            if at == left_out {
                continue;
            }
            let (reads, writes): (Vec<_>, Vec<_>) = call
                .arguments
                .iter()
                .partition(|a| a.access == Access::Read);
            sound &= reads.iter().all(|argument| coverage.holds(argument));
            writes
                .iter()
                .for_each(|argument| coverage.fill(call, argument));
        }
        if sound {
            let call = calls(&gan, &gan.critic_step).nth(left_out);
            harmless.push(call.expect("it was counted").kernel.name);
        }
    }
    // What only changes states leaves nothing undefined.
    assert_eq!(harmless, ["optim/advance", "optim/adam", "clock/advance"]);
}
