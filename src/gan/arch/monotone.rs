//! Increasing functions: dense layers with positive weights, and tanh, which is increasing and bent
//! both ways, between them. Few hidden units make a smooth map, more a map with steps.

use super::mlp;
use crate::nn::{Layer, Positive};
use crate::plan::codes::Activation;

/// From a latent to a coordinate, through the hidden sizes between the ends of `sizes`.
pub(super) fn generator(sizes: &[usize], last: Activation) -> Vec<Box<dyn Layer>> {
    mlp::dense(sizes, Activation::Tanh, last)
        .map(|layer| Box::new(Positive::new(layer)) as Box<dyn Layer>)
        .collect()
}
