//! Architectures: which layers make the two networks for images or points of a given shape.

mod dcgan;
mod maxout;
mod mlp;
mod monotone;

use crate::nn::{Affine, Layer};
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
        match &self.kind {
            Kind::Mlp {
                generator_hidden,
                leak,
                ..
            } => {
                let leaky = Activation::LeakyRelu(*leak);
                mlp::generator(&self.generator_sizes(generator_hidden), leaky, self.last)
            }
            Kind::Maxout {
                generator_hidden, ..
            } => maxout::generator(&self.generator_sizes(generator_hidden), self.last),
            Kind::Affine { .. } => vec![Box::new(Affine {
                columns: self.features(),
                activation: self.last,
            })],
            Kind::Monotone {
                generator_hidden, ..
            } => monotone::generator(&self.generator_sizes(generator_hidden), self.last),
            Kind::Dcgan { width, .. } => dcgan::generator(self.latent_dim, self.shape, *width),
        }
    }

    /// The layers from samples to one score each.
    pub fn critic(&self) -> Vec<Box<dyn Layer>> {
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
            } => mlp::critic(self.features(), critic_hidden, Activation::LeakyRelu(*leak)),
            Kind::Maxout {
                critic_hidden,
                pieces,
                ..
            } => maxout::critic(self.features(), critic_hidden, *pieces),
            Kind::Dcgan { width, leak } => dcgan::critic(self.shape, *width, *leak),
        }
    }
}
