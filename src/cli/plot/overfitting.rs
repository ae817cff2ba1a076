//! The overfitting curve of a run on images: what the critic says of those that it learned from, of others
//! and of samples, in every checkpoint that the run kept.

use std::path::{Path, PathBuf};

use gpugan::plot::{Axis, Layer, Plot, colour};
use gpugan::run::checkpoint;
use gpugan::run::config::Dataset;
use gpugan::{Error, Result};

use super::super::device::Asked;
use super::super::eval::critic::Scores;
use super::super::eval::images::{AT_ONCE, Splits};
use super::super::eval::metric::Subject;
use super::super::generator::Generator;
use super::{Picture, run_name};

/// Images of each kind that are scored in a checkpoint.
const COUNT: usize = 2_000;

/// Checkpoints after step 0 that make a curve.
const FEWEST: usize = 2;

/// The picture; none where the run has no images, too few checkpoints or nothing held out, of which the
/// latter two are told. `test` are images that the run did not learn, in place of those of its data set.
///
/// # Errors
/// What loading checkpoints, drawing and scoring may fail with; `Error::Data` and `Error::Usage` for `test`.
pub fn picture(run: &Path, test: Option<&Dataset>, asked: Asked) -> Result<Option<Picture>> {
    let useless = |why: &str| match test {
        None => Ok(None),
        Some(test) => Err(Error::Usage(format!(
            "--test is {test}, but {why}; leave it out"
        ))),
    };
    let all = checkpoint::all(run).unwrap_or_default();
    let Some((last, path)) = all.last() else {
        return useless("the run has no checkpoint to be scored");
    };
    let newest = Generator::load(path)?;
    if Subject::of(&newest.config) != Subject::Images {
        return useless("only runs on images of a fixed set have an overfitting curve");
    }
    if all.iter().filter(|(step, _)| *step > 0).count() < FEWEST {
        (asked.tell)(&format!(
            "note: no overfitting curve is drawn, which takes {FEWEST} checkpoints after step 0: train with \
             --keep 100 --checkpoint-every {}",
            (last / 10).max(1)
        ));
        return Ok(None);
    }
    match curve(&all, &newest, test, asked) {
        Ok(found) => Ok(Some(("overfitting", plot(run, &found)))),
        Err(Error::Usage(fault) | Error::Data(fault)) if test.is_none() => {
            (asked.tell)(&format!("note: no overfitting curve is drawn: {fault}"));
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

/// The scores in these checkpoints, by step.
fn curve(
    all: &[(u64, PathBuf)],
    newest: &Generator,
    test: Option<&Dataset>,
    asked: Asked,
) -> Result<Vec<(u64, Scores)>> {
    let splits = Splits::load(newest, test)?;
    let mut found = Vec::new();
    for (step, path) in all {
        // The device is told of once.
        let tell = if found.is_empty() {
            asked.tell
        } else {
            |_: &str| {}
        };
        match scores(path, &splits, Asked { tell, ..asked }) {
            Ok(scores) => found.push((*step, scores)),
            // A run that goes on may have removed it by now.
            Err(Error::Checkpoint(_)) if !path.exists() => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(found)
}

/// In one checkpoint.
fn scores(path: &Path, splits: &Splits, asked: Asked) -> Result<Scores> {
    let generator = Generator::load(path)?;
    let drawn = generator.draw(COUNT, AT_ONCE, generator.seed, asked)?;
    Scores::of(&generator, COUNT, splits, &drawn.values, asked)
}

fn plot(run: &Path, found: &[(u64, Scores)]) -> Plot {
    let line = |label: &str, colour, mean: fn(&Scores) -> f64| {
        let points = found.iter();
        let points = points.map(|(step, scores)| [*step as f64, mean(scores)]);
        Layer::line(label, colour, points.collect())
    };
    Plot {
        title: "the critic on images that it learned and others".into(),
        subtitle: run_name(run),
        x: Axis::new("generator updates"),
        y: Axis::new("mean score"),
        layers: vec![
            line("training", colour::BLUE, |scores| scores.train.mean),
            line("held out", colour::GREEN, |scores| scores.test.mean),
            line("samples", colour::VERMILION, |scores| scores.samples.mean),
        ],
        ..Plot::default()
    }
}
