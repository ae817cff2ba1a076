//! Matrix products on shapes that fill no block of any driver, and a few that do.

use gpugan::plan::codes::Activation;
use gpugan::plan::{Contents, Kernel, kernel};

use super::floats;
use crate::harness::{Case, noise};

/// Rows, inputs, outputs. The drivers work in blocks of 8, 16 and 32.
const SHAPES: [[usize; 3]; 17] = [
    [1, 1, 1],
    [7, 1, 65],
    [1, 257, 7],
    [64, 64, 64],
    [65, 7, 1],
    [257, 65, 64],
    [65, 257, 257],
    [7, 64, 257],
    [64, 65, 1],
    // What `lane` fits: multiples of four.
    [1, 4, 4],
    [7, 12, 68],
    [33, 68, 12],
    [257, 260, 4],
    [1, 260, 260],
    [33, 4, 260],
    [257, 12, 12],
    [7, 68, 260],
];

/// Sums of more terms than llvmpipe lets a loop turn. The terms are whole numbers and a half, whose
/// sum is exact, so that one that ends early is not lost in the tolerance.
const DEEP: [usize; 3] = [65_536, 65_601, 4 * 60_000];

pub const ACTIVATIONS: [Activation; 8] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu(0.2),
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::SmoothElu,
    Activation::Elu,
];

pub fn products() -> Vec<Case> {
    let mut cases = Vec::new();
    for shape in SHAPES {
        for activation in ACTIVATIONS {
            cases.extend([
                forward(shape, activation),
                backward_input(shape, activation),
                tangent(shape, activation),
            ]);
        }
        let slices = [(1, 0), (1, 1), (2, 1), (3, 0), (7, 0), (7, 1)];
        cases.extend(slices.map(|(splits, accumulate)| backward_weight(shape, splits, accumulate)));
    }
    for activation in ACTIVATIONS {
        let shapes = [[7, 12, 68], [7, 1, 65]];
        cases.extend(shapes.map(|shape| forward_of_nan(shape, activation)));
    }
    cases
}

/// Products that are large enough to be shared among threads, some in parts for which a matrix
/// library might take another way than for the whole.
pub fn shared() -> Vec<Case> {
    let shapes = [
        [33, 600, 129],
        [33, 129, 600],
        [1, 784, 1024],
        [3, 1024, 700],
        [64, 784, 512],
        [129, 600, 65],
        [600, 65, 33],
        [257, 257, 257],
        [128, 784, 512],
    ];
    let each = |shape| {
        [
            forward(shape, Activation::Tanh),
            backward_input(shape, Activation::Tanh),
            tangent(shape, Activation::Tanh),
            backward_weight(shape, 1, 1),
        ]
    };
    shapes.into_iter().flat_map(each).collect()
}

pub fn deep() -> Vec<Case> {
    let each = |depth| {
        [
            deep_forward(depth),
            deep_backward_input(depth),
            deep_tangent(depth),
            deep_backward_weight(depth),
        ]
    };
    DEEP.into_iter().flat_map(each).collect()
}

fn product(kernel: &'static Kernel, label: String, shape: [usize; 3]) -> Case {
    let [rows, inputs, outputs] = shape;
    Case::new(kernel, format!("{rows}x{inputs}x{outputs} {label}"))
        .set("rows", rows)
        .set("inputs", inputs)
        .set("outputs", outputs)
}

/// Numbers so small that the sum of `depth` products of them with noise is about 1.
pub fn weights(seed: u32, len: usize, depth: usize) -> Contents {
    floats(seed, len, (3.0 / depth as f32).sqrt())
}

pub fn activated(case: Case, activation: Activation) -> Case {
    case.set("activation", activation.code())
        .set("leak", activation.leak())
}

fn forward(shape: [usize; 3], activation: Activation) -> Case {
    let x = noise(20, shape[0] * shape[1], 1.0);
    forward_of(x, shape, activation, "")
}

/// What is not a number stays so under every activation: nothing else tells the guard of a weight
/// that went astray.
fn forward_of_nan(shape: [usize; 3], activation: Activation) -> Case {
    let mut x = noise(20, shape[0] * shape[1], 1.0);
    x[0] = f32::NAN;
    forward_of(x, shape, activation, "of NaN")
}

fn forward_of(x: Vec<f32>, shape: [usize; 3], activation: Activation, what: &str) -> Case {
    let [rows, inputs, outputs] = shape;
    let label = format!("{activation:?} {what}");
    let case = product(&kernel::DENSE_FORWARD, label, shape);
    activated(case, activation)
        .read("x", Contents::F32(x))
        .read("weight", weights(21, outputs * inputs, inputs))
        .read("bias", floats(22, outputs, 1.0))
        .write("y", rows * outputs)
        .extent(outputs, rows, 1)
        .depth(inputs)
}

/// What an activation may have made.
pub fn outputs_of(activation: Activation, len: usize) -> Contents {
    let image = |x: f32| match activation {
        Activation::Relu => x.max(0.0),
        Activation::Sigmoid => 0.5 + 0.5 * x,
        Activation::Softplus => 1.5 + 1.5 * x,
        Activation::SmoothElu | Activation::Elu => 0.5 + 1.5 * x,
        _ => x,
    };
    Contents::F32(noise(23, len, 1.0).into_iter().map(image).collect())
}

fn backward_input(shape: [usize; 3], activation: Activation) -> Case {
    let [rows, inputs, outputs] = shape;
    let label = format!("{activation:?}");
    let case = product(&kernel::DENSE_BACKWARD_INPUT, label, shape);
    activated(case, activation)
        .read("da", floats(24, rows * outputs, 1.0))
        .read("weight", weights(25, outputs * inputs, outputs))
        .read("x", outputs_of(activation, rows * inputs))
        .write("dx", rows * inputs)
        .extent(inputs, rows, 1)
        .depth(outputs)
}

fn tangent(shape: [usize; 3], activation: Activation) -> Case {
    let [rows, inputs, outputs] = shape;
    let label = format!("{activation:?}");
    let case = product(&kernel::DENSE_TANGENT, label, shape);
    activated(case, activation)
        .read("tx", floats(60, rows * inputs, 1.0))
        .read("weight", weights(61, outputs * inputs, inputs))
        .read("y", outputs_of(activation, rows * outputs))
        .write("ty", rows * outputs)
        .extent(outputs, rows, 1)
        .depth(inputs)
}

/// The first shapes have fewer rows than splits: slices without a row are zero.
fn backward_weight(shape: [usize; 3], splits: usize, accumulate: usize) -> Case {
    let [rows, inputs, outputs] = shape;
    let label = format!("{splits} {accumulate}");
    let case = product(&kernel::DENSE_BACKWARD_WEIGHT, label, shape)
        .read("da", floats(26, rows * outputs, 1.0))
        .read("x", weights(27, rows * inputs, rows));
    slices(case, splits * outputs * inputs, accumulate)
        .set("splits", splits)
        .extent(inputs, outputs, splits)
        .depth(rows.div_ceil(splits))
}

pub fn slices(case: Case, len: usize, accumulate: usize) -> Case {
    let case = match accumulate {
        0 => case.write("dweight", len),
        _ => case.update("dweight", floats(28, len, 1.0)),
    };
    case.set("accumulate", accumulate)
}

/// 0, 1 and −1 in any order, and a half at the end.
fn halves(seed: u32, len: usize) -> Contents {
    let mut values: Vec<f32> = noise(seed, len, 2.0).into_iter().map(f32::trunc).collect();
    values[len - 1] = 0.5;
    Contents::F32(values)
}

fn ones(len: usize) -> Contents {
    Contents::F32(vec![1.0; len])
}

/// As many columns as makes it fit `lane` where the depth does.
fn columns(depth: usize) -> usize {
    if depth.is_multiple_of(4) { 4 } else { 3 }
}

fn deep_forward(depth: usize) -> Case {
    let outputs = columns(depth);
    let shape = [1, depth, outputs];
    let case = product(&kernel::DENSE_FORWARD, "deep".to_string(), shape);
    activated(case, Activation::Identity)
        .read("x", ones(depth))
        .read("weight", halves(29, outputs * depth))
        .read("bias", ones(outputs))
        .write("y", outputs)
        .extent(outputs, 1, 1)
}

fn deep_backward_input(depth: usize) -> Case {
    let inputs = columns(depth);
    let shape = [1, inputs, depth];
    let case = product(&kernel::DENSE_BACKWARD_INPUT, "deep".to_string(), shape);
    activated(case, Activation::Identity)
        .read("da", halves(30, depth))
        .read("weight", ones(depth * inputs))
        .read("x", ones(inputs))
        .write("dx", inputs)
        .extent(inputs, 1, 1)
}

fn deep_tangent(depth: usize) -> Case {
    let outputs = columns(depth);
    let shape = [1, depth, outputs];
    let case = product(&kernel::DENSE_TANGENT, "deep".to_string(), shape);
    activated(case, Activation::Identity)
        .read("tx", ones(depth))
        .read("weight", halves(29, outputs * depth))
        .read("y", ones(outputs))
        .write("ty", outputs)
        .extent(outputs, 1, 1)
}

fn deep_backward_weight(depth: usize) -> Case {
    let (inputs, outputs) = (columns(depth), columns(depth));
    let shape = [depth, inputs, outputs];
    let case = product(&kernel::DENSE_BACKWARD_WEIGHT, "deep".to_string(), shape)
        .read("da", halves(31, depth * outputs))
        .read("x", ones(depth * inputs));
    slices(case, outputs * inputs, 0)
        .set("splits", 1usize)
        .extent(inputs, outputs, 1)
}

/// What a device is measured with: lengths as the kernels want them.
pub fn benches() -> Vec<Case> {
    let multiply_add = |(len, rounds): (usize, usize)| {
        Case::new(&kernel::BENCH_MULTIPLY_ADD, format!("{len} {rounds}"))
            .write("sums", len)
            .set("rounds", rounds)
            .extent(len, 1, 1)
    };
    let copy = |len: usize| {
        Case::new(&kernel::BENCH_COPY, len)
            .read("source", floats(32, len, 3.0))
            .write("destination", len)
            .set("len", len)
            .extent(len, 1, 1)
    };
    let sums = [(2048, 4), (6144, 64), (10 * 2048, 512)].map(multiply_add);
    sums.into_iter()
        .chain([256, 768, 65_536 * 4 + 256].map(copy))
        .collect()
}
