//! The options of a training run: their defaults, their ranges and their file form.
//!
//! Flags go over a file and a file over the defaults. What the options mean for networks, data and
//! devices is decided elsewhere; a value that only those can judge (a device's name) is an unchecked
//! text here.

mod dataset;
mod file;
mod preset;
mod ranges;
mod values;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use dataset::{Dataset, Size};
pub use preset::Preset;
pub use values::{Arch, Init, OnNan, Optimizer, Seed, Tune};

use crate::error::{Error, Result};
use crate::optim::ClipWhen;
use crate::plan::objective::{GeneratorLoss, Objective};
use crate::random::Latent;
use crate::schedule::CriticSteps;
use ranges::{MOST_STEPS, within};

/// Generator updates of a run that says nothing about its length.
pub const DEFAULT_STEPS: u64 = 16_000;

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
            alpha: 0.5,
            pi: 0.5,
            generator_loss: GeneratorLoss::NonSaturating,
            label_smoothing: 0.0,
            critic_steps: 1.into(),
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
            rms_decay: 0.99,
            clip: None,
            clip_when: ClipWhen::After,
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
            // The sizes of the latter two are of points, the only data that they are for.
            Arch::Mlp | Arch::Affine | Arch::Monotone => config,
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

    /// What a run does that only names its architecture and its data. Points have few coordinates:
    /// small networks of rectifiers, many samples per update.
    pub fn of_data(arch: Arch, dataset: Dataset) -> Config {
        let config = Config::of_arch(arch);
        if !dataset.is_of_points() {
            return Config { dataset, ..config };
        }
        let dims = match &dataset {
            Dataset::Drawn(distribution) => distribution.dims(),
            _ => 2,
        };
        Config {
            dataset,
            generator_hidden: match arch {
                Arch::Monotone => vec![64],
                _ => vec![128, 128],
            },
            critic_hidden: vec![128, 128],
            latent_dim: match arch {
                Arch::Affine => dims,
                Arch::Monotone => 1,
                _ => 2,
            },
            batch: 256,
            leak: 0.0,
            lr: 5e-4,
            ..config
        }
    }

    /// Turns `epochs`, or a length that was left open, into `steps`, and returns them.
    ///
    /// One epoch shows the critic as many samples as the data set has `images`; a part of a round
    /// of critic and generator updates counts as a whole one.
    ///
    /// # Errors
    /// [`Error::Usage`] if the epochs make more steps than `--steps` may be, or the data have no end.
    pub fn resolve_length(&mut self, images: u64) -> Result<u64> {
        if let (Some(epochs), Dataset::Drawn(_)) = (self.epochs, &self.dataset) {
            let dataset = &self.dataset;
            return Err(Error::Usage(format!(
                "--epochs is {epochs}, but the samples of --dataset {dataset} have no end; give \
                 --steps"
            )));
        }
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
