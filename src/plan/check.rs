//! The rules that every plan keeps, whatever it computes.

use std::collections::HashSet;

use super::kernel::Kind;
use super::{Access, Call, Plan, Role, Value};

/// Names, types and access of a call against the catalogue.
pub(super) fn call_fits_kernel(call: &Call) -> Result<(), String> {
    let kernel = call.kernel;
    let name = kernel.name;
    let given: HashSet<_> = call.arguments.iter().map(|a| a.name).collect();
    let ports: HashSet<_> = kernel
        .inputs
        .iter()
        .chain(kernel.outputs)
        .map(|p| p.0)
        .collect();
    if given != ports || given.len() != call.arguments.len() {
        return Err(format!("{name} takes {ports:?}, and was given {given:?}"));
    }
    for argument in &call.arguments {
        let is_input = kernel.inputs.iter().any(|port| port.0 == argument.name);
        if is_input != (argument.access == Access::Read) {
            return Err(format!(
                "{name}: {} as {:?}",
                argument.name, argument.access
            ));
        }
    }
    let kinds: HashSet<(&str, Kind)> = call.params.iter().map(|(n, v)| (*n, kind(*v))).collect();
    if kinds != kernel.params.iter().copied().collect() || kinds.len() != call.params.len() {
        return Err(format!(
            "{name} is told {:?}, and was told {kinds:?}",
            kernel.params
        ));
    }
    if call.extent.contains(&0) {
        return Err(format!("{name}: empty extent {:?}", call.extent));
    }
    Ok(())
}

fn kind(value: Value) -> Kind {
    match value {
        Value::U32(_) => Kind::Int,
        Value::F64(_) => Kind::Float,
    }
}

/// Element types, aliasing, reads before writes and tensors that nobody reads.
pub(super) fn check(plan: &Plan) -> Result<(), String> {
    let mut written = vec![false; plan.storages.len()];
    let mut read = vec![false; plan.storages.len()];
    for program in &plan.programs {
        for (at, call) in program.calls.iter().enumerate() {
            let place = || format!("{}, call {at} ({})", program.name, call.kernel.name);
            types(plan, call).map_err(|fault| format!("{}: {fault}", place()))?;
            aliasing(plan, call).map_err(|fault| format!("{}: {fault}", place()))?;
            for argument in &call.arguments {
                let info = plan.info(argument.tensor);
                let role = plan.storages[info.storage].role;
                if argument.access != Access::Write {
                    read[info.storage] = true;
                    let lasting = matches!(role, Role::Input | Role::State);
                    if !lasting && !written[info.storage] {
                        return Err(format!(
                            "{}: {} is read before it is written",
                            place(),
                            info.name
                        ));
                    }
                }
                if argument.access != Access::Read {
                    if role == Role::Input {
                        return Err(format!("{}: {} is an input", place(), info.name));
                    }
                    written[info.storage] = true;
                }
            }
        }
    }
    let unused = plan.storages.iter().enumerate().find(|(at, storage)| {
        let wanted = read[*at] || (storage.role == Role::Output && written[*at]);
        !wanted
    });
    match unused {
        Some((_, storage)) => Err(format!("{} is never read", storage.name)),
        None => Ok(()),
    }
}

fn types(plan: &Plan, call: &Call) -> Result<(), String> {
    for (name, dtype) in call.kernel.inputs.iter().chain(call.kernel.outputs) {
        let argument = call.arguments.iter().find(|a| a.name == *name);
        let info = plan.info(argument.expect("checked when recorded").tensor);
        if info.dtype != *dtype {
            return Err(format!(
                "{} is {:?}, {name} wants {dtype:?}",
                info.name, info.dtype
            ));
        }
    }
    Ok(())
}

/// No call may see a storage both read-only and writable (WebGPU's usage scope is one dispatch and
/// one buffer), nor write the same elements through two bindings.
fn aliasing(plan: &Plan, call: &Call) -> Result<(), String> {
    for (at, a) in call.arguments.iter().enumerate() {
        for b in &call.arguments[at + 1..] {
            let (left, right) = (plan.info(a.tensor), plan.info(b.tensor));
            let mixed = (a.access == Access::Read) != (b.access == Access::Read);
            let both_write = a.access != Access::Read && b.access != Access::Read;
            let same_elements = both_write && left.overlaps(right);
            if (left.storage == right.storage && mixed) || same_elements {
                return Err(format!("{} and {} are aliased", left.name, right.name));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{DType, Recorder, Role, kernel};
    use super::*;

    fn copy(r: &mut Recorder, source: super::super::Tensor, target: super::super::Tensor) {
        r.call(&kernel::DATA_COPY)
            .read("source", source)
            .update("destination", target)
            .set("skip", 0usize)
            .set("start", 0usize)
            .set("len", 4usize)
            .record();
    }

    fn state(r: &mut Recorder, name: &str) -> super::super::Tensor {
        r.tensor(name, Role::State, DType::F32, &[4])
    }

    #[test]
    fn a_sound_plan_passes() {
        let mut r = Recorder::new();
        let (a, b) = (state(&mut r, "a"), state(&mut r, "b"));
        r.program("p");
        copy(&mut r, a, b);
        assert_eq!(check(&r.finish()), Ok(()));
    }

    #[test]
    #[should_panic(expected = "p/x is read before it is written")]
    fn scratch_must_be_written_first() {
        let mut r = Recorder::new();
        let b = state(&mut r, "b");
        r.program("p");
        let x = r.scratch("x", &[4]);
        copy(&mut r, x, b);
        r.finish();
    }

    #[test]
    #[should_panic(expected = "a and a are aliased")]
    fn a_call_may_not_read_what_it_writes_through_another_binding() {
        let mut r = Recorder::new();
        let a = state(&mut r, "a");
        r.program("p");
        copy(&mut r, a, a);
        r.finish();
    }

    #[test]
    #[should_panic(expected = "b is never read")]
    fn tensors_that_nobody_reads_are_refused() {
        let mut r = Recorder::new();
        let (a, c) = (state(&mut r, "a"), state(&mut r, "c"));
        state(&mut r, "b");
        r.program("p");
        copy(&mut r, a, c);
        r.finish();
    }

    #[test]
    #[should_panic(expected = "data/copy takes")]
    fn a_binding_may_not_be_left_out() {
        let mut r = Recorder::new();
        let a = state(&mut r, "a");
        r.program("p");
        r.call(&kernel::DATA_COPY).read("source", a).record();
    }
}
