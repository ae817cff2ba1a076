//! Batch normalisation above a dense layer without bias, with the statistics of the batch, of each
//! half of it, and with those that run.

use gpugan::cpu::Cpu;
use gpugan::nn::{BatchNorm, Dense, Grads, Mode, Network, Noise, Pass, Training};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, ProgramId, Recorder, Role, Tensor};

use super::common::games::noise;
use super::layer::{ACTIVATIONS, image, slope};
use super::{TOLERANCE, assert_close, copies, cpu, differences, dot, error, fill, keep};

const INPUTS: usize = 4;
const CHANNELS: usize = 3;

/// What a pass is recorded for.
#[derive(Clone, Copy, Debug)]
struct Setting {
    rows: usize,
    pixels: usize,
    /// In training; none in evaluation.
    groups: Option<usize>,
    activation: Activation,
    below: Activation,
}

const SMALL: Setting = Setting {
    rows: 6,
    pixels: 2,
    groups: Some(1),
    activation: Activation::LeakyRelu(0.2),
    below: Activation::Tanh,
};

/// A recorded network whose backward pass is told what made its input.
struct Rig {
    cpu: Cpu<f64>,
    setting: Setting,
    forward: ProgramId,
    /// Of each way to treat the parameters' gradients.
    backward: [ProgramId; 3],
    x: Tensor,
    y: Tensor,
    da: Tensor,
    dx: Tensor,
    parameters: Vec<Tensor>,
    gradients: Vec<Tensor>,
}

const GRADS: [Grads; 3] = [Grads::Overwrite, Grads::Accumulate, Grads::Ignore];

impl Rig {
    fn new(setting: Setting) -> Rig {
        let mut r = Recorder::new();
        let outputs = setting.pixels * CHANNELS;
        let mut tensor =
            |name, columns, role| r.tensor(name, role, DType::F32, &[setting.rows, columns]);
        let x = tensor("x", INPUTS, Role::State);
        let y = tensor("y", outputs, Role::Output);
        let da = tensor("da", outputs, Role::State);
        let dx = tensor("dx", INPUTS, Role::Output);
        let dense = Dense::new(INPUTS, outputs, Activation::Identity).without_bias();
        let norm = BatchNorm::new(CHANNELS, setting.pixels, setting.activation);
        let network = Network::new(&mut r, "net", vec![Box::new(dense), Box::new(norm)]);
        let gradients = network.companion(&mut r, "grad", Role::Output);
        // Nothing here is random: the clock is never looked at.
        let noise = Noise {
            clock: x,
            key: [0; 2],
            draw: 0,
        };
        let mode = match setting.groups {
            Some(groups) => Mode::Train(Training {
                groups,
                advance: false,
                noise,
            }),
            None => Mode::Eval,
        };
        let output = Some(y);
        let forward = r.program("forward");
        let trace = network.forward(&mut r, x, Pass { mode, output });
        let backward = GRADS.map(|grads| {
            let program = r.program(&format!("{grads:?}"));
            let into = Some((&gradients, grads));
            let made = network.backward(&mut r, &trace, da, into, Some(setting.below));
            keep(&mut r, made.expect("it was asked for"), dx);
            program
        });
        let mut cpu = cpu(&r.finish());
        fill(&mut cpu, &network.parameter_tensors, 1.0);
        fill(&mut cpu, &network.buffer_tensors, 0.5);
        let variances = cpu.floats_mut(network.buffer_tensors[1]);
        variances.iter_mut().for_each(|v| *v += 0.8);
        Rig {
            cpu,
            setting,
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

    fn upstream(&self) -> Vec<f64> {
        noise(99, self.setting.rows * self.setting.pixels * CHANNELS, 1.0)
    }

    /// Σ upstream ∘ y, with one tensor set to `values`.
    fn loss(&mut self, tensor: Tensor, values: &[f64]) -> f64 {
        self.cpu.floats_mut(tensor).copy_from_slice(values);
        self.cpu.run_program(self.forward);
        dot(self.cpu.floats(self.y), &self.upstream())
    }

    /// Gradients with respect to the pre-activation below and the parameters.
    fn gradients(&mut self, grads: Grads) -> Vec<Vec<f64>> {
        self.cpu.run_program(self.forward);
        let (upstream, activation) = (self.upstream(), self.setting.activation);
        let pairs = self.cpu.floats(self.y).iter().zip(upstream);
        let da: Vec<f64> = pairs.map(|(y, u)| u * slope(activation, *y)).collect();
        self.cpu.floats_mut(self.da).copy_from_slice(&da);
        let at = GRADS.iter().position(|known| *known == grads);
        self.cpu.run_program(self.backward[at.expect("a way")]);
        copies(&self.cpu, &[&[self.dx], &self.gradients[..]].concat())
    }

    /// What the backward pass gives, and what calculus gives.
    fn both(&mut self) -> [Vec<Vec<f64>>; 2] {
        let below = self.setting.below;
        let x_of = |a: &[f64]| -> Vec<f64> { a.iter().map(|a| image(below, *a)).collect() };
        let pre = noise(98, self.setting.rows * INPUTS, 2.0);
        let x = self.x;
        let mut slopes = vec![differences(&pre, |a| self.loss(x, &x_of(a)))];
        for parameter in self.parameters.clone() {
            let values = self.cpu.floats(parameter).to_vec();
            slopes.push(differences(&values, |p| self.loss(parameter, p)));
        }
        [self.gradients(Grads::Overwrite), slopes]
    }
}

fn check(setting: Setting) {
    let [got, want] = Rig::new(setting).both();
    assert_eq!(got.len(), 4);
    let names = ["input", "dense weight", "weight", "bias"];
    for (name, (got, want)) in names.iter().zip(got.iter().zip(&want)) {
        assert_close(got, want, &format!("{setting:?}: {name}"));
    }
}

#[test]
fn gradients_are_the_central_differences_in_every_mode() {
    for groups in [Some(1), Some(2), None] {
        for activation in ACTIVATIONS {
            for below in ACTIVATIONS {
                check(Setting {
                    groups,
                    activation,
                    below,
                    ..SMALL
                });
            }
        }
        check(Setting {
            groups,
            pixels: 1,
            ..SMALL
        });
    }
}

/// More lines than one slice sums.
#[test]
fn gradients_of_many_lines_are_the_central_differences() {
    for groups in [Some(1), Some(2), None] {
        check(Setting {
            rows: 12,
            pixels: 50,
            groups,
            ..SMALL
        });
    }
}

/// The gradients of one mode are not taken for those of another.
#[test]
fn statistics_of_another_mode_are_noticed() {
    let modes = [Some(1), Some(2), None];
    let all = modes.map(|groups| Rig::new(Setting { groups, ..SMALL }).both());
    for (at, [got, _]) in all.iter().enumerate() {
        for (other, [_, want]) in all.iter().enumerate().filter(|(other, _)| *other != at) {
            let errors = got.iter().zip(want).map(|(got, want)| error(got, want));
            let far = errors.filter(|error| *error > 1000.0 * TOLERANCE).count();
            // Of the same y, the bias has the same gradient.
            assert!(far >= 3, "{at} {other}");
        }
    }
}

#[test]
fn gradients_are_overwritten_accumulated_or_left() {
    for groups in [Some(1), Some(2), None] {
        let mut rig = Rig::new(Setting { groups, ..SMALL });
        let x = noise(97, SMALL.rows * INPUTS, 1.0);
        rig.cpu.floats_mut(rig.x).copy_from_slice(&x);
        let once = rig.gradients(Grads::Overwrite);
        assert_eq!(rig.gradients(Grads::Overwrite), once);
        let twice = rig.gradients(Grads::Accumulate);
        for (once, twice) in once[1..].iter().zip(&twice[1..]) {
            let doubled: Vec<f64> = once.iter().map(|g| 2.0 * g).collect();
            assert_close(twice, &doubled, "twice");
        }
        fill(&mut rig.cpu, &rig.gradients.clone(), 9.0);
        rig.cpu.floats_mut(rig.dx).fill(f64::NAN);
        let before = copies(&rig.cpu, &rig.gradients.clone());
        let left = rig.gradients(Grads::Ignore);
        assert_eq!(left[0], once[0]);
        assert_eq!(left[1..], before);
    }
}
