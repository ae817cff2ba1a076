//! gpugan trains generative adversarial networks with hand-written WGSL compute shaders.

pub mod data;
pub mod error;
pub mod gpu;
pub mod plan;
pub mod threefry;

pub use error::{Error, Result};
