//! Classes: labels in the order of the images, and cross-entropies.

use gpugan::plan::codes::{Tally, Watched};
use gpugan::plan::{Contents, kernel};
use gpugan::threefry::{half_bits, threefry2x32};

use super::floats;
use crate::harness::{Case, noise, quiet};

/// Bytes that end anywhere within a word, in batches that begin anywhere.
pub fn labels() -> Vec<Case> {
    let case = |(count, rows, position): (usize, usize, u32)| {
        let labels = (0..count as u32).map(|at| threefry2x32([3, 4], [at, 0])[0] as u8);
        Case::new(&kernel::DATA_LABELS, format!("{count} {rows} {position}"))
            .read("labels", Contents::U8(labels.collect()))
            .read("clock", Contents::U32(vec![1, 3, position, 1, 1, 1, 1, 1]))
            .update("classes", Contents::U32(vec![u32::MAX; rows]))
            .set("key0", 5u32)
            .set("key1", 6u32)
            .set("count", count)
            .set("half_bits", half_bits(count as u32))
            .set("rows", rows)
            .extent(rows, 1, 1)
    };
    let sizes = [
        (1, 1, 0),
        (10, 7, 6),
        (65, 64, 64),
        (130, 65, 100),
        (1003, 257, 800),
    ];
    sizes.into_iter().map(case).collect()
}

fn logits(what: &str, len: usize) -> Vec<f32> {
    match what {
        "near" => noise(51, len, 5.0),
        "far" => noise(52, len, 100.0),
        "extreme" => noise(53, len, 1e4),
        "tied" => vec![2.5; len],
        "not finite" => {
            let mut logits = noise(54, len, 1.0);
            logits[len / 2] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][len / 2 % 3];
            logits
        }
        other => panic!("no logits {other}"),
    }
}

fn softmax(what: &str, rows: usize, classes: usize) -> Case {
    let label = |row| threefry2x32([8, 9], [row, 0])[0] % classes as u32;
    labelled(what, classes, (0..rows as u32).map(label).collect())
}

fn labelled(what: &str, classes: usize, labels: Vec<u32>) -> Case {
    let rows = labels.len();
    let size = match what {
        "far" => 200.0,
        "extreme" => 2e4,
        _ => 10.0,
    };
    let case = Case::new(
        &kernel::OBJECTIVE_SOFTMAX,
        format!("{what} {rows} {classes}"),
    )
    .read("logits", Contents::F32(logits(what, rows * classes)))
    .read("labels", Contents::U32(labels))
    .read("clock", Contents::U32(vec![6, 0, 0, 0, 0, 0, 0, 0]))
    .write("slopes", rows * classes)
    .update("tally", floats(55, 4 * Tally::COUNT, 1.0))
    .update("guard", quiet())
    .set("rows", rows)
    .set("classes", classes)
    .set("ring", 4usize)
    .set("watched", Watched::CriticLoss as u32)
    .scale(size);
    match what {
        "not finite" => case.unspecified("slopes").unspecified("tally"),
        _ => case,
    }
}

/// The last row's label is no class.
fn stranger() -> Case {
    labelled("near", 10, vec![0, 1, 2, 3, 4, 5, 6, 10])
        .unspecified("slopes")
        .unspecified("tally")
}

pub fn rows() -> Vec<Case> {
    let mut cases = Vec::new();
    for what in ["near", "far", "extreme", "tied", "not finite"] {
        for rows in [1, 7, 64, 65, 257] {
            for classes in [1, 7, 10, 65] {
                cases.push(softmax(what, rows, classes));
            }
        }
    }
    cases.push(softmax("near", 5000, 10));
    cases.push(stranger());
    cases
}
