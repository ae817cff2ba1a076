//! The calls that executors are compared on: awkward lengths, and each kernel's own edges.

mod conv;
mod game;
mod layers;
mod norm;
mod penalty;
mod points;
mod products;
mod pushforward;
mod softmax;
mod tensors;

pub use conv::convolutions;
pub use products::{deep, products, shared};

use gpugan::plan::Contents;

use crate::harness::{Case, noise};

const LENGTHS: [usize; 6] = [1, 7, 64, 65, 257, 100_003];

pub fn all() -> Vec<Case> {
    let kinds = [
        tensors::random(),
        pushforward::pointwise(),
        pushforward::tables(),
        pushforward::gumbel_max(),
        tensors::gather(),
        softmax::labels(),
        softmax::rows(),
        points::rows(),
        points::drawn(),
        points::affine(),
        points::positive(),
        tensors::copy(),
        tensors::splits(),
        layers::dropout(),
        layers::maxout(),
        layers::upsample(),
        layers::pack(),
        layers::moments(),
        layers::spectral(),
        layers::directions(),
        penalty::fill(),
        penalty::points(),
        penalty::spread(),
        penalty::norms(),
        cells(),
        norm::others(),
        game::objectives(),
        game::rates(),
        game::adam(),
        game::sgd(),
        game::rmsprop(),
        game::best(),
        game::clip(),
        game::average(),
        game::clock(),
        products(),
        convolutions(),
        deep(),
        shared(),
        products::benches(),
    ];
    kinds.into_iter().flatten().collect()
}

/// Kernels that are linked with each width of a cell.
pub fn cells() -> Vec<Case> {
    [tensors::columns(), norm::cells(), penalty::cells()]
        .into_iter()
        .flatten()
        .collect()
}

fn floats(seed: u32, len: usize, scale: f32) -> Contents {
    Contents::F32(noise(seed, len, scale))
}
