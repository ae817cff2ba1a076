//! One dense layer under every activation, above every activation.

use gpugan::cpu::Cpu;
use gpugan::nn::{Dense, Grads, Network};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, ProgramId, Recorder, Role, Tensor};

use super::common::games::noise;
use super::{TOLERANCE, assert_close, copies, cpu, differences, dot, error, fill, keep};

const ROWS: usize = 7;
const INPUTS: usize = 5;
const OUTPUTS: usize = 6;

pub const ACTIVATIONS: [Activation; 5] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu(0.2),
    Activation::Tanh,
    Activation::Sigmoid,
];

/// φ from its definition.
pub fn image(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Identity => x,
        Activation::Relu => x.max(0.0),
        Activation::LeakyRelu(leak) => x.max(leak * x),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
    }
}

/// φ' where φ gave y.
pub fn slope(activation: Activation, y: f64) -> f64 {
    match activation {
        Activation::Identity => 1.0,
        Activation::Relu => f64::from(y > 0.0),
        Activation::LeakyRelu(leak) => f64::max(leak, f64::from(y > 0.0)),
        Activation::Tanh => 1.0 - y * y,
        Activation::Sigmoid => y * (1.0 - y),
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
    fn new(activation: Activation, below: Activation) -> Rig {
        let mut r = Recorder::new();
        let mut tensor = |name, columns, role| r.tensor(name, role, DType::F32, &[ROWS, columns]);
        let x = tensor("x", INPUTS, Role::State);
        let y = tensor("y", OUTPUTS, Role::Output);
        let da = tensor("da", OUTPUTS, Role::State);
        let dx = tensor("dx", INPUTS, Role::Output);
        let layer = Dense::new(INPUTS, OUTPUTS, activation);
        let network = Network::new(&mut r, "net", vec![Box::new(layer)]);
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

    /// Gradients with respect to the pre-activation below, the weight and the bias.
    fn gradients(&mut self, upstream: &[f64]) -> Vec<Vec<f64>> {
        self.cpu.run_program(self.forward);
        let y = self.cpu.floats(self.y).iter();
        let da: Vec<f64> = y
            .zip(upstream)
            .map(|(y, u)| u * slope(self.activation, *y))
            .collect();
        self.cpu.floats_mut(self.da).copy_from_slice(&da);
        self.cpu.run_program(self.backward);
        copies(&self.cpu, &[&[self.dx], &self.gradients[..]].concat())
    }
}

/// What the backward pass gives, and what calculus gives, of a layer above `below`; the backward
/// pass is told `told` in its stead.
fn both(activation: Activation, below: Activation, told: Activation) -> [Vec<Vec<f64>>; 2] {
    let mut rig = Rig::new(activation, told);
    let upstream = noise(99, ROWS * OUTPUTS, 1.0);
    let x_of = |a: &[f64]| -> Vec<f64> { a.iter().map(|a| image(below, *a)).collect() };
    let pre = noise(98, ROWS * INPUTS, 2.0);
    let x = rig.x;
    let mut slopes = vec![differences(&pre, |a| rig.loss(x, &x_of(a), &upstream))];
    for parameter in rig.parameters.clone() {
        let values = rig.cpu.floats(parameter).to_vec();
        slopes.push(differences(&values, |p| rig.loss(parameter, p, &upstream)));
    }
    [rig.gradients(&upstream), slopes]
}

#[test]
fn gradients_are_the_central_differences_under_every_activation() {
    for activation in ACTIVATIONS {
        for below in ACTIVATIONS {
            let [got, want] = both(activation, below, below);
            for (what, (got, want)) in ["input", "weight", "bias"]
                .iter()
                .zip(got.iter().zip(&want))
            {
                assert_close(got, want, &format!("{activation:?} on {below:?}: {what}"));
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
    ] {
        let [got, want] = both(Activation::Tanh, below, told);
        assert!(error(&got[0], &want[0]) > 100.0 * TOLERANCE, "{below:?}");
        assert!(error(&got[1], &want[1]) < TOLERANCE, "{below:?}");
    }
}
