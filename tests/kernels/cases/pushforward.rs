//! Maps of uniform and normal numbers.

use gpugan::plan::{Contents, Kernel, kernel};

use super::LENGTHS;
use crate::harness::{Case, noise};

/// Multiples of 2⁻²⁴ on (−1, 1), as `random/uniform` makes them, with both ends and the places where
/// kernels change their formula.
fn uniform(seed: u32, len: usize) -> Vec<f32> {
    let step = 2f32.powi(-24);
    let edges = [1.0 - step, -1.0 + step, step, -step, 0.5, -0.5, 0.85, -0.85];
    let mut values = noise(seed, len, 1.0);
    for (at, edge) in edges.into_iter().enumerate() {
        if len > 3 * at {
            values[(5 * at) % len] = edge;
        }
    }
    values
}

/// Kernel, and what it is told besides the length.
type Row = (&'static Kernel, Vec<(&'static str, f64)>);

fn maps() -> Vec<Row> {
    let placed = |location: f64, scale: f64| vec![("location", location), ("scale", scale)];
    vec![
        (&kernel::PUSHFORWARD_EXPONENTIAL, vec![("rate", 2.5)]),
        (&kernel::PUSHFORWARD_LOGISTIC, placed(0.5, 2.0)),
        (&kernel::PUSHFORWARD_CAUCHY, placed(0.0, 1.0)),
        (&kernel::PUSHFORWARD_GAUSSIAN, placed(0.0, 1.0)),
        (&kernel::PUSHFORWARD_GAUSSIAN, placed(-3.0, 0.5)),
        (
            &kernel::PUSHFORWARD_WEIBULL,
            vec![("power", 0.5), ("scale", 3.0)],
        ),
        (
            &kernel::PUSHFORWARD_WEIBULL,
            vec![("power", 4.0), ("scale", 1.0)],
        ),
        (&kernel::PUSHFORWARD_AFFINE, placed(1.5, -2.0)),
        (&kernel::PUSHFORWARD_SQUARE, vec![]),
        (&kernel::PUSHFORWARD_EXP, vec![]),
        (&kernel::PUSHFORWARD_ABS, vec![]),
    ]
}

pub fn pointwise() -> Vec<Case> {
    let case = |len: usize, (kernel, params): Row| {
        let label = format!("{len} {params:?}");
        let mut case = Case::new(kernel, label)
            .read("x", Contents::F32(uniform(50, len)))
            .write("y", len)
            .set("len", len)
            .extent(len, 1, 1);
        for (name, value) in params {
            case = case.set(name, value);
        }
        case
    };
    let of_length = |len| maps().into_iter().map(move |row| case(len, row));
    LENGTHS.into_iter().flat_map(of_length).collect()
}

/// Tables of 2, 3 and many rows, in uneven steps.
pub fn tables() -> Vec<Case> {
    let case = |(len, rows): (usize, usize)| {
        let at = |row: usize| row as f32 / (rows - 1) as f32;
        let points = (0..rows).map(|row| 4.0 * at(row) - 1.0);
        let heights = (0..rows).map(|row| at(row) * at(row));
        Case::new(&kernel::PUSHFORWARD_TABLE, format!("{len} {rows}"))
            .read("x", Contents::F32(uniform(51, len)))
            .read("points", Contents::F32(points.collect()))
            .read("heights", Contents::F32(heights.collect()))
            .write("y", len)
            .set("len", len)
            .set("count", rows)
            .extent(len, 1, 1)
    };
    let shapes = LENGTHS
        .into_iter()
        .flat_map(|len| [(len, 2), (len, 3), (len, 65)]);
    shapes.map(case).collect()
}

/// One category alone, few and many, one that never comes.
pub fn gumbel_max() -> Vec<Case> {
    let case = |(len, categories): (usize, usize)| {
        let mut logits = noise(52, categories, 2.0);
        if categories > 2 {
            logits[1] = -1e30;
        }
        Case::new(
            &kernel::PUSHFORWARD_GUMBEL_MAX,
            format!("{len} {categories}"),
        )
        .read("logits", Contents::F32(logits))
        .read("clock", Contents::U32(vec![9, 8, 7, 6, 5, 4, 3, 2]))
        .write("values", len)
        .set("key0", 0xdead_beefu32)
        .set("key1", 77u32)
        .set("counter", 4usize)
        .set("len", len)
        .set("categories", categories)
        .extent(len, 1, 1)
    };
    let shapes = [(1, 1), (7, 2), (64, 3), (65, 7), (257, 64), (1003, 255)];
    shapes.into_iter().map(case).collect()
}
