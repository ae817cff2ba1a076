//! Layers by themselves against PyTorch's numbers.

use gpugan::cpu::Cpu;
use gpugan::nn::{Grads, Layer, Network, Pass, Planes};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, Plan, ProgramId, Recorder, Role, Tensor, kernel};

use super::Make;
use super::floats::{Floats, Rounded};

/// What PyTorch made of a layer's input and parameters, all in PyTorch's order.
pub struct Sheet {
    pub label: String,
    pub rows: usize,
    /// How images are ordered that go in, and that come out.
    pub planes: [Option<Planes>; 2],
    pub x: Vec<f64>,
    /// At the pre-activation.
    pub da: Vec<f64>,
    pub parameters: Vec<Vec<f64>>,
    pub y: Vec<f64>,
    pub dx: Vec<f64>,
    pub gradients: Vec<Vec<f64>>,
}

impl Sheet {
    /// y, dx, gradients
    fn wanted(&self) -> impl Iterator<Item = &Vec<f64>> {
        [&self.y, &self.dx].into_iter().chain(&self.gradients)
    }
}

/// A tensor, and how PyTorch orders it.
type Place = (Tensor, Option<Planes>);

struct Recorded {
    program: ProgramId,
    /// x, da, parameters
    inputs: Vec<Place>,
    /// y, dx, gradients
    outputs: Vec<Place>,
}

/// Many layers in one plan, a program each, so that a device is opened only once.
pub struct Sheets {
    rows: Vec<(Sheet, Recorded)>,
    pub plan: Plan,
}

impl Sheets {
    pub fn new(pairs: Vec<(Sheet, Box<dyn Layer>)>) -> Sheets {
        let mut r = Recorder::new();
        let record = |(at, (sheet, layer)): (usize, (Sheet, Box<dyn Layer>))| {
            let recorded = record(&mut r, at, &sheet, layer);
            (sheet, recorded)
        };
        let rows = pairs.into_iter().enumerate().map(record).collect();
        let plan = r.finish();
        Sheets { rows, plan }
    }

    /// What the f64 mirror gives, which must be PyTorch's but for the rounding of f64.
    pub fn check_f64(&self) -> Vec<Result<(), String>> {
        let mut cpu = Cpu::<f64>::new(self.plan.clone(), Some(2)).unwrap();
        self.check(&mut cpu, 1e-12)
    }

    /// What an executor of f32 gives.
    pub fn check_f32(&self, make: Make) -> Vec<Result<(), String>> {
        let mut executor = make(self.plan.clone());
        self.check(&mut Rounded(executor.as_mut()), 1e-5)
    }

    /// Runs every layer, and tells of each whether all outputs are PyTorch's, relative to the
    /// largest of each.
    fn check(&self, floats: &mut dyn Floats, tolerance: f64) -> Vec<Result<(), String>> {
        let rows = self.rows.iter();
        rows.map(|(sheet, recorded)| {
            let got = run(floats, sheet, recorded);
            let named = ["y", "dx", "dweight", "dbias"].into_iter().zip(got);
            named
                .zip(sheet.wanted())
                .try_for_each(|((what, got), want)| {
                    close(&got, want, tolerance)
                        .map_err(|fault| format!("{}: {what}{fault}", sheet.label))
                })
        })
        .collect()
    }
}

/// Fails with everything that is not PyTorch's.
pub fn all_right(checks: Vec<Result<(), String>>) {
    let faults: Vec<_> = checks.into_iter().filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Fails where something is PyTorch's that should not be.
pub fn all_wrong(checks: Vec<Result<(), String>>) {
    let unseen: Vec<_> = (0..checks.len()).filter(|at| checks[*at].is_ok()).collect();
    assert!(unseen.is_empty(), "cases {unseen:?} look right");
}

fn record(r: &mut Recorder, at: usize, sheet: &Sheet, layer: Box<dyn Layer>) -> Recorded {
    let rows = sheet.rows;
    let mut tensor =
        |name, role, columns| r.tensor(&format!("{at}.{name}"), role, DType::F32, &[rows, columns]);
    let [inputs, outputs] = [layer.inputs(), layer.outputs()];
    let x = tensor("x", Role::Input, inputs);
    let da = tensor("da", Role::Input, outputs);
    let y = tensor("y", Role::Output, outputs);
    let dx = tensor("dx", Role::Output, inputs);
    let network = Network::new(r, &format!("net{at}"), vec![layer]);
    let gradients = network.companion(r, "grad", Role::Output);
    let program = r.program(&sheet.label);
    let trace = network.forward(r, x, Pass::EVAL.into(y));
    let into = Some((&gradients, Grads::Overwrite));
    let made = network.backward(r, &trace, da, into, Some(Activation::Identity));
    keep(r, made.expect("it was asked for"), dx);
    let [of_x, of_y] = sheet.planes;
    let state = network.state();
    let gradients = gradients.parts.iter().zip(&state);
    let gradients = gradients.map(|(gradient, (_, planes))| (*gradient, *planes));
    Recorded {
        program,
        outputs: [(y, of_y), (dx, of_x)]
            .into_iter()
            .chain(gradients)
            .collect(),
        inputs: [&[(x, of_x), (da, of_y)], &state[..]].concat(),
    }
}

/// Copies a tensor that nothing else reads to where the host can look at it.
pub fn keep(r: &mut Recorder, source: Tensor, destination: Tensor) {
    let len = r.info(source).len();
    r.call(&kernel::DATA_COPY)
        .read("source", source)
        .write("destination", destination)
        .set("skip", 0usize)
        .set("start", 0usize)
        .set("len", len)
        .extent(len, 1, 1)
        .record();
}

fn run(floats: &mut dyn Floats, sheet: &Sheet, recorded: &Recorded) -> Vec<Vec<f64>> {
    let given = [&sheet.x, &sheet.da].into_iter().chain(&sheet.parameters);
    assert_eq!(recorded.inputs.len(), 2 + sheet.parameters.len());
    assert_eq!(recorded.outputs.len(), 2 + sheet.gradients.len());
    for ((tensor, planes), values) in recorded.inputs.iter().zip(given) {
        floats.put_torch(*tensor, *planes, values);
    }
    for ((tensor, _), want) in recorded.outputs.iter().zip(sheet.wanted()) {
        floats.put(*tensor, &vec![f64::NAN; want.len()]);
    }
    floats.run(&[recorded.program]);
    let outputs = recorded.outputs.iter();
    outputs
        .map(|(tensor, planes)| floats.get_torch(*tensor, *planes))
        .collect()
}

/// The first element that is not as wanted, relative to the largest.
pub fn close(got: &[f64], want: &[f64], tolerance: f64) -> Result<(), String> {
    assert_eq!(got.len(), want.len());
    let most = want.iter().fold(0.0f64, |most, want| most.max(want.abs()));
    let far = |(got, want): (&f64, &f64)| (got - want).abs() > tolerance * most || got.is_nan();
    match got.iter().zip(want).position(far) {
        Some(at) => Err(format!("[{at}] is {}, not {}", got[at], want[at])),
        None => Ok(()),
    }
}

/// The activation of this name in PyTorch's functional interface.
pub fn activation(name: &str, slope: f64) -> Activation {
    match name {
        "identity" => Activation::Identity,
        "relu" => Activation::Relu,
        "leaky_relu" => Activation::LeakyRelu(slope),
        "tanh" => Activation::Tanh,
        "sigmoid" => Activation::Sigmoid,
        "softplus" => Activation::Softplus,
        "smooth_elu" => Activation::SmoothElu,
        "elu" => Activation::Elu,
        other => panic!("no activation {other}"),
    }
}

/// An activation that is not far from `right`, but not it.
pub fn another(right: Activation) -> Activation {
    match right {
        Activation::LeakyRelu(leak) => Activation::LeakyRelu(leak + 1e-3),
        Activation::Relu => Activation::LeakyRelu(1e-3),
        Activation::Identity => Activation::Tanh,
        Activation::Tanh | Activation::Sigmoid | Activation::SmoothElu => Activation::Relu,
        Activation::Softplus => Activation::SmoothElu,
        Activation::Elu => Activation::SmoothElu,
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
        Activation::Softplus => 1.0 - (-y).exp(),
        Activation::SmoothElu => 1.0 - (-2.0 * (y + 1.0)).exp(),
        Activation::Elu => f64::min(1.0, y + 1.0),
    }
}

/// The gradient at the pre-activation from that at the output, dy.
pub fn before(activation: Activation, dy: &[f64], y: &[f64]) -> Vec<f64> {
    let pairs = dy.iter().zip(y);
    pairs.map(|(dy, y)| dy * slope(activation, *y)).collect()
}
