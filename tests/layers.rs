//! A dense layer under every activation against PyTorch in float64 (tests/golden/tiny_gan.py).

mod common;

use common::{LayerCase, Layers, golden};
use gpugan::cpu::Cpu;
use gpugan::nn::{Dense, Grads, Network};
use gpugan::plan::codes::Activation;
use gpugan::plan::{Contents, DType, Executor, Plan, ProgramId, Recorder, Role, Tensor, kernel};

/// The recorded layer. Its backward pass wants the gradient at the pre-activation, `da`.
struct Rig {
    plan: Plan,
    program: ProgramId,
    /// x, weight, bias, da
    inputs: [Tensor; 4],
    /// y, dx, dweight, dbias
    outputs: [Tensor; 4],
}

impl Rig {
    fn new(layers: &Layers, activation: Activation) -> Rig {
        let mut r = Recorder::new();
        let (rows, inputs, outputs) = (layers.batch, layers.inputs, layers.outputs);
        let mut tensor = |name, role, columns| r.tensor(name, role, DType::F32, &[rows, columns]);
        let x = tensor("x", Role::Input, inputs);
        let da = tensor("da", Role::Input, outputs);
        let y = tensor("y", Role::Output, outputs);
        let dx = tensor("dx", Role::Output, inputs);
        let layer = Dense::new(inputs, outputs, activation);
        let network = Network::new(&mut r, "net", vec![Box::new(layer)]);
        let gradients = network.companion(&mut r, "grad", Role::Output);
        let program = r.program("pass");
        let trace = network.forward(&mut r, x, gpugan::nn::Pass::EVAL.into(y));
        let into = Some((&gradients, Grads::Overwrite));
        let below = Some(Activation::Identity);
        let made = network.backward(&mut r, &trace, da, into, below).unwrap();
        r.call(&kernel::DATA_COPY)
            .read("source", made)
            .write("destination", dx)
            .set("start", 0usize)
            .set("len", rows * inputs)
            .extent(rows * inputs, 1, 1)
            .record();
        let [weight, bias] = [0, 1].map(|at| network.parameter_tensors[at]);
        Rig {
            plan: r.finish(),
            program,
            inputs: [x, weight, bias, da],
            outputs: [y, dx, gradients.parts[0], gradients.parts[1]],
        }
    }
}

fn activation(name: &str, slope: f64) -> Activation {
    match name {
        "identity" => Activation::Identity,
        "relu" => Activation::Relu,
        "leaky_relu" => Activation::LeakyRelu(slope),
        "tanh" => Activation::Tanh,
        "sigmoid" => Activation::Sigmoid,
        other => panic!("no activation {other}"),
    }
}

/// φ' where φ gave y.
fn slope(activation: Activation, y: f64) -> f64 {
    match activation {
        Activation::Identity => 1.0,
        Activation::Relu => f64::from(y > 0.0),
        Activation::LeakyRelu(leak) => f64::max(leak, f64::from(y > 0.0)),
        Activation::Tanh => 1.0 - y * y,
        Activation::Sigmoid => y * (1.0 - y),
    }
}

/// x, weight, bias, da
fn given(layers: &Layers, case: &LayerCase) -> [Vec<f64>; 4] {
    let activation = activation(&case.activation, layers.slope);
    let pairs = layers.dy.iter().zip(&case.y);
    let da = pairs.map(|(dy, y)| dy * slope(activation, *y)).collect();
    let [x, weight, bias] = [&layers.x, &layers.weight, &layers.bias].map(Clone::clone);
    [x, weight, bias, da]
}

/// Whether all four outputs are PyTorch's, relative to the largest of each.
fn check(case: &LayerCase, got: &[Vec<f64>; 4], tolerance: f64) -> Result<(), String> {
    let want = [&case.y, &case.dx, &case.dweight, &case.dbias];
    for (what, (got, want)) in ["y", "dx", "dweight", "dbias"]
        .iter()
        .zip(got.iter().zip(want))
    {
        assert_eq!(got.len(), want.len());
        let most = want.iter().fold(0.0f64, |most, w| most.max(w.abs()));
        for (at, (g, w)) in got.iter().zip(want).enumerate() {
            let close = (g - w).abs() <= tolerance * most;
            if !close {
                return Err(format!("{} {what}[{at}] is {g}, not {w}", case.activation));
            }
        }
    }
    Ok(())
}

/// Runs every case on an executor of f32.
fn follows(make: &dyn Fn(Plan) -> Box<dyn Executor>) {
    let layers = golden().layers;
    assert_eq!(layers.cases.len(), 5);
    for case in &layers.cases {
        let rig = Rig::new(&layers, activation(&case.activation, layers.slope));
        let mut executor = make(rig.plan.clone());
        for (tensor, values) in rig.inputs.iter().zip(given(&layers, case)) {
            let values = values.into_iter().map(|value| value as f32).collect();
            executor.write(*tensor, &Contents::F32(values)).unwrap();
        }
        executor.run(&[rig.program], 1).unwrap();
        let got = rig
            .outputs
            .map(|tensor| match executor.read(tensor).unwrap() {
                Contents::F32(values) => values.into_iter().map(f64::from).collect(),
                other => panic!("{other:?}"),
            });
        check(case, &got, 1e-5).unwrap();
    }
}

fn run_f64(layers: &Layers, case: &LayerCase, activation: Activation) -> [Vec<f64>; 4] {
    let rig = Rig::new(layers, activation);
    let mut cpu = Cpu::<f64>::new(rig.plan.clone(), Some(1)).unwrap();
    for (tensor, values) in rig.inputs.iter().zip(given(layers, case)) {
        cpu.floats_mut(*tensor).copy_from_slice(&values);
    }
    cpu.run_program(rig.program);
    rig.outputs.map(|tensor| cpu.floats(tensor).to_vec())
}

#[test]
fn the_f64_mirror_gives_pytorchs_numbers() {
    let layers = golden().layers;
    for case in &layers.cases {
        let activation = activation(&case.activation, layers.slope);
        check(case, &run_f64(&layers, case, activation), 1e-12).unwrap();
    }
}

#[test]
fn another_activation_does_not() {
    let layers = golden().layers;
    for case in &layers.cases {
        let wrong = match activation(&case.activation, layers.slope) {
            Activation::LeakyRelu(leak) => Activation::LeakyRelu(leak + 1e-3),
            Activation::Relu => Activation::LeakyRelu(1e-3),
            _ => Activation::Relu,
        };
        assert!(check(case, &run_f64(&layers, case, wrong), 1e-5).is_err());
    }
}

#[test]
fn the_cpu_executor_gives_pytorchs_numbers() {
    follows(&|plan| Box::new(Cpu::<f32>::new(plan, Some(2)).unwrap()));
}

#[test]
fn the_gpu_executor_gives_pytorchs_numbers() {
    common::on_every_variant(&|make| follows(make));
}
