//! Architectures: which layers make the two networks for images or points of a given shape.

mod dcgan;
mod maxout;
mod mlp;
mod monotone;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::nn::{Affine, Layer, Pack};
use crate::plan::codes::Activation;

/// A pair of networks for samples of `shape` = \[H, W, C\].
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    pub kind: Kind,
    /// Of points of D coordinates \[1, 1, D\].
    pub shape: [usize; 3],
    pub latent_dim: usize,
    /// φ of the generator's last layer: tanh for images in \[−1, 1\], the identity for points.
    pub last: Activation,
    pub variation: Variation,
}

/// What may be chosen of an architecture instead of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Variation {
    /// Between the layers of the generator.
    pub generator_activation: Option<Activation>,
    /// Between the layers of the critic; maxout units have none.
    pub critic_activation: Option<Activation>,
    /// Between the layers of the generator; convolutions have `Batch` of their own, dense layers `None`.
    pub generator_norm: Option<Normalisation>,
    /// Of the critic of `Kind::Dcgan`.
    pub critic_norm: Normalisation,
}

/// What normalises the layers of a network, but for the one that an image enters or leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// The statistics of the batch.
    #[default]
    Batch,
    /// Nothing; they have biases instead.
    None,
}

/// The families of architectures.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Dense layers with LeakyReLU between; the critic ends in a logit.
    Mlp {
        generator_hidden: Vec<usize>,
        critic_hidden: Vec<usize>,
        leak: f64,
    },
    /// Dense layers: rectifiers in the generator, maxout with dropout in the critic (Goodfellow et al.
    /// 2014 on MNIST, whose generator ended in a sigmoid, for pixels in \[0, 1\]).
    Maxout {
        generator_hidden: Vec<usize>,
        critic_hidden: Vec<usize>,
        /// Linear pieces of a maxout unit.
        pieces: usize,
    },
    /// G(z) = μ + σ·z coordinate by coordinate; the critic is that of `Mlp`.
    Affine {
        critic_hidden: Vec<usize>,
        leak: f64,
    },
    /// An increasing function of a single latent, for data of one coordinate: dense layers with positive
    /// weights and tanh between; the critic is that of `Mlp`.
    Monotone {
        generator_hidden: Vec<usize>,
        critic_hidden: Vec<usize>,
        leak: f64,
    },
    /// Convolutions of stride 2 with batch normalisation (Radford et al. 2016).
    Dcgan {
        /// Channels of the critic's first layer; every further layer has twice as many.
        width: usize,
        /// Slope of the critic's LeakyReLU below zero.
        leak: f64,
    },
}

impl Architecture {
    /// Numbers of one sample.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }

    /// Z, the hidden sizes, H·W·C.
    fn generator_sizes(&self, hidden: &[usize]) -> Vec<usize> {
        [&[self.latent_dim], hidden, &[self.features()]].concat()
    }

    /// The layers from latents\[N, Z\] to samples\[N, H·W·C\].
    pub fn generator(&self) -> Vec<Box<dyn Layer>> {
        let chosen = self.variation.generator_activation;
        let rectified = chosen.unwrap_or(Activation::Relu);
        let norm = self.variation.generator_norm;
        let dense = |hidden: &[usize], between| {
            let norm = norm.unwrap_or(Normalisation::None);
            mlp::generator(&self.generator_sizes(hidden), between, self.last, norm)
        };
        match &self.kind {
            Kind::Mlp {
                generator_hidden,
                leak,
                ..
            } => {
                let between = chosen.unwrap_or(Activation::LeakyRelu(*leak));
                dense(generator_hidden, between)
            }
            Kind::Maxout {
                generator_hidden, ..
            } => dense(generator_hidden, rectified),
            Kind::Affine { .. } => vec![Box::new(Affine {
                columns: self.features(),
                activation: self.last,
            })],
            Kind::Monotone {
                generator_hidden, ..
            } => monotone::generator(&self.generator_sizes(generator_hidden), self.last),
            Kind::Dcgan { width, .. } => {
                let norm = norm.unwrap_or(Normalisation::Batch);
                dcgan::generator(self.latent_dim, self.shape, *width, rectified, norm)
            }
        }
    }

    /// The layers from `pack` samples, one after the other, to one score.
    pub fn critic(&self, pack: usize) -> Vec<Box<dyn Layer>> {
        let features = pack * self.features();
        let chosen = self.variation.critic_activation;
        let between = |leak| chosen.unwrap_or(Activation::LeakyRelu(leak));
        match &self.kind {
            Kind::Mlp {
                critic_hidden,
                leak,
                ..
            }
            | Kind::Affine {
                critic_hidden,
                leak,
            }
            | Kind::Monotone {
                critic_hidden,
                leak,
                ..
            } => mlp::critic(features, critic_hidden, between(*leak)),
            Kind::Maxout {
                critic_hidden,
                pieces,
                ..
            } => maxout::critic(features, critic_hidden, *pieces),
            Kind::Dcgan { width, leak } => {
                let [h, w, channels] = self.shape;
                let norm = self.variation.critic_norm;
                let packed = [h, w, pack * channels];
                let mut layers = dcgan::critic(packed, *width, between(*leak), norm);
                if pack > 1 {
                    let (shape, count) = (self.shape, pack);
                    layers.insert(0, Box::new(Pack { shape, count }));
                }
                layers
            }
        }
    }
}
