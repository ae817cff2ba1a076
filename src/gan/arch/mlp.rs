//! Dense layers only.

use crate::nn::{Dense, Layer};
use crate::plan::codes::Activation;

/// From latents to samples: the numbers of each in `sizes`, one activation between the layers and
/// another one at the end.
pub(super) fn generator(
    sizes: &[usize],
    between: Activation,
    last: Activation,
) -> Vec<Box<dyn Layer>> {
    dense(sizes, between, last)
        .map(|layer| Box::new(layer) as Box<dyn Layer>)
        .collect()
}

/// From `features` numbers to a score.
pub(super) fn critic(
    features: usize,
    hidden: &[usize],
    between: Activation,
) -> Vec<Box<dyn Layer>> {
    let sizes = [&[features], hidden, &[1]].concat();
    generator(&sizes, between, Activation::Identity)
}

/// A layer from each of `sizes` to the next.
pub(super) fn dense(
    sizes: &[usize],
    between: Activation,
    last: Activation,
) -> impl Iterator<Item = Dense> {
    let end = sizes.len();
    let pairs = sizes.windows(2).enumerate();
    pairs.map(move |(at, pair)| {
        let activation = if at + 2 == end { last } else { between };
        Dense::new(pair[0], pair[1], activation)
    })
}
