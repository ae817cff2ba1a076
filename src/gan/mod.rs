//! Generative adversarial networks: architectures, objectives, the steps of the game, and a
//! trainer that plays it on an executor.

pub mod arch;
mod board;
pub mod checkpoint;
mod game;
mod join;
mod objective;
mod penalty;
mod sampler;
mod scorer;
mod step;
mod trainer;

pub use game::{EMA, Gan, Player};
pub use penalty::Penalty;
pub use sampler::Sampler;
pub use scorer::Scorer;
pub use trainer::{Fault, Interval, Positions, Trainer};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::nn::{Dense, Init, Layer, Moments, spectral_norm};
use crate::optim::{Clip, Rule};
use crate::plan::codes::Activation;
use crate::plan::objective::{GeneratorLoss, Objective};
use crate::random::{Latent, Points};
use crate::rates::Course;
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
    /// How rates and momentum move, counted in turns.
    pub course: Course,
    /// Decay of the moving average of the generator that samples come from, if there is to be one.
    pub ema: Option<f64>,
    /// Scores of each kind, of real and of generated samples, in one update.
    pub batch: usize,
    /// Samples that the critic sees at once, as one input (Lin et al. 2018, PacGAN).
    pub pack: usize,
    pub update: Update,
    /// The degree of the polynomials that take the place of the critic, if they do: moment matching.
    pub moments: Option<usize>,
    /// Critic updates, then generator updates, of one turn of the schedule.
    pub critic_steps: CriticSteps,
    pub generator_steps: usize,
    pub seed: u64,
    /// What the data are where they are no images.
    pub points: Option<Points>,
    /// Images or rows of the data set; [`DRAWN`](crate::threefry::DRAWN) where points are drawn
    /// without end.
    pub images: usize,
    /// Images of the data set that one real sample is made of, along the channels: see
    /// [`Images::stack`](crate::data::Images::stack).
    pub stack: usize,
    /// Whether the critic sees real images mirrored at random.
    pub flip: bool,
    /// Rows of the metrics ring: turns between two read-backs, at most.
    pub ring: usize,
    /// Images of a sample grid, or points of a picture.
    pub samples: usize,
}

/// Who learns from which batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// The critic is updated, then the generator plays against it with samples of its own.
    #[default]
    Alternating,
    /// Both gradients are those of one batch, and of the weights before either update.
    Simultaneous,
}

/// The length of the weights of polynomials that take the place of a critic.
const RADIUS: f64 = 1.0;

impl Settings {
    /// Samples of each kind in one update.
    pub fn samples_per_update(&self) -> usize {
        self.batch * self.pack
    }

    /// The layers of the critic.
    pub fn critic(&self) -> Vec<Box<dyn Layer>> {
        if let Some(degree) = self.moments {
            let dims = self.pack * self.architecture.features();
            let moments = Moments { dims, degree };
            let weights = Dense::new(moments.outputs(), 1, Activation::Identity).without_bias();
            return vec![Box::new(moments), Box::new(weights)];
        }
        let layers = self.architecture.critic(self.pack);
        match self.spectral_norm {
            true => spectral_norm(layers),
            false => layers,
        }
    }

    /// How the critic moves.
    pub fn critic_rule(&self) -> Rule {
        match self.moments {
            Some(_) => Rule::Best { radius: RADIUS },
            None => self.rule,
        }
    }
}
