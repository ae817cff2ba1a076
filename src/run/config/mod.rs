//! The options of a training run: their defaults, their ranges and their file form.
//!
//! Flags go over a file and a file over the defaults. What the options mean for networks, data and
//! devices is decided elsewhere; a value that only those can judge (a device's name) is an unchecked
//! text here.

mod dataset;
mod file;
mod values;

use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use dataset::{Dataset, Size};
pub use values::{Arch, Init, Latent, Objective, OnNan, Optimizer, Seed, Tune};

use crate::error::{Error, Result};

/// Generator updates of a run that says nothing about its length.
pub const DEFAULT_STEPS: u64 = 16_000;

/// With these no product of a step count, a batch and a ratio leaves the range of u64.
const MOST_STEPS: u64 = 1_000_000_000_000;
const MOST_BATCH: usize = 65_536;
const MOST_RATIO: usize = 100;
/// Height or width of images.
const MOST_SIDE: usize = 4_096;

/// Rates outside of this vanish or overflow in single precision.
const RATES: RangeInclusive<f64> = 1e-30..=1e30;

/// The options of one run. The keys of its TOML form are the names of the flags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    pub dataset: Dataset,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Of images from `folder:` and `zip:`; unset: that of the first image. Likewise the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// Whether broken images of `folder:` and `zip:` are left out.
    pub skip_bad: bool,
    /// Whether real images are mirrored at random.
    pub flip: bool,
    pub arch: Arch,
    /// Widths of the generator's hidden layers, from the latent to the image.
    pub generator_hidden: Vec<usize>,
    /// Widths of the critic's hidden layers, from the image to the score.
    pub critic_hidden: Vec<usize>,
    /// Channels of the dcgan critic's first layer.
    pub width: usize,
    /// Slope of LeakyReLU below zero.
    pub leak: f64,
    pub init: Init,
    /// Whether the critic's weights are divided by their spectral norm.
    pub spectral_norm: bool,
    pub objective: Objective,
    /// Critic updates in a row.
    pub critic_steps: usize,
    /// Generator updates in a row.
    pub generator_steps: usize,
    /// Samples per update.
    pub batch: usize,
    /// Decay of the generator's moving average; unset: there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ema: Option<f64>,
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
    pub latent_dim: usize,
    pub latent: Latent,
    pub seed: Seed,
    pub device: String,
    /// Of the CPU executor; unset: one per core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    pub tune: Tune,
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
            dataset: Dataset::Mnist,
            data_dir: None,
            size: None,
            channels: None,
            skip_bad: false,
            flip: false,
            arch: Arch::Mlp,
            generator_hidden: vec![256, 512],
            critic_hidden: vec![512, 256],
            width: 64,
            leak: 0.2,
            init: Init::Torch,
            spectral_norm: false,
            objective: Objective::NonSaturating,
            critic_steps: 1,
            generator_steps: 1,
            batch: 128,
            ema: None,
            steps: None,
            epochs: None,
            optimizer: Optimizer::Adam,
            lr: 2e-4,
            lr_critic: None,
            beta1: 0.5,
            beta2: 0.999,
            momentum: 0.9,
            latent_dim: 100,
            latent: Latent::Normal,
            seed: Seed(0),
            device: "auto".into(),
            threads: None,
            tune: Tune::Auto,
            sample_every: 500,
            checkpoint_every: 1_000,
            log_every: 100,
            keep: 3,
            on_nan: OnNan::Stop,
        }
    }
}

impl Config {
    /// What a run does that only names its architecture.
    pub fn of_arch(arch: Arch) -> Config {
        let config = Config {
            arch,
            ..Config::default()
        };
        match arch {
            Arch::Mlp => config,
            // The sizes of Goodfellow et al. 2014 on MNIST.
            Arch::Maxout => Config {
                generator_hidden: vec![1200, 1200],
                critic_hidden: vec![240, 240],
                ..config
            },
            // The settings of Radford et al. 2016, section 4, but for the batch of 128.
            Arch::Dcgan => Config {
                init: Init::Normal(0.02),
                batch: 64,
                ..config
            },
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the flag, the value and the range.
    pub fn validate(&self) -> Result<()> {
        self.validate_data()?;
        self.validate_networks()?;
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
        let has_files = self.dataset != Dataset::Mnist;
        if has_files && self.data_dir.is_some() {
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
        if let Init::Normal(sigma) = self.init {
            within("--init normal:SIGMA", sigma, RATES)?;
        }
        within("--latent-dim", self.latent_dim, 1..=65_536)
    }

    fn validate_updates(&self) -> Result<()> {
        within("--critic-steps", self.critic_steps, 1..=MOST_RATIO)?;
        within("--generator-steps", self.generator_steps, 1..=MOST_RATIO)?;
        within("--batch", self.batch, 1..=MOST_BATCH)?;
        within("--lr", self.lr, RATES)?;
        within("--lr-critic", self.lr_critic.unwrap_or(self.lr), RATES)?;
        below_one("--ema", self.ema.unwrap_or(0.0))?;
        below_one("--beta1", self.beta1)?;
        below_one("--beta2", self.beta2)?;
        below_one("--momentum", self.momentum)
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
                let per_round = (self.batch * self.critic_steps) as u128;
                let rounds = (u128::from(epochs) * u128::from(images)).div_ceil(per_round);
                let steps = rounds.saturating_mul(self.generator_steps as u128);
                u64::try_from(steps).unwrap_or(u64::MAX)
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
