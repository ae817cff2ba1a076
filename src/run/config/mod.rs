//! The options of a training run: their defaults, their ranges and their file form.
//!
//! Flags go over a file and a file over the defaults. What the options mean for networks, data and
//! devices is decided elsewhere; a value that only those can judge (a data set's or a device's
//! name) is an unchecked text here.

mod file;
mod preset;
mod values;

use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use preset::Preset;
pub use values::{Arch, Init, OnNan, Optimizer, Seed};

use crate::error::{Error, Result};
use crate::optim::ClipWhen;
use crate::plan::objective::{GeneratorLoss, Objective};
use crate::random::Latent;
use crate::schedule::CriticSteps;

/// Generator updates of a run that says nothing about its length.
pub const DEFAULT_STEPS: u64 = 16_000;

/// With these no product of a step count, a batch and a ratio leaves the range of u64.
const MOST_STEPS: u64 = 1_000_000_000_000;
const MOST_BATCH: usize = 65_536;
const MOST_RATIO: usize = 100;

/// Rates outside of this vanish or overflow in single precision.
const RATES: RangeInclusive<f64> = 1e-30..=1e30;

/// The options of one run. The keys of its TOML form are the names of the flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    pub dataset: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    pub arch: Arch,
    /// Widths of the generator's hidden layers, from the latent to the image.
    pub generator_hidden: Vec<usize>,
    /// Widths of the critic's hidden layers, from the image to the score.
    pub critic_hidden: Vec<usize>,
    /// Slope of LeakyReLU below zero.
    pub leak: f64,
    pub init: Init,
    pub objective: Objective,
    /// Of `f-gan:alpha`.
    pub alpha: f64,
    /// Of `f-gan:weighted-jensen-shannon`.
    pub pi: f64,
    /// Of the objectives of f-GAN.
    pub generator_loss: GeneratorLoss,
    /// What the target of real samples falls short of 1.
    pub label_smoothing: f64,
    /// Critic updates in a row, in every turn or by a schedule.
    pub critic_steps: CriticSteps,
    /// Generator updates in a row.
    pub generator_steps: usize,
    /// Samples per update.
    pub batch: usize,
    /// Generator updates of the whole run; excludes `epochs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Passes of the critic over the data; excludes `steps`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    pub optimizer: Optimizer,
    pub lr: f64,
    /// The critic's learning rate where it differs from `lr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lr_critic: Option<f64>,
    pub beta1: f64,
    pub beta2: f64,
    /// Of SGD.
    pub momentum: f64,
    /// Of RMSprop.
    pub rms_decay: f64,
    /// Where the critic's weights are clipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<f64>,
    pub clip_when: ClipWhen,
    pub latent_dim: usize,
    pub latent: Latent,
    pub seed: Seed,
    pub device: String,
    /// Of the CPU executor; unset: one per core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    /// Steps from one grid of samples to the next; likewise the two below.
    pub sample_every: u64,
    pub checkpoint_every: u64,
    pub log_every: u64,
    /// Newest checkpoints that stay, besides the one of step 0.
    pub keep: usize,
    pub on_nan: OnNan,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            dataset: "mnist".into(),
            data_dir: None,
            arch: Arch::Mlp,
            generator_hidden: vec![256, 512],
            critic_hidden: vec![512, 256],
            leak: 0.2,
            init: Init::Torch,
            objective: Objective::NonSaturating,
            alpha: 0.5,
            pi: 0.5,
            generator_loss: GeneratorLoss::NonSaturating,
            label_smoothing: 0.0,
            critic_steps: 1.into(),
            generator_steps: 1,
            batch: 128,
            steps: None,
            epochs: None,
            optimizer: Optimizer::Adam,
            lr: 2e-4,
            lr_critic: None,
            beta1: 0.5,
            beta2: 0.999,
            momentum: 0.9,
            rms_decay: 0.99,
            clip: None,
            clip_when: ClipWhen::After,
            latent_dim: 100,
            latent: Latent::Normal,
            seed: Seed(0),
            device: "auto".into(),
            threads: None,
            sample_every: 500,
            checkpoint_every: 1_000,
            log_every: 100,
            keep: 3,
            on_nan: OnNan::Stop,
        }
    }
}

impl Config {
    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the flag, the value and the range.
    pub fn validate(&self) -> Result<()> {
        self.validate_networks()?;
        self.validate_objective()?;
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
        below_one("--leak", self.leak)?;
        if let Init::Normal(sigma) = self.init {
            within("--init normal:SIGMA", sigma, RATES)?;
        }
        within("--latent-dim", self.latent_dim, 1..=65_536)
    }

    fn validate_objective(&self) -> Result<()> {
        let objective = self.objective;
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

    fn validate_updates(&self) -> Result<()> {
        for steps in self.critic_steps.numbers() {
            within("--critic-steps", steps, 1..=MOST_RATIO)?;
        }
        within("--generator-steps", self.generator_steps, 1..=MOST_RATIO)?;
        within("--batch", self.batch, 1..=MOST_BATCH)?;
        within("--lr", self.lr, RATES)?;
        within("--lr-critic", self.lr_critic.unwrap_or(self.lr), RATES)?;
        below_one("--beta1", self.beta1)?;
        below_one("--beta2", self.beta2)?;
        below_one("--momentum", self.momentum)?;
        below_one("--rms-decay", self.rms_decay)?;
        within("--clip", self.clip.unwrap_or(1.0), RATES)
    }

    /// Turns `epochs`, or a length that was left open, into `steps`, and returns them.
    ///
    /// One epoch shows the critic as many samples as the data set has `images`; a part of a round
    /// of critic and generator updates counts as a whole one.
    ///
    /// # Errors
    /// [`Error::Usage`] if the epochs make more steps than `--steps` may be.
    pub fn resolve_length(&mut self, images: u64) -> Result<u64> {
        let steps = match (self.steps, self.epochs) {
            (Some(steps), _) => steps,
            (None, None) => DEFAULT_STEPS,
            (None, Some(epochs)) => {
                let shown = u128::from(epochs) * u128::from(images);
                let updates = shown.div_ceil(self.batch as u128);
                // Far beyond the greatest length, where products would overflow.
                let updates = updates.min(1 << 50) as u64;
                let rounds = self.critic_steps.turns_for(updates);
                rounds * self.generator_steps as u64
            }
        };
        within("--epochs in steps", steps, 1..=MOST_STEPS)?;
        (self.steps, self.epochs) = (Some(steps), None);
        Ok(steps)
    }
}

fn within<T: PartialOrd + Debug>(flag: &str, value: T, range: RangeInclusive<T>) -> Result<()> {
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
