//! The WGSL shaders, run through wgpu: the only place that names wgpu.
//!
//! It deliberately does not know layers, objectives or steps: it links shaders, and runs plans.

mod link;
mod reflect;
mod shader;

pub use link::Sources;
pub use reflect::{Binding, Element, Field, Params};
pub use shader::{MOST_GROUPS, Shader, shaders};
