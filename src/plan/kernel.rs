//! The catalogue of kernels: what each reads, writes and is told.
//!
//! The shader of the same name is the truth about bindings and workgroup sizes; a test without a
//! GPU holds every row of this table against it.

use super::DType;
use DType::{F32, U8, U32};

/// A tensor that a kernel takes, under the name of its binding.
pub type Port = (&'static str, DType);

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Int,
    Float,
}

/// What there is to know about a kernel without looking at its shader.
#[derive(Debug)]
pub struct Kernel {
    /// `noun/verb`: the shader's file, the mirror's function, the label, the row of a profile.
    pub name: &'static str,
    /// Bindings that are only read.
    pub inputs: &'static [Port],
    /// Bindings that are written, whether or not they are read as well.
    pub outputs: &'static [Port],
    pub params: &'static [(&'static str, Kind)],
    /// Whether it is a matrix product, which is linked with each driver in `shaders/gemm/`.
    pub product: bool,
}

impl PartialEq for Kernel {
    fn eq(&self, other: &Kernel) -> bool {
        self.name == other.name
    }
}

macro_rules! kernels {
    ($($(#[$doc:meta])* $id:ident = $name:literal ($($in:ident: $it:ident),*) -> ($($out:ident: $ot:ident),*)
       [$($param:ident: $kind:ident),*] $product:literal;)*) => {
        $($(#[$doc])* pub static $id: Kernel = Kernel {
            name: $name,
            inputs: &[$((stringify!($in), $it)),*],
            outputs: &[$((stringify!($out), $ot)),*],
            params: &[$((stringify!($param), Kind::$kind)),*],
            product: $product,
        };)*
        /// Every kernel there is.
        pub static ALL: &[&Kernel] = &[$(&$id),*];
    };
}

kernels! {
    /// y\[N,O\] = φ(x\[N,I\] · weight\[O,I\]ᵀ + bias\[O\])
    DENSE_FORWARD = "dense/forward" (x: F32, weight: F32, bias: F32) -> (y: F32)
        [rows: Int, inputs: Int, outputs: Int, activation: Int, leak: Float] true;
    /// dx\[N,I\] = (da\[N,O\] · weight\[O,I\]) ∘ φ'(x), φ being the activation that made x
    DENSE_BACKWARD_INPUT = "dense/backward_input" (da: F32, weight: F32, x: F32) -> (dx: F32)
        [rows: Int, inputs: Int, outputs: Int, activation: Int, leak: Float] true;
    /// dweight\[S,O,I\] (+)= da\[N,O\]ᵀ · x\[N,I\], the rows cut into S slices
    DENSE_BACKWARD_WEIGHT = "dense/backward_weight" (da: F32, x: F32) -> (dweight: F32)
        [rows: Int, inputs: Int, outputs: Int, splits: Int, accumulate: Int] true;
    /// dbias\[O\] (+)= Σ over rows of da\[N,O\]
    DENSE_BACKWARD_BIAS = "dense/backward_bias" (da: F32) -> (dbias: F32)
        [rows: Int, outputs: Int, accumulate: Int] false;
    /// total\[L\] (+)= Σ over slices of parts\[S,L\], in order
    REDUCE_SPLITS = "reduce/splits" (parts: F32) -> (total: F32)
        [splits: Int, len: Int, accumulate: Int] false;
    /// values\[L\]: standard normal numbers, draw clock\[counter\] of the stream with this key
    RANDOM_NORMAL = "random/normal" (clock: U32) -> (values: F32)
        [key0: Int, key1: Int, counter: Int, len: Int] false;
    /// values\[L\]: uniform numbers on (−1, 1), draw clock\[counter\] of the stream with this key
    RANDOM_UNIFORM = "random/uniform" (clock: U32) -> (values: F32)
        [key0: Int, key1: Int, counter: Int, len: Int] false;
    /// x\[N,F\]: the next N of `count` images in the order of the epoch, bytes mapped to \[−1, 1\]
    DATA_GATHER = "data/gather" (images: U8, clock: U32) -> (x: F32)
        [key0: Int, key1: Int, count: Int, half_bits: Int, rows: Int, features: Int] false;
    /// destination\[start..start+L\] = source\[L\]
    DATA_COPY = "data/copy" (source: F32) -> (destination: F32)
        [start: Int, len: Int] false;
    /// From scores\[2B\], real ones first: the slopes of the critic loss and its metrics
    OBJECTIVE_CRITIC = "objective/critic" (scores: F32, clock: U32) -> (slopes: F32, metrics: F32, guard: U32)
        [batch: Int, objective: Int, ring: Int, parameter: Float, smoothing: Float, threshold: Float] false;
    /// From scores\[B\] of generated samples, and of real ones where the objective compares them:
    /// the slopes of the generator loss and its metric
    OBJECTIVE_GENERATOR = "objective/generator" (scores: F32, reals: F32, clock: U32) -> (slopes: F32, metrics: F32, guard: U32)
        [batch: Int, objective: Int, ring: Int, parameter: Float, minimax: Int] false;
    /// rates\[4\] = learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, momentum, for the update that follows
    OPTIM_ADVANCE = "optim/advance" () -> (rates: F32)
        [lr: Float, beta1: Float, rest1: Float, beta2: Float, rest2: Float, momentum: Float] false;
    /// Adam (Kingma and Ba 2015, algorithm 1) on a whole network at once
    OPTIM_ADAM = "optim/adam" (gradients: F32, rates: F32) -> (parameters: F32, mean: F32, square: F32, guard: U32)
        [len: Int, beta2: Float, rest1: Float, rest2: Float, epsilon: Float, watched: Int] false;
    /// Gradient descent with momentum on a whole network at once
    OPTIM_SGD = "optim/sgd" (gradients: F32, rates: F32) -> (parameters: F32, velocity: F32, guard: U32)
        [len: Int, watched: Int] false;
    /// RMSprop (Tieleman and Hinton 2012) on a whole network at once
    OPTIM_RMSPROP = "optim/rmsprop" (gradients: F32, rates: F32) -> (parameters: F32, square: F32, guard: U32)
        [len: Int, decay: Float, rest: Float, epsilon: Float, watched: Int] false;
    /// parameters\[L\] clipped to \[−limit, limit\]
    OPTIM_CLIP = "optim/clip" () -> (parameters: F32) [len: Int, limit: Float] false;
    /// Moves the counters on, and notes the step at which the guard first saw something
    CLOCK_ADVANCE = "clock/advance" () -> (clock: U32, guard: U32)
        [step: Int, images: Int, count: Int, latent: Int, mix: Int, dropout: Int, noise: Int] false;
    /// sums\[L\]: multiply-adds without memory, to measure a device's ceiling
    BENCH_MULTIPLY_ADD = "bench/multiply_add" () -> (sums: F32) [rounds: Int] false;
    /// destination\[L\] = source\[L\], to measure a device's ceiling
    BENCH_COPY = "bench/copy" (source: F32) -> (destination: F32) [len: Int] false;
}
