//! The games of a table: several at a time where that is faster, and what those on mixtures came to.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gpugan::data::toy::Distribution;
use gpugan::eval::Points;
use gpugan::eval::modes::{self, Modes};
use gpugan::{Error, Result};
use toml::Table;

use super::super::lab::{Lab, options};
use super::Plan;
use super::report::Report;

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

/// Of a game: what it came to, or how it diverged.
pub type Played<O> = std::result::Result<O, String>;

/// Does all of `jobs`, in whatever order, and returns what they came to in theirs. On the CPU as many run at
/// a time as there are threads, which they share: small networks gain little from a second one.
///
/// # Errors
/// The first one but `Error::Diverged`, after which no other job is begun.
pub fn side_by_side<J: Sync, O: Send>(
    plan: Plan,
    jobs: &[J],
    play: impl Fn(Plan, &J) -> Result<O> + Sync,
) -> Result<Vec<Played<O>>> {
    let lanes = plan.lanes().min(jobs.len()).max(1);
    let each = match lanes {
        1 => plan,
        _ => plan.with_threads(plan.lanes() / lanes),
    };
    let next = AtomicUsize::new(0);
    let done: Vec<Mutex<Option<Result<O>>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return };
            let outcome = play(each, job);
            if !matches!(outcome, Ok(_) | Err(Error::Diverged(_))) {
                next.store(jobs.len(), Ordering::Relaxed);
            }
            *done[at].lock().expect("no job panics") = Some(outcome);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..lanes {
            scope.spawn(work);
        }
        work();
    });
    // A job that was not begun lies behind the one that failed.
    let found = done
        .into_iter()
        .filter_map(|slot| slot.into_inner().expect("no job panics"));
    found
        .map(|outcome| match outcome {
            Ok(found) => Ok(Ok(found)),
            Err(Error::Diverged(fault)) => Ok(Err(fault)),
            Err(fatal) => Err(fatal),
        })
        .collect()
}

/// Plays every entry with every seed: by entry, what its games came to that did not diverge. Of the others
/// there is a note below the table.
///
/// # Errors
/// As [`side_by_side`].
pub fn by_entry<O: Send>(
    plan: Plan,
    report: &mut Report,
    entries: &[Entry],
    seeds: u64,
    play: impl Fn(Plan, &Table) -> Result<O> + Sync,
) -> Result<Vec<Vec<O>>> {
    let seeds: Vec<u64> = plan.seeds(seeds).collect();
    let all = entries.iter();
    let jobs: Vec<(&Entry, u64)> = all
        .flat_map(|entry| seeds.iter().map(move |&seed| (entry, seed)))
        .collect();
    let played = side_by_side(plan, &jobs, |plan, &(entry, seed)| {
        plan.say(&format!("{}, seed {seed}", entry.name));
        let mut options = options(&entry.options)?;
        options.insert("seed".into(), (seed as i64).into());
        play(plan, &options)
    })?;
    let mut outcomes: Vec<Vec<O>> = entries.iter().map(|_| Vec::new()).collect();
    for (at, ((entry, seed), played)) in jobs.iter().zip(played).enumerate() {
        match played {
            Ok(outcome) => outcomes[at / seeds.len()].push(outcome),
            Err(fault) => report.note(&format!("{}, seed {seed}, diverged: {fault}.", entry.name)),
        }
    }
    Ok(outcomes)
}

/// One game on a mixture, and the modes of its samples.
///
/// # Errors
/// As `gpugan train`.
pub fn on_mixture(plan: Plan, options: &Table) -> Result<Outcome> {
    let mut lab = Lab::new(options, plan.bench)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(threads: usize) -> Plan<'static> {
        Plan {
            quick: true,
            steps: None,
            seed: 3,
            seeds: None,
            bench: super::super::Bench {
                device: "cpu",
                threads: Some(threads),
            },
        }
    }

    #[test]
    fn jobs_keep_their_order_and_share_the_threads() {
        for (threads, count, each) in [(1, 5, 1), (2, 7, 1), (8, 3, 2), (4, 0, 4), (3, 1, 3)] {
            let jobs: Vec<usize> = (0..count).collect();
            let played = side_by_side(plan(threads), &jobs, |plan, &job| {
                assert_eq!(plan.bench.threads, Some(each));
                Ok(10 * job)
            });
            let wanted: Vec<Played<usize>> = jobs.iter().map(|job| Ok(10 * job)).collect();
            assert_eq!(played.unwrap(), wanted);
        }
    }

    #[test]
    fn one_that_diverges_leaves_the_others_where_they_are() {
        let mut report = Report::new("", "", &[]);
        let entries = ["a", "b", "c"].map(|name| Entry {
            name: name.into(),
            options: format!("objective = \"{name}\""),
        });
        let found = by_entry(plan(2), &mut report, &entries, 2, |_, options| {
            let seed = options["seed"].as_integer().unwrap();
            match (options["objective"].as_str().unwrap(), seed) {
                ("b", 3) => Err(Error::Diverged("far away".into())),
                (name, seed) => Ok(format!("{name}{seed}")),
            }
        });
        assert_eq!(found.unwrap(), [&["a3", "a4"][..], &["b4"], &["c3", "c4"]]);
        assert_eq!(report.notes, ["b, seed 3, diverged: far away."]);
    }

    #[test]
    fn an_error_of_another_kind_ends_the_table() {
        let jobs: Vec<usize> = (0..100).collect();
        let begun = AtomicUsize::new(0);
        let played = side_by_side(plan(1), &jobs, |_, &job| -> Result<()> {
            begun.fetch_add(1, Ordering::Relaxed);
            match job {
                0 => Err(Error::Diverged(String::new())),
                _ => Err(Error::Runtime("gone".into())),
            }
        });
        assert!(matches!(played, Err(Error::Runtime(text)) if text == "gone"));
        assert_eq!(begun.into_inner(), 2);
    }
}
