//! Points: rows of a table, mixtures, curves; and the layers that make only points.

use gpugan::data::toy::Distribution;
use gpugan::plan::codes::Activation;
use gpugan::plan::{Contents, kernel};
use gpugan::threefry::half_bits;

use super::products::outputs_of;
use super::{LENGTHS, floats};
use crate::harness::{Case, noise};

/// Batches that begin anywhere and may reach into the next epoch.
pub fn rows() -> Vec<Case> {
    let case = |(count, features, rows, position): (usize, usize, usize, u32)| {
        Case::new(&kernel::DATA_ROWS, format!("{count} {features} {rows}"))
            .read("points", floats(40, count * features, 3.0))
            .read("clock", Contents::U32(vec![1, 3, position, 1, 1, 1, 1, 1]))
            .write("x", rows * features)
            .set("key0", 5u32)
            .set("key1", 6u32)
            .set("count", count)
            .set("half_bits", half_bits(count as u32))
            .set("rows", rows)
            .set("features", features)
            .extent(rows, 1, 1)
    };
    let shapes = [
        (1, 1, 1, 0),
        (10, 1, 7, 9),
        (100, 2, 64, 50),
        (300, 3, 65, 299),
        (1000, 16, 257, 600),
    ];
    shapes.into_iter().map(case).collect()
}

/// Every distribution, at the beginning of a run and across the end of an epoch.
pub fn drawn() -> Vec<Case> {
    let names = [
        "ring8",
        "ring8-legacy:0.5",
        "grid25",
        "gaussian:3,0.5",
        "fgan-mix",
        "point-mass:1.5",
        "point-mass:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
        "uniform",
        "x2",
        "swissroll",
        "moons",
        "spiral",
        "line:0.25",
    ];
    let last = (1u32 << 31) - 3;
    let places = [(0, 0), (2, last)];
    let cases = names.iter().flat_map(|name| {
        let of_rows = move |rows| places.map(|place| draw(name, rows, place));
        [1, 7, 64, 65, 257].into_iter().flat_map(of_rows)
    });
    cases.collect()
}

fn draw(name: &str, rows: usize, (epoch, position): (u32, u32)) -> Case {
    let distribution: Distribution = name.parse().unwrap();
    let (points, table) = distribution.recipe();
    let features = distribution.dims();
    let label = format!("{name} {rows} {position}");
    let case = match points {
        gpugan::random::Points::Mixture { components } => Case::new(&kernel::DATA_MIXTURE, label)
            .read("components", Contents::F32(table))
            .set("components", components)
            .scale(4.0),
        gpugan::random::Points::Curve(curve) => Case::new(&kernel::DATA_CURVE, label)
            .read("shape", Contents::F32(table))
            .set("curve", curve as u32)
            .scale(3.0),
        other => panic!("{name} is {other:?}"),
    };
    case.read(
        "clock",
        Contents::U32(vec![1, epoch, position, 1, 1, 1, 1, 1]),
    )
    .write("x", rows * features)
    .set("key0", 0xdead_beefu32)
    .set("key1", 77u32)
    .set("rows", rows)
    .set("features", features)
    .extent(rows, 1, 1)
}

/// Every activation, and columns that divide a workgroup and that do not.
pub fn affine() -> Vec<Case> {
    let mut cases = Vec::new();
    for (at, (_, code)) in Activation::CODES.iter().enumerate() {
        for (rows, columns) in [(1, 1), (7, 2), (65, 1), (64, 3), (257, 16)] {
            let (len, label) = (rows * columns, format!("{rows} {columns} {at}"));
            let of = |kernel, label: &str| {
                Case::new(kernel, label)
                    .read("weight", floats(41, columns, 2.0))
                    .set("len", len)
                    .set("columns", columns)
                    .set("activation", *code)
                    .set("leak", 0.2)
                    .extent(len, 1, 1)
            };
            let forward = of(&kernel::AFFINE_FORWARD, &label)
                .read("x", floats(42, len, 2.0))
                .read("bias", floats(43, columns, 1.0))
                .write("y", len)
                .scale(4.0);
            let backward = of(&kernel::AFFINE_BACKWARD_INPUT, &label)
                .read("da", floats(44, len, 2.0))
                .read("x", outputs_of(Activation::from_code(*code, 0.2), len))
                .write("dx", len)
                .scale(4.0);
            cases.extend([forward, backward]);
        }
    }
    let terms = LENGTHS.map(|len| {
        Case::new(&kernel::AFFINE_BACKWARD_WEIGHT, len)
            .read("da", floats(46, len, 2.0))
            .read("x", floats(47, len, 2.0))
            .write("terms", len)
            .set("len", len)
            .extent(len, 1, 1)
    });
    cases.extend(terms);
    cases
}

/// Raw weights so far from zero that the exponential vanishes or overflows.
pub fn positive() -> Vec<Case> {
    let raw = |len: usize| {
        let mut raw = noise(48, len, 4.0);
        raw[len / 2] = [-60.0, 95.0, -3.0][len % 3];
        Contents::F32(raw)
    };
    let mut cases = Vec::new();
    for len in LENGTHS {
        cases.push(
            Case::new(&kernel::POSITIVE_FORWARD, len)
                .read("raw", raw(len))
                .write("weight", len)
                .set("len", len)
                .set("scale", 0.5)
                .extent(len, 1, 1),
        );
        for accumulate in [0u32, 1] {
            cases.push(
                Case::new(&kernel::POSITIVE_BACKWARD, format!("{len} {accumulate}"))
                    .read("dweight", floats(49, len, 2.0))
                    .read("raw", raw(len))
                    .update("draw", floats(50, len, 2.0))
                    .set("len", len)
                    .set("scale", 0.5)
                    .set("accumulate", accumulate)
                    .extent(len, 1, 1),
            );
        }
    }
    cases
}
