//! Tangents: how the output of a layer moves with its input.

use gpugan::nn::{
    Conv, Dense, Dropout, Forward, Layer, Maxout, Mode, Tangent, Upsample, spectral_norm,
};
use gpugan::plan::codes::{Activation, Counter};
use gpugan::plan::{DType, Recorder, Role};
use gpugan::random::Latent;
use gpugan::threefry::Stream;

use super::common::games::noise;
use super::common::stage::training;
use super::{TOLERANCE, assert_close, cpu, error, fill, keep};

const ROWS: usize = 2;
/// Of the central difference.
const EPSILON: f64 = 1e-5;

/// Layers of each kind, those that have one with this activation.
fn layers(activation: Activation) -> Vec<Box<dyn Layer>> {
    let convs = [
        Conv::down([5, 4, 3], 2, 3, 2, 1),
        Conv::down([6, 6, 4], 3, 4, 2, 1),
        Conv::up([3, 2, 2], [6, 5, 4], 4, 2, 1),
        Conv::up([3, 3, 3], [6, 6, 1], 4, 2, 1),
    ];
    let mut layers: Vec<Box<dyn Layer>> = vec![
        Box::new(Dense::new(7, 5, activation)),
        Box::new(Dense::from_image([2, 3, 2], 5, activation).without_bias()),
    ];
    layers.extend(convs.map(|conv| Box::new(conv.then(activation)) as Box<dyn Layer>));
    let normalised: Vec<Box<dyn Layer>> = vec![
        Box::new(Dense::new(7, 5, activation)),
        Box::new(Conv::down([6, 6, 4], 3, 4, 2, 1).then(activation)),
    ];
    layers.extend(spectral_norm(normalised));
    layers
}

/// Layers without parameters, and the same in training.
fn others() -> Vec<Box<dyn Layer>> {
    vec![
        Box::new(Dropout {
            features: 9,
            p: 0.4,
        }),
        Box::new(Maxout {
            outputs: 4,
            pieces: 3,
        }),
        Box::new(Upsample {
            shape: [2, 3, 2],
            scale: 2,
        }),
    ]
}

/// The tangent that is recorded up to `end`, and what calculus gives, along the same direction.
fn both(layer: Box<dyn Layer>, end: Activation, with_bias_moved: bool) -> [Vec<f64>; 2] {
    let (inputs, outputs) = (layer.inputs(), layer.outputs());
    let mut r = Recorder::new();
    let clock = r.tensor("clock", Role::State, DType::U32, &[Counter::COUNT]);
    let mut tensor = |name, len, role| r.tensor(name, role, DType::F32, &[ROWS, len]);
    let x = tensor("x", inputs, Role::State);
    let tx = tensor("tx", inputs, Role::State);
    let y = tensor("y", outputs, Role::Output);
    let ty = tensor("ty", outputs, Role::Output);
    let mut state = |name: &str, shape: &[usize]| r.tensor(name, Role::State, DType::F32, shape);
    let parameters = layer.parameters();
    let parameters: Vec<_> = parameters.iter().map(|p| state(p.name, &p.shape)).collect();
    let buffers = layer.buffers();
    let buffers: Vec<_> = buffers.iter().map(|b| state(b.name, &b.shape)).collect();
    let forward = r.program("forward");
    let Mode::Train(mut mode) = training(clock, [5, 6], 2) else {
        unreachable!("it is one of training")
    };
    // Directions stand still, as a gradient takes them.
    mode.advance = false;
    let mode = Mode::Train(mode);
    let pass = Forward {
        name: "pass",
        parameters: &parameters,
        buffers: &buffers,
        mode,
        x,
        y,
    };
    let saved = layer.forward(&mut r, pass);
    let pass = Tangent {
        name: "tangent",
        parameters: &parameters,
        mode,
        x,
        y,
        saved: &saved,
        tx,
        end,
    };
    let made = layer.tangent(&mut r, pass);
    keep(&mut r, made, ty);
    // A layer without chance reads no clock.
    let drawn = r.tensor("drawn", Role::Output, DType::F32, &[1]);
    Latent::Normal.draw(&mut r, clock, 0, Stream::Noise, Counter::Noise, drawn);
    let mut cpu = cpu(&r.finish());
    fill(&mut cpu, &parameters, 1.0);
    fill(&mut cpu, &buffers, 1.0);
    let (at, along) = (noise(3, ROWS * inputs, 1.0), noise(4, ROWS * inputs, 1.0));
    cpu.floats_mut(tx).copy_from_slice(&along);
    let mut moved = |by: f64| {
        let point = at.iter().zip(&along).map(|(x, t)| x + by * t);
        let point: Vec<f64> = point.collect();
        cpu.floats_mut(x).copy_from_slice(&point);
        if with_bias_moved {
            let bias = cpu.floats_mut(parameters[1]);
            bias.copy_from_slice(&noise(5, bias.len(), by));
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
    for activation in super::layer::ACTIVATIONS {
        for layer in layers(activation) {
            let what = format!("{layer:?}");
            let [got, want] = both(layer, activation, false);
            assert_close(&got, &want, &what);
        }
    }
    for layer in others() {
        let what = format!("{layer:?}");
        let [got, want] = both(layer, Activation::Identity, false);
        assert_close(&got, &want, &what);
    }
}

/// A tangent knows no bias: the test sees one that moves. It also sees another end.
#[test]
fn a_bias_that_moves_is_noticed() {
    for at in [0, 2, 3, 4, 5, 6, 7] {
        let layer = |activation| layers(activation).swap_remove(at);
        let tanh = Activation::Tanh;
        let [got, want] = both(layer(tanh), tanh, true);
        assert!(error(&got, &want) > 100.0 * TOLERANCE, "{at}");
        let [got, want] = both(layer(tanh), Activation::Identity, false);
        assert!(error(&got, &want) > 100.0 * TOLERANCE, "{at}");
    }
}
