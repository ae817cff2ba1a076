//! Layers and networks: shapes, parameters, and the calls of their forward and backward passes.
//!
//! A layer never sees an executor, and there is no graph: whoever wants a gradient records it.

mod affine;
mod batch_norm;
mod conv;
mod dense;
mod dropout;
mod init;
mod maxout;
mod moments;
mod network;
mod pack;
mod parameter;
mod positive;
mod spectral;
mod sum;
mod upsample;

pub use affine::Affine;
pub use batch_norm::BatchNorm;
pub use conv::{Conv, Direction};
pub use dense::Dense;
pub use dropout::Dropout;
pub use init::Init;
pub use maxout::Maxout;
pub use moments::Moments;
pub(crate) use network::weigh;
pub use network::{Gradients, Network, Pass, Sweep, Trace};
pub use pack::Pack;
pub use parameter::{Buffer, Initial, Parameter, Planes, Start};
pub use positive::Positive;
pub use spectral::{SpectralNorm, spectral_norm};
pub(crate) use sum::slices;
pub use upsample::Upsample;

use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor};
use crate::threefry::Words;

/// What a backward pass does with the gradients of the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grads {
    /// Leaves them alone: only the input's gradient is wanted.
    Ignore,
    Overwrite,
    /// Adds to what an earlier pass left.
    Accumulate,
}

/// What a pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Statistics are those of the batch, and what is random is drawn.
    Train(Training),
    /// Statistics are the running ones, nothing is random, and nothing changes: a sample does not
    /// depend on its neighbours.
    Eval,
}

/// What layers that treat training differently are told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Training {
    /// Equal parts of the rows, one after the other, whose statistics are kept apart: real and
    /// generated samples.
    pub groups: usize,
    /// Whether power iterations go on: once in every step of the network's own player.
    pub advance: bool,
    pub noise: Noise,
}

impl Mode {
    /// The mode of what comes after this many random draws.
    fn after(self, draws: usize) -> Mode {
        match self {
            Mode::Eval => Mode::Eval,
            Mode::Train(mut training) => {
                training.noise.draw += draws;
                Mode::Train(training)
            }
        }
    }
}

/// Where a pass takes its random numbers from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noise {
    pub clock: Tensor,
    /// Of the stream `dropout`.
    pub key: Words,
    /// Draws that the program has made before this pass, beyond the counter on the clock.
    pub draw: usize,
}

/// One module of the equivalent torch.nn.Sequential, as it stands in a checkpoint's metadata.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "type")]
pub enum Module {
    Linear {
        in_features: usize,
        out_features: usize,
        bias: bool,
    },
    BatchNorm1d {
        num_features: usize,
        eps: f64,
        momentum: f64,
    },
    BatchNorm2d {
        num_features: usize,
        eps: f64,
        momentum: f64,
    },
    Conv2d {
        in_channels: usize,
        out_channels: usize,
        kernel_size: usize,
        stride: usize,
        padding: usize,
        bias: bool,
    },
    ConvTranspose2d {
        in_channels: usize,
        out_channels: usize,
        kernel_size: usize,
        stride: usize,
        padding: usize,
        output_padding: [usize; 2],
        bias: bool,
    },
    /// From \[N, C, H, W\] to \[N, C·H·W\].
    Flatten,
    /// From \[N, C·H·W\] to \[N, C, H, W\].
    Unflatten {
        dim: usize,
        unflattened_size: [usize; 3],
    },
    ReLU,
    LeakyReLU {
        negative_slope: f64,
    },
    Tanh,
    Sigmoid,
    Softplus,
    /// torch.nn has none, but `softplus(2 * x + 2) / 2 - 1` is the same.
    SmoothELU,
    ELU,
    Dropout {
        p: f64,
    },
    /// The largest of each `pieces` neighbours; torch.nn has none, but
    /// `x.unflatten(1, (-1, pieces)).amax(2)` is the same.
    Maxout {
        pieces: usize,
    },
    Upsample {
        scale_factor: usize,
    },
    /// weight\[C\]·x + bias\[C\] column by column; torch.nn has none.
    Affine {
        num_features: usize,
    },
    /// The module with scale · softplus(weight_raw) for its weight; torch.nn has none.
    Positive {
        module: Box<Module>,
        scale: f64,
    },
    /// The products of 1 to `degree` coordinates; torch.nn has none.
    Moments {
        degree: usize,
    },
    /// torch.nn.utils.spectral_norm(module)
    SpectralNorm {
        module: Box<Module>,
    },
}

/// What a layer's forward pass is given.
pub struct Forward<'a> {
    /// What scratch tensors are called.
    pub name: &'a str,
    /// In the order of `Layer::parameters`.
    pub parameters: &'a [Tensor],
    /// In the order of `Layer::buffers`.
    pub buffers: &'a [Tensor],
    pub mode: Mode,
    /// \[N, inputs\]
    pub x: Tensor,
    /// \[N, outputs\], to be written.
    pub y: Tensor,
}

/// What a layer's backward pass is given.
pub struct Backward<'a> {
    /// What scratch tensors are called.
    pub name: &'a str,
    /// The parameters, in the order of `Layer::parameters`.
    pub parameters: &'a [Tensor],
    /// Their gradients, in the same order.
    pub gradients: &'a [Tensor],
    pub grads: Grads,
    pub mode: Mode,
    /// The layer's input.
    pub x: Tensor,
    /// What the forward pass returned.
    pub saved: &'a [Tensor],
    /// The gradient of the loss with respect to the layer's pre-activation.
    pub da: Tensor,
    /// The activation that made `x`, where the gradient with respect to the pre-activation below
    /// is wanted.
    pub below: Option<Activation>,
}

impl Backward<'_> {
    /// Whether the gradients are added to what an earlier pass left.
    fn accumulates(&self) -> bool {
        self.grads == Grads::Accumulate
    }
}

/// What a layer's tangent pass is given.
pub struct Tangent<'a> {
    /// What scratch tensors are called.
    pub name: &'a str,
    /// In the order of `Layer::parameters`.
    pub parameters: &'a [Tensor],
    pub mode: Mode,
    /// The layer's input, its output, and what else the forward pass returned.
    pub x: Tensor,
    pub y: Tensor,
    pub saved: &'a [Tensor],
    /// How the input moves: \[N, inputs\].
    pub tx: Tensor,
    /// The layer's own activation, or the identity if the tangent of the pre-activation is wanted.
    pub end: Activation,
}

impl Tangent<'_> {
    /// The tangent of a layer that is linear: what its forward pass makes of the input's.
    fn through(self, r: &mut Recorder, layer: &dyn Layer) -> Tensor {
        let rows = r.rows(self.tx);
        let y = r.scratch(self.name, &[rows, layer.outputs()]);
        let forward = Forward {
            name: self.name,
            parameters: self.parameters,
            buffers: &[],
            mode: self.mode,
            x: self.tx,
            y,
        };
        layer.forward(r, forward);
        y
    }
}

/// Why a function of a network's slope cannot be differentiated through a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// What it makes of a sample depends on the rest of the batch, and a sample has no slope of its
    /// own.
    CoupledSamples,
    /// The second derivative of its activation jumps.
    JumpingCurve,
    /// It multiplies the numbers of a sample by each other.
    Products,
}

/// A stage of a network: something linear, then an activation.
pub trait Layer: std::fmt::Debug {
    /// The modules of torch.nn that it stands for.
    fn modules(&self) -> Vec<Module>;

    /// Which of `modules` holds the parameters and buffers.
    fn holder(&self) -> usize {
        0
    }

    /// What is learned, in the order in which torch.nn keeps it.
    fn parameters(&self) -> Vec<Parameter>;

    /// What is kept from step to step without being learned: running statistics.
    fn buffers(&self) -> Vec<Buffer> {
        Vec::new()
    }

    /// Draws of the stream `dropout` that a training pass makes.
    fn draws(&self) -> usize {
        0
    }

    /// Elements of one sample's input.
    fn inputs(&self) -> usize;

    /// Elements of one sample's output.
    fn outputs(&self) -> usize;

    /// \[H, W, C\] of the output, where the layer makes an image of something else.
    fn image(&self) -> Option<[usize; 3]> {
        None
    }

    /// φ, applied last.
    fn activation(&self) -> Activation;

    /// What stands in the way of gradients of its slope, if anything does.
    fn obstacle(&self) -> Option<Obstacle> {
        (self.activation() == Activation::Elu).then_some(Obstacle::JumpingCurve)
    }

    /// Elements of the largest tensor that its passes over `rows` samples record.
    fn largest(&self, rows: usize) -> u128;

    /// Records y = φ(linear(x)), and returns what its backward pass needs besides x.
    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor>;

    /// Records the parameters' gradients and, if asked, that of the pre-activation below, which
    /// is returned as a scratch tensor.
    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor>;

    /// Records how the output moves with the input, ty = (the linear part of tx) ∘ φ'(y), which is
    /// returned as a scratch tensor.
    ///
    /// # Panics
    /// Where there is an obstacle.
    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor;

    /// Records the gradients of what the input is multiplied by, where there is such a thing: the part
    /// of `backward` that is linear in `pass.x`, which need not be the layer's input.
    fn weight_gradient(&self, _: &mut Recorder, _: &Backward) {}

    /// Records the gradient of what is added to the product, where there is such a thing.
    fn bias_gradient(&self, _: &mut Recorder, _: &Backward) {}
}

/// The module of an activation; none for the identity.
pub(crate) fn activation_module(activation: Activation) -> Option<Module> {
    match activation {
        Activation::Identity => None,
        Activation::Relu => Some(Module::ReLU),
        Activation::LeakyRelu(negative_slope) => Some(Module::LeakyReLU { negative_slope }),
        Activation::Tanh => Some(Module::Tanh),
        Activation::Sigmoid => Some(Module::Sigmoid),
        Activation::Softplus => Some(Module::Softplus),
        Activation::SmoothElu => Some(Module::SmoothELU),
        Activation::Elu => Some(Module::ELU),
    }
}
