//! Dropout, maxout, nearest upsampling and spectral normalisation against PyTorch in float64
//! (tests/golden/extras.py).

mod common;

use std::collections::BTreeMap;

use common::floats::Floats;
use common::layer::keep;
use common::stage::{self, Stage};
use gpugan::cpu::Cpu;
use gpugan::nn::{Dense, Dropout, Grads, Layer, Maxout, Network, Pass, Upsample, spectral_norm};
use gpugan::plan::codes::{Activation, Counter};
use gpugan::plan::{Contents, DType, Executor, Plan, ProgramId, Recorder, Role, Tensor};
use gpugan::threefry::{Stream, stream_key};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    dropout: DropoutCase,
    maxout: MaxoutCase,
    upsample: UpsampleCase,
    spectral: Spectral,
}

/// x = below(a), y = layer(x), and the gradient at a of dy at y.
#[derive(Deserialize)]
struct Made {
    x: Vec<f64>,
    y: Vec<f64>,
    dy: Vec<f64>,
    da: Vec<f64>,
}

#[derive(Deserialize)]
struct DropoutCase {
    rows: usize,
    features: usize,
    p: f64,
    seed: u64,
    draw: u32,
    #[serde(flatten)]
    made: Made,
}

#[derive(Deserialize)]
struct MaxoutCase {
    rows: usize,
    outputs: usize,
    pieces: usize,
    #[serde(flatten)]
    made: Made,
}

#[derive(Deserialize)]
struct UpsampleCase {
    rows: usize,
    shape: [usize; 3],
    scale: usize,
    #[serde(flatten)]
    made: Made,
}

#[derive(Deserialize)]
struct Spectral {
    rows: usize,
    sizes: [usize; 3],
    lr: f64,
    slope: f64,
    first: BTreeMap<String, Vec<f64>>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    x: Vec<f64>,
    dy: Vec<f64>,
    y: Vec<f64>,
    dx: Vec<f64>,
    evaluated: Vec<f64>,
    gradients: BTreeMap<String, Vec<f64>>,
    state: BTreeMap<String, Vec<f64>>,
}

const LEAKY: Activation = Activation::LeakyRelu(0.2);

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/extras.json")).unwrap()
}

/// Makes the f64 mirror, or an executor that a user would run.
type Make<'a> = &'a dyn Fn(Plan) -> Box<dyn Floats>;

/// How far two tensors are apart, relative to the largest element.
fn error(got: &[f64], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len());
    let most = want.iter().fold(0.0f64, |most, w| most.max(w.abs()));
    let errors = got.iter().zip(want).map(|(g, w)| (g - w).abs() / most);
    errors.fold(
        0.0,
        |worst, error| if error <= worst { worst } else { error },
    )
}

/// A training pass; `noise` is the seed, and the draws that the program has made before.
fn staged(layer: &dyn Layer, rows: usize, below: Activation, noise: (u64, usize)) -> Stage {
    let key = stream_key(noise.0, Stream::Dropout);
    Stage::new(layer, rows, below, Some((key, noise.1)))
}

/// How far y and da are from PyTorch's, where the clock counts this many draws.
fn errors(stage: &Stage, made: &Made, drawn: u32, make: Make) -> [f64; 2] {
    let mut machine = make(stage.plan.clone());
    let mut clock = vec![0; Counter::COUNT];
    clock[Counter::Dropout as usize] = drawn;
    machine
        .executor()
        .write(stage.clock, &Contents::U32(clock))
        .unwrap();
    machine.put(stage.x, &made.x);
    machine.put(stage.dy, &made.dy);
    machine.run(&[stage.program]);
    [(stage.y, &made.y), (stage.da, &made.da)]
        .map(|(tensor, want)| error(&machine.get(tensor), want))
}

/// How far dropout is from PyTorch's, the draw counted partly by the clock, partly by the pass.
fn dropout_errors(case: &DropoutCase, p: f64, later: usize, make: Make) -> [f64; 2] {
    let features = case.features;
    let layer = Dropout { features, p };
    let stage = staged(&layer, case.rows, Activation::Tanh, (case.seed, later));
    errors(&stage, &case.made, case.draw - 3, make)
}

fn maxout_errors(case: &MaxoutCase, below: Activation, make: Make) -> [f64; 2] {
    let outputs = case.outputs;
    let layer = Maxout {
        outputs,
        pieces: case.pieces,
    };
    let stage = staged(&layer, case.rows, below, (0, 0));
    errors(&stage, &case.made, 0, make)
}

fn upsample_errors(case: &UpsampleCase, shape: [usize; 3], make: Make) -> [f64; 2] {
    let scale = case.scale;
    let layer = Upsample { shape, scale };
    let stage = staged(&layer, case.rows, Activation::Sigmoid, (0, 0));
    errors(&stage, &case.made, 0, make)
}

fn stages_follow(make: Make, tolerance: f64) {
    let golden = golden();
    let (dropout, upsample) = (&golden.dropout, &golden.upsample);
    for (what, errors) in [
        ("dropout", dropout_errors(dropout, dropout.p, 3, make)),
        ("maxout", maxout_errors(&golden.maxout, LEAKY, make)),
        ("upsample", upsample_errors(upsample, upsample.shape, make)),
    ] {
        assert!(errors.iter().all(|e| *e < tolerance), "{what}: {errors:?}");
    }
}

/// Two layers whose weights are normalised: a training pass with its gradients, and one in eval mode.
struct Rig {
    plan: Plan,
    training: ProgramId,
    eval: ProgramId,
    x: Tensor,
    y: Tensor,
    dy: Tensor,
    dx: Tensor,
    network: Network,
    gradients: Vec<Tensor>,
}

impl Rig {
    fn new(golden: &Spectral, advance: bool) -> Rig {
        let [inputs, hidden, outputs] = golden.sizes;
        let dense = |inputs, outputs, activation| {
            Box::new(Dense::new(inputs, outputs, activation)) as Box<dyn Layer>
        };
        let layers = spectral_norm(vec![
            dense(inputs, hidden, Activation::LeakyRelu(golden.slope)),
            dense(hidden, outputs, Activation::Identity),
        ]);
        let mut r = Recorder::new();
        let mut tensor =
            |name, columns, role| r.tensor(name, role, DType::F32, &[golden.rows, columns]);
        let x = tensor("x", inputs, Role::State);
        let dy = tensor("dy", outputs, Role::State);
        let y = tensor("y", outputs, Role::Output);
        let dx = tensor("dx", inputs, Role::Output);
        let network = Network::new(&mut r, "net", layers);
        let gradients = network.companion(&mut r, "grad", Role::Output);
        let training = r.program("training");
        let pass = Pass {
            mode: stage::training(x, stream_key(0, Stream::Dropout), 0),
            output: Some(y),
        };
        let pass = if advance { pass } else { Pass::EVAL.into(y) };
        let trace = network.forward(&mut r, x, pass);
        let into = Some((&gradients, Grads::Overwrite));
        let made = network.backward(&mut r, &trace, dy, into, Some(Activation::Identity));
        keep(&mut r, made.expect("it was asked for"), dx);
        let eval = r.program("eval");
        network.forward(&mut r, x, Pass::EVAL.into(y));
        Rig {
            plan: r.finish(),
            training,
            eval,
            x,
            y,
            dy,
            dx,
            network,
            gradients: gradients.parts,
        }
    }

    /// Everything that a state_dict holds, by PyTorch's names.
    fn state(&self) -> Vec<(String, Tensor)> {
        let state = self.network.state().into_iter();
        state
            .map(|(tensor, _)| (self.name(tensor), tensor))
            .collect()
    }

    fn name(&self, tensor: Tensor) -> String {
        let name = &self.plan.info(tensor).name;
        name.trim_start_matches("net.").replace(".grad", "")
    }

    /// The largest error of three steps.
    fn error(&self, golden: &Spectral, make: Make) -> f64 {
        let mut machine = make(self.plan.clone());
        let state = self.state();
        assert_eq!(state.len(), golden.first.len());
        for (name, tensor) in &state {
            machine.put(*tensor, &golden.first[name]);
        }
        let mut worst = 0.0f64;
        for step in &golden.steps {
            machine.put(self.x, &step.x);
            machine.put(self.dy, &step.dy);
            machine.run(&[self.training]);
            let mut pairs = vec![
                (machine.get(self.y), &step.y),
                (machine.get(self.dx), &step.dx),
            ];
            for (parameter, gradient) in self.network.parameter_tensors.iter().zip(&self.gradients)
            {
                let slopes = machine.get(*gradient);
                let mut values = machine.get(*parameter);
                let moves = values.iter_mut().zip(&slopes);
                moves.for_each(|(value, slope)| *value -= golden.lr * slope);
                machine.put(*parameter, &values);
                pairs.push((slopes, &step.gradients[&self.name(*gradient)]));
            }
            machine.run(&[self.eval]);
            pairs.push((machine.get(self.y), &step.evaluated));
            pairs.extend(
                state
                    .iter()
                    .map(|(name, t)| (machine.get(*t), &step.state[name])),
            );
            let errors = pairs.iter().map(|(got, want)| error(got, want));
            worst = errors.fold(worst, |worst, e| if e <= worst { worst } else { e });
        }
        worst
    }
}

fn exact(plan: Plan) -> Box<dyn Floats> {
    Box::new(Cpu::<f64>::new(plan, Some(1)).unwrap())
}

fn cpu(plan: Plan) -> Box<dyn Floats> {
    let cpu: Box<dyn Executor> = Box::new(Cpu::<f32>::new(plan, Some(2)).unwrap());
    Box::new(cpu)
}

#[test]
fn the_f64_mirror_gives_pytorchs_numbers() {
    stages_follow(&exact, 1e-12);
    let golden = golden().spectral;
    let error = Rig::new(&golden, true).error(&golden, &exact);
    assert!(error < 1e-12, "{error:e}");
}

#[test]
fn the_cpu_executor_gives_pytorchs_numbers() {
    stages_follow(&cpu, 1e-5);
    let golden = golden().spectral;
    let error = Rig::new(&golden, true).error(&golden, &cpu);
    assert!(error < 1e-5, "{error:e}");
}

#[test]
fn the_gpu_executor_gives_pytorchs_numbers() {
    let golden = golden().spectral;
    common::on_every_variant(&|make| {
        let machine = |plan| Box::new(make(plan)) as Box<dyn Floats>;
        stages_follow(&machine, 1e-5);
        let error = Rig::new(&golden, true).error(&golden, &machine);
        assert!(error < 1e-5, "{error:e}");
    });
}

/// Another draw, another share, other sides, another slope, and u and v that stand still.
#[test]
fn other_settings_do_not() {
    let golden = golden();
    let (dropout, [h, w, c]) = (&golden.dropout, golden.upsample.shape);
    for (what, errors) in [
        ("draw", dropout_errors(dropout, dropout.p, 4, &exact)),
        ("share", dropout_errors(dropout, 0.41, 3, &exact)),
        (
            "sides",
            upsample_errors(&golden.upsample, [w, h, c], &exact),
        ),
    ] {
        assert!(errors.iter().all(|e| *e > 1e-3), "{what}: {errors:?}");
    }
    let [y, da] = maxout_errors(&golden.maxout, Activation::Tanh, &exact);
    assert!(y < 1e-12 && da > 1e-3, "{y:e} {da:e}");
    let error = Rig::new(&golden.spectral, false).error(&golden.spectral, &exact);
    assert!(error > 1e-2, "{error:e}");
}
