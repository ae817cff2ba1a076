//! Layers and networks: shapes, parameters, and the calls of their forward and backward passes.
//!
//! A layer never sees an executor, and there is no graph: whoever wants a gradient records it.

mod dense;
mod init;
mod network;

pub use dense::Dense;
pub use init::Init;
pub use network::{Gradients, Network, Trace};

use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor};

/// What a backward pass does with the gradients of the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grads {
    /// Leaves them alone: only the input's gradient is wanted.
    Ignore,
    Overwrite,
    /// Adds to what an earlier pass left.
    Accumulate,
}

/// A parameter of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// `weight`, `bias`: the name in torch.nn.
    pub name: &'static str,
    pub shape: Vec<usize>,
    /// Inputs that one output sums over; decides PyTorch's initial spread.
    pub fan_in: usize,
}

/// One module of the equivalent torch.nn.Sequential, as it stands in a checkpoint's metadata.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "type")]
pub enum Module {
    Linear {
        in_features: usize,
        out_features: usize,
    },
    ReLU,
    LeakyReLU {
        negative_slope: f64,
    },
    Tanh,
    Sigmoid,
}

/// What a layer's backward pass is given.
pub struct Backward<'a> {
    /// The parameters, in the order of `Layer::parameters`.
    pub parameters: &'a [Tensor],
    /// Their gradients, in the same order.
    pub gradients: &'a [Tensor],
    pub grads: Grads,
    /// The layer's input.
    pub x: Tensor,
    /// The gradient of the loss with respect to the layer's pre-activation.
    pub da: Tensor,
    /// The activation that made `x`, where the gradient with respect to the pre-activation below
    /// is wanted.
    pub below: Option<Activation>,
}

/// A stage of a network: something linear, then an activation.
pub trait Layer: std::fmt::Debug {
    /// The modules of torch.nn that it stands for; the first one holds the parameters.
    fn modules(&self) -> Vec<Module>;

    /// What is learned, in the order in which torch.nn keeps it.
    fn parameters(&self) -> Vec<Parameter>;

    /// Elements of one sample's input.
    fn inputs(&self) -> usize;

    /// Elements of one sample's output.
    fn outputs(&self) -> usize;

    /// φ, applied last.
    fn activation(&self) -> Activation;

    /// Elements of the largest tensor that its passes over `rows` samples record.
    fn largest(&self, rows: usize) -> u128;

    /// Records y = φ(linear(x)) for x\[N, …\], y\[N, …\].
    fn forward(&self, r: &mut Recorder, parameters: &[Tensor], x: Tensor, y: Tensor);

    /// Records the parameters' gradients and, if asked, that of the pre-activation below, which
    /// is returned as a scratch tensor called `name`.
    fn backward(&self, r: &mut Recorder, name: &str, pass: Backward) -> Option<Tensor>;
}

/// The module of an activation; none for the identity.
pub(crate) fn activation_module(activation: Activation) -> Option<Module> {
    match activation {
        Activation::Identity => None,
        Activation::Relu => Some(Module::ReLU),
        Activation::LeakyRelu(negative_slope) => Some(Module::LeakyReLU { negative_slope }),
        Activation::Tanh => Some(Module::Tanh),
        Activation::Sigmoid => Some(Module::Sigmoid),
    }
}
