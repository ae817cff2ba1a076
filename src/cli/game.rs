//! From options to what the engine plays: data, architecture, settings.

use gpugan::data::{self, Data, Split};
use gpugan::gan::arch::{Architecture, Kind, Variation};
use gpugan::gan::{Penalty, Settings};
use gpugan::nn::{Init, Layer, Moments};
use gpugan::optim::{Clip, Rule};
use gpugan::plan::codes::Activation;
use gpugan::plan::{ALIGNMENT, DType};
use gpugan::random::Points;
use gpugan::rates::Course;
use gpugan::run::Config;
use gpugan::run::config::{self, Arch, DEFAULT_STEPS, Dataset, Game, Optimizer, Sides};
use gpugan::{Error, Result};

/// The ε of Adam and RMSprop is PyTorch's; nobody tunes it.
const EPSILON: f64 = 1e-8;

/// Of a maxout unit, as in Goodfellow et al. 2014.
const PIECES: usize = 5;

/// Images of a grid, in rows of as many as there are rows.
const GRID_SIDE: usize = 8;
/// Above this many pixels a grid has fewer images.
const GRID_PIXELS: usize = 1 << 24;

/// Points of a picture.
pub const PICTURE_POINTS: usize = 2_500;

/// A checkpoint keeps the metrics of every turn since the last log line.
const MOST_RING: u64 = 65_536;

/// The elements of one tensor are counted in 32 bits on the device.
const MOST_ELEMENTS: u128 = u32::MAX as u128;

/// The data set to learn from; `watch` is told how far the loading is, where it takes long.
///
/// # Errors
/// `Error::Data` for files that cannot be used or that hold fewer samples than a batch, and
/// whatever `watch` returns.
pub fn load_data(config: &Config, watch: data::Watch) -> Result<Data> {
    let wanted = data::Wanted {
        size: config.size.map(|size| [size.height, size.width]),
        channels: config.channels,
        skip_bad: config.skip_bad,
    };
    let data = match (&config.data_dir, &config.dataset) {
        (Some(directory), _) => Data::Images(data::idx::load_dir(directory, Split::Train)?),
        (None, Dataset::Mnist) => Data::Images(data::mnist::load(Split::Train)?),
        (None, Dataset::StackedMnist) => Data::Images(data::mnist::stacked(Split::Train)?),
        (None, Dataset::Folder(directory)) => {
            Data::Images(data::folder::load(directory, &wanted, watch)?)
        }
        (None, Dataset::Zip(file)) => Data::Images(data::archive::load(file, &wanted, watch)?),
        (None, Dataset::Points(file)) => Data::Points(data::points::load(file)?),
        (None, Dataset::Drawn(distribution)) => {
            Data::Points(data::Points::drawn(distribution.clone()))
        }
    };
    data.require_batch(config.batch * config.pack)?;
    Ok(data)
}

/// What the networks and the plan depend on of the data.
#[derive(Clone, Copy, Debug)]
pub struct Outline {
    /// \[H, W, C\]
    pub shape: [usize; 3],
    /// Samples of an epoch.
    pub count: usize,
    /// Images that a sample is made of.
    pub stack: usize,
    pub points: Option<Points>,
}

impl Outline {
    /// Of images of this shape.
    pub fn of_images(shape: [usize; 3], count: usize) -> Outline {
        Outline {
            shape,
            count,
            stack: 1,
            points: None,
        }
    }

    /// Of these data.
    pub fn of(data: &Data) -> Outline {
        Outline {
            shape: data.shape(),
            count: data.count(),
            stack: data.stack(),
            points: data.points(),
        }
    }
}

/// The networks for samples of `shape` = \[H, W, C\].
pub fn architecture(config: &Config, shape: [usize; 3]) -> Architecture {
    Architecture {
        kind: match config.arch {
            Arch::Mlp => Kind::Mlp {
                generator_hidden: config.generator_hidden.clone(),
                critic_hidden: config.critic_hidden.clone(),
                leak: config.leak,
            },
            Arch::Maxout => Kind::Maxout {
                generator_hidden: config.generator_hidden.clone(),
                critic_hidden: config.critic_hidden.clone(),
                pieces: PIECES,
            },
            Arch::Dcgan => Kind::Dcgan {
                width: config.width,
                leak: config.leak,
            },
            Arch::Affine => Kind::Affine {
                critic_hidden: config.critic_hidden.clone(),
                leak: config.leak,
            },
            Arch::Monotone => Kind::Monotone {
                generator_hidden: config.generator_hidden.clone(),
                critic_hidden: config.critic_hidden.clone(),
                leak: config.leak,
            },
        },
        shape,
        latent_dim: config.latent_dim,
        last: match config.dataset.is_of_points() {
            true => Activation::Identity,
            false => Activation::Tanh,
        },
        variation: Variation {
            generator_activation: config
                .generator_activation
                .map(|unit| unit.activation(config.leak)),
            critic_activation: config
                .critic_activation
                .map(|unit| unit.activation(config.leak)),
            generator_norm: config.generator_norm,
            critic_norm: config.critic_norm,
        },
    }
}

/// What the critic pays for its slope.
fn penalty(config: &Config) -> Option<Penalty> {
    let between = (config.objective == Game::WganGp).then_some(Penalty::Between {
        weight: config.gp_weight,
        one_sided: config.gp_sides == Sides::One,
    });
    let around = config.dragan.map(|weight| Penalty::AroundReal { weight });
    let at_samples = config.r1.or(config.r2).map(|_| Penalty::AtSamples {
        real: config.r1.unwrap_or(0.0),
        fake: config.r2.unwrap_or(0.0),
        every: config.r1_every,
    });
    between.or(around).or(at_samples)
}

/// Everything that decides what is computed for such data.
///
/// # Errors
/// `Error::Usage` for sizes that no device can count, for latents that do not fit the points, and for a
/// penalty that does not fit the critic.
pub fn settings(config: &Config, data: Outline) -> Result<Settings> {
    require_latents(config, data.shape)?;
    let settings = Settings {
        architecture: architecture(config, data.shape),
        spectral_norm: config.spectral_norm,
        objective: config.objective.objective().with(config.alpha, config.pi),
        penalty: penalty(config),
        generator_loss: config.generator_loss,
        label_smoothing: config.label_smoothing,
        latent: config.latent,
        init: match config.init {
            config::Init::Torch => Init::Torch,
            config::Init::Normal(sigma) => Init::Normal(sigma),
        },
        rule: match config.optimizer {
            Optimizer::Adam => Rule::Adam {
                beta1: config.beta1,
                beta2: config.beta2,
                epsilon: EPSILON,
            },
            Optimizer::Sgd => Rule::Sgd {
                momentum: config.momentum,
            },
            Optimizer::Rmsprop => Rule::RmsProp {
                decay: config.rms_decay,
                epsilon: EPSILON,
            },
        },
        clip: config.clip.map(|limit| Clip {
            limit,
            when: config.clip_when,
        }),
        lr_generator: config.lr,
        lr_critic: config.lr_critic.unwrap_or(config.lr),
        course: course(config),
        batch: config.batch,
        pack: config.pack,
        update: config.update,
        moments: moments(config),
        ema: config.ema,
        critic_steps: config.critic_steps.clone(),
        generator_steps: config.generator_steps,
        seed: config.seed.0,
        points: data.points,
        images: data.count,
        stack: data.stack,
        flip: config.flip,
        ring: ring(config)?,
        samples: match data.points {
            Some(_) => PICTURE_POINTS,
            None => grid_side(data.shape).pow(2),
        },
    };
    if let Some(degree) = settings.moments {
        refuse_many_moments(config.pack * settings.architecture.features(), degree)?;
    }
    if let Some(penalty) = settings.penalty {
        penalty.require_fit(&settings.critic())?;
    }
    let rows = settings.samples_per_update().max(settings.samples);
    refuse_giants("generator", &settings.architecture.generator(), rows)?;
    refuse_giants(
        "critic",
        &settings.critic(),
        2 * settings.samples_per_update(),
    )?;
    Ok(settings)
}

/// The degree of the polynomials that take the critic's place, if they do.
fn moments(config: &Config) -> Option<usize> {
    (config.objective == Game::MomentMatching).then_some(config.degree)
}

/// Refuses latents that an architecture cannot map to points coordinate by coordinate.
fn require_latents(config: &Config, [_, _, dims]: [usize; 3]) -> Result<()> {
    let (latents, arch) = (config.latent_dim, config.arch.name());
    match config.arch {
        Arch::Affine if latents != dims => Err(Error::Usage(format!(
            "--latent-dim is {latents}, but --arch affine makes each coordinate of a point of one \
             number, and the points have {dims}; give --latent-dim {dims}"
        ))),
        Arch::Monotone if dims != 1 => Err(Error::Usage(format!(
            "--arch {arch} is an increasing function of one number, but the points have {dims} \
             coordinates; give --arch mlp"
        ))),
        Arch::Monotone if latents != 1 => Err(Error::Usage(format!(
            "--latent-dim is {latents}, but --arch {arch} is an increasing function of one number; \
             give --latent-dim 1"
        ))),
        _ => Ok(()),
    }
}

/// Refuses polynomials of so many coordinates that they are more than a sum may have terms.
fn refuse_many_moments(dims: usize, degree: usize) -> Result<()> {
    let most = Moments::MOST_FEATURES;
    match Moments::features(dims, degree) {
        Some(features) if features <= most => Ok(()),
        _ => Err(Error::Usage(format!(
            "--degree {degree} on samples of {dims} numbers are more than {most} products; give a \
             lower degree or data of fewer dimensions"
        ))),
    }
}

/// How rates and momentum move in turns. A length that is still open is that of the default run.
fn course(config: &Config) -> Course {
    let schedule = config
        .lr_schedule
        .over(config.steps.unwrap_or(DEFAULT_STEPS));
    let ramp = config.momentum_ramp;
    Course { schedule, ramp }.in_turns(config.generator_steps as u64)
}

/// Turns of the schedule (critic updates, then generator updates) that make at least `steps`
/// generator updates.
///
/// # Errors
/// `Error::Usage` for a run that would draw more latents than the device can count.
pub fn turns(config: &Config, steps: u64) -> Result<u64> {
    let turns = steps.div_ceil(config.generator_steps as u64);
    let generator_steps = config.generator_steps as u64;
    let most = config
        .critic_steps
        .most_turns(u32::MAX.into(), generator_steps);
    if turns > most {
        let most = most * generator_steps;
        return Err(Error::Usage(format!(
            "--steps is {steps}; this schedule can make at most {most} in one run"
        )));
    }
    Ok(turns)
}

/// Images along each side of a sample grid: 8, and fewer where images are huge.
pub fn grid_side([height, width, _]: [usize; 3]) -> usize {
    let fits = |side: &usize| (side * side * height).saturating_mul(width) <= GRID_PIXELS;
    (1..=GRID_SIDE).rev().find(fits).unwrap_or(1)
}

/// The turns between two log lines.
fn ring(config: &Config) -> Result<usize> {
    let per_turn = config.generator_steps as u64;
    let turns = config.log_every.div_ceil(per_turn);
    if turns > MOST_RING {
        let most = MOST_RING * per_turn;
        let given = config.log_every;
        return Err(Error::Usage(format!(
            "--log-every is {given}; give at most {most} in this schedule"
        )));
    }
    Ok(turns as usize)
}

/// Refuses networks with a tensor that has more elements than can be counted, where `rows` samples
/// pass through at a time.
///
/// # Errors
/// `Error::Usage` that names the network and the layer.
pub fn refuse_giants(network: &str, layers: &[Box<dyn Layer>], rows: usize) -> Result<()> {
    let mut parameters = 0;
    for layer in layers {
        for parameter in layer.parameters() {
            let len: usize = parameter.shape.iter().product();
            parameters += len.next_multiple_of(ALIGNMENT / DType::F32.size()) as u128;
        }
        let largest = layer.largest(rows).max(parameters);
        if largest > MOST_ELEMENTS {
            let (inputs, outputs) = (layer.inputs(), layer.outputs());
            return Err(Error::Usage(format!(
                "the {network}'s layer from {inputs} to {outputs} needs a tensor of {largest} \
                 numbers, and a device counts up to {MOST_ELEMENTS}; choose smaller layers \
                 (--width, --generator-hidden, --critic-hidden), smaller images, or fewer at a time"
            )));
        }
    }
    Ok(())
}
