//! Gradients against central differences, in f64 on the mirror.

#[path = "../common/mod.rs"]
mod common;

mod game;
mod layer;
mod modes;
mod norm;
mod penalty;
mod slope;
mod stages;
mod tangent;

use gpugan::cpu::Cpu;
use gpugan::plan::{Plan, Tensor};

use common::layer::keep;

/// Half of the distance between the two points of a difference.
const STEP: f64 = 1e-5;

/// What a gradient may be off by, relative to the largest of its tensor.
const TOLERANCE: f64 = 1e-6;

/// The central difference of `loss` in every element of `values`. The last call is at `values`.
fn differences(values: &[f64], mut loss: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let mut moved = values.to_vec();
    let mut slopes = Vec::new();
    for at in 0..values.len() {
        let mut loss_at = |x| {
            moved[at] = x;
            loss(&moved)
        };
        let rise = loss_at(values[at] + STEP) - loss_at(values[at] - STEP);
        moved[at] = values[at];
        slopes.push(rise / (2.0 * STEP));
    }
    loss(values);
    slopes
}

/// The largest |got − want| relative to the largest |want|.
fn error(got: &[f64], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len());
    let scale = want.iter().fold(0.0f64, |most, w| most.max(w.abs()));
    assert!(scale > 0.0, "a gradient of zeros shows nothing: {got:?}");
    let errors = got.iter().zip(want).map(|(g, w)| (g - w).abs() / scale);
    errors.fold(0.0, f64::max)
}

fn assert_close(got: &[f64], want: &[f64], what: &str) {
    assert!(got.iter().all(|g| g.is_finite()), "{what}: {got:?}");
    let error = error(got, want);
    assert!(error < TOLERANCE, "{what}: {error:e}");
}

fn cpu(plan: &Plan) -> Cpu<f64> {
    Cpu::new(plan.clone(), Some(1)).expect("threads")
}

/// Sets every tensor to noise of its own.
fn fill(cpu: &mut Cpu<f64>, tensors: &[Tensor], scale: f64) {
    for tensor in tensors {
        let len = cpu.plan().info(*tensor).len();
        let values = common::games::noise(tensor.0, len, scale);
        cpu.floats_mut(*tensor).copy_from_slice(&values);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn copies(cpu: &Cpu<f64>, tensors: &[Tensor]) -> Vec<Vec<f64>> {
    let copy = |tensor: &Tensor| cpu.floats(*tensor).to_vec();
    tensors.iter().map(copy).collect()
}
