//! The WGSL shaders, run through wgpu: the only place that names wgpu.
//!
//! It deliberately does not know layers, objectives or steps: it links shaders, and runs plans.

mod adapter;
mod device;
mod executor;
mod heartbeat;
mod link;
mod memory;
mod pace;
mod pipeline;
mod profile;
mod reflect;
mod replay;
mod shader;
#[cfg(test)]
mod tests;
mod transfer;
mod tune;
mod variant;

pub use adapter::{Adapter, AdapterInfo, Request, hush_layers, list, select};
pub use executor::{Gpu, GpuOptions};
pub use link::Sources;
pub use reflect::{Binding, Element, Field, Params};
pub use shader::{MOST_GROUPS, Shader, shaders};
pub use tune::{Choices, Tuned, Tuning};
