//! What the generator still learns from: the gradient of its loss at the last checkpoint beside that at
//! the first. Metrics have no such number, so that a few turns are played from either, in memory.

use std::path::Path;

use gpugan::Result;
use gpugan::data::Data;
use gpugan::gan::{Gan, Trainer};
use gpugan::plan::Contents;
use gpugan::run::Config;
use gpugan::run::checkpoint::{self, Checkpoint, expect, refuse_nonfinite};

use super::super::device::Asked;
use super::super::{device, game, snapshot};
use super::finding::{Finding, Number, Severity};
use super::limits::GRADIENT;

/// Turns that a norm is the mean of.
const TURNS: usize = 4;

/// Norms of the gradient of the generator's loss.
pub struct Signal {
    first: f64,
    last: f64,
}

impl Signal {
    /// Plays from the checkpoints at `first` and at `last`.
    ///
    /// # Errors
    /// `Error::Checkpoint` for one that is damaged or of another game, and what the device does.
    pub fn measure(config: &Config, data: Data, paths: [&Path; 2], asked: Asked) -> Result<Signal> {
        let gan = Gan::new(game::settings(config, game::Outline::of(&data))?);
        let (model, optimizer) = snapshot::specs(&gan);
        let executor = device::open(gan.plan.clone(), asked, &[])?.executor;
        let mut trainer = Trainer::new(gan, executor, data.into_contents())?;
        let mut norm = |path: &Path| {
            let saved: Checkpoint = checkpoint::load(path)?;
            let origin = saved.path.display().to_string();
            expect(&origin, &saved.model, &model)?;
            expect(&origin, &saved.optimizer, &optimizer)?;
            refuse_nonfinite(&origin, &saved.model)?;
            trainer.restore(&snapshot::snapshot(saved.model, saved.optimizer))?;
            mean_norm(&mut trainer)
        };
        let [first, last] = paths;
        Ok(Signal {
            first: norm(first)?,
            last: norm(last)?,
        })
    }

    /// `alike` says that samples are as data, and the gradient may be small.
    pub fn finding(&self, alike: bool) -> Finding {
        let share = self.last / self.first;
        let vanished = GRADIENT.judge(share);
        let severity = if alike { Severity::Ok } else { vanished };
        let says = match (severity, vanished) {
            (Severity::Ok, Severity::Ok) => "the generator still has a gradient to follow",
            (Severity::Ok, _) => {
                "the generator's gradient is small, as it should be: samples are as data"
            }
            _ => "the gradient of the generator's loss vanishes: it learns nothing more",
        };
        let numbers = vec![
            Number::within(
                "norm of the gradient, as a share of that at step 0",
                share,
                GRADIENT,
            ),
            Number::of("norm at step 0", self.first),
            Number::of("norm now", self.last),
        ];
        let advice = "take an objective whose generator keeps its slope (non-saturating in place of minimax, or \
                      wgan-gp), or a weaker critic (--lr-critic, --critic-steps)";
        Finding::ok("gradient", says, numbers).grave(severity, advice)
    }
}

/// Over the next turns.
fn mean_norm(trainer: &mut Trainer) -> Result<f64> {
    let mut sum = 0.0;
    for _ in 0..TURNS {
        trainer.play(1)?;
        let parts = trainer.gan().generator.gradients.parts.clone();
        let mut squares = 0.0;
        for part in parts {
            match trainer.executor().read(part)? {
                Contents::F32(values) => {
                    squares += values.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
                }
                other => panic!("gradients are floats, not {other:?}"),
            }
        }
        sum += squares.sqrt();
    }
    Ok(sum / TURNS as f64)
}
