//! A classifier of MNIST's digits: a small convolutional network that learns with the same kernels as
//! the games do, and whose last hidden layer gives features to measure images by.
//!
//! Deliberately not here: the measures themselves (`eval`), which device it runs on, and other classes
//! or sizes of images than those of the data set that is built in.

mod file;
mod reader;
mod training;

pub use file::{Metadata, Saved, embedded};
pub use reader::{Answers, Classifier, Reader};
pub use training::{Course, Settings, Student, Training};

use crate::nn::{BatchNorm, Conv, Dense, Dropout, Layer};
use crate::plan::codes::Activation;

/// \[H, W, C\] of the images.
pub const SHAPE: [usize; 3] = [28, 28, 1];

/// Digits.
pub const CLASSES: usize = 10;

/// Numbers of the last hidden layer, none below 0.
pub const FEATURES: usize = 64;

/// Share of the features that are left out in training.
const DROPPED: f64 = 0.3;

/// What the network is called in the names of its tensors.
const NAME: &str = "classifier";

/// The layers from images in \[−1, 1\] to logits: three convolutions of stride 2 that are normalised by
/// batch, the features, and a linear map of these.
fn layers() -> Vec<Box<dyn Layer>> {
    let first = Conv::down(SHAPE, 24, 4, 2, 1).without_bias();
    let second = Conv::down(first.output(), 40, 4, 2, 1).without_bias();
    let third = Conv::down(second.output(), 48, 3, 2, 0).without_bias();
    let norm = |conv: &Conv| Box::new(BatchNorm::of_images(conv.output(), Activation::Relu));
    let norms = [norm(&first), norm(&second), norm(&third)];
    let hidden = Dense::from_image(third.output(), FEATURES, Activation::Relu);
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for (conv, norm) in [first, second, third].into_iter().zip(norms) {
        layers.push(Box::new(conv));
        layers.push(norm);
    }
    layers.push(Box::new(hidden));
    layers.push(Box::new(Dropout {
        features: FEATURES,
        p: DROPPED,
    }));
    layers.push(Box::new(Dense::new(
        FEATURES,
        CLASSES,
        Activation::Identity,
    )));
    layers
}
