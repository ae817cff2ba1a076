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
    /// Whether a thread works on a cell of neighbours: linked with each width in `shaders/cell/`.
    pub cells: bool,
}

impl PartialEq for Kernel {
    fn eq(&self, other: &Kernel) -> bool {
        self.name == other.name
    }
}

/// What a kernel is linked with: (`product`, `cells`).
macro_rules! drivers {
    (true) => {
        (true, false)
    };
    (false) => {
        (false, false)
    };
    (cells) => {
        (false, true)
    };
}

macro_rules! kernels {
    ($($(#[$doc:meta])* $id:ident = $name:literal ($($in:ident: $it:ident),*) -> ($($out:ident: $ot:ident),*)
       [$($param:ident: $kind:ident),*] $drivers:tt;)*) => {
        $($(#[$doc])* pub static $id: Kernel = Kernel {
            name: $name,
            inputs: &[$((stringify!($in), $it)),*],
            outputs: &[$((stringify!($out), $ot)),*],
            params: &[$((stringify!($param), Kind::$kind)),*],
            product: drivers!($drivers).0,
            cells: drivers!($drivers).1,
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
    /// ty\[N,O\] = (tx\[N,I\] · weight\[O,I\]ᵀ) ∘ φ'(y), φ being the activation that made y
    DENSE_TANGENT = "dense/tangent" (tx: F32, weight: F32, y: F32) -> (ty: F32)
        [rows: Int, inputs: Int, outputs: Int, activation: Int, leak: Float] true;
    /// y\[N,h,w,O\] = φ(windows of x\[N,H,W,I\] · weight\[O,K,K,I\]ᵀ + bias\[O\]): a convolution
    CONV_DOWN = "conv/down" (x: F32, weight: F32, bias: F32) -> (y: F32)
        [rows: Int, height: Int, width: Int, inputs: Int, small_height: Int, small_width: Int, outputs: Int,
         kernel: Int, stride: Int, padding: Int, activation: Int, leak: Float] true;
    /// dx\[N,h,w,O\] = (windows of da\[N,H,W,I\] · weight\[O,K,K,I\]ᵀ) ∘ φ'(x), φ being the activation that made x
    CONV_DOWN_SLOPE = "conv/down_slope" (da: F32, weight: F32, x: F32) -> (dx: F32)
        [rows: Int, height: Int, width: Int, inputs: Int, small_height: Int, small_width: Int, outputs: Int,
         kernel: Int, stride: Int, padding: Int, activation: Int, leak: Float] true;
    /// y\[N,H,W,I\] = φ(sum of the windows x\[N,h,w,O\] · weight\[O,K,K,I\] + bias\[I\]): a transposed convolution
    CONV_UP = "conv/up" (x: F32, weight: F32, bias: F32) -> (y: F32)
        [rows: Int, height: Int, width: Int, inputs: Int, small_height: Int, small_width: Int, outputs: Int,
         kernel: Int, stride: Int, padding: Int, activation: Int, leak: Float] true;
    /// dx\[N,H,W,I\] = (sum of the windows da\[N,h,w,O\] · weight\[O,K,K,I\]) ∘ φ'(x), φ being the activation that made x
    CONV_UP_SLOPE = "conv/up_slope" (da: F32, weight: F32, x: F32) -> (dx: F32)
        [rows: Int, height: Int, width: Int, inputs: Int, small_height: Int, small_width: Int, outputs: Int,
         kernel: Int, stride: Int, padding: Int, activation: Int, leak: Float] true;
    /// windows\[M,I\] = small\[M,O\] · weight\[O,I\]: what small pixels add to a big image of few channels
    CONV_WINDOWS = "conv/windows" (small: F32, weight: F32) -> (windows: F32)
        [rows: Int, inputs: Int, outputs: Int] true;
    /// y\[N,H,W,I\] = φ(sum of windows\[N,h,w,K,K,I\] + bias\[I\])
    CONV_FOLD = "conv/fold" (windows: F32, bias: F32) -> (y: F32)
        [rows: Int, height: Int, width: Int, inputs: Int, small_height: Int, small_width: Int, outputs: Int,
         kernel: Int, stride: Int, padding: Int, activation: Int, leak: Float] false;
    /// dx\[N,H,W,I\] = (sum of windows\[N,h,w,K,K,I\]) ∘ φ'(x), φ being the activation that made x
    CONV_FOLD_SLOPE = "conv/fold_slope" (windows: F32, x: F32) -> (dx: F32)
        [rows: Int, height: Int, width: Int, inputs: Int, small_height: Int, small_width: Int, outputs: Int,
         kernel: Int, stride: Int, padding: Int, activation: Int, leak: Float] false;
    /// dweight\[S,O,K,K,I\] (+)= small\[N,h,w,O\]ᵀ · windows of image\[N,H,W,I\], the small pixels cut into S slices
    CONV_WEIGHT = "conv/weight" (small: F32, image: F32) -> (dweight: F32)
        [rows: Int, height: Int, width: Int, inputs: Int, small_height: Int, small_width: Int, outputs: Int,
         kernel: Int, stride: Int, padding: Int, splits: Int, accumulate: Int] true;
    /// parts\[W\] (+)= Σ over k of values\[i + k·W\], i < W, of L values: slices of a sum over rows
    REDUCE_COLUMNS = "reduce/columns" (values: F32) -> (parts: F32)
        [len: Int, width: Int, accumulate: Int] cells;
    /// total\[L\] (+)= Σ over slices of parts\[S,L\], in order
    REDUCE_SPLITS = "reduce/splits" (parts: F32) -> (total: F32)
        [splits: Int, len: Int, accumulate: Int] false;
    /// parts\[S,G,2,C\]: mean and Σ(x − mean)² of every S-th line of x\[G,L,C\], S ≤ L
    NORM_MOMENTS = "norm/moments" (x: F32) -> (parts: F32)
        [lines: Int, channels: Int, groups: Int, slices: Int] cells;
    /// stats\[G,2,C\] = mean and 1/√(variance + ε) of each group; the running ones follow
    NORM_STATISTICS = "norm/statistics" (parts: F32) -> (stats: F32, running_mean: F32, running_var: F32)
        [lines: Int, channels: Int, groups: Int, slices: Int, epsilon: Float, momentum: Float] false;
    /// stats\[1,2,C\] = mean and 1/√(variance + ε), the running ones
    NORM_RUNNING = "norm/running" (running_mean: F32, running_var: F32) -> (stats: F32)
        [channels: Int, epsilon: Float] false;
    /// y\[G,L,C\] = φ(weight\[C\]·x̂ + bias\[C\]), x̂ being x\[G,L,C\] normalised with stats\[G,2,C\]
    NORM_APPLY = "norm/apply" (x: F32, stats: F32, weight: F32, bias: F32) -> (y: F32)
        [lines: Int, channels: Int, groups: Int, blocks: Int, activation: Int, leak: Float] cells;
    /// parts\[S,G,2,C\]: Σda and Σda·x̂ over every S-th line, S ≤ L
    NORM_BACKWARD_SUMS = "norm/backward_sums" (da: F32, x: F32, stats: F32) -> (parts: F32)
        [lines: Int, channels: Int, groups: Int, slices: Int] cells;
    /// dbias\[C\], dweight\[C\] (+)= Σ over groups of sums\[G,2,C\]
    NORM_BACKWARD_PARAMETERS = "norm/backward_parameters" (sums: F32) -> (dweight: F32, dbias: F32)
        [channels: Int, groups: Int, accumulate: Int] false;
    /// dx\[G,L,C\] = weight·(da − share·(sums₀ + x̂·sums₁))/√(variance + ε) ∘ φ'(x), φ having made x
    NORM_BACKWARD_INPUT = "norm/backward_input" (da: F32, x: F32, stats: F32, weight: F32, sums: F32) -> (dx: F32)
        [lines: Int, channels: Int, groups: Int, blocks: Int, share: Float, activation: Int, leak: Float] cells;
    /// values\[L\]: standard normal numbers, draw clock\[counter\] of the stream with this key
    RANDOM_NORMAL = "random/normal" (clock: U32) -> (values: F32)
        [key0: Int, key1: Int, counter: Int, len: Int] false;
    /// values\[L\]: uniform numbers on (−1, 1), draw clock\[counter\] of the stream with this key
    RANDOM_UNIFORM = "random/uniform" (clock: U32) -> (values: F32)
        [key0: Int, key1: Int, counter: Int, len: Int] false;
    /// y\[L\] = −log(1 − u)/rate of u = (1 + x\[L\])/2, x being uniform on (−1, 1) here and below
    PUSHFORWARD_EXPONENTIAL = "pushforward/exponential" (x: F32) -> (y: F32) [len: Int, rate: Float] false;
    /// y\[L\] = location + scale · log(u/(1 − u))
    PUSHFORWARD_LOGISTIC = "pushforward/logistic" (x: F32) -> (y: F32)
        [len: Int, location: Float, scale: Float] false;
    /// y\[L\] = location + scale · tan(π(u − ½))
    PUSHFORWARD_CAUCHY = "pushforward/cauchy" (x: F32) -> (y: F32)
        [len: Int, location: Float, scale: Float] false;
    /// y\[L\] = location + scale · Φ⁻¹(u)
    PUSHFORWARD_GAUSSIAN = "pushforward/gaussian" (x: F32) -> (y: F32)
        [len: Int, location: Float, scale: Float] false;
    /// y\[L\] = scale · (−log(1 − u))^power
    PUSHFORWARD_WEIBULL = "pushforward/weibull" (x: F32) -> (y: F32)
        [len: Int, power: Float, scale: Float] false;
    /// y\[L\] = the inverse at u of the function that goes straight through M (points, heights)
    PUSHFORWARD_TABLE = "pushforward/table" (x: F32, points: F32, heights: F32) -> (y: F32)
        [len: Int, count: Int] false;
    /// y\[L\] = location + scale · x\[L\]
    PUSHFORWARD_AFFINE = "pushforward/affine" (x: F32) -> (y: F32)
        [len: Int, location: Float, scale: Float] false;
    /// y\[L\] = x\[L\]²
    PUSHFORWARD_SQUARE = "pushforward/square" (x: F32) -> (y: F32) [len: Int] false;
    /// y\[L\] = exp(x\[L\])
    PUSHFORWARD_EXP = "pushforward/exp" (x: F32) -> (y: F32) [len: Int] false;
    /// y\[L\] = |x\[L\]|
    PUSHFORWARD_ABS = "pushforward/abs" (x: F32) -> (y: F32) [len: Int] false;
    /// values\[L\] = the place of the largest of logits\[K\] + gumbel noise, draw clock\[counter\] of the
    /// stream with this key
    PUSHFORWARD_GUMBEL_MAX = "pushforward/gumbel_max" (logits: F32, clock: U32) -> (values: F32)
        [key0: Int, key1: Int, counter: Int, len: Int, categories: Int] false;
    /// x\[N,H,W,S·C\]: the next N samples of S = `stack` of `count` images, each of these in an order of
    /// the epoch of its own, bytes mapped to \[−1, 1\], with `flip` mirrored along the width where the
    /// flip stream says so
    DATA_GATHER = "data/gather" (images: U8, clock: U32) -> (x: F32)
        [key0: Int, key1: Int, count: Int, half_bits: Int, rows: Int, features: Int,
         flip: Int, flip_key0: Int, flip_key1: Int, width: Int, channels: Int, stack: Int] false;
    /// classes\[N\]: the labels of the images that `data/gather` takes at the same clock, S being 1
    DATA_LABELS = "data/labels" (labels: U8, clock: U32) -> (classes: U32)
        [key0: Int, key1: Int, count: Int, half_bits: Int, rows: Int] false;
    /// x\[N,D\]: the next N of `count` points\[count,D\] in the order of the epoch
    DATA_ROWS = "data/rows" (points: F32, clock: U32) -> (x: F32)
        [key0: Int, key1: Int, count: Int, half_bits: Int, rows: Int, features: Int] false;
    /// x\[N,D\]: the next N samples of a mixture of normal distributions, each a row (share, σ, mean\[D\])
    /// of components\[K,2+D\], where the shares add up to 2²⁴ and every row has the sum so far
    DATA_MIXTURE = "data/mixture" (components: F32, clock: U32) -> (x: F32)
        [key0: Int, key1: Int, components: Int, rows: Int, features: Int] false;
    /// x\[N,D\]: the next N samples of a curve with normal noise, shape being (parameter, σ)
    DATA_CURVE = "data/curve" (shape: F32, clock: U32) -> (x: F32)
        [key0: Int, key1: Int, curve: Int, rows: Int, features: Int] false;
    /// destination\[start..start+L\] = source\[skip..skip+L\]
    DATA_COPY = "data/copy" (source: F32) -> (destination: F32)
        [skip: Int, start: Int, len: Int] false;
    /// values\[L\] = value
    DATA_FILL = "data/fill" () -> (values: F32) [len: Int, value: Float] false;
    /// y\[L\] = x\[L\] ∘ mask · scale, the mask being draw clock\[dropout\] + `draw` of the stream with
    /// this key: words of at least `least` are kept
    DROPOUT_FORWARD = "dropout/forward" (x: F32, clock: U32) -> (y: F32)
        [key0: Int, key1: Int, draw: Int, least: Int, len: Int, scale: Float] false;
    /// dx\[L\] = da\[L\] ∘ mask · scale ∘ φ'(x), φ being the activation that made x
    DROPOUT_BACKWARD = "dropout/backward" (da: F32, x: F32, clock: U32) -> (dx: F32)
        [key0: Int, key1: Int, draw: Int, least: Int, len: Int, scale: Float, activation: Int, leak: Float] false;
    /// y\[L\] = the largest of each P neighbours of x\[L,P\]
    MAXOUT_FORWARD = "maxout/forward" (x: F32) -> (y: F32) [len: Int, pieces: Int] false;
    /// dx\[L,P\] = da\[L\] ∘ φ'(x) at the first of the largest of each P neighbours, 0 elsewhere
    MAXOUT_BACKWARD = "maxout/backward" (da: F32, x: F32) -> (dx: F32)
        [len: Int, pieces: Int, activation: Int, leak: Float] false;
    /// ty\[L\] = tx\[L,P\] at the first of the largest of each P neighbours of x\[L,P\]
    MAXOUT_TANGENT = "maxout/tangent" (tx: F32, x: F32) -> (ty: F32) [len: Int, pieces: Int] false;
    /// y\[N,H·S,W·S,C\] = every pixel of x\[N,H,W,C\] S times along both sides; rows are N·H
    UPSAMPLE_FORWARD = "upsample/forward" (x: F32) -> (y: F32)
        [rows: Int, width: Int, channels: Int, scale: Int] false;
    /// dx\[N,H,W,C\] = Σ over S·S pixels of da\[N,H·S,W·S,C\] ∘ φ'(x); rows are N·H
    UPSAMPLE_BACKWARD = "upsample/backward" (da: F32, x: F32) -> (dx: F32)
        [rows: Int, width: Int, channels: Int, scale: Int, activation: Int, leak: Float] false;
    /// y\[N,P,M,C\] = x\[N,M,P,C\]: M images of P pixels become one of M·C channels
    PACK_FORWARD = "pack/forward" (x: F32) -> (y: F32)
        [rows: Int, count: Int, pixels: Int, channels: Int] false;
    /// dx\[N,M,P,C\] = da\[N,P,M,C\] ∘ φ'(x), φ being the activation that made x
    PACK_BACKWARD = "pack/backward" (da: F32, x: F32) -> (dx: F32)
        [rows: Int, count: Int, pixels: Int, channels: Int, activation: Int, leak: Float] false;
    /// y\[N,K\] = the products of sequences of coordinates of x\[N,D\], K = D + D² + …
    MOMENTS_FORWARD = "moments/forward" (x: F32) -> (y: F32)
        [rows: Int, dims: Int, features: Int] false;
    /// dx\[N,D\] = (Σ over K of da\[N,K\] · ∂y\[N,K\]/∂x\[N,D\]) ∘ φ'(x), φ being the activation that made x
    MOMENTS_BACKWARD = "moments/backward" (da: F32, x: F32) -> (dx: F32)
        [rows: Int, dims: Int, features: Int, activation: Int, leak: Float] false;
    /// y\[L,C\] = φ(weight\[C\]·x\[L,C\] + bias\[C\]); len is L·C
    AFFINE_FORWARD = "affine/forward" (x: F32, weight: F32, bias: F32) -> (y: F32)
        [len: Int, columns: Int, activation: Int, leak: Float] false;
    /// dx\[L,C\] = weight\[C\]·da\[L,C\] ∘ φ'(x), φ being the activation that made x
    AFFINE_BACKWARD_INPUT = "affine/backward_input" (da: F32, weight: F32, x: F32) -> (dx: F32)
        [len: Int, columns: Int, activation: Int, leak: Float] false;
    /// terms\[L\] = da\[L\]·x\[L\]: what the weight's gradient is the sum of
    AFFINE_BACKWARD_WEIGHT = "affine/backward_weight" (da: F32, x: F32) -> (terms: F32) [len: Int] false;
    /// weight\[L\] = scale · log(1 + exp(raw\[L\])), positive whatever raw is
    POSITIVE_FORWARD = "positive/forward" (raw: F32) -> (weight: F32) [len: Int, scale: Float] false;
    /// draw\[L\] (+)= scale · dweight\[L\]/(1 + exp(−raw\[L\]))
    POSITIVE_BACKWARD = "positive/backward" (dweight: F32, raw: F32) -> (draw: F32)
        [len: Int, scale: Float, accumulate: Int] false;
    /// sums\[C\] = weight\[R,C\]ᵀ · u\[R\]
    SPECTRAL_COLUMNS = "spectral/columns" (weight: F32, u: F32) -> (sums: F32)
        [rows: Int, columns: Int] false;
    /// dots\[R\] = left\[R,C\] · right row by row, where right moves on by `stride` per row
    SPECTRAL_DOTS = "spectral/dots" (left: F32, right: F32) -> (dots: F32)
        [rows: Int, columns: Int, stride: Int] false;
    /// direction\[L\] = values\[L\] / |values|
    SPECTRAL_DIRECTION = "spectral/direction" (values: F32) -> (direction: F32) [len: Int] false;
    /// scaled\[L\] = weight\[L\] / sigma
    SPECTRAL_DIVIDE = "spectral/divide" (weight: F32, sigma: F32) -> (scaled: F32) [len: Int] false;
    /// dweight\[R,C\] (+)= (dscaled\[R,C\] − overlap · u\[R\] v\[C\]ᵀ) / sigma
    SPECTRAL_BACKWARD = "spectral/backward" (dscaled: F32, u: F32, v: F32, sigma: F32, overlap: F32) -> (dweight: F32)
        [rows: Int, columns: Int, accumulate: Int] false;
    /// From scores\[2B\], real ones first: the slopes of the critic loss and its metrics
    OBJECTIVE_CRITIC = "objective/critic" (scores: F32, clock: U32) -> (slopes: F32, metrics: F32, guard: U32)
        [batch: Int, objective: Int, ring: Int, parameter: Float, smoothing: Float, threshold: Float] false;
    /// From B scores of generated samples, the first at `first`, and of real ones where the objective
    /// compares them: the slopes of the generator loss, 0 before `first`, and its metric
    OBJECTIVE_GENERATOR = "objective/generator" (scores: F32, reals: F32, clock: U32) -> (slopes: F32, metrics: F32, guard: U32)
        [batch: Int, first: Int, objective: Int, ring: Int, parameter: Float, minimax: Int] false;
    /// From logits\[N,C\] and the class of each row: the slopes of the mean cross-entropy, and in a row of
    /// tally\[ring,2\] that and the number of rows told right
    OBJECTIVE_SOFTMAX = "objective/softmax" (logits: F32, labels: U32, clock: U32) -> (slopes: F32, tally: F32, guard: U32)
        [rows: Int, classes: Int, ring: Int, watched: Int] false;
    /// ty\[L\] = ta ∘ φ'(y), and bend\[L\] = da ∘ ta ∘ φ''/φ', φ being the activation that made y
    TANGENT_BEND = "tangent/bend" (y: F32, da: F32, ta: F32) -> (ty: F32, bend: F32)
        [len: Int, activation: Int, leak: Float] cells;
    /// weighed\[L\] = values\[L\], each row of `width` times its weight, plus added\[count\] from `start` on
    TANGENT_WEIGH = "tangent/weigh" (values: F32, weights: F32, added: F32) -> (weighed: F32)
        [len: Int, width: Int, start: Int, count: Int] cells;
    /// mixed\[N,F\] = ε\[N\] real + (1 − ε) fake, ε being draw clock\[mix\] of the stream with this key
    PENALTY_INTERPOLATE = "penalty/interpolate" (real: F32, fake: F32, clock: U32) -> (mixed: F32)
        [key0: Int, key1: Int, len: Int, features: Int] false;
    /// spread\[1\]: the standard deviation of all values, from parts\[S,1,2,1\] of norm/moments
    PENALTY_SPREAD = "penalty/spread" (parts: F32) -> (spread: F32) [lines: Int, slices: Int] false;
    /// mixed\[N,F\] = x + scale · spread · ε\[N\] · u\[N,F\], ε and u being draws of the streams mix and noise
    PENALTY_PERTURB = "penalty/perturb" (x: F32, spread: F32, clock: U32) -> (mixed: F32)
        [key0: Int, key1: Int, noise_key0: Int, noise_key1: Int, len: Int, features: Int, scale: Float] false;
    /// From |g|²\[N\] of each row: the penalty's slope v = factor\[N\] · g, times `boost`, and its metrics. Rows
    /// below `split` have one weight, the rest another; `share` is what a row counts for in the penalty
    PENALTY_NORMS = "penalty/norms" (squares: F32, clock: U32) -> (factors: F32, metrics: F32, guard: U32)
        [rows: Int, split: Int, norm: Int, ring: Int, weight: Float, rest: Float, share: Float, boost: Float] false;
    /// rates\[4\] = learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, momentum, for the update that follows
    OPTIM_ADVANCE = "optim/advance" (clock: U32) -> (rates: F32)
        [lr: Float, slope: Float, decay: Float, floor: Float, beta1: Float, rest1: Float, beta2: Float, rest2: Float,
         momentum: Float, rise: Float, ramp: Float, pace: Float] false;
    /// Adam (Kingma and Ba 2015, algorithm 1) on a whole network at once
    OPTIM_ADAM = "optim/adam" (gradients: F32, rates: F32) -> (parameters: F32, mean: F32, square: F32, guard: U32)
        [len: Int, beta2: Float, rest1: Float, rest2: Float, epsilon: Float, watched: Int] false;
    /// Gradient descent with momentum on a whole network at once
    OPTIM_SGD = "optim/sgd" (gradients: F32, rates: F32) -> (parameters: F32, velocity: F32, guard: U32)
        [len: Int, watched: Int] false;
    /// RMSprop (Tieleman and Hinton 2012) on a whole network at once
    OPTIM_RMSPROP = "optim/rmsprop" (gradients: F32, rates: F32) -> (parameters: F32, square: F32, guard: U32)
        [len: Int, decay: Float, rest: Float, epsilon: Float, watched: Int] false;
    /// parameters\[L\] = −radius · gradients / |gradients|: where a linear function is least on a sphere
    OPTIM_BEST = "optim/best" (gradients: F32) -> (parameters: F32, guard: U32)
        [len: Int, radius: Float, watched: Int] false;
    /// parameters\[L\] clipped to \[−limit, limit\]
    OPTIM_CLIP = "optim/clip" () -> (parameters: F32) [len: Int, limit: Float] false;
    /// average\[L\] = decay · average\[L\] + (1 − decay) · source\[L\]; `rest` is 1 − decay
    OPTIM_AVERAGE = "optim/average" (source: F32) -> (average: F32)
        [len: Int, rest: Float] false;
    /// Moves the counters on, and notes the step at which the guard first saw something
    CLOCK_ADVANCE = "clock/advance" () -> (clock: U32, guard: U32)
        [step: Int, images: Int, count: Int, latent: Int, mix: Int, dropout: Int, noise: Int] false;
    /// sums\[L\]: multiply-adds without memory, to measure a device's ceiling
    BENCH_MULTIPLY_ADD = "bench/multiply_add" () -> (sums: F32) [rounds: Int] false;
    /// destination\[L\] = source\[L\], to measure a device's ceiling
    BENCH_COPY = "bench/copy" (source: F32) -> (destination: F32) [len: Int] false;
}
