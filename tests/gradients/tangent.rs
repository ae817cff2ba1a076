//! Tangents of convolutions: how the output moves with the input.

use gpugan::nn::{Conv, Network, Pass};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, Recorder, Role};

use super::common::games::noise;
use super::{TOLERANCE, assert_close, cpu, error, fill, keep};

const ROWS: usize = 2;
/// Of the central difference.
const EPSILON: f64 = 1e-5;

fn layers() -> [Conv; 4] {
    [
        Conv::down([5, 4, 3], 2, 3, 2, 1),
        Conv::down([6, 6, 4], 3, 4, 2, 1),
        Conv::up([3, 2, 2], [6, 5, 4], 4, 2, 1),
        Conv::up([3, 3, 3], [6, 6, 1], 4, 2, 1),
    ]
}

/// The tangent that is recorded, and what calculus gives, along the same direction.
fn both(conv: Conv, with_bias_moved: bool) -> [Vec<f64>; 2] {
    let (inputs, outputs): (usize, usize) = (
        conv.input().iter().product(),
        conv.output().iter().product(),
    );
    let mut r = Recorder::new();
    let mut tensor = |name, len, role| r.tensor(name, role, DType::F32, &[ROWS, len]);
    let x = tensor("x", inputs, Role::State);
    let tx = tensor("tx", inputs, Role::State);
    let y = tensor("y", outputs, Role::Output);
    let ty = tensor("ty", outputs, Role::Output);
    let network = Network::new(&mut r, "net", vec![Box::new(conv.clone())]);
    let forward = r.program("forward");
    network.forward(&mut r, x, Pass::EVAL.into(y));
    let made = conv.tangent(&mut r, "tangent", network.parameter_tensors[0], y, tx);
    keep(&mut r, made, ty);
    let mut cpu = cpu(&r.finish());
    fill(&mut cpu, &network.parameter_tensors, 1.0);
    let (at, along) = (noise(3, ROWS * inputs, 1.0), noise(4, ROWS * inputs, 1.0));
    cpu.floats_mut(tx).copy_from_slice(&along);
    let mut moved = |by: f64| {
        let point = at.iter().zip(&along).map(|(x, t)| x + by * t);
        let point: Vec<f64> = point.collect();
        cpu.floats_mut(x).copy_from_slice(&point);
        if with_bias_moved {
            let bias = noise(5, conv.output()[2], by);
            cpu.floats_mut(network.parameter_tensors[1])
                .copy_from_slice(&bias);
        }
        cpu.run_program(forward);
        [cpu.floats(y).to_vec(), cpu.floats(ty).to_vec()]
    };
    let ([above, _], [below, _]) = (moved(EPSILON), moved(-EPSILON));
    let [_, tangent] = moved(0.0);
    let slopes = above.iter().zip(&below);
    let slopes = slopes.map(|(a, b)| (a - b) / (2.0 * EPSILON));
    [tangent, slopes.collect()]
}

#[test]
fn a_tangent_is_the_derivative_along_it() {
    for conv in layers() {
        for activation in [
            Activation::Identity,
            Activation::Tanh,
            Activation::LeakyRelu(0.2),
        ] {
            let what = format!("{conv:?} {activation:?}");
            let [got, want] = both(conv.clone().then(activation), false);
            assert_close(&got, &want, &what);
        }
    }
}

/// A tangent knows no bias: the test sees one that moves.
#[test]
fn a_bias_that_moves_is_noticed() {
    let [conv, ..] = layers();
    let [got, want] = both(conv.then(Activation::Tanh), true);
    assert!(error(&got, &want) > 100.0 * TOLERANCE);
}
