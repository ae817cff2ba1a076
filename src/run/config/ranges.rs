//! The range of every option, and which options exclude each other.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use super::{Arch, Config, Dataset, GP_WEIGHT, Game, Init, Optimizer, Sides, Size};
use crate::error::{Error, Result};
use crate::gan::Update;
use crate::gan::arch::Normalisation;
use crate::nn::Moments;
use crate::plan::objective::{GeneratorLoss, Objective};

/// With these no product of a step count, a batch and a ratio leaves the range of u64.
pub(super) const MOST_STEPS: u64 = 1_000_000_000_000;
const MOST_BATCH: usize = 65_536;
const MOST_RATIO: usize = 100;
/// Critic updates between two that pay for the slope.
const MOST_EVERY: u64 = 1_000_000;
/// Height or width of images.
const MOST_SIDE: usize = 4_096;

/// Rates outside of this vanish or overflow in single precision.
const RATES: RangeInclusive<f64> = 1e-30..=1e30;

impl Config {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the flag, the value and the range.
    pub fn validate(&self) -> Result<()> {
        self.validate_data()?;
        self.validate_networks()?;
        self.validate_objective()?;
        self.validate_penalty()?;
        self.validate_updates()?;
        if self.steps.is_some() && self.epochs.is_some() {
            let message = "--steps and --epochs exclude each other; give one of them";
            return Err(Error::Usage(message.into()));
        }
        within("--steps", self.steps.unwrap_or(1), 1..=MOST_STEPS)?;
        within("--epochs", self.epochs.unwrap_or(1), 1..=1_000_000)?;
        within("--threads", self.threads.unwrap_or(1), 1..=1_024)?;
        within("--sample-every", self.sample_every, 1..=MOST_STEPS)?;
        within("--checkpoint-every", self.checkpoint_every, 1..=MOST_STEPS)?;
        within("--log-every", self.log_every, 1..=MOST_STEPS)?;
        within("--keep", self.keep, 1..=1_000_000)
    }

    fn validate_data(&self) -> Result<()> {
        let usage = |message: String| Err(Error::Usage(message));
        if let Some(Size { height, width }) = self.size {
            within("--size", height.min(width), 1..=MOST_SIDE)?;
            within("--size", height.max(width), 1..=MOST_SIDE)?;
        }
        within("--channels", self.channels.unwrap_or(1), 1..=4)?;
        let has_files = matches!(self.dataset, Dataset::Folder(_) | Dataset::Zip(_));
        if self.dataset != Dataset::Mnist && self.data_dir.is_some() {
            let dataset = &self.dataset;
            return usage(format!(
                "--data-dir and --dataset '{dataset}' exclude each other; give one of them"
            ));
        }
        let (size, channels) = (self.size.is_some(), self.channels.is_some());
        for (flag, given) in [
            ("--size", size),
            ("--channels", channels),
            ("--skip-bad", self.skip_bad),
        ] {
            if given && !has_files {
                return usage(format!(
                    "{flag} is for images from --dataset folder:DIR or zip:FILE; leave it out"
                ));
            }
        }
        self.validate_points()
    }

    /// What goes with points, and what goes with nothing else.
    fn validate_points(&self) -> Result<()> {
        let (arch, dataset) = (self.arch.name(), &self.dataset);
        if !dataset.is_of_points() {
            return match self.arch {
                Arch::Affine | Arch::Monotone => Err(Error::Usage(format!(
                    "--arch {arch} is for points, and the data are images; give --arch mlp, or \
                     points such as --dataset ring8"
                ))),
                _ => Ok(()),
            };
        }
        if self.flip {
            return Err(Error::Usage(format!(
                "--flip mirrors images, and --dataset {dataset} has points; leave it out"
            )));
        }
        if self.arch == Arch::Dcgan {
            return Err(Error::Usage(format!(
                "--arch dcgan is for images, and --dataset {dataset} has points; give --arch mlp, \
                 maxout, affine or monotone"
            )));
        }
        Ok(())
    }

    fn validate_networks(&self) -> Result<()> {
        for (flag, sizes) in [
            ("--generator-hidden", &self.generator_hidden),
            ("--critic-hidden", &self.critic_hidden),
        ] {
            for &size in sizes {
                within(flag, size, 1..=65_536)?;
            }
            if sizes.len() > 64 {
                let count = sizes.len();
                let message = format!("{flag} lists {count} layers; give at most 64");
                return Err(Error::Usage(message));
            }
        }
        within("--width", self.width, 1..=4_096)?;
        below_one("--leak", self.leak)?;
        if self.arch == Arch::Maxout
            && let Some(unit) = self.critic_activation
        {
            return Err(Error::Usage(format!(
                "--critic-activation is {unit:?}, but the critic of --arch maxout has maxout units in \
                 place of activations; leave it out, or give --arch mlp"
            )));
        }
        self.validate_norm()?;
        if let Init::Normal(sigma) = self.init {
            within("--init normal:SIGMA", sigma, RATES)?;
        }
        within("--latent-dim", self.latent_dim, 1..=65_536)
    }

    /// A generator that can be normalised, and samples to do it by.
    fn validate_norm(&self) -> Result<()> {
        let Some(norm) = self.generator_norm else {
            return Ok(());
        };
        let arch = self.arch.name();
        if matches!(self.arch, Arch::Affine | Arch::Monotone) {
            return Err(Error::Usage(format!(
                "--generator-norm is for layers, which the generator of --arch {arch} is not made of; \
                 leave it out, or give --arch mlp"
            )));
        }
        let samples = self.batch * self.pack;
        if norm == Normalisation::Batch && self.arch != Arch::Dcgan && samples == 1 {
            return Err(Error::Usage(
                "--generator-norm batch normalises by the samples of a batch, but --batch is 1; give at \
                 least 2"
                    .into(),
            ));
        }
        Ok(())
    }

    fn validate_objective(&self) -> Result<()> {
        let objective = self.objective.objective();
        within("--pi", self.pi, 0.001..=0.999)?;
        within("--alpha", self.alpha, -100.0..=100.0)?;
        for (edge, limit) in [(0.0, "reverse-kl"), (1.0, "kl")] {
            if (self.alpha - edge).abs() < 0.01 {
                return Err(Error::Usage(format!(
                    "--alpha is {:?}; give a value at least 0.01 away from {edge}, or --objective \
                     f-gan:{limit}, which is the limit there",
                    self.alpha
                )));
            }
        }
        below_one("--label-smoothing", self.label_smoothing)?;
        if self.label_smoothing > 0.0 && !objective.has_labels() {
            return Err(Error::Usage(format!(
                "--label-smoothing is {:?}, but the objective {objective} has no labels; give 0, or \
                 the objective non-saturating, minimax or least-squares",
                self.label_smoothing
            )));
        }
        let is_f_gan = matches!(objective, Objective::FGan(_));
        if self.generator_loss == GeneratorLoss::Minimax && !is_f_gan {
            return Err(Error::Usage(format!(
                "--generator-loss minimax is for the objectives f-gan:..., not for {objective}; \
                 leave it out"
            )));
        }
        Ok(())
    }

    /// There is one kind of penalty at most, and what shapes it is given with it.
    fn validate_penalty(&self) -> Result<()> {
        let usage = |message: String| Err(Error::Usage(message));
        let is_gp = self.objective == Game::WganGp;
        let weights = [
            ("--r1", self.r1),
            ("--r2", self.r2),
            ("--dragan", self.dragan),
        ];
        for (flag, weight) in weights {
            within(flag, weight.unwrap_or(1.0), RATES)?;
        }
        within("--gp-weight", self.gp_weight, RATES)?;
        within("--r1-every", self.r1_every, 1..=MOST_EVERY)?;
        let at_samples = self.r1.or(self.r2).is_some();
        let kinds = [
            (is_gp, "--objective wgan-gp"),
            (at_samples, "--r1 or --r2"),
            (self.dragan.is_some(), "--dragan"),
        ];
        let given: Vec<&str> = kinds
            .iter()
            .filter(|kind| kind.0)
            .map(|kind| kind.1)
            .collect();
        if let [one, other, ..] = given[..] {
            return usage(format!(
                "{one} and {other} exclude each other; give one penalty"
            ));
        }
        if self.gp_weight != GP_WEIGHT && !is_gp {
            let weight = self.gp_weight;
            return usage(format!(
                "--gp-weight is {weight:?}, but only --objective wgan-gp has that penalty; leave it out"
            ));
        }
        if self.gp_sides == Sides::One && !is_gp {
            return usage("--gp-sides is for --objective wgan-gp; leave it out".into());
        }
        if self.r1_every > 1 && !at_samples {
            let every = self.r1_every;
            return usage(format!(
                "--r1-every is {every}, but there is no --r1 or --r2 to be paid; leave it out"
            ));
        }
        if is_gp && let Some(clip) = self.clip {
            return usage(format!(
                "--clip is {clip:?}, but the penalty of wgan-gp takes the place of clipping; leave it \
                 out, or give --objective wgan"
            ));
        }
        Ok(())
    }

    fn validate_updates(&self) -> Result<()> {
        for steps in self.critic_steps.numbers() {
            within("--critic-steps", steps, 1..=MOST_RATIO)?;
        }
        within("--generator-steps", self.generator_steps, 1..=MOST_RATIO)?;
        within("--batch", self.batch, 1..=MOST_BATCH)?;
        within("--pack", self.pack, 1..=64)?;
        self.validate_simultaneous()?;
        self.validate_moments()?;
        within("--lr", self.lr, RATES)?;
        within("--lr-critic", self.lr_critic.unwrap_or(self.lr), RATES)?;
        below_one("--ema", self.ema.unwrap_or(0.0))?;
        below_one("--beta1", self.beta1)?;
        below_one("--beta2", self.beta2)?;
        below_one("--momentum", self.momentum)?;
        if let Some(ramp) = self.momentum_ramp {
            below_one("--momentum-ramp", ramp.to)?;
            if self.optimizer != Optimizer::Sgd {
                let message = format!(
                    "--momentum-ramp is {ramp}, but only --optimizer sgd has a momentum; leave it out"
                );
                return Err(Error::Usage(message));
            }
        }
        below_one("--rms-decay", self.rms_decay)?;
        within("--clip", self.clip.unwrap_or(1.0), RATES)
    }
}

impl Config {
    /// Updates of one batch are one of each kind.
    fn validate_simultaneous(&self) -> Result<()> {
        let mut critic_steps = self.critic_steps.numbers();
        let one_of_each = critic_steps.all(|k| k == 1) && self.generator_steps == 1;
        if self.update == Update::Alternating {
            return Ok(());
        }
        if self.r1_every > 1 {
            return Err(Error::Usage(format!(
                "--update simultaneous has one kind of critic step, but --r1-every is {}; give \
                 --r1-every 1",
                self.r1_every
            )));
        }
        if one_of_each {
            return Ok(());
        }
        let (k, g) = (&self.critic_steps, self.generator_steps);
        Err(Error::Usage(format!(
            "--update simultaneous is one update of each network, but --critic-steps is {k} and \
             --generator-steps is {g}; give 1 for both, or --update alternating"
        )))
    }

    /// Of polynomials the critic is the best that there is, and nothing else is done to it.
    fn validate_moments(&self) -> Result<()> {
        within("--degree", self.degree, 1..=Moments::MOST_DEGREE)?;
        if self.objective != Game::MomentMatching {
            return Ok(());
        }
        let usage = |message: String| Err(Error::Usage(message));
        for (flag, given) in [
            ("--clip", self.clip.is_some()),
            ("--spectral-norm", self.spectral_norm),
            ("--r1", self.r1.is_some()),
            ("--r2", self.r2.is_some()),
            ("--dragan", self.dragan.is_some()),
        ] {
            if given {
                return usage(format!(
                    "{flag} bounds a critic that learns, but in moment-matching none does; leave it out"
                ));
            }
        }
        Ok(())
    }
}

pub(super) fn within<T: PartialOrd + Debug>(
    flag: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    let (least, most) = range.into_inner();
    let message = format!("{flag} is {value:?}; give a value from {least:?} to {most:?}");
    Err(Error::Usage(message))
}

/// Devices compute in single precision, where a number just below 1 may round to 1.
fn below_one(flag: &str, value: f64) -> Result<()> {
    if value >= 0.0 && (value as f32) < 1.0 {
        return Ok(());
    }
    let message = format!("{flag} is {value:?}; give a number from 0 up to, but not including, 1");
    Err(Error::Usage(message))
}
