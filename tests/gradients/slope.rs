//! Gradients of functions of a network's slope, against central differences in every weight.

use gpugan::cpu::Cpu;
use gpugan::nn::{
    Conv, Dense, Dropout, Layer, Maxout, Mode, Network, Pass, Upsample, spectral_norm,
};
use gpugan::plan::codes::{Activation, Counter};
use gpugan::plan::{DType, ProgramId, Recorder, Role, Tensor};
use gpugan::random::Latent;
use gpugan::threefry::Stream;

use super::common::stage::training;
use super::{TOLERANCE, assert_close, copies, cpu, differences, dot, error, fill, keep};

/// Where a penalty is about some rows, it is so of the first or the last half.
const ROWS: usize = 4;

/// Smooth, or in straight pieces.
const ACTIVATIONS: [Activation; 6] = [
    Activation::LeakyRelu(0.2),
    Activation::Relu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::SmoothElu,
];

fn dense(inputs: usize, outputs: usize, activation: Activation) -> Box<dyn Layer> {
    Box::new(Dense::new(inputs, outputs, activation))
}

/// Critics of each kind of layers, by name.
fn critics(activation: Activation) -> Vec<(&'static str, Vec<Box<dyn Layer>>)> {
    let linear = Activation::Identity;
    let score = |image| Box::new(Dense::from_image(image, 1, linear)) as Box<dyn Layer>;
    let conv = |conv: Conv| Box::new(conv.then(activation)) as Box<dyn Layer>;
    let deep = || {
        vec![
            dense(5, 6, activation),
            dense(6, 4, activation),
            dense(4, 1, linear),
        ]
    };
    vec![
        ("dense", deep()),
        ("alone", vec![dense(6, 1, linear)]),
        (
            "down",
            vec![
                conv(Conv::down([6, 5, 2], 3, 4, 2, 1)),
                conv(Conv::down([3, 2, 3], 4, 3, 1, 1)),
                score([3, 2, 4]),
            ],
        ),
        (
            "up",
            vec![
                conv(Conv::up([2, 2, 3], [4, 5, 2], 4, 2, 1)),
                conv(Conv::down([4, 5, 2], 4, 4, 2, 1).without_bias()),
                score([2, 2, 4]),
            ],
        ),
        (
            "upsampled",
            vec![
                conv(Conv::down([4, 4, 1], 3, 4, 2, 1)),
                Box::new(Upsample {
                    shape: [2, 2, 3],
                    scale: 2,
                }),
                conv(Conv::down([4, 4, 3], 2, 3, 2, 1)),
                score([2, 2, 2]),
            ],
        ),
        (
            "dropping maxout",
            vec![
                Box::new(Dropout {
                    features: 5,
                    p: 0.3,
                }),
                dense(5, 12, activation),
                Box::new(Maxout {
                    outputs: 4,
                    pieces: 3,
                }),
                Box::new(Dropout {
                    features: 4,
                    p: 0.3,
                }),
                dense(4, 1, linear),
            ],
        ),
        ("normalised", spectral_norm(deep())),
    ]
}

/// What is asked for besides the slope.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asked {
    /// The gradient of a function of all slopes alone.
    Alone,
    /// Together with that of a weighed sum of the scores, of the slopes from the first row up to the
    /// last.
    Jointly(usize, usize),
}

const ASKED: [Asked; 4] = [
    Asked::Alone,
    Asked::Jointly(0, ROWS),
    Asked::Jointly(0, ROWS / 2),
    Asked::Jointly(ROWS / 2, ROWS),
];

/// A critic, its slope at some rows, and the gradient of a function of that.
struct Rig {
    cpu: Cpu<f64>,
    slope: ProgramId,
    gradient: ProgramId,
    asked: Asked,
    scores: Tensor,
    weights: Tensor,
    g: Tensor,
    v: Tensor,
    parameters: Vec<Tensor>,
    gradients: Vec<Tensor>,
}

impl Rig {
    /// `None` where the rows cannot be had by themselves.
    fn new(layers: Vec<Box<dyn Layer>>, asked: Asked) -> Option<Rig> {
        let mut r = Recorder::new();
        let inputs = layers[0].inputs();
        let (first, last) = match asked {
            Asked::Alone => (0, ROWS),
            Asked::Jointly(first, last) => (first, last),
        };
        let clock = r.tensor("clock", Role::State, DType::U32, &[Counter::COUNT]);
        let mut tensor = |name, shape: [usize; 2], role| r.tensor(name, role, DType::F32, &shape);
        let x = tensor("x", [ROWS, inputs], Role::State);
        let ones = tensor("ones", [ROWS, 1], Role::State);
        let weights = tensor("weights", [ROWS, 1], Role::State);
        let scores = tensor("scores", [ROWS, 1], Role::Output);
        let g = tensor("g", [last - first, inputs], Role::Output);
        let v = tensor("v", [last - first, inputs], Role::State);
        let network = Network::new(&mut r, "net", layers);
        // What is added to holds something from the beginning.
        let role = match asked {
            Asked::Alone => Role::State,
            Asked::Jointly(..) => Role::Output,
        };
        let gradients = network.companion(&mut r, "grad", role);
        let slope = r.program("slope");
        let Mode::Train(mut mode) = training(clock, [5, 6], 2) else {
            unreachable!("it is one of training")
        };
        mode.advance = false;
        let pass = Pass {
            mode: Mode::Train(mode),
            output: Some(scores),
        };
        let trace = network.forward(&mut r, x, pass);
        let sweep = network.sweep(&mut r, &trace, ones);
        let part = network.rows_of(&mut r, &sweep, first..last)?;
        let made = network.input_gradient(&mut r, &part);
        keep(&mut r, made, g);
        // A network without chance reads no clock.
        let drawn = r.tensor("drawn", Role::Output, DType::F32, &[1]);
        Latent::Normal.draw(&mut r, clock, 0, Stream::Noise, Counter::Noise, drawn);
        let gradient = r.program("gradient");
        match asked {
            Asked::Alone => network.slope_gradient(&mut r, &sweep, v, &gradients),
            Asked::Jointly(..) => {
                network.joint_gradient(&mut r, &sweep, weights, (first, &part, v), &gradients);
            }
        }
        keep_alive(&mut r, weights);
        let mut cpu = cpu(&r.finish());
        fill(&mut cpu, &network.parameter_tensors, 1.0);
        fill(&mut cpu, &network.buffer_tensors, 1.0);
        fill(&mut cpu, &[x, weights], 1.0);
        cpu.floats_mut(ones).fill(1.0);
        Some(Rig {
            cpu,
            slope,
            gradient,
            asked,
            scores,
            weights,
            g,
            v,
            parameters: network.parameter_tensors,
            gradients: gradients.parts,
        })
    }

    /// Σ (|g| − 1)² over the rows, and its gradient in g; with it the scores, where they are asked for.
    fn cost(&mut self) -> (f64, Vec<f64>) {
        self.cpu.run_program(self.slope);
        let g = self.cpu.floats(self.g);
        let rows = self.cpu.plan().info(self.g).shape[0];
        let (mut cost, mut v) = (0.0, Vec::new());
        for row in g.chunks_exact(g.len() / rows) {
            // A critic of dead rectifiers has no slope.
            let n = (dot(row, row) + 1e-12).sqrt();
            cost += (n - 1.0).powi(2);
            v.extend(row.iter().map(|g| 2.0 * (n - 1.0) / n * g));
        }
        if self.asked != Asked::Alone {
            cost += dot(self.cpu.floats(self.scores), self.cpu.floats(self.weights));
        }
        (cost, v)
    }

    /// The gradients, from what `change` makes of v.
    fn gradients(&mut self, change: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
        let v: Vec<f64> = self.cost().1.into_iter().map(change).collect();
        self.cpu.floats_mut(self.v).copy_from_slice(&v);
        let before = if self.asked == Asked::Alone {
            0.0
        } else {
            f64::NAN
        };
        for gradient in self.gradients.clone() {
            self.cpu.floats_mut(gradient).fill(before);
        }
        self.cpu.run_program(self.gradient);
        copies(&self.cpu, &self.gradients)
    }

    /// The central differences of the cost in every parameter, by name.
    fn slopes(&mut self) -> Vec<(String, Vec<f64>)> {
        let parameters = self.parameters.clone().into_iter();
        let of = |parameter: Tensor| {
            let values = self.cpu.floats(parameter).to_vec();
            let slopes = differences(&values, |values| {
                self.cpu.floats_mut(parameter).copy_from_slice(values);
                self.cost().0
            });
            (self.cpu.plan().info(parameter).name.clone(), slopes)
        };
        parameters.map(of).collect()
    }
}

/// Reads a tensor that a plan may have no use for.
fn keep_alive(r: &mut Recorder, tensor: Tensor) {
    let shape = r.info(tensor).shape.clone();
    let copy = r.tensor("kept", Role::Output, DType::F32, &shape);
    keep(r, tensor, copy);
}

/// Whether a gradient is 0 but for the rounding of the differences.
fn is_nothing(slopes: &[f64]) -> bool {
    slopes.iter().all(|slope| slope.abs() < 1e-8)
}

#[test]
fn gradients_of_the_slope_are_the_central_differences() {
    for activation in ACTIVATIONS {
        for asked in ASKED {
            for (name, layers) in critics(activation) {
                // Noise is drawn for all rows, and some halves begin where nothing can be bound.
                let Some(mut rig) = Rig::new(layers, asked) else {
                    assert_eq!(asked, ASKED[3]);
                    continue;
                };
                let got = rig.gradients(|v| v);
                for ((parameter, want), got) in rig.slopes().into_iter().zip(got) {
                    let what = format!("{name} {activation:?} {asked:?}: {parameter}");
                    match is_nothing(&want) {
                        true => assert!(is_nothing(&got), "{what}: {got:?}"),
                        false => assert_close(&got, &want, &what),
                    }
                }
            }
        }
    }
}

/// Halves that can be bound: every tensor of two rows is a multiple of 64 numbers.
#[test]
fn the_last_rows_can_be_had_by_themselves_where_they_are_aligned() {
    let layers = |activation| {
        vec![
            dense(32, 64, activation),
            dense(64, 32, activation),
            dense(32, 32, Activation::Identity),
        ]
    };
    let mut r = Recorder::new();
    let x = r.tensor("x", Role::State, DType::F32, &[ROWS, 32]);
    let seed = r.tensor("seed", Role::State, DType::F32, &[ROWS, 32]);
    let network = Network::new(&mut r, "net", layers(Activation::Tanh));
    r.program("slope");
    let trace = network.forward(&mut r, x, Pass::EVAL);
    let sweep = network.sweep(&mut r, &trace, seed);
    assert!(network.rows_of(&mut r, &sweep, 2..4).is_some());
    assert!(network.rows_of(&mut r, &sweep, 1..4).is_none());
}

/// The same comparison fails where the tangent is left out, or is off by a thousandth.
#[test]
fn a_gradient_without_its_tangent_is_noticed() {
    for activation in ACTIVATIONS {
        for asked in ASKED {
            for (name, layers) in critics(activation) {
                let Some(mut rig) = Rig::new(layers, asked) else {
                    continue;
                };
                let changes: [fn(f64) -> f64; 2] = [|_| 0.0, |v| 1.001 * v];
                let wrong = changes.map(|change| rig.gradients(change));
                let slopes = rig.slopes();
                for got in wrong {
                    let pairs = got.iter().zip(&slopes);
                    let pairs = pairs.filter(|(_, (_, want))| !is_nothing(want));
                    let far = pairs.filter(|(got, (_, want))| error(got, want) > 10.0 * TOLERANCE);
                    assert!(far.count() > 0, "{name} {activation:?} {asked:?}");
                }
            }
        }
    }
}

#[test]
fn layers_that_stand_in_the_way_are_named() {
    let obstacle = |layers| {
        let mut r = Recorder::new();
        Network::new(&mut r, "critic", layers).obstacle()
    };
    for activation in ACTIVATIONS {
        for (_, layers) in critics(activation) {
            assert_eq!(obstacle(layers), None);
        }
    }
    for (name, layers) in critics(Activation::Elu) {
        assert_eq!(obstacle(layers).is_some(), name != "alone", "{name}");
    }
    let norm = gpugan::nn::BatchNorm::new(6, 1, Activation::Tanh);
    let layers = vec![dense(5, 6, Activation::Tanh), Box::new(norm)];
    let found = obstacle(layers).expect("samples are coupled");
    assert_eq!(
        found,
        ("critic.2".to_string(), gpugan::nn::Obstacle::CoupledSamples)
    );
}
