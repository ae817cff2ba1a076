//! Which variant of a call is the fastest on this device, by a short measurement.
//!
//! It deliberately keeps no file: what is known comes in, and what was found goes out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::executor::Gpu;
use super::pipeline::{Library, Linked};
use super::profile::once;
use crate::Result;
use crate::plan::{Call, Plan, ProgramId, median};

/// Class of a call (`Call::class`) to the variant that it runs as.
pub type Choices = BTreeMap<String, String>;

/// What a plan may spend on a measurement of its variants, and what is known without.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// From earlier measurements; what does not fit a call is passed over.
    pub known: Choices,
    /// Wall time after which no further call is measured.
    pub budget: Duration,
    /// What may be chosen, where it fits; `None` is what is plausible on the device.
    pub candidates: Option<Vec<String>>,
}

/// What became of the calls that had a choice.
#[derive(Clone, Debug, Default)]
pub struct Tuned {
    /// What they run as, the preferred variant where there was no time to measure.
    pub choices: Choices,
    /// Those that were measured now: seconds per variant.
    pub measured: BTreeMap<String, Vec<(String, f64)>>,
    /// Wall time of all of it.
    pub took: Duration,
}

/// Long enough for all calls of a network, short enough to wait for.
const BUDGET: Duration = Duration::from_secs(3);
/// Timings of a variant, after one that does not count.
const RUNS: usize = 5;
/// A variant that takes so many times longer than the best is timed no further.
const MUCH_SLOWER: f64 = 1.5;

impl Tuning {
    /// Measures what is not known.
    pub fn new(known: Choices) -> Tuning {
        Tuning {
            known,
            budget: BUDGET,
            candidates: None,
        }
    }
}

impl Tuned {
    /// What of the choices was measured now, and is worth to be kept.
    pub fn learned(&self) -> Choices {
        let all = self.choices.iter();
        let learned = all.filter(|(class, _)| self.measured.contains_key(*class));
        learned.map(|(c, v)| (c.clone(), v.clone())).collect()
    }
}

/// Chooses for all calls of a plan, beginning with those that compute the most.
///
/// # Errors
/// `Error::Device` where the device fails. A call whose tensors do not fit beside what is there is
/// no failure; it keeps the preferred variant.
pub(super) fn tune(library: &mut Library, plan: &Plan, tuning: &Tuning) -> Result<Tuned> {
    let began = Instant::now();
    let in_time = || began.elapsed() < tuning.budget;
    let mut tuned = Tuned::default();
    for (class, call) in classes(plan) {
        let candidates = candidates(library, call, tuning);
        let known = known(library, call, tuning.known.get(&class));
        let mut choice = known.or(candidates.first().copied());
        if candidates.len() > 1 && known.is_none() && in_time() {
            let variants: Vec<_> = candidates.iter().copied().map(Some).collect();
            match measure(library, plan, call, &variants, &in_time) {
                Ok(Some(times)) => {
                    choice = Some(fastest(&times));
                    let times = times.iter().map(|(name, s)| (name.to_string(), *s));
                    tuned.measured.insert(class.clone(), times.collect());
                }
                Ok(None) => {}
                Err(_) => library.device.check()?,
            }
        }
        if let Some(choice) = choice.filter(|_| candidates.len() > 1 || known.is_some()) {
            tuned.choices.insert(class, choice.to_string());
        }
    }
    tuned.took = began.elapsed();
    Ok(tuned)
}

/// The classes of calls, each with a call of it, by falling sum of operations.
fn classes(plan: &Plan) -> Vec<(String, &Call)> {
    let mut classes: Vec<(String, &Call, u64)> = Vec::new();
    for call in plan.programs.iter().flat_map(|program| &program.calls) {
        let class = call.class();
        match classes.iter_mut().find(|(known, ..)| *known == class) {
            Some((_, _, flops)) => *flops += call.flops,
            None => classes.push((class, call, call.flops)),
        }
    }
    classes.sort_by_key(|(_, _, flops)| std::cmp::Reverse(*flops));
    let classes = classes.into_iter();
    classes.map(|(class, call, _)| (class, call)).collect()
}

/// What is known of a call, if it can run so. It counts also where nothing would be measured: a run
/// goes on with what it began with.
fn known(library: &Library, call: &Call, name: Option<&String>) -> Option<&'static str> {
    let workshop = &library.workshop;
    let fitting = workshop.chooser.fitting(&workshop.sources, call);
    fitting
        .into_iter()
        .find(|there| Some(*there) == name.map(String::as_str))
}

fn candidates(library: &Library, call: &Call, tuning: &Tuning) -> Vec<&'static str> {
    let workshop = &library.workshop;
    let (chooser, sources) = (&workshop.chooser, &workshop.sources);
    match &tuning.candidates {
        None => chooser.plausible(sources, call),
        Some(wanted) => {
            let mut fitting = chooser.fitting(sources, call);
            fitting.retain(|name| wanted.iter().any(|wanted| wanted == name));
            fitting
        }
    }
}

/// Seconds of a call as each variant that fits it.
pub(super) fn compare(
    library: &mut Library,
    plan: &Plan,
    call: &Call,
) -> Result<Vec<(String, f64)>> {
    let workshop = &library.workshop;
    let fitting = workshop.chooser.fitting(&workshop.sources, call);
    let variants: Vec<_> = match fitting.is_empty() {
        true => vec![None],
        false => fitting.into_iter().map(Some).collect(),
    };
    let times = measure(library, plan, call, &variants, &|| true)?;
    let times = times.into_iter().flatten();
    Ok(times.map(|(name, s)| (name.to_string(), s)).collect())
}

/// Times a call as some variants, on tensors of zeros: no kernel that has variants is faster or
/// slower for what it computes with. `None` where the time was up before each had its turn.
fn measure(
    library: &mut Library,
    plan: &Plan,
    call: &Call,
    variants: &[Option<&'static str>],
    in_time: &dyn Fn() -> bool,
) -> Result<Option<Vec<(&'static str, f64)>>> {
    let linked: Vec<Linked> = variants.iter().map(|v| (call.kernel, *v)).collect();
    let pipelines = library.of(&linked);
    let runs = |at: &usize| {
        pipelines[*at]
            .shader
            .groups(call.kernel, call.extent)
            .is_ok()
    };
    let linked: Vec<Linked> = (0..linked.len())
        .filter(runs)
        .map(|at| linked[at])
        .collect();
    // None takes so many workgroups: the executor says so in a sentence.
    if linked.is_empty() {
        return Ok(None);
    }
    let mut alone = plan.alone(call);
    alone.programs = vec![alone.programs[0].clone(); linked.len()];
    let mut gpu = Gpu::on(library, Arc::new(alone), &linked)?;
    let mut run = |at| once(&mut gpu, ProgramId(at));
    let Some(seconds) = race(linked.len(), &mut run, in_time)? else {
        return Ok(None);
    };
    let names = linked.iter().map(|(_, variant)| variant.unwrap_or("-"));
    Ok(Some(names.zip(seconds).collect()))
}

/// The median time of each of `count` competitors; `run` runs one of them once.
fn race(
    count: usize,
    run: &mut dyn FnMut(usize) -> Result<f64>,
    in_time: &dyn Fn() -> bool,
) -> Result<Option<Vec<f64>>> {
    let mut medians: Vec<f64> = Vec::new();
    for at in 0..count {
        if !in_time() {
            return Ok(None);
        }
        let hopeless = MUCH_SLOWER * medians.iter().copied().fold(f64::INFINITY, f64::min);
        run(at)?;
        let mut samples = vec![run(at)?];
        while samples.len() < RUNS && samples[samples.len() - 1] < hopeless && in_time() {
            samples.push(run(at)?);
        }
        medians.push(median(samples));
    }
    Ok(Some(medians))
}

/// The first of those that took the least.
///
/// # Panics
/// Where there are none.
fn fastest(times: &[(&'static str, f64)]) -> &'static str {
    let least = times.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    least.expect("something was measured").0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use std::cell::Cell;

    /// A race of made-up times, the first of each being for the warm-up: medians, and runs of each.
    fn raced(times: &[&[f64]], ticks: usize) -> (Option<Vec<f64>>, Vec<usize>) {
        let mut runs = vec![0; times.len()];
        let left = Cell::new(ticks);
        let mut run = |at: usize| {
            runs[at] += 1;
            left.set(left.get().saturating_sub(1));
            Ok(times[at][(runs[at] - 1).min(times[at].len() - 1)])
        };
        let medians = race(times.len(), &mut run, &|| left.get() > 0).unwrap();
        (medians, runs)
    }

    #[test]
    fn the_median_counts_and_the_warm_up_does_not() {
        let (medians, runs) = raced(&[&[99.0, 1.0, 3.0, 2.0, 2.0, 50.0], &[0.1, 2.5]], 100);
        assert_eq!(medians, Some(vec![2.0, 2.5]));
        assert_eq!(runs, [1 + RUNS, 1 + RUNS]);
    }

    #[test]
    fn the_hopeless_are_timed_once() {
        let (medians, runs) = raced(&[&[1.0], &[1.0, 9.0], &[1.0, 1.2, 8.0], &[0.5]], 100);
        assert_eq!(medians, Some(vec![1.0, 9.0, 4.6, 0.5]));
        assert_eq!(runs, [6, 2, 3, 6]);
    }

    #[test]
    fn a_race_that_cannot_end_in_time_has_no_winner() {
        let (medians, runs) = raced(&[&[1.0], &[1.0], &[1.0]], 6);
        assert_eq!((medians, runs), (None, vec![6, 0, 0]));
        // The last one had its turn, if a short one.
        let (medians, runs) = raced(&[&[1.0], &[2.0]], 7);
        assert_eq!((medians, runs), (Some(vec![1.0, 2.0]), vec![6, 2]));
    }

    #[test]
    fn a_failing_run_ends_the_race() {
        let mut run = |_| Err(Error::Device("gone".to_string()));
        assert!(race(2, &mut run, &|| true).is_err());
    }

    #[test]
    fn the_fastest_is_taken_and_among_equals_the_preferred() {
        assert_eq!(
            fastest(&[("tile", 2.0), ("plain", 1.0), ("lane", 1.5)]),
            "plain"
        );
        assert_eq!(fastest(&[("tile", 1.0), ("plain", 1.0)]), "tile");
    }
}
