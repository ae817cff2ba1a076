//! gpugan trains generative adversarial networks with hand-written WGSL compute shaders.

pub mod error;
pub mod run;

pub use error::{Error, Result};
