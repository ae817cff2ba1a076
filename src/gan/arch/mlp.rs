//! Dense layers only.

use super::Normalisation;
use crate::nn::{BatchNorm, Dense, Layer};
use crate::plan::codes::Activation;

/// From latents to samples: the numbers of each in `sizes`, one activation between the layers, after
/// the normalisation, and another one at the end.
pub(super) fn generator(
    sizes: &[usize],
    between: Activation,
    last: Activation,
    norm: Normalisation,
) -> Vec<Box<dyn Layer>> {
    let count = sizes.len() - 1;
    let layers = dense(sizes, between, last).enumerate();
    layers
        .flat_map(|(at, layer)| -> Vec<Box<dyn Layer>> {
            if at + 1 == count || norm == Normalisation::None {
                return vec![Box::new(layer)];
            }
            let bare = Dense::new(layer.inputs, layer.outputs, Activation::Identity);
            let normalised = BatchNorm::new(layer.outputs, 1, layer.activation);
            vec![Box::new(bare.without_bias()), Box::new(normalised)]
        })
        .collect()
}

/// From `features` numbers to a score.
pub(super) fn critic(
    features: usize,
    hidden: &[usize],
    between: Activation,
) -> Vec<Box<dyn Layer>> {
    let sizes = [&[features], hidden, &[1]].concat();
    generator(&sizes, between, Activation::Identity, Normalisation::None)
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
