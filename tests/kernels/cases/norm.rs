//! Batch normalisation: groups of lines of channels that fill no block, and a few that do.

use gpugan::plan::codes::Activation;
use gpugan::plan::{Contents, Kernel, kernel};

use super::floats;
use crate::harness::{Case, noise};

/// Lines of a group, channels, groups, slices. A group of seven lines of three channels ends within
/// a cell of four.
const SHAPES: [[usize; 4]; 16] = [
    [1, 1, 1, 1],
    [1, 3, 2, 1],
    [1, 64, 2, 1],
    [7, 3, 2, 2],
    [7, 7, 1, 7],
    [7, 12, 2, 3],
    [64, 1, 2, 5],
    [64, 64, 1, 1],
    [65, 65, 2, 8],
    [65, 64, 2, 8],
    [257, 7, 2, 20],
    [257, 257, 1, 20],
    [300, 4, 2, 20],
    [1000, 3, 1, 32],
    [1000, 68, 2, 32],
    [5000, 1, 1, 72],
];

const ACTIVATIONS: [Activation; 5] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu(0.2),
    Activation::Tanh,
    Activation::Sigmoid,
];

pub fn cells() -> Vec<Case> {
    let mut cases = Vec::new();
    for (at, shape) in SHAPES.into_iter().enumerate() {
        let activation = ACTIVATIONS[at % ACTIVATIONS.len()];
        cases.extend([
            moments(shape, 0.0, 1.0),
            moments(shape, 1000.0, 1.0),
            moments(shape, -3.0, 0.0),
            apply(shape, activation),
            backward_sums(shape),
            backward_input(shape, activation, 1.0 / shape[0] as f64),
            backward_input(shape, activation, 0.0),
        ]);
    }
    for activation in ACTIVATIONS {
        let shape = [7, 68, 2, 1];
        cases.extend([
            apply(shape, activation),
            backward_input(shape, activation, 0.1),
        ]);
    }
    cases
}

pub fn others() -> Vec<Case> {
    let each = |shape: [usize; 4]| {
        [
            statistics(shape),
            running(shape),
            backward_parameters(shape, 0),
            backward_parameters(shape, 1),
        ]
    };
    SHAPES.into_iter().flat_map(each).collect()
}

fn case(kernel: &'static Kernel, [lines, channels, groups, slices]: [usize; 4]) -> Case {
    Case::new(kernel, format!("{groups}x{lines}x{channels} in {slices}")).set("channels", channels)
}

fn lines(case: Case, [lines, _, groups, _]: [usize; 4]) -> Case {
    case.set("lines", lines).set("groups", groups)
}

/// Numbers on (at, at + scale), none negative if `at` is not.
fn above(seed: u32, len: usize, at: f32, scale: f32) -> Contents {
    let values = noise(seed, len, 0.5 * scale).into_iter();
    Contents::F32(values.map(|x| at + 0.5 * scale + x).collect())
}

fn stats(shape: [usize; 4]) -> Contents {
    above(44, 2 * shape[1] * shape[2], 0.1, 1.0)
}

/// Values that lie `scale` around a mean of `mean`.
fn moments(shape: [usize; 4], mean: f32, scale: f32) -> Case {
    let [n, channels, groups, slices] = shape;
    let mut case = lines(case(&kernel::NORM_MOMENTS, shape), shape);
    case.name += &format!(" {mean} ± {scale}");
    case.read("x", above(40, n * channels * groups, mean, scale))
        .write("parts", slices * groups * 2 * channels)
        .set("slices", slices)
        .extent(slices * channels, groups, 1)
        .depth(n.div_ceil(slices))
}

fn statistics(shape: [usize; 4]) -> Case {
    let [_, channels, groups, slices] = shape;
    lines(case(&kernel::NORM_STATISTICS, shape), shape)
        .read("parts", above(41, slices * groups * 2 * channels, 0.0, 1.0))
        .write("stats", groups * 2 * channels)
        .update("running_mean", floats(42, channels, 1.0))
        .update("running_var", above(43, channels, 0.0, 1.0))
        .set("slices", slices)
        .set("epsilon", 1e-5)
        .set("momentum", 0.1)
        .extent(channels, 1, 1)
        .depth(slices)
}

fn running(shape: [usize; 4]) -> Case {
    let channels = shape[1];
    case(&kernel::NORM_RUNNING, shape)
        .read("running_mean", floats(42, channels, 1.0))
        .read("running_var", above(43, channels, 0.0, 1.0))
        .write("stats", 2 * channels)
        .set("epsilon", 1e-5)
        .extent(channels, 1, 1)
}

/// A call whose threads have up to eight lines each.
fn threads(case: Case, shape: [usize; 4], activation: Activation) -> Case {
    let [n, channels, groups, _] = shape;
    let blocks = n.div_ceil(8);
    let mut case = lines(case, shape);
    case.name += &format!(" {activation:?}");
    case.set("blocks", blocks)
        .set("activation", activation.code())
        .set("leak", activation.leak())
        .extent(groups * blocks * channels, 1, 1)
}

fn apply(shape: [usize; 4], activation: Activation) -> Case {
    let [n, channels, groups, _] = shape;
    threads(case(&kernel::NORM_APPLY, shape), shape, activation)
        .read("x", floats(45, n * channels * groups, 2.0))
        .read("stats", stats(shape))
        .read("weight", floats(46, channels, 1.0))
        .read("bias", floats(47, channels, 1.0))
        .write("y", n * channels * groups)
}

fn backward_sums(shape: [usize; 4]) -> Case {
    let [n, channels, groups, slices] = shape;
    lines(case(&kernel::NORM_BACKWARD_SUMS, shape), shape)
        .read("da", floats(48, n * channels * groups, 1.0))
        .read("x", floats(49, n * channels * groups, 1.0))
        .read("stats", stats(shape))
        .write("parts", slices * groups * 2 * channels)
        .set("slices", slices)
        .extent(slices * channels, groups, 1)
        .depth(n.div_ceil(slices))
}

fn backward_parameters(shape: [usize; 4], accumulate: usize) -> Case {
    let [_, channels, groups, _] = shape;
    let mut case = case(&kernel::NORM_BACKWARD_PARAMETERS, shape)
        .read("sums", floats(50, groups * 2 * channels, 1.0));
    case.name += &format!(" {accumulate}");
    let case = match accumulate {
        0 => case.write("dweight", channels).write("dbias", channels),
        _ => case
            .update("dweight", floats(51, channels, 1.0))
            .update("dbias", floats(52, channels, 1.0)),
    };
    case.set("groups", groups)
        .set("accumulate", accumulate)
        .extent(channels, 1, 1)
}

fn backward_input(shape: [usize; 4], activation: Activation, share: f64) -> Case {
    let [n, channels, groups, _] = shape;
    let mut case = threads(case(&kernel::NORM_BACKWARD_INPUT, shape), shape, activation);
    case.name += &format!(" {share}");
    case.set("share", share)
        .read("da", floats(53, n * channels * groups, 1.0))
        .read("x", floats(54, n * channels * groups, 1.0))
        .read("stats", stats(shape))
        .read("weight", floats(55, channels, 1.0))
        .read("sums", floats(56, groups * 2 * channels, n as f32))
        .write("dx", n * channels * groups)
}
