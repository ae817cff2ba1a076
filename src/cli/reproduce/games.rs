//! The games of a table: several at a time where that is faster, and what those on mixtures came to.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gpugan::Result;
use gpugan::data::toy::Distribution;
use gpugan::eval::Points;
use gpugan::eval::modes::{self, Modes};

use super::super::lab::{Lab, options};
use super::Plan;

/// A row: its name, and the options of its games as TOML.
pub struct Entry {
    pub name: String,
    pub options: String,
}

/// What one game on a mixture came to.
pub struct Outcome {
    pub modes: Modes,
    pub bound: f64,
    pub seconds: f64,
}

/// Does all of `jobs`, in whatever order, and returns what they came to in theirs. On the CPU as many run at
/// a time as there are threads, with one thread each: small networks gain little from a second one.
pub fn side_by_side<J: Sync, O: Send>(
    plan: Plan,
    jobs: &[J],
    play: impl Fn(Plan, &J) -> Result<O> + Sync,
) -> Vec<Result<O>> {
    let lanes = plan.lanes().min(jobs.len());
    let each = match lanes {
        0 | 1 => plan,
        _ => plan.with_threads(1),
    };
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<Result<O>>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some(at) =
            Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < jobs.len())
        {
            *done[at].lock().expect("no job panics") = Some(play(each, &jobs[at]));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..lanes {
            scope.spawn(work);
        }
        work();
    });
    let found = done.into_iter().map(|slot| slot.into_inner());
    found
        .map(|slot| slot.expect("no job panics").expect("every job was done"))
        .collect()
}

/// Plays every entry with every seed, and counts the modes of the samples: by entry, by seed.
///
/// # Errors
/// Those of the first game of an entry that failed, as `gpugan train`.
pub fn on_mixtures(plan: Plan, entries: &[Entry], seeds: u64) -> Vec<Result<Vec<Outcome>>> {
    let seeds: Vec<u64> = plan.seeds(seeds).collect();
    let all = entries.iter();
    let jobs: Vec<(&Entry, u64)> = all
        .flat_map(|entry| seeds.iter().map(move |&seed| (entry, seed)))
        .collect();
    let outcomes = side_by_side(plan, &jobs, |plan, &(entry, seed)| {
        plan.say(&format!("{}, seed {seed}", entry.name));
        on_mixture(plan, &entry.options, seed)
    });
    let mut outcomes = outcomes.into_iter();
    let of_entry = |_| outcomes.by_ref().take(seeds.len()).collect();
    entries.iter().map(of_entry).collect()
}

fn on_mixture(plan: Plan, text: &str, seed: u64) -> Result<Outcome> {
    let mut options = options(text)?;
    options.insert("seed".into(), (seed as i64).into());
    let mut lab = Lab::new(&options, plan.bench)?;
    let interval = lab.play()?;
    let samples: Vec<f64> = lab.samples()?.into_iter().map(f64::from).collect();
    let distribution: Distribution = lab.config.dataset.to_string().parse().expect("a mixture");
    let mixture = distribution.centres().expect("a mixture");
    let centres = mixture.means.concat();
    let dims = distribution.dims();
    Ok(Outcome {
        modes: modes::measure(
            Points::new(&samples, dims),
            Points::new(&centres, dims),
            mixture.sigmas[0],
        ),
        bound: interval.bound,
        seconds: lab.seconds,
    })
}
