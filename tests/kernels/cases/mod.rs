//! The calls that executors are compared on: awkward lengths, and each kernel's own edges.

mod game;
mod products;
mod tensors;

pub use products::{deep, products, shared};

use gpugan::plan::Contents;

use crate::harness::{Case, noise};

const LENGTHS: [usize; 6] = [1, 7, 64, 65, 257, 100_003];

pub fn all() -> Vec<Case> {
    let kinds = [
        tensors::random(),
        tensors::gather(),
        tensors::copy(),
        tensors::splits(),
        tensors::columns(),
        game::objectives(),
        game::rates(),
        game::adam(),
        game::sgd(),
        game::rmsprop(),
        game::clip(),
        game::clock(),
        products(),
        deep(),
        shared(),
        products::benches(),
    ];
    kinds.into_iter().flatten().collect()
}

fn floats(seed: u32, len: usize, scale: f32) -> Contents {
    Contents::F32(noise(seed, len, scale))
}
