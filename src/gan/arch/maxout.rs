//! The critic of Goodfellow et al. 2014 for MNIST: maxout units with dropout. Their generator is one
//! of dense layers with rectifiers.

use crate::nn::{Dense, Dropout, Layer, Maxout};
use crate::plan::codes::Activation;

/// Shares that the critic drops of the image and of what a hidden layer makes.
const DROPPED: [f64; 2] = [0.2, 0.5];

/// From `features` numbers to a score; a hidden unit is the largest of `pieces`.
pub(super) fn critic(features: usize, hidden: &[usize], pieces: usize) -> Vec<Box<dyn Layer>> {
    let (mut layers, mut inputs): (Vec<Box<dyn Layer>>, _) = (Vec::new(), features);
    for (at, &outputs) in hidden.iter().chain(&[1]).enumerate() {
        layers.push(Box::new(Dropout {
            features: inputs,
            p: DROPPED[at.min(1)],
        }));
        let last = at == hidden.len();
        let sums = if last { 1 } else { outputs * pieces };
        layers.push(Box::new(Dense::new(inputs, sums, Activation::Identity)));
        if !last {
            layers.push(Box::new(Maxout { outputs, pieces }));
        }
        inputs = outputs;
    }
    layers
}
