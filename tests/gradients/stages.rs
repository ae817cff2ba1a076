//! Layers without parameters, above every activation, and layers whose weight is normalised.

use gpugan::cpu::Cpu;
use gpugan::nn::{
    Dense, Dropout, Grads, Layer, Maxout, Moments, Network, Pack, Pass, Planes, Upsample,
    spectral_norm,
};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, ProgramId, Recorder, Role, Tensor};

use super::common::games::noise;
use super::common::stage::Stage;
use super::layer::{ACTIVATIONS, image};
use super::{assert_close, copies, cpu, differences, dot, error, fill, keep};

const ROWS: usize = 3;

/// One layer on the f64 mirror.
struct Rig {
    stage: Stage,
    cpu: Cpu<f64>,
}

impl Rig {
    fn new(layer: &dyn Layer, training: bool, below: Activation) -> Rig {
        let noise = training.then_some(([5, 6], 2));
        let stage = Stage::new(layer, ROWS, below, noise);
        let cpu = cpu(&stage.plan);
        Rig { stage, cpu }
    }

    /// What the backward pass gives, and what calculus gives.
    fn both(&mut self, below: Activation) -> [Vec<f64>; 2] {
        let Stage {
            program,
            x,
            y,
            dy,
            da,
            ..
        } = self.stage;
        let len = |tensor| self.cpu.plan().info(tensor).len();
        let (inputs, outputs) = (len(x), len(y));
        let (pre, upstream) = (noise(98, inputs, 2.0), noise(99, outputs, 1.0));
        self.cpu.floats_mut(dy).copy_from_slice(&upstream);
        let slopes = differences(&pre, |pre| {
            let values: Vec<f64> = pre.iter().map(|a| image(below, *a)).collect();
            self.cpu.floats_mut(x).copy_from_slice(&values);
            self.cpu.run_program(program);
            dot(self.cpu.floats(y), &upstream)
        });
        [self.cpu.floats(da).to_vec(), slopes]
    }
}

#[test]
fn what_has_no_parameters_follows_calculus() {
    let dropout = Dropout {
        features: 9,
        p: 0.3,
    };
    let maxout = Maxout {
        outputs: 4,
        pieces: 3,
    };
    let upsample = Upsample {
        shape: [2, 3, 2],
        scale: 2,
    };
    let pack = Pack {
        shape: [2, 3, 2],
        count: 3,
    };
    let moments = Moments { dims: 3, degree: 4 };
    let layers: [&dyn Layer; 5] = [&dropout, &maxout, &upsample, &pack, &moments];
    for layer in layers {
        for training in [true, false] {
            for below in ACTIVATIONS {
                let [got, want] = Rig::new(layer, training, below).both(below);
                assert_close(&got, &want, &format!("{layer:?} {training} on {below:?}"));
            }
            let [got, want] = Rig::new(layer, training, Activation::Tanh).both(Activation::Sigmoid);
            assert!(error(&got, &want) > 1e-2, "{layer:?}");
        }
    }
}

/// Outside of training nothing is dropped.
#[test]
fn dropout_is_the_identity_in_eval_mode() {
    let layer = Dropout {
        features: 9,
        p: 0.3,
    };
    for (training, same) in [(true, false), (false, true)] {
        let mut rig = Rig::new(&layer, training, Activation::Identity);
        rig.both(Activation::Identity);
        let Stage { x, y, dy, da, .. } = rig.stage;
        let [x, y, dy, da] = [x, y, dy, da].map(|t| rig.cpu.floats(t));
        assert_eq!((x == y, dy == da), (same, same));
        assert_eq!(y.contains(&0.0), !same);
    }
}

/// Two dense layers, both normalised, with u and v that stand still, as a gradient takes them.
struct Normalised {
    cpu: Cpu<f64>,
    programs: [ProgramId; 2],
    x: Tensor,
    y: Tensor,
    dy: Tensor,
    dx: Tensor,
    network: Network,
    gradients: Vec<Tensor>,
}

impl Normalised {
    fn new() -> Normalised {
        let mut r = Recorder::new();
        let dense = |inputs, outputs, activation| {
            Box::new(Dense::new(inputs, outputs, activation)) as Box<dyn Layer>
        };
        let layers = spectral_norm(vec![
            dense(5, 4, Activation::Tanh),
            dense(4, 2, Activation::Identity),
        ]);
        let mut tensor = |name, columns, role| r.tensor(name, role, DType::F32, &[ROWS, columns]);
        let x = tensor("x", 5, Role::State);
        let dy = tensor("dy", 2, Role::State);
        let y = tensor("y", 2, Role::Output);
        let dx = tensor("dx", 5, Role::Output);
        let network = Network::new(&mut r, "net", layers);
        let gradients = network.companion(&mut r, "grad", Role::Output);
        let programs = [Grads::Overwrite, Grads::Accumulate].map(|grads| {
            let program = r.program(&format!("{grads:?}"));
            let trace = network.forward(&mut r, x, Pass::EVAL.into(y));
            let into = Some((&gradients, grads));
            let made = network.backward(&mut r, &trace, dy, into, Some(Activation::Identity));
            keep(&mut r, made.expect("it was asked for"), dx);
            program
        });
        let mut cpu = cpu(&r.finish());
        fill(&mut cpu, &network.parameter_tensors, 1.0);
        fill(&mut cpu, &network.buffer_tensors, 1.0);
        fill(&mut cpu, &[x, dy], 1.0);
        Normalised {
            cpu,
            programs,
            x,
            y,
            dy,
            dx,
            network,
            gradients: gradients.parts,
        }
    }

    /// The central differences of Σ dy ∘ y in one tensor.
    fn slopes(&mut self, tensor: Tensor) -> Vec<f64> {
        let values = self.cpu.floats(tensor).to_vec();
        differences(&values, |values| {
            self.cpu.floats_mut(tensor).copy_from_slice(values);
            self.cpu.run_program(self.programs[0]);
            dot(self.cpu.floats(self.y), self.cpu.floats(self.dy))
        })
    }
}

#[test]
fn a_normalised_weight_follows_calculus_with_its_directions_held() {
    let mut net = Normalised::new();
    let buffers = copies(&net.cpu, &net.network.buffer_tensors);
    let wanted = net.slopes(net.x);
    assert_close(net.cpu.floats(net.dx), &wanted, "x");
    for at in 0..net.gradients.len() {
        let wanted = net.slopes(net.network.parameter_tensors[at]);
        let got = net.cpu.floats(net.gradients[at]);
        assert_close(got, &wanted, &net.cpu.plan().info(net.gradients[at]).name);
    }
    assert_eq!(buffers, copies(&net.cpu, &net.network.buffer_tensors));
}

#[test]
fn the_gradients_of_a_normalised_layer_are_added_where_that_is_asked() {
    let mut net = Normalised::new();
    net.cpu.run_program(net.programs[0]);
    let once = copies(&net.cpu, &net.gradients);
    net.cpu.run_program(net.programs[1]);
    for (once, twice) in once.iter().zip(copies(&net.cpu, &net.gradients)) {
        let wanted: Vec<f64> = once.iter().map(|x| 2.0 * x).collect();
        assert!(error(&twice, &wanted) < 1e-14);
    }
}

/// In PyTorch's order of channels it is a reshape.
#[test]
fn a_pack_is_the_channels_of_all_its_images() {
    let (shape, count) = ([2, 3, 2], 3);
    let pack = Pack { shape, count };
    let mut rig = Rig::new(&pack, false, Activation::Identity);
    let len = ROWS * pack.inputs();
    let values: Vec<f64> = (0..len).map(|at| at as f64).collect();
    rig.cpu.floats_mut(rig.stage.x).copy_from_slice(&values);
    rig.cpu.run_program(rig.stage.program);
    let planes = |channels| Planes {
        channels,
        pixels: 6,
        inner: 1,
    };
    let packed = planes(6).to_torch(rig.cpu.floats(rig.stage.y));
    assert_eq!(packed, planes(2).to_torch(&values));
    assert_ne!(packed, values);
}

/// Every product of coordinates once for every order of its factors.
#[test]
fn moments_are_products_of_all_sequences_of_coordinates() {
    let moments = Moments { dims: 2, degree: 3 };
    let mut rig = Rig::new(&moments, false, Activation::Identity);
    let x = rig.cpu.floats_mut(rig.stage.x);
    x.copy_from_slice(&[2.0, 5.0, 1.0, 3.0, -1.0, 0.0]);
    rig.cpu.run_program(rig.stage.program);
    let (a, b) = (2.0, 5.0);
    let wanted = [
        a,
        b,
        a * a,
        a * b,
        b * a,
        b * b,
        a * a * a,
        a * a * b,
        a * b * a,
        a * b * b,
        b * a * a,
        b * a * b,
        b * b * a,
        b * b * b,
    ];
    let mut got = rig.cpu.floats(rig.stage.y)[..14].to_vec();
    let mut wanted = wanted.to_vec();
    got[6..].sort_by(f64::total_cmp);
    wanted[6..].sort_by(f64::total_cmp);
    assert_eq!(got, wanted);
    assert_eq!(Moments::features(2, 3), Some(14));
    assert_eq!(Moments::features(usize::MAX, 2), None);
}
