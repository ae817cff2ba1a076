//! Generative adversarial networks: architectures, objectives, the steps of the game, and a
//! trainer that plays it on an executor.

pub mod arch;
pub mod checkpoint;
mod game;
mod join;
mod objective;
mod penalty;
mod sampler;
mod step;
mod trainer;

pub use game::{EMA, Gan, Player};
pub use penalty::Penalty;
pub use sampler::Sampler;
pub use trainer::{Fault, Interval, Positions, Trainer};

use crate::nn::Init;
use crate::optim::{Clip, Rule};
use crate::plan::objective::{GeneratorLoss, Objective};
use crate::random::Latent;
use crate::schedule::CriticSteps;
use arch::Architecture;

/// Everything that decides what a training run computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub architecture: Architecture,
    /// Whether the critic's weights are divided by their spectral norm.
    pub spectral_norm: bool,
    pub objective: Objective,
    /// What the generator does where `objective` is f-GAN's.
    pub generator_loss: GeneratorLoss,
    /// What the critic pays for its slope besides its loss.
    pub penalty: Option<Penalty>,
    /// What the target of real samples falls short of 1, where `objective` has one.
    pub label_smoothing: f64,
    pub latent: Latent,
    pub init: Init,
    pub rule: Rule,
    /// Of the critic's parameters.
    pub clip: Option<Clip>,
    pub lr_generator: f64,
    pub lr_critic: f64,
    /// Decay of the moving average of the generator that samples come from, if there is to be one.
    pub ema: Option<f64>,
    pub batch: usize,
    /// Critic updates, then generator updates, of one turn of the schedule.
    pub critic_steps: CriticSteps,
    pub generator_steps: usize,
    pub seed: u64,
    /// Images of the data set.
    pub images: usize,
    /// Whether the critic sees real images mirrored at random.
    pub flip: bool,
    /// Rows of the metrics ring: turns between two read-backs, at most.
    pub ring: usize,
    /// Images of a sample grid.
    pub samples: usize,
}
