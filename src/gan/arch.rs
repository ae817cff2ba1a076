//! Architectures: which layers make the two networks for images of a given shape.

use crate::nn::{Dense, Layer};
use crate::plan::codes::Activation;

/// A pair of networks for images of `shape` = \[H, W, C\].
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    pub kind: Kind,
    pub shape: [usize; 3],
    pub latent_dim: usize,
}

/// The families of architectures.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Dense layers with LeakyReLU between; the generator ends in tanh, the critic in a logit.
    Mlp {
        generator_hidden: Vec<usize>,
        critic_hidden: Vec<usize>,
        leak: f64,
    },
}

impl Architecture {
    /// Numbers of one image.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }

    /// The layers from latents\[N, Z\] to images\[N, H·W·C\] in \[−1, 1\].
    pub fn generator(&self) -> Vec<Box<dyn Layer>> {
        let Kind::Mlp {
            generator_hidden,
            leak,
            ..
        } = &self.kind;
        let sizes = chain(self.latent_dim, generator_hidden, self.features());
        dense(&sizes, *leak, Activation::Tanh)
    }

    /// The layers from images to one score each.
    pub fn critic(&self) -> Vec<Box<dyn Layer>> {
        let Kind::Mlp {
            critic_hidden,
            leak,
            ..
        } = &self.kind;
        let sizes = chain(self.features(), critic_hidden, 1);
        dense(&sizes, *leak, Activation::Identity)
    }
}

fn chain(first: usize, between: &[usize], last: usize) -> Vec<usize> {
    [&[first], between, &[last]].concat()
}

fn dense(sizes: &[usize], leak: f64, last: Activation) -> Vec<Box<dyn Layer>> {
    let pairs = sizes.windows(2).enumerate();
    let layer = |(at, pair): (usize, &[usize])| {
        let activation = match at + 2 == sizes.len() {
            true => last,
            false => Activation::LeakyRelu(leak),
        };
        Box::new(Dense {
            inputs: pair[0],
            outputs: pair[1],
            bias: true,
            activation,
        }) as Box<dyn Layer>
    };
    pairs.map(layer).collect()
}
