//! One layer, dense or a convolution either way, under every activation, above every activation.

use gpugan::cpu::Cpu;
use gpugan::nn::{Conv, Dense, Grads, Layer, Network};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, ProgramId, Recorder, Role, Tensor};

use super::common::games::noise;
use super::common::layer::before;
use super::{TOLERANCE, assert_close, copies, cpu, differences, dot, error, fill, keep};

const ROWS: usize = 3;

pub const ACTIVATIONS: [Activation; 8] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu(0.2),
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::SmoothElu,
    Activation::Elu,
];

/// φ from its definition.
pub fn image(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Identity => x,
        Activation::Relu => x.max(0.0),
        Activation::LeakyRelu(leak) => x.max(leak * x),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        Activation::Softplus => x.exp().ln_1p(),
        Activation::SmoothElu => (2.0 * x + 2.0).exp().ln_1p() / 2.0 - 1.0,
        Activation::Elu => x.max(x.min(0.0).exp_m1()),
    }
}

/// A layer whose backward pass is told that `below` made its input.
struct Rig {
    cpu: Cpu<f64>,
    activation: Activation,
    forward: ProgramId,
    backward: ProgramId,
    x: Tensor,
    y: Tensor,
    da: Tensor,
    dx: Tensor,
    parameters: Vec<Tensor>,
    gradients: Vec<Tensor>,
}

impl Rig {
    fn new(layer: Box<dyn Layer>, below: Activation) -> Rig {
        let mut r = Recorder::new();
        let (inputs, outputs, activation) = (layer.inputs(), layer.outputs(), layer.activation());
        let mut tensor = |name, columns, role| r.tensor(name, role, DType::F32, &[ROWS, columns]);
        let x = tensor("x", inputs, Role::State);
        let y = tensor("y", outputs, Role::Output);
        let da = tensor("da", outputs, Role::State);
        let dx = tensor("dx", inputs, Role::Output);
        let network = Network::new(&mut r, "net", vec![layer]);
        let gradients = network.companion(&mut r, "grad", Role::Output);
        let forward = r.program("forward");
        let trace = network.forward(&mut r, x, gpugan::nn::Pass::EVAL.into(y));
        let backward = r.program("backward");
        let into = Some((&gradients, Grads::Overwrite));
        let made = network.backward(&mut r, &trace, da, into, Some(below));
        keep(&mut r, made.expect("it was asked for"), dx);
        let mut cpu = cpu(&r.finish());
        fill(&mut cpu, &network.parameter_tensors, 1.0);
        Rig {
            cpu,
            activation,
            forward,
            backward,
            x,
            y,
            da,
            dx,
            parameters: network.parameter_tensors,
            gradients: gradients.parts,
        }
    }

    /// Σ upstream ∘ y, with one tensor set to `values`.
    fn loss(&mut self, tensor: Tensor, values: &[f64], upstream: &[f64]) -> f64 {
        self.cpu.floats_mut(tensor).copy_from_slice(values);
        self.cpu.run_program(self.forward);
        dot(self.cpu.floats(self.y), upstream)
    }

    /// Gradients with respect to the pre-activation below, and the parameters.
    fn gradients(&mut self, upstream: &[f64]) -> Vec<Vec<f64>> {
        self.cpu.run_program(self.forward);
        let da = before(self.activation, upstream, self.cpu.floats(self.y));
        self.cpu.floats_mut(self.da).copy_from_slice(&da);
        self.cpu.run_program(self.backward);
        copies(&self.cpu, &[&[self.dx], &self.gradients[..]].concat())
    }
}

/// What the backward pass gives, and what calculus gives, of a layer above `below`; the backward
/// pass is told `told` in its stead.
fn both(layer: Box<dyn Layer>, below: Activation, told: Activation) -> [Vec<Vec<f64>>; 2] {
    let mut rig = Rig::new(layer, told);
    let [inputs, outputs] = [rig.x, rig.y].map(|tensor| rig.cpu.floats(tensor).len());
    let upstream = noise(99, outputs, 1.0);
    let x_of = |a: &[f64]| -> Vec<f64> { a.iter().map(|a| image(below, *a)).collect() };
    let pre = noise(98, inputs, 2.0);
    let x = rig.x;
    let mut slopes = vec![differences(&pre, |a| rig.loss(x, &x_of(a), &upstream))];
    for parameter in rig.parameters.clone() {
        let values = rig.cpu.floats(parameter).to_vec();
        slopes.push(differences(&values, |p| rig.loss(parameter, p, &upstream)));
    }
    [rig.gradients(&upstream), slopes]
}

/// Layers of each kind on awkward shapes, followed by `activation`.
fn layers(activation: Activation) -> Vec<Box<dyn Layer>> {
    let [down, up] = [
        Conv::down([5, 4, 2], 3, 4, 2, 1),
        // An output padding of 0 and of 1.
        Conv::up([2, 2, 3], [4, 5, 2], 4, 2, 1),
    ]
    .map(|conv| conv.then(activation));
    vec![
        Box::new(Dense::new(5, 6, activation)),
        Box::new(Dense::new(5, 6, activation).without_bias()),
        Box::new(down.clone()),
        Box::new(down.without_bias()),
        Box::new(Conv::down([6, 5, 2], 4, 2, 3, 0).then(activation)),
        Box::new(up.clone()),
        Box::new(up.without_bias()),
        Box::new(Conv::up([1, 2, 3], [3, 5, 1], 3, 3, 1).then(activation)),
    ]
}

#[test]
fn gradients_are_the_central_differences_under_every_activation() {
    for activation in ACTIVATIONS {
        for below in ACTIVATIONS {
            for layer in layers(activation) {
                let label = format!("{layer:?} on {below:?}");
                let parameters = layer.parameters().len();
                let [got, want] = both(layer, below, below);
                assert_eq!([got.len(), want.len()], [1 + parameters; 2], "{label}");
                for (at, (got, want)) in got.iter().zip(&want).enumerate() {
                    let what = ["input", "weight", "bias"][at];
                    assert_close(got, want, &format!("{label}: {what}"));
                }
            }
        }
    }
}

/// The test sees a slope that is off by a hundredth, and the wrong activation.
#[test]
fn wrong_slopes_are_noticed() {
    let leaky = Activation::LeakyRelu(0.2);
    for (below, told) in [
        (leaky, Activation::LeakyRelu(0.202)),
        (leaky, Activation::Relu),
        (Activation::Tanh, Activation::Identity),
        (Activation::Sigmoid, Activation::Tanh),
        (Activation::Softplus, Activation::Relu),
        (Activation::SmoothElu, Activation::Elu),
    ] {
        for layer in layers(Activation::Tanh) {
            let label = format!("{layer:?} on {below:?}");
            let [got, want] = both(layer, below, told);
            assert!(error(&got[0], &want[0]) > 100.0 * TOLERANCE, "{label}");
            assert!(error(&got[1], &want[1]) < TOLERANCE, "{label}");
        }
    }
}
