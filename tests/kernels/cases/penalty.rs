//! Tangents of activations, and what the critic pays for its slope.

use gpugan::plan::codes::{Metric, Norm};
use gpugan::plan::{Contents, kernel};

use super::products::{ACTIVATIONS, activated, outputs_of};
use super::{LENGTHS, floats};
use crate::harness::{Case, noise, quiet};

pub fn fill() -> Vec<Case> {
    let case = |len: usize| {
        Case::new(&kernel::DATA_FILL, len)
            .write("values", len)
            .set("len", len)
            .set("value", 1.25)
            .extent(len, 1, 1)
    };
    LENGTHS.into_iter().map(case).collect()
}

/// Kernels that are linked with each width of a cell.
pub fn cells() -> Vec<Case> {
    let lengths = LENGTHS.into_iter().chain([4, 68, 1024]);
    let bends = lengths.flat_map(|len| ACTIVATIONS.map(|activation| (len, activation)));
    let bend = |(len, activation)| {
        let case = Case::new(&kernel::TANGENT_BEND, format!("{len} {activation:?}"));
        activated(case, activation)
            .read("y", outputs_of(activation, len))
            .read("da", floats(62, len, 1.0))
            .read("ta", floats(63, len, 1.0))
            .write("ty", len)
            .write("bend", len)
            .set("len", len)
            .extent(len, 1, 1)
            .scale(2.0)
    };
    bends.map(bend).chain(weighed()).collect()
}

/// Rows of each width, the last ones, the first ones, all and none of which something is added to.
fn weighed() -> impl Iterator<Item = Case> {
    let case = |(rows, width, first, added): (usize, usize, usize, usize)| {
        let len = rows * width;
        Case::new(
            &kernel::TANGENT_WEIGH,
            format!("{rows}x{width} {first} {added}"),
        )
        .read("values", floats(64, len, 1.0))
        .read("weights", floats(65, rows, 2.0))
        // What is bound where nothing is added is not looked at.
        .read("added", floats(66, (added * width).max(1), 1.0))
        .write("weighed", len)
        .set("len", len)
        .set("width", width)
        .set("start", first * width)
        .set("count", added * width)
        .extent(len, 1, 1)
        .scale(2.0)
    };
    let shapes = [
        (1, 1, 0, 1),
        (1, 257, 0, 0),
        (7, 65, 0, 3),
        (64, 1, 32, 32),
        (65, 7, 64, 1),
        (257, 64, 100, 157),
        (256, 784, 0, 128),
        (256, 784, 128, 128),
        (6, 12, 3, 2),
        (6, 12, 0, 6),
    ];
    shapes.into_iter().map(case)
}

/// Rows and features.
const POINTS: [(usize, usize); 8] = [
    (1, 1),
    (1, 257),
    (257, 1),
    (7, 65),
    (65, 7),
    (64, 64),
    (3, 35),
    (128, 784),
];

fn clock() -> Contents {
    Contents::U32(vec![9, 8, 7, 6, 5, u32::MAX, 3, 2])
}

pub fn points() -> Vec<Case> {
    let both = |(rows, features): (usize, usize)| {
        let (len, label) = (rows * features, format!("{rows}x{features}"));
        let set = |case: Case| {
            case.read("clock", clock())
                .write("mixed", len)
                .set("key0", 0xdead_beefu32)
                .set("key1", 77u32)
                .set("len", len)
                .set("features", features)
                .extent(len, 1, 1)
        };
        let interpolate = Case::new(&kernel::PENALTY_INTERPOLATE, &label)
            .read("real", floats(67, len, 1.0))
            .read("fake", floats(68, len, 1.0));
        let perturb = Case::new(&kernel::PENALTY_PERTURB, &label)
            .read("x", floats(69, len, 1.0))
            .read("spread", Contents::F32(vec![0.75]))
            .set("noise_key0", 5u32)
            .set("noise_key1", 0xffff_0000u32)
            .set("scale", 0.5);
        [interpolate, perturb].map(set)
    };
    POINTS.into_iter().flat_map(both).collect()
}

pub fn spread() -> Vec<Case> {
    let case = |(lines, slices): (usize, usize)| {
        // A mean, and a sum of squares of as many terms as a slice has.
        let mut parts = noise(70, 2 * slices, 1.0);
        for (slice, squares) in parts.iter_mut().skip(1).step_by(2).enumerate() {
            *squares = squares.abs() * (lines - slice).div_ceil(slices) as f32;
        }
        Case::new(&kernel::PENALTY_SPREAD, format!("{lines} {slices}"))
            .read("parts", Contents::F32(parts))
            .write("spread", 1)
            .set("lines", lines)
            .set("slices", slices)
            .depth(slices)
    };
    let shapes = [
        (1, 1),
        (7, 1),
        (257, 20),
        (784, 28),
        (100_352, 320),
        (65, 65),
    ];
    shapes.into_iter().map(case).collect()
}

/// Norms from 0 to far above 1, and one whose square is not finite.
fn squares(what: &str, rows: usize) -> Vec<f32> {
    let mut squares: Vec<f32> = noise(71, rows, 1.4).iter().map(|n| n * n).collect();
    match what {
        "zeros" => squares.fill(0.0),
        "large" => squares.iter_mut().for_each(|square| *square *= 1e12),
        "not finite" => squares[rows / 2] = f32::INFINITY,
        _ => {}
    }
    squares
}

pub fn norms() -> Vec<Case> {
    let mut cases = Vec::new();
    for norm in [Norm::One, Norm::AtMostOne, Norm::Zero] {
        for what in ["near", "zeros", "large", "not finite"] {
            for rows in [1, 7, 64, 65, 257] {
                // Both weights, all rows of the first, and rows that are free.
                for (split, rest) in [(rows, 0.0), (rows / 2, 0.25), (rows - 1, 0.0)] {
                    // Where nothing counts, a mean is none.
                    if split > 0 || rest > 0.0 {
                        cases.push(norms_of(norm, what, [rows, split], rest));
                    }
                }
            }
        }
    }
    cases
}

fn norms_of(norm: Norm, what: &str, [rows, split]: [usize; 2], rest: f64) -> Case {
    let case = Case::new(
        &kernel::PENALTY_NORMS,
        format!("{norm:?} {what} {rows} {split} {rest}"),
    )
    .read("squares", Contents::F32(squares(what, rows)))
    .read("clock", Contents::U32(vec![6, 0, 0, 0, 0, 0, 0, 0]))
    .write("factors", rows)
    .update("metrics", floats(72, 4 * Metric::COUNT, 1.0))
    .update("guard", quiet())
    .set("rows", rows)
    .set("split", split)
    .set("norm", norm as u32)
    .set("ring", 4usize)
    .set("weight", 10.0)
    .set("rest", rest)
    .set("share", 1.0 / rows as f64)
    .set("boost", 16.0)
    .scale(10.0);
    match what {
        "not finite" => case.unspecified("factors").unspecified("metrics"),
        _ => case,
    }
}
