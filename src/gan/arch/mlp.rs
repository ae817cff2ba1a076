//! Dense layers only.

use crate::nn::{Dense, Layer};
use crate::plan::codes::Activation;

/// From latents to `features` numbers in \[−1, 1\], with one activation between the layers.
pub(super) fn generator(
    latent_dim: usize,
    hidden: &[usize],
    features: usize,
    between: Activation,
) -> Vec<Box<dyn Layer>> {
    let sizes = [&[latent_dim], hidden, &[features]].concat();
    dense(&sizes, between, Activation::Tanh)
}

/// From `features` numbers to a score.
pub(super) fn critic(
    features: usize,
    hidden: &[usize],
    between: Activation,
) -> Vec<Box<dyn Layer>> {
    let sizes = [&[features], hidden, &[1]].concat();
    dense(&sizes, between, Activation::Identity)
}

fn dense(sizes: &[usize], between: Activation, last: Activation) -> Vec<Box<dyn Layer>> {
    let pairs = sizes.windows(2).enumerate();
    let layer = |(at, pair): (usize, &[usize])| {
        let activation = match at + 2 == sizes.len() {
            true => last,
            false => between,
        };
        Box::new(Dense::new(pair[0], pair[1], activation)) as Box<dyn Layer>
    };
    pairs.map(layer).collect()
}
