//! The cross-entropy of softmax against calculus, closed forms and PyTorch (tests/golden/softmax.py),
//! and labels against the images that they belong to.

use gpugan::plan::codes::{Tally, Watched};
use gpugan::plan::{Contents, kernel};
use gpugan::threefry::{half_bits, permute, threefry2x32};
use serde::Deserialize;

use crate::harness::{Case, Rig, noise, quiet};

/// A call in step 4, which is row 1 of a ring of 3.
fn case(logits: &[f32], labels: &[u32]) -> Case {
    Case::new(&kernel::OBJECTIVE_SOFTMAX, format!("{labels:?}"))
        .read("logits", Contents::F32(logits.to_vec()))
        .read("labels", Contents::U32(labels.to_vec()))
        .read("clock", Contents::U32(vec![4, 0, 0, 0, 0, 0, 0, 0]))
        .write("slopes", logits.len())
        .update("tally", Contents::F32(vec![-1.0; 3 * Tally::COUNT]))
        .update("guard", quiet())
        .set("rows", labels.len())
        .set("classes", logits.len() / labels.len())
        .set("ring", 3usize)
        .set("watched", Watched::CriticLoss as u32)
}

fn tally(rig: &Rig, column: Tally) -> f64 {
    rig.floats("tally")[Tally::COUNT + column as usize]
}

/// The largest difference between slopes and central differences of the loss, for classes that are
/// `shift` places from those of the slopes.
fn largest_fault(rows: usize, classes: usize, shift: u32) -> f64 {
    const H: f64 = 1e-5;
    let logits = noise(61, rows * classes, 6.0);
    let labels = |shift: u32| -> Vec<u32> {
        let label = |row| (3 * row + shift) % classes as u32;
        (0..rows as u32).map(label).collect()
    };
    let slopes = Rig::new(case(&logits, &labels(0))).run().floats("slopes");
    let mut rig = Rig::new(case(&logits, &labels(shift)));
    let logits = rig.floats("logits");
    let mut at = |index: usize, by: f64| {
        let mut moved = logits.clone();
        moved[index] += by;
        tally(rig.set("logits", &moved).run(), Tally::Loss)
    };
    let faults = slopes.iter().enumerate().map(|(index, slope)| {
        let difference = (at(index, H) - at(index, -H)) / (2.0 * H);
        (difference - slope).abs()
    });
    faults.fold(0.0, f64::max)
}

#[test]
fn slopes_are_the_central_differences_of_the_loss() {
    for (rows, classes) in [(1, 2), (3, 10), (5, 7)] {
        let fault = largest_fault(rows, classes, 0);
        assert!(fault < 1e-8, "{rows} {classes}: {fault:e}");
    }
    assert!(largest_fault(3, 10, 1) > 1e-3);
}

#[test]
fn equal_logits_cost_the_logarithm_of_their_number() {
    let mut rig = Rig::new(case(&[3.0; 30], &[0, 4, 9]));
    rig.run();
    assert!((tally(&rig, Tally::Loss) - 10f64.ln()).abs() < 1e-14);
    // The first of equals counts as the largest.
    assert_eq!(tally(&rig, Tally::Right), 1.0);
    let other_rows = rig.floats("tally");
    assert_eq!([other_rows[0], other_rows[1], other_rows[4]], [-1.0; 3]);
}

/// Where 1 + x is 1, and where exp(x) is infinite.
#[test]
fn small_and_large_losses_keep_their_digits() {
    let mut rig = Rig::new(case(&[50.0, 0.0], &[0]));
    rig.run();
    let expected = (-50f64).exp();
    let slopes = rig.floats("slopes");
    assert!((tally(&rig, Tally::Loss) / expected - 1.0).abs() < 1e-14);
    assert!((slopes[1] / expected - 1.0).abs() < 1e-14, "{slopes:?}");
    assert_eq!(slopes[0], -slopes[1]);
    let mut rig = Rig::new(case(&[-1e4, 1e4], &[0]));
    rig.run();
    assert_eq!(tally(&rig, Tally::Loss), 2e4);
    assert_eq!(rig.floats("slopes"), [-1.0, 1.0]);
    assert_eq!(rig.words("guard")[0], 0);
}

#[test]
fn what_is_not_finite_or_no_class_is_counted() {
    let spoiled = [
        (vec![0.0, f32::NAN, 0.0, 1.0], vec![0, 1]),
        (vec![0.0, f32::NEG_INFINITY, 0.0, 1.0], vec![0, 1]),
        (vec![0.0, 0.5, 0.0, f32::INFINITY], vec![0, 1]),
        (vec![0.0, 0.5, 0.0, 1.0], vec![0, 2]),
    ];
    for (logits, labels) in spoiled {
        let mut rig = Rig::new(case(&logits, &labels));
        rig.run();
        assert_eq!(
            rig.words("guard")[..3],
            [1, u32::MAX, u32::MAX],
            "{logits:?} {labels:?}"
        );
    }
}

#[derive(Deserialize)]
struct Golden {
    classes: usize,
    logits: Vec<f32>,
    labels: Vec<u32>,
    loss: f64,
    slopes: Vec<f64>,
    right: f64,
}

#[test]
fn losses_and_slopes_are_those_of_pytorch() {
    let golden: Vec<Golden> = serde_json::from_str(include_str!("../golden/softmax.json")).unwrap();
    for row in golden {
        assert_eq!(row.logits.len(), row.classes * row.labels.len());
        let mut rig = Rig::new(case(&row.logits, &row.labels));
        rig.run();
        let loss = tally(&rig, Tally::Loss);
        assert!(
            (loss - row.loss).abs() < 1e-12 * row.loss.max(1.0),
            "{loss}"
        );
        assert_eq!(tally(&rig, Tally::Right), row.right);
        for (got, wanted) in rig.floats("slopes").iter().zip(&row.slopes) {
            assert!((got - wanted).abs() < 1e-14, "{got} {wanted}");
        }
    }
}

#[test]
fn labels_come_in_the_order_of_images() {
    const KEY: [u32; 2] = [3, 4];
    let labels: Vec<u8> = (0..10).map(|at| at * 25).collect();
    let case = Case::new(&kernel::DATA_LABELS, "")
        .read("labels", Contents::U8(labels.clone()))
        .read("clock", Contents::U32(vec![0, 2, 6, 0, 0, 0, 0, 0]))
        .update("classes", Contents::U32(vec![u32::MAX; 7]))
        .set("key0", KEY[0])
        .set("key1", KEY[1])
        .set("count", 10usize)
        .set("half_bits", half_bits(10))
        .set("rows", 7usize)
        .extent(7, 1, 1);
    let mut rig = Rig::new(case);
    let classes = rig.run().words("classes");
    // The definition of the order of images, across the end of an epoch.
    let places = [(2, 6), (2, 7), (2, 8), (2, 9), (3, 0), (3, 1), (3, 2)];
    for ((epoch, position), class) in places.into_iter().zip(classes) {
        let image = permute(threefry2x32(KEY, [epoch, 0]), 10, position) as usize;
        assert_eq!(class, u32::from(labels[image]));
    }
}
