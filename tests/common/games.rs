//! Small games of any shape, and numbers to fill them with.

use gpugan::data::toy::Distribution;
use gpugan::gan::arch::{Architecture, Kind, Variation};
use gpugan::gan::{Penalty, Settings, Update};
use gpugan::nn::Init;
use gpugan::optim::Rule;
use gpugan::plan::Contents;
use gpugan::plan::codes::Activation;
use gpugan::plan::divergence::Divergence;
use gpugan::plan::objective::{GeneratorLoss, Objective, Objective::FGan};
use gpugan::random::{Latent, Points};
use gpugan::rates::Course;
use gpugan::threefry::{DRAWN, open_unit, threefry2x32};

pub const ADAM: Rule = Rule::Adam {
    beta1: 0.5,
    beta2: 0.999,
    epsilon: 1e-8,
};
pub const RMSPROP: Rule = Rule::RmsProp {
    decay: 0.99,
    epsilon: 1e-8,
};
pub const SGD: Rule = Rule::Sgd { momentum: 0.5 };

/// Every objective there is, and more than one parameter of those that have some.
pub fn objectives() -> Vec<Objective> {
    let shaped = [
        FGan(Divergence::Alpha { alpha: 1.5 }),
        FGan(Divergence::Alpha { alpha: -1.0 }),
        FGan(Divergence::WeightedJensenShannon { pi: 0.3 }),
    ];
    Objective::all().chain(shaped).collect()
}

/// Whether a constant that is added to all scores changes nothing, for hinge as long as they lie
/// within its margins, so that the last bias of the critic learns nothing.
pub fn ignores_the_level(objective: Objective) -> bool {
    objective.is_relativistic() || [Objective::Wgan, Objective::Hinge].contains(&objective)
}

/// A small game on images of `shape` = \[H, W, C\].
pub fn game(shape: [usize; 3], batch: usize) -> Settings {
    Settings {
        architecture: Architecture {
            kind: Kind::Mlp {
                generator_hidden: vec![7, 6],
                critic_hidden: vec![8, 5],
                leak: 0.2,
            },
            shape,
            latent_dim: 3,
            variation: Variation::default(),
            last: Activation::Tanh,
        },
        spectral_norm: false,
        objective: Objective::NonSaturating,
        generator_loss: GeneratorLoss::NonSaturating,
        penalty: None,
        label_smoothing: 0.0,
        latent: Latent::Normal,
        init: Init::Torch,
        rule: ADAM,
        clip: None,
        lr_generator: 2e-3,
        lr_critic: 2e-3,
        course: Course::default(),
        batch,
        pack: 1,
        update: Update::Alternating,
        moments: None,
        ema: None,
        critic_steps: 1.into(),
        generator_steps: 1,
        seed: 11,
        points: None,
        images: 10,
        stack: 1,
        flip: false,
        ring: 4,
        samples: 4,
    }
}

/// The layers of `game` with maxout and dropout in the critic.
pub fn maxout() -> Kind {
    Kind::Maxout {
        generator_hidden: vec![7, 6],
        critic_hidden: vec![8, 5],
        pieces: 3,
    }
}

/// Every kind of penalty on the critic's slope.
pub fn penalties() -> Vec<Penalty> {
    let between = |one_sided| Penalty::Between {
        weight: 10.0,
        one_sided,
    };
    let at_samples = |real, fake, every| Penalty::AtSamples { real, fake, every };
    vec![
        between(false),
        between(true),
        Penalty::AroundReal { weight: 10.0 },
        at_samples(2.0, 0.0, 1),
        at_samples(0.0, 0.5, 1),
        at_samples(1.0, 0.25, 1),
        at_samples(0.5, 0.0, 3),
    ]
}

/// The layers of `game` on points of a distribution, drawn as training draws them.
pub fn drawn(name: &str, batch: usize) -> Settings {
    let distribution: Distribution = name.parse().unwrap();
    let mut settings = Settings {
        points: Some(distribution.recipe().0),
        images: DRAWN,
        ..game([1, 1, distribution.dims()], batch)
    };
    settings.architecture.last = Activation::Identity;
    settings
}

/// The layers of `game` on ten points of `dims` coordinates.
pub fn table(dims: usize, batch: usize) -> Settings {
    let mut settings = Settings {
        points: Some(Points::Table),
        ..game([1, 1, dims], batch)
    };
    settings.architecture.last = Activation::Identity;
    settings
}

/// What the device is given of `drawn` and `table`, or of images.
pub fn data(settings: &Settings, name: &str) -> Contents {
    match settings.points {
        None => Contents::U8(images(settings)),
        Some(Points::Table) => {
            let len = settings.images * settings.architecture.features();
            let values = noise(6, len, 1.5).into_iter();
            Contents::F32(values.map(|x| x as f32).collect())
        }
        Some(_) => Contents::F32(name.parse::<Distribution>().unwrap().recipe().1),
    }
}

/// Convolutions with batch normalisation, few channels.
pub fn dcgan() -> Kind {
    Kind::Dcgan {
        width: 4,
        leak: 0.2,
    }
}

/// The images of a game as bytes.
pub fn images(settings: &Settings) -> Vec<u8> {
    let len = settings.images * settings.architecture.features();
    (0..len)
        .map(|at| (threefry2x32([5, 5], [at as u32, 0])[0] >> 24) as u8)
        .collect()
}

/// Numbers on (−scale, scale), different for every seed.
pub fn noise(seed: u32, len: usize, scale: f64) -> Vec<f64> {
    let unit = |at| open_unit(threefry2x32([seed, 1], [at as u32, 0])[0]);
    (0..len).map(|at| (2.0 * unit(at) - 1.0) * scale).collect()
}
