//! What several tests share: PyTorch's numbers, and the game that they belong to.
#![allow(dead_code)] // each test uses its part

pub mod floats;
pub mod games;
pub mod layer;
pub mod stage;

use std::collections::BTreeMap;

use gpugan::cpu::Cpu;
use gpugan::gan::arch::{Architecture, Kind, Variation};
use gpugan::gan::{Gan, Interval, Settings, Update};
use gpugan::nn::Planes;
use gpugan::optim::Rule;
use gpugan::plan::codes::{Activation, Metric, Objective, Watched};
use gpugan::plan::{Contents, Executor, Tensor};
use gpugan::random::Latent;
use gpugan::rates::{Course, LrSchedule, Ramp};
use serde::Deserialize;

use floats::Floats;

/// A game that PyTorch played.
#[derive(Deserialize)]
pub struct Golden {
    pub setup: Setup,
    pub trace: Trace,
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
pub struct Setup {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
    pub latent_dim: usize,
    pub batch: usize,
    pub slope: f64,
    pub architecture: Networks,
    /// \[n, H·W·C\]
    pub dataset: Vec<Vec<u8>>,
    pub shapes: BTreeMap<String, Vec<usize>>,
    /// As those of `Iteration`.
    pub weights: BTreeMap<String, Vec<f64>>,
}

#[derive(Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Networks {
    Mlp {
        generator_hidden: Vec<usize>,
        critic_hidden: Vec<usize>,
    },
    Dcgan {
        width: usize,
    },
}

#[derive(Deserialize)]
pub struct Trace {
    pub gradients: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    pub seed: u64,
    pub objective: Objective,
    pub latent: Latent,
    pub critic_steps: usize,
    pub generator_steps: usize,
    pub lr_generator: f64,
    pub lr_critic: f64,
    pub optimizer: Optimizer,
    #[serde(default)]
    pub update: Update,
    #[serde(default)]
    pub lr_schedule: LrSchedule,
    pub momentum_ramp: Option<Ramp>,
    pub iterations: Vec<Iteration>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Optimizer {
    Adam { beta1: f64, beta2: f64, eps: f64 },
    Sgd { momentum: f64 },
}

#[derive(Deserialize)]
pub struct Iteration {
    pub loss_critic: f64,
    pub loss_generator: f64,
    pub p_real: f64,
    pub p_fake: f64,
    pub accuracy: f64,
    pub bound: f64,
    pub data_position: u64,
    pub latent_draws: u64,
    /// Parameters and running statistics, in PyTorch's order.
    pub weights: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
pub struct Layers {
    pub batch: usize,
    pub inputs: usize,
    pub outputs: usize,
    pub slope: f64,
    pub x: Vec<f64>,
    pub weight: Vec<f64>,
    pub bias: Vec<f64>,
    pub dy: Vec<f64>,
    pub cases: Vec<LayerCase>,
}

#[derive(Deserialize)]
pub struct LayerCase {
    pub activation: String,
    pub y: Vec<f64>,
    pub dx: Vec<f64>,
    pub dweight: Vec<f64>,
    pub dbias: Vec<f64>,
}

/// Dense networks (tests/golden/tiny_gan.py).
pub fn tiny_gan() -> Golden {
    serde_json::from_str(include_str!("../golden/tiny_gan.json")).unwrap()
}

/// Convolutions and batch normalisation (tests/golden/tiny_dcgan.py).
pub fn tiny_dcgan() -> Golden {
    serde_json::from_str(include_str!("../golden/tiny_dcgan.json")).unwrap()
}

/// Packs, simultaneous updates and rates that move (tests/golden/tiny_packed.py).
pub fn tiny_packed() -> Golden {
    serde_json::from_str(include_str!("../golden/tiny_packed.json")).unwrap()
}

/// A dense layer under every activation.
pub fn dense_layers() -> Layers {
    #[derive(Deserialize)]
    struct File {
        layers: Layers,
    }
    let file: File = serde_json::from_str(include_str!("../golden/tiny_gan.json")).unwrap();
    file.layers
}

impl Networks {
    fn with(self, leak: f64) -> Kind {
        match self {
            Networks::Mlp {
                generator_hidden,
                critic_hidden,
            } => Kind::Mlp {
                generator_hidden,
                critic_hidden,
                leak,
            },
            Networks::Dcgan { width } => Kind::Dcgan { width, leak },
        }
    }
}

impl Golden {
    pub fn bytes(&self) -> Vec<u8> {
        self.setup.dataset.concat()
    }

    /// Samples that make an input of the critic, by the width of its first layer.
    fn pack(&self) -> usize {
        let pixels = self.setup.height * self.setup.width * self.setup.channels;
        match self.setup.architecture {
            Networks::Mlp { .. } => self.setup.shapes["critic.0.weight"][1] / pixels,
            Networks::Dcgan { .. } => 1,
        }
    }

    pub fn game(&self, case: &Case) -> Gan {
        let Setup {
            height,
            width,
            channels,
            latent_dim,
            batch,
            slope,
            ..
        } = self.setup;
        Gan::new(Settings {
            architecture: Architecture {
                kind: self.setup.architecture.clone().with(slope),
                shape: [height, width, channels],
                latent_dim,
                last: Activation::Tanh,
                variation: Variation::default(),
            },
            objective: case.objective,
            latent: case.latent,
            rule: match case.optimizer {
                Optimizer::Adam { beta1, beta2, eps } => Rule::Adam {
                    beta1,
                    beta2,
                    epsilon: eps,
                },
                Optimizer::Sgd { momentum } => Rule::Sgd { momentum },
            },
            lr_generator: case.lr_generator,
            lr_critic: case.lr_critic,
            course: Course {
                schedule: case.lr_schedule,
                ramp: case.momentum_ramp,
            },
            pack: self.pack(),
            update: case.update,
            critic_steps: case.critic_steps.into(),
            generator_steps: case.generator_steps,
            seed: case.seed,
            images: self.setup.dataset.len(),
            flip: false,
            ring: 3,
            samples: 2,
            ..games::game([height, width, channels], batch)
        })
    }
}

impl Iteration {
    pub fn assert_metrics(&self, got: &Interval, tolerance: f64) {
        let pairs = [
            (self.loss_critic, got.loss_critic),
            (self.loss_generator, got.loss_generator),
            (self.p_real, got.p_real),
            (self.p_fake, got.p_fake),
            (self.accuracy, got.accuracy),
            (self.bound, got.bound),
        ];
        for (want, got) in pairs {
            assert!((want - got).abs() <= tolerance, "{pairs:?}");
        }
        assert_eq!(got.nonfinite, 0);
    }
}

/// Where a game's weights and running statistics lie, and PyTorch's first values for them.
pub struct Run {
    state: Vec<(String, Tensor, Option<Planes>)>,
    first: BTreeMap<String, Vec<f64>>,
    metrics: Tensor,
    guard: Tensor,
    images: Tensor,
    bytes: Vec<u8>,
    settings: Settings,
}

impl Run {
    pub fn of(gan: &Gan, golden: &Golden) -> Run {
        let players = [&gan.generator, &gan.critic].into_iter();
        let tensors = players.flat_map(|player| player.network.state());
        let named = |(tensor, planes)| {
            let info = gan.plan.info(tensor);
            assert_eq!(info.shape, golden.setup.shapes[&info.name], "{}", info.name);
            (info.name.clone(), tensor, planes)
        };
        Run {
            state: tensors.map(named).collect(),
            first: golden.setup.weights.clone(),
            metrics: gan.metrics,
            guard: gan.guard,
            images: gan.data,
            bytes: golden.bytes(),
            settings: gan.settings.clone(),
        }
    }

    /// PyTorch's first weights, and what `Trainer::new` sets besides.
    pub fn start(&self, floats: &mut dyn Floats) {
        for (name, tensor, planes) in &self.state {
            floats.put_torch(*tensor, *planes, &self.first[name]);
        }
        let executor = floats.executor();
        let images = Contents::U8(self.bytes.clone());
        executor.write(self.images, &images).unwrap();
        let unseen = [0, Watched::NONE, Watched::NONE].repeat(Watched::ALL.len());
        executor.write(self.guard, &Contents::U32(unseen)).unwrap();
    }

    /// All weights and running statistics, in PyTorch's order.
    pub fn weights(&self, floats: &mut dyn Floats) -> BTreeMap<String, Vec<f64>> {
        let mut read = |(name, tensor, planes): &(String, Tensor, Option<Planes>)| {
            (name.clone(), floats.get_torch(*tensor, *planes))
        };
        self.state.iter().map(&mut read).collect()
    }

    /// The gradients of the last update of both players, in PyTorch's order.
    pub fn gradients(&self, gan: &Gan, floats: &mut dyn Floats) -> BTreeMap<String, Vec<f64>> {
        let read = |(name, _, planes): &(String, Tensor, Option<Planes>)| {
            let gradient = gan.plan.find(&format!("{name}.grad"))?;
            Some((name.clone(), floats.get_torch(gradient, *planes)))
        };
        self.state.iter().filter_map(read).collect()
    }

    pub fn metrics(&self, floats: &mut dyn Floats, turn: usize) -> Interval {
        let ring = floats.get(self.metrics);
        let row = &ring[(turn % self.settings.ring) * Metric::COUNT..];
        Interval::new(&self.settings, |metric| row[metric as usize], 0)
    }
}

/// Any adapter, software ones included. Where there is none the test says so and is skipped,
/// unless GPUGAN_REQUIRE_GPU asks for one.
pub fn adapter() -> Option<gpugan::gpu::Adapter> {
    match gpugan::gpu::select(&gpugan::gpu::Request::Any) {
        Ok(adapter) => adapter,
        Err(error) if std::env::var_os("GPUGAN_REQUIRE_GPU").is_some() => panic!("{error}"),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}

/// Makes an executor for a plan.
pub type Make<'a> = &'a dyn Fn(gpugan::plan::Plan) -> Box<dyn Executor>;

/// The executor of a machine without a GPU.
pub fn on_cpu(plan: gpugan::plan::Plan) -> Box<dyn Executor> {
    Box::new(Cpu::<f32>::new(plan, Some(2)).unwrap())
}

/// Hands a test executors on an adapter, if there is one: products as the device prefers, then
/// plain, then tile.
pub fn on_every_variant(test: &dyn Fn(Make)) {
    let Some(adapter) = adapter() else {
        return;
    };
    for variant in [None, Some("plain"), Some("tile")] {
        test(&|plan| {
            let options = gpugan::gpu::GpuOptions {
                force_variant: variant.map(str::to_string),
                ..Default::default()
            };
            Box::new(gpugan::gpu::Gpu::new(plan, &adapter, options).unwrap())
        });
    }
}
