//! Convolutions, either way: strides 1 to 3, windows that leave pixels out or reach over the border,
//! channels that fill no cell, and some that do.

use gpugan::nn::Conv;
use gpugan::plan::codes::Activation;
use gpugan::plan::{Kernel, kernel};

use super::floats;
use super::products::{activated, outputs_of, slices, weights};
use crate::harness::Case;

/// Samples, big image, small channels, kernel, stride, padding.
type Shape = (usize, [usize; 3], usize, usize, usize, usize);

const SHAPES: [Shape; 20] = [
    (1, [1, 1, 1], 1, 1, 1, 0),
    (7, [1, 1, 7], 65, 1, 1, 0),
    (2, [5, 4, 1], 7, 4, 2, 1),
    (3, [7, 5, 3], 5, 3, 1, 1),
    (1, [6, 9, 5], 2, 5, 2, 2),
    (2, [7, 7, 2], 3, 3, 3, 0),
    (1, [65, 3, 1], 1, 3, 2, 1),
    (1, [5, 5, 3], 2, 2, 3, 0), // a stride beyond the window: pixels that nobody sees
    // What `lane` fits: channels in fours.
    (1, [4, 4, 4], 4, 4, 2, 1),
    (2, [7, 6, 4], 8, 4, 2, 1),
    (3, [5, 7, 12], 4, 3, 2, 1),
    (1, [9, 9, 8], 36, 3, 1, 1),
    (2, [8, 6, 64], 4, 4, 2, 1),
    (1, [7, 7, 4], 4, 2, 3, 0),
    (9, [3, 3, 8], 68, 5, 1, 2),
    (1, [1, 1, 8], 8, 3, 2, 1), // phases that no pixel has
    // What `thin` fits: few channels, whole windows in fours.
    (3, [9, 7, 1], 4, 4, 2, 1),
    (1, [28, 28, 1], 64, 4, 2, 1),
    (2, [6, 5, 3], 36, 4, 2, 1),
    (1, [3, 3, 6], 8, 2, 1, 0),
];

const ACTIVATIONS: [Activation; 2] = [Activation::LeakyRelu(0.2), Activation::Tanh];

pub fn convolutions() -> Vec<Case> {
    let mut cases = Vec::new();
    for shape in SHAPES {
        for activation in ACTIVATIONS {
            cases.extend([down(shape, activation), down_slope(shape, activation)]);
            cases.extend([up(shape, activation), up_slope(shape, activation)]);
            cases.extend([fold(shape, activation), fold_slope(shape, activation)]);
        }
        cases.push(windows(shape));
        let slices = [(1, 0), (1, 1), (3, 0), (7, 0)];
        cases.extend(slices.map(|(splits, accumulate)| weight(shape, splits, accumulate)));
    }
    cases
}

fn conv((_, big, maps, kernel, stride, padding): Shape) -> Conv {
    Conv::down(big, maps, kernel, stride, padding)
}

fn case(of: &'static Kernel, shape: Shape, label: &str) -> Case {
    let conv = conv(shape);
    Case::new(of, format!("{shape:?} {label}"))
        .set("rows", shape.0)
        .set("height", conv.big[0])
        .set("width", conv.big[1])
        .set("inputs", conv.big[2])
        .set("small_height", conv.small[0])
        .set("small_width", conv.small[1])
        .set("outputs", conv.small[2])
        .set("kernel", conv.kernel)
        .set("stride", conv.stride)
        .set("padding", conv.padding)
}

/// Elements of the big images, of the small ones, and of a window.
fn lens(shape: Shape) -> [usize; 3] {
    let conv = conv(shape);
    let len = |extents: [usize; 3]| extents.iter().product::<usize>();
    let window = conv.kernel * conv.kernel * conv.big[2];
    [shape.0 * len(conv.big), shape.0 * len(conv.small), window]
}

fn towards_small(case: Case, shape: Shape) -> Case {
    let conv = conv(shape);
    let pixels = shape.0 * conv.small[0] * conv.small[1];
    case.extent(conv.small[2], pixels, 1).depth(lens(shape)[2])
}

fn towards_big(case: Case, shape: Shape) -> Case {
    let (conv, s) = (conv(shape), shape.4);
    let pixels = shape.0 * conv.big[0].div_ceil(s) * conv.big[1].div_ceil(s);
    case.extent(conv.big[2], pixels, s * s)
        .depth(conv.kernel * conv.kernel * conv.small[2])
}

fn down(shape: Shape, activation: Activation) -> Case {
    let ([big, small, window], maps) = (lens(shape), shape.2);
    let case = case(&kernel::CONV_DOWN, shape, &format!("{activation:?}"));
    let case = activated(case, activation)
        .read("x", floats(40, big, 1.0))
        .read("weight", weights(41, maps * window, window))
        .read("bias", floats(42, maps, 1.0))
        .write("y", small);
    towards_small(case, shape)
}

fn down_slope(shape: Shape, activation: Activation) -> Case {
    let ([big, small, window], maps) = (lens(shape), shape.2);
    let case = case(&kernel::CONV_DOWN_SLOPE, shape, &format!("{activation:?}"));
    let case = activated(case, activation)
        .read("da", floats(43, big, 1.0))
        .read("weight", weights(44, maps * window, window))
        .read("x", outputs_of(activation, small))
        .write("dx", small);
    towards_small(case, shape)
}

fn up(shape: Shape, activation: Activation) -> Case {
    let ([big, small, window], maps) = (lens(shape), shape.2);
    let case = case(&kernel::CONV_UP, shape, &format!("{activation:?}"));
    let case = activated(case, activation)
        .read("x", floats(45, small, 1.0))
        .read("weight", weights(46, maps * window, maps))
        .read("bias", floats(47, shape.1[2], 1.0))
        .write("y", big);
    towards_big(case, shape)
}

fn up_slope(shape: Shape, activation: Activation) -> Case {
    let ([big, small, window], maps) = (lens(shape), shape.2);
    let case = case(&kernel::CONV_UP_SLOPE, shape, &format!("{activation:?}"));
    let case = activated(case, activation)
        .read("da", floats(48, small, 1.0))
        .read("weight", weights(49, maps * window, maps))
        .read("x", outputs_of(activation, big))
        .write("dx", big);
    towards_big(case, shape)
}

fn weight(shape: Shape, splits: usize, accumulate: usize) -> Case {
    let ([big, small, window], maps) = (lens(shape), shape.2);
    let label = format!("{splits} {accumulate}");
    let case = case(&kernel::CONV_WEIGHT, shape, &label)
        .read("small", floats(50, small, 1.0))
        .read("image", weights(51, big, small / maps));
    slices(case, splits * maps * window, accumulate)
        .set("splits", splits)
        .extent(window, maps, splits)
        .depth(small / maps)
}

fn windows(shape: Shape) -> Case {
    let ([_, small, window], maps) = (lens(shape), shape.2);
    Case::new(&kernel::CONV_WINDOWS, format!("{shape:?}"))
        .read("small", floats(52, small, 1.0))
        .read("weight", weights(53, maps * window, maps))
        .write("windows", small / maps * window)
        .set("rows", small / maps)
        .set("inputs", window)
        .set("outputs", maps)
        .extent(window, small / maps, 1)
        .depth(maps)
}

fn fold(shape: Shape, activation: Activation) -> Case {
    let ([big, small, window], maps) = (lens(shape), shape.2);
    let case = case(&kernel::CONV_FOLD, shape, &format!("{activation:?}"));
    activated(case, activation)
        .read("windows", floats(54, small / maps * window, 0.5))
        .read("bias", floats(55, shape.1[2], 1.0))
        .write("y", big)
        .extent(big, 1, 1)
}

fn fold_slope(shape: Shape, activation: Activation) -> Case {
    let ([big, small, window], maps) = (lens(shape), shape.2);
    let case = case(&kernel::CONV_FOLD_SLOPE, shape, &format!("{activation:?}"));
    activated(case, activation)
        .read("windows", floats(56, small / maps * window, 0.5))
        .read("x", outputs_of(activation, big))
        .write("dx", big)
        .extent(big, 1, 1)
}
