//! Batch normalisation against PyTorch in float64 (tests/golden/norm.py), and where PyTorch gives up.

mod common;

use common::layer::{activation, before, close, keep};
use gpugan::cpu::Cpu;
use gpugan::nn::{BatchNorm, Dense, Grads, Mode, Network, Noise, Pass, Training};
use gpugan::plan::codes::Activation;
use gpugan::plan::{Contents, DType, Executor, Plan, ProgramId, Recorder, Role, Tensor};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    rows: usize,
    channels: usize,
    pixels: usize,
    groups: usize,
    activation: String,
    slope: f64,
    given: Given,
    steps: Vec<Step>,
    eval: Step,
}

#[derive(Deserialize)]
struct Given {
    weight: Vec<f64>,
    bias: Vec<f64>,
    running_mean: Vec<f64>,
    running_var: Vec<f64>,
}

#[derive(Deserialize)]
struct Step {
    x: Vec<f64>,
    dy: Vec<f64>,
    y: Vec<f64>,
    dx: Vec<f64>,
    dweight: Vec<f64>,
    dbias: Vec<f64>,
    running_mean: Vec<f64>,
    running_var: Vec<f64>,
}

impl Step {
    fn wanted(&self) -> [&[f64]; 6] {
        let gradients = [&self.dx, &self.dweight, &self.dbias].map(Vec::as_slice);
        let [dx, dweight, dbias] = gradients;
        let running = [&self.running_mean, &self.running_var].map(Vec::as_slice);
        [&self.y, dx, dweight, dbias, running[0], running[1]]
    }
}

const OUTPUTS: [&str; 6] = ["y", "dx", "dweight", "dbias", "running_mean", "running_var"];

fn cases() -> Vec<Case> {
    let golden: Golden = serde_json::from_str(include_str!("golden/norm.json")).unwrap();
    assert_eq!(golden.cases.len(), 6);
    golden.cases
}

impl Case {
    fn activation(&self) -> Activation {
        activation(&self.activation, self.slope)
    }

    /// The gradient at the pre-activation.
    fn da(&self, step: &Step) -> Vec<f64> {
        before(self.activation(), &step.dy, &step.y)
    }

    fn layer(&self) -> BatchNorm {
        BatchNorm::new(self.channels, self.pixels, self.activation())
    }
}

/// A recorded layer, forward and backward in both modes.
struct Rig {
    plan: Plan,
    train: ProgramId,
    eval: ProgramId,
    /// weight, bias, running_mean, running_var
    state: Vec<Tensor>,
    x: Tensor,
    da: Tensor,
    /// As in `OUTPUTS`.
    outputs: [Tensor; 6],
}

impl Rig {
    fn new(layer: BatchNorm, rows: usize, groups: usize) -> Rig {
        let mut r = Recorder::new();
        let elements = layer.channels * layer.pixels;
        let mut tensor = |name, role| r.tensor(name, role, DType::F32, &[rows, elements]);
        let [x, da] = ["x", "da"].map(|name| tensor(name, Role::Input));
        let [y, dx] = ["y", "dx"].map(|name| tensor(name, Role::Output));
        let network = Network::new(&mut r, "net", vec![Box::new(layer)]);
        let gradients = network.companion(&mut r, "grad", Role::Output);
        // Nothing here is random: the clock is never looked at.
        let noise = Noise {
            clock: x,
            key: [0; 2],
            draw: 0,
        };
        let training = Mode::Train(Training {
            groups,
            advance: false,
            noise,
        });
        let [train, eval] = [("train", training), ("eval", Mode::Eval)].map(|(name, mode)| {
            let program = r.program(name);
            let output = Some(y);
            let trace = network.forward(&mut r, x, Pass { mode, output });
            let into = Some((&gradients, Grads::Overwrite));
            let below = Some(Activation::Identity);
            let made = network.backward(&mut r, &trace, da, into, below);
            keep(&mut r, made.expect("it was asked for"), dx);
            program
        });
        let state = [network.parameter_tensors, network.buffer_tensors].concat();
        let [dweight, dbias] = [0, 1].map(|at| gradients.parts[at]);
        Rig {
            plan: r.finish(),
            train,
            eval,
            outputs: [y, dx, dweight, dbias, state[2], state[3]],
            state,
            x,
            da,
        }
    }

    /// Runs all steps of a case; `put` sets a tensor, `run` runs a program and returns `OUTPUTS`.
    fn follow(
        &self,
        case: &Case,
        put: &mut dyn FnMut(Tensor, &[f64]),
        mut run: impl FnMut(ProgramId) -> [Vec<f64>; 6],
        tolerance: f64,
    ) -> Result<(), String> {
        let given = &case.given;
        let first = [
            &given.weight,
            &given.bias,
            &given.running_mean,
            &given.running_var,
        ];
        self.state
            .iter()
            .zip(first)
            .for_each(|(tensor, values)| put(*tensor, values));
        let trained = case.steps.iter().map(|step| (self.train, step));
        for (program, step) in trained.chain([(self.eval, &case.eval)]) {
            put(self.x, &step.x);
            put(self.da, &case.da(step));
            let got = run(program);
            for (name, (got, want)) in OUTPUTS.iter().zip(got.iter().zip(step.wanted())) {
                close(got, want, tolerance).map_err(|fault| format!("{name}{fault}"))?;
            }
        }
        Ok(())
    }

    fn follow_f64(&self, case: &Case) -> Result<(), String> {
        let cpu = Cpu::<f64>::new(self.plan.clone(), Some(2)).unwrap();
        let cpu = std::cell::RefCell::new(cpu);
        let mut put = |tensor, values: &[f64]| {
            cpu.borrow_mut().floats_mut(tensor).copy_from_slice(values);
        };
        let run = |program| {
            cpu.borrow_mut().run_program(program);
            self.outputs
                .map(|tensor| cpu.borrow().floats(tensor).to_vec())
        };
        self.follow(case, &mut put, run, 1e-12)
    }

    fn follow_f32(&self, case: &Case, executor: Box<dyn Executor>) -> Result<(), String> {
        let executor = std::cell::RefCell::new(executor);
        let mut put = |tensor, values: &[f64]| {
            let values = values.iter().map(|value| *value as f32).collect();
            executor
                .borrow_mut()
                .write(tensor, &Contents::F32(values))
                .unwrap();
        };
        let run = |program| {
            executor.borrow_mut().run(&[program], 1).unwrap();
            self.outputs
                .map(|tensor| read(&mut **executor.borrow_mut(), tensor))
        };
        self.follow(case, &mut put, run, 1e-5)
    }
}

fn read(executor: &mut dyn Executor, tensor: Tensor) -> Vec<f64> {
    match executor.read(tensor).unwrap() {
        Contents::F32(values) => values.into_iter().map(f64::from).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_f64_mirror_gives_pytorchs_numbers() {
    for case in cases() {
        let rig = Rig::new(case.layer(), case.rows, case.groups);
        assert_eq!(rig.follow_f64(&case), Ok(()), "{}", case.activation);
    }
}

#[test]
fn other_settings_do_not() {
    for case in cases() {
        let wrong = [
            BatchNorm {
                epsilon: 1.1e-5,
                ..case.layer()
            },
            BatchNorm {
                momentum: 0.1001,
                ..case.layer()
            },
        ];
        for layer in wrong {
            assert!(
                Rig::new(layer, case.rows, case.groups)
                    .follow_f64(&case)
                    .is_err()
            );
        }
        let groups = 3 - case.groups;
        assert!(
            Rig::new(case.layer(), case.rows, groups)
                .follow_f64(&case)
                .is_err()
        );
    }
}

#[test]
fn the_cpu_executor_gives_pytorchs_numbers() {
    for case in cases() {
        let rig = Rig::new(case.layer(), case.rows, case.groups);
        let cpu = Cpu::<f32>::new(rig.plan.clone(), Some(2)).unwrap();
        assert_eq!(
            rig.follow_f32(&case, Box::new(cpu)),
            Ok(()),
            "{}",
            case.activation
        );
    }
}

#[test]
fn the_gpu_executor_gives_pytorchs_numbers() {
    common::on_every_variant(&|make| {
        for case in cases() {
            let rig = Rig::new(case.layer(), case.rows, case.groups);
            let gpu = make(rig.plan.clone());
            assert_eq!(rig.follow_f32(&case, gpu), Ok(()), "{}", case.activation);
        }
    });
}

/// Runs a training step of `rows` samples that are all the same: what varies is nothing.
fn constant(rows: usize, groups: usize, value: f32, make: common::Make) -> [Vec<f64>; 6] {
    let rig = Rig::new(BatchNorm::new(5, 1, Activation::Identity), rows, groups);
    let mut executor = make(rig.plan.clone());
    let values = [1.0, 2.0, 3.0, 4.0, -5.0].map(|x| x * value);
    let mut put = |tensor, values| executor.write(tensor, &Contents::F32(values)).unwrap();
    put(rig.x, values.repeat(rows));
    put(rig.da, (0..5 * rows).map(|at| at as f32 - 3.0).collect());
    for (tensor, value) in rig.state.iter().zip([2.0, 0.5, 0.0, 1.0]) {
        put(*tensor, vec![value; 5]);
    }
    executor.run(&[rig.train], 1).unwrap();
    rig.outputs.map(|tensor| read(&mut *executor, tensor))
}

/// A batch of one, for which PyTorch raises an error, and values that are all the same: y is the
/// bias, nothing passes that would have no direction, and all stays finite.
fn stays_finite(make: common::Make) {
    for (rows, groups) in [(1, 1), (2, 2), (4, 1), (4, 2)] {
        for value in [0.0, 1.0, 1e18] {
            let outcome = constant(rows, groups, value, make);
            let place = format!("{rows} {groups} {value}");
            let all = outcome.iter().flatten();
            assert!(
                all.into_iter().all(|x| x.is_finite()),
                "{place}: {outcome:?}"
            );
            let [y, dx, dweight, _, _, var] = outcome;
            assert!(y.iter().all(|y| *y == 0.5), "{place}: {y:?}");
            assert!(dweight.iter().all(|d| *d == 0.0), "{place}: {dweight:?}");
            let kept = if groups == 1 { 0.9 } else { 0.81 };
            assert!(
                var.iter().all(|v| (v - kept).abs() < 1e-6),
                "{place}: {var:?}"
            );
            if rows == groups {
                assert!(dx.iter().all(|d| *d == 0.0), "{place}: {dx:?}");
            }
        }
    }
}

#[test]
fn a_batch_of_one_and_no_variance_stay_finite() {
    stays_finite(&|plan| Box::new(Cpu::<f32>::new(plan, Some(1)).unwrap()));
    common::on_every_variant(&stays_finite);
}

#[test]
fn parameters_and_buffers_are_called_as_in_a_state_dict() {
    let mut r = Recorder::new();
    let dense = Dense::new(4, 6, Activation::Identity).without_bias();
    let norm = BatchNorm::new(6, 1, Activation::Relu);
    let network = Network::new(&mut r, "net", vec![Box::new(dense), Box::new(norm)]);
    let state = network.state().into_iter();
    let names: Vec<_> = state
        .map(|(tensor, _)| r.info(tensor).name.clone())
        .collect();
    let wanted = [
        "0.weight",
        "1.weight",
        "1.bias",
        "1.running_mean",
        "1.running_var",
    ];
    assert_eq!(names, wanted.map(|name| format!("net.{name}")));
    let modules = serde_json::to_value(network.modules()).unwrap();
    assert_eq!(modules[0]["bias"], false);
    assert_eq!(modules[1]["type"], "BatchNorm1d");
    assert_eq!(modules[1]["num_features"], 6);
    assert_eq!(modules[2]["type"], "ReLU");
}
