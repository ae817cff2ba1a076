//! gpugan trains generative adversarial networks with hand-written WGSL compute shaders on any GPU
//! that wgpu reaches, and on machines without one.
//!
//! A `plan` is plain data: named tensors, and calls of named kernels on them. Layers (`nn`),
//! optimisers (`optim`), random draws (`random`) and the game itself (`gan`) record calls; the
//! executors `gpu` (WGSL through wgpu) and `cpu` (the same kernels in Rust) run them.

pub mod bench;
pub mod classifier;
pub mod cpu;
pub mod data;
pub mod error;
pub mod eval;
pub mod gan;
pub mod gpu;
pub mod nn;
pub mod optim;
pub mod plan;
pub mod plot;
pub mod pushforward;
pub mod random;
pub mod rates;
pub mod run;
pub mod schedule;
pub mod threefry;

pub use error::{Error, Result};
