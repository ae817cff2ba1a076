//! The options of a training run: their defaults, their ranges and their file form.
//!
//! Flags go over a file and a file over the defaults. What the options mean for networks, data and
//! devices is decided elsewhere; a value that only those can judge (a device's name) is an unchecked
//! text here.

mod dataset;
mod file;
mod game;
mod preset;
mod ranges;
mod values;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use dataset::{Dataset, Size};
pub use game::{Game, Sides, Unit};
pub use preset::Preset;
pub use values::{Arch, Init, OnNan, Optimizer, Seed, Tune};

use crate::error::{Error, Result};
use crate::gan::Update;
use crate::gan::arch::Normalisation;
use crate::optim::ClipWhen;
use crate::plan::objective::{GeneratorLoss, Objective};
use crate::random::Latent;
use crate::rates::{LrSchedule, Ramp};
use crate::schedule::CriticSteps;
use ranges::{MOST_STEPS, within};

/// Generator updates of a run that says nothing about its length.
pub const DEFAULT_STEPS: u64 = 16_000;

/// λ of Gulrajani et al. 2017.
const GP_WEIGHT: f64 = 10.0;

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
    /// Between the layers; unset: that of the architecture. Likewise the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator_activation: Option<Unit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critic_activation: Option<Unit>,
    /// Between the generator's layers; unset: that of the architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator_norm: Option<Normalisation>,
    /// Of the dcgan critic.
    pub critic_norm: Normalisation,
    pub init: Init,
    /// Whether the critic's weights are divided by their spectral norm.
    pub spectral_norm: bool,
    pub objective: Game,
    /// Of `f-gan:alpha`.
    pub alpha: f64,
    /// Of `f-gan:weighted-jensen-shannon`.
    pub pi: f64,
    /// Of the objectives of f-GAN.
    pub generator_loss: GeneratorLoss,
    /// What the target of real samples falls short of 1.
    pub label_smoothing: f64,
    /// Weight of the gradient penalty of wgan-gp, and whether norms below 1 cost, too.
    pub gp_weight: f64,
    pub gp_sides: Sides,
    /// Weights of what the critic pays for its slope at real and at generated samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r1: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r2: Option<f64>,
    /// Critic updates from one that pays r1 and r2 to the next.
    pub r1_every: u64,
    /// Weight of DRAGAN's penalty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dragan: Option<f64>,
    /// Critic updates in a row, in every turn or by a schedule.
    pub critic_steps: CriticSteps,
    /// Generator updates in a row.
    pub generator_steps: usize,
    /// Inputs of the critic per update, of each kind.
    pub batch: usize,
    /// Samples that make one input of the critic.
    pub pack: usize,
    /// Who learns from which batch.
    pub update: Update,
    /// Of the polynomials of `moment-matching`.
    pub degree: usize,
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
    pub lr_schedule: LrSchedule,
    pub beta1: f64,
    pub beta2: f64,
    /// Of SGD.
    pub momentum: f64,
    /// What the momentum of SGD rises to; unset: it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub momentum_ramp: Option<Ramp>,
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
    /// Whether pictures of the run are drawn when it ends.
    pub plots: bool,
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
            generator_activation: None,
            critic_activation: None,
            generator_norm: None,
            critic_norm: Normalisation::Batch,
            init: Init::Torch,
            spectral_norm: false,
            objective: Objective::NonSaturating.into(),
            alpha: 0.5,
            pi: 0.5,
            generator_loss: GeneratorLoss::NonSaturating,
            label_smoothing: 0.0,
            gp_weight: GP_WEIGHT,
            gp_sides: Sides::Two,
            r1: None,
            r2: None,
            r1_every: 1,
            dragan: None,
            critic_steps: 1.into(),
            generator_steps: 1,
            batch: 128,
            pack: 1,
            update: Update::Alternating,
            degree: 2,
            ema: None,
            steps: None,
            epochs: None,
            optimizer: Optimizer::Adam,
            lr: 2e-4,
            lr_critic: None,
            lr_schedule: LrSchedule::Constant,
            beta1: 0.5,
            beta2: 0.999,
            momentum: 0.9,
            momentum_ramp: None,
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
            plots: true,
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
    /// [`Error::Usage`] if the epochs make more steps than `--steps` may be, if the data have no end, or if
    /// the learning rate comes to 0 before the end.
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
                let updates = shown.div_ceil((self.batch * self.pack) as u128);
                // Far beyond the greatest length, where products would overflow.
                let updates = updates.min(1 << 50) as u64;
                let rounds = self.critic_steps.turns_for(updates);
                rounds * self.generator_steps as u64
            }
        };
        within("--epochs in steps", steps, 1..=MOST_STEPS)?;
        (self.steps, self.epochs) = (Some(steps), None);
        self.lr_schedule = self.lr_schedule.over(steps);
        match self.lr_schedule {
            LrSchedule::Linear(Some(last)) if last < steps => Err(Error::Usage(format!(
                "--steps is {steps}, but with --lr-schedule linear:{last} nothing is learned after \
                 step {last}; give at most {last} steps"
            ))),
            _ => Ok(steps),
        }
    }
}
