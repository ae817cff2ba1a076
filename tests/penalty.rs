//! What a critic pays for its slope against PyTorch, which differentiates twice by itself
//! (tests/golden/penalty.py): the first critic step of tiny games, of dense layers and of convolutions.

mod common;

use std::collections::BTreeMap;

use common::floats::{Floats, Rounded};
use common::layer::activation;
use common::{Case, Golden, Make, Run, Setup, Trace};
use gpugan::cpu::Cpu;
use gpugan::gan::arch::{Normalisation, Variation};
use gpugan::gan::{Gan, Penalty, Settings};
use gpugan::plan::codes::{Activation, Metric};
use gpugan::plan::{DType, Executor, Recorder, Role, kernel};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    games: Vec<Games>,
    units: Vec<Unit>,
}

#[derive(Deserialize)]
struct Games {
    setup: Setup,
    cases: Vec<Paid>,
}

#[derive(Deserialize)]
struct Paid {
    #[serde(flatten)]
    case: Case,
    unit: String,
    penalty: Rule,
    loss_critic: f64,
    paid: f64,
    gradient_norm: f64,
    /// Of loss + every · penalty.
    gradients: BTreeMap<String, Vec<f64>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Rule {
    Between { weight: f64, one_sided: bool },
    Around { weight: f64 },
    AtSamples { real: f64, fake: f64, every: u64 },
}

#[derive(Deserialize)]
struct Unit {
    unit: String,
    x: Vec<f64>,
    y: Vec<f64>,
    slope: Vec<f64>,
    curve: Vec<f64>,
}

impl Rule {
    fn penalty(self) -> Penalty {
        match self {
            Rule::Between { weight, one_sided } => Penalty::Between { weight, one_sided },
            Rule::Around { weight } => Penalty::AroundReal { weight },
            Rule::AtSamples { real, fake, every } => Penalty::AtSamples { real, fake, every },
        }
    }
}

fn golden() -> File {
    serde_json::from_str(include_str!("golden/penalty.json")).unwrap()
}

/// One case with the networks that it is played by.
struct Step {
    golden: Golden,
    paid: Paid,
}

/// Every case of both kinds of networks.
fn steps() -> Vec<Step> {
    let of_game = |games: Games| {
        let text = games.cases;
        let setup = games.setup;
        text.into_iter().map(move |paid| Step {
            golden: Golden {
                setup: setup.clone(),
                trace: Trace {
                    gradients: BTreeMap::new(),
                },
                cases: Vec::new(),
            },
            paid,
        })
    };
    golden().games.into_iter().flat_map(of_game).collect()
}

impl Step {
    fn settings(&self) -> Settings {
        let mut settings = self.golden.game(&self.paid.case).settings;
        settings.penalty = Some(self.paid.penalty.penalty());
        settings.architecture.variation = Variation {
            critic_activation: Some(activation(&self.paid.unit, self.golden.setup.slope)),
            critic_norm: Normalisation::None,
            ..Variation::default()
        };
        settings
    }

    /// The largest error of what a step tells, relative to the largest of each tensor.
    fn error(&self, settings: Settings, make: impl FnOnce(&Gan) -> Box<dyn Executor>) -> f64 {
        let gan = Gan::new(settings);
        let mut executor = make(&gan);
        self.error_on(&gan, &mut Rounded(executor.as_mut()))
    }

    fn exact_error(&self, settings: Settings) -> f64 {
        let gan = Gan::new(settings);
        let mut cpu = Cpu::<f64>::new(gan.plan.clone(), Some(1)).unwrap();
        self.error_on(&gan, &mut cpu)
    }

    fn error_on(&self, gan: &Gan, floats: &mut dyn Floats) -> f64 {
        let run = Run::of(gan, &self.golden);
        run.start(floats);
        floats.run(&gan.critic_step[..1]);
        let metrics = floats.get(gan.metrics);
        let of = |metric: Metric| vec![metrics[metric as usize]];
        let mut pairs = vec![
            (of(Metric::LossCritic), vec![self.paid.loss_critic]),
            (of(Metric::Penalty), vec![self.paid.paid]),
            (of(Metric::GradientNorm), vec![self.paid.gradient_norm]),
        ];
        let gradients = run.gradients(gan, floats);
        let of_critic = gradients
            .into_iter()
            .filter(|(name, _)| name.starts_with("critic."));
        let of_critic: BTreeMap<_, _> = of_critic.collect();
        assert!(of_critic.keys().eq(self.paid.gradients.keys()));
        pairs.extend(
            of_critic
                .into_values()
                .zip(self.paid.gradients.values().cloned()),
        );
        let errors = pairs.iter().map(|(got, want)| error(got, want));
        errors.fold(0.0, |worst, e| if e <= worst { worst } else { e })
    }
}

/// The largest |got − want| relative to the largest |want|, or to 1e-6 where that is nothing: what the
/// last bias of a critic of WGAN learns.
fn error(got: &[f64], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len());
    let most = want.iter().fold(1e-6f64, |most, w| most.max(w.abs()));
    let errors = got.iter().zip(want).map(|(g, w)| (g - w).abs() / most);
    errors.fold(0.0, |worst, e| if e <= worst { worst } else { e })
}

#[test]
fn the_f64_mirror_gives_pytorchs_numbers() {
    let steps = steps();
    assert_eq!(steps.len(), 24);
    for step in steps {
        let error = step.exact_error(step.settings());
        assert!(error < 1e-9, "{}: {error:e}", step.paid.case.name);
    }
}

fn follows(make: Make) {
    for step in steps() {
        let error = step.error(step.settings(), |gan| make(gan.plan.clone()));
        assert!(error < 1e-4, "{}: {error:e}", step.paid.case.name);
    }
}

#[test]
fn the_cpu_executor_gives_pytorchs_numbers() {
    follows(&common::on_cpu);
}

#[test]
fn the_gpu_executor_gives_pytorchs_numbers() {
    common::on_every_variant(&|make| follows(make));
}

/// A penalty of the same size whose gradient is left out or is another's, another unit, other points.
#[test]
fn other_penalties_do_not() {
    for step in steps() {
        let changes: [fn(&mut Settings); 3] = [
            |settings| {
                settings.penalty = match settings.penalty {
                    Some(Penalty::AtSamples { real, fake, every }) => Some(Penalty::AtSamples {
                        real: 1.001 * real,
                        fake: 1.001 * fake,
                        every,
                    }),
                    Some(Penalty::Between { weight, one_sided }) => Some(Penalty::Between {
                        weight: 1.001 * weight,
                        one_sided,
                    }),
                    Some(Penalty::AroundReal { weight }) => Some(Penalty::AroundReal {
                        weight: 1.001 * weight,
                    }),
                    None => None,
                }
            },
            |settings| {
                let unit = &mut settings.architecture.variation.critic_activation;
                *unit = Some(match unit {
                    Some(Activation::LeakyRelu(leak)) => Activation::LeakyRelu(*leak + 1e-3),
                    Some(Activation::Softplus) => Activation::SmoothElu,
                    _ => Activation::Softplus,
                });
            },
            |settings| settings.seed += 1,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut settings = step.settings();
            change(&mut settings);
            let error = step.exact_error(settings);
            assert!(error > 1e-5, "{} {at}: {error:e}", step.paid.case.name);
        }
    }
}

/// What a unit makes of x: y, its slope, and the slope of that, by the kernels of a plan.
fn shapes(unit: &Unit, as_if: Activation, make: Make) -> [Vec<f64>; 3] {
    let len = unit.x.len();
    let mut r = Recorder::new();
    let mut tensor = |name, role, shape: &[usize]| r.tensor(name, role, DType::F32, shape);
    let x = tensor("x", Role::State, &[len, 1]);
    let one = tensor("one", Role::State, &[1, 1]);
    let zero = tensor("zero", Role::State, &[1]);
    let ones = tensor("ones", Role::State, &[len, 1]);
    let y = tensor("y", Role::Output, &[len, 1]);
    let ty = tensor("ty", Role::Output, &[len, 1]);
    let bend = tensor("bend", Role::Output, &[len, 1]);
    let program = r.program("unit");
    r.call(&kernel::DENSE_FORWARD)
        .read("x", x)
        .read("weight", one)
        .read("bias", zero)
        .write("y", y)
        .set("rows", len)
        .set("inputs", 1u32)
        .set("outputs", 1u32)
        .set("activation", as_if.code())
        .set("leak", as_if.leak())
        .extent(1, len, 1)
        .record();
    r.call(&kernel::TANGENT_BEND)
        .read("y", y)
        .read("da", ones)
        .read("ta", ones)
        .write("ty", ty)
        .write("bend", bend)
        .set("len", len)
        .set("activation", as_if.code())
        .set("leak", as_if.leak())
        .extent(len, 1, 1)
        .record();
    let mut executor = make(r.finish());
    let mut floats = Rounded(executor.as_mut());
    floats.put(x, &unit.x);
    floats.put(one, &[1.0]);
    floats.put(zero, &[0.0]);
    floats.put(ones, &vec![1.0; len]);
    floats.run(&[program]);
    let [y, slope, bend] = [y, ty, bend].map(|tensor| floats.get(tensor));
    let curve = bend.iter().zip(&slope).map(|(bend, slope)| bend * slope);
    let curve = curve.collect();
    [y, slope, curve]
}

fn units_follow(make: Make) {
    for unit in golden().units {
        let right = activation(&unit.unit, 0.0);
        for (got, want) in
            shapes(&unit, right, make)
                .iter()
                .zip([&unit.y, &unit.slope, &unit.curve])
        {
            let far = got
                .iter()
                .zip(want)
                .map(|(g, w)| (g - w).abs() / w.abs().max(1.0));
            let far = far.fold(0.0, |worst, e| if e <= worst { worst } else { e });
            assert!(far < 1e-6, "{}: {far:e}, {got:?}", unit.unit);
        }
        let other = shapes(&unit, common::layer::another(right), make);
        assert!(error(&other[1], &unit.slope) > 1e-3, "{}", unit.unit);
    }
}

#[test]
fn units_have_pytorchs_slopes_and_curves() {
    units_follow(&common::on_cpu);
    common::on_every_variant(&|make| units_follow(make));
}
