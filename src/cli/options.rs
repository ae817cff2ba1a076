//! The flags of a run. Each is named after a key of `Config` and unset until it is typed.

use std::path::PathBuf;

use clap::{ArgAction, Args};
use gpugan::gan::Update;
use gpugan::gan::arch::Normalisation;
use gpugan::optim::ClipWhen;
use gpugan::plan::objective::GeneratorLoss;
use gpugan::random::Latent;
use gpugan::rates::{LrSchedule, Ramp};
use gpugan::run::config::{
    Arch, Dataset, Game, Init, OnNan, Optimizer, Seed, Sides, Size, Tune, Unit,
};
use gpugan::schedule::CriticSteps;
use gpugan::{Error, Result};
use serde::Serialize;

const DATA: &str = "Data";
const NETWORKS: &str = "Networks";
const GAME: &str = "Game and updates";
const LENGTH: &str = "Length and device";
const FILES: &str = "What is written when";

/// Everything that decides what a run computes and what it records.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct Options {
    #[command(flatten)]
    #[serde(flatten)]
    data: DataOptions,
    #[command(flatten)]
    #[serde(flatten)]
    game: GameOptions,
    #[command(flatten)]
    #[serde(flatten)]
    length: LengthOptions,
}

/// What the game is played about.
#[derive(Args, Clone, Debug, Default, Serialize)]
pub struct PlanOptions {
    #[command(flatten)]
    #[serde(flatten)]
    data: DataOptions,
    #[command(flatten)]
    #[serde(flatten)]
    game: GameOptions,
}

/// The data set.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct DataOptions {
    /// Data set to learn from: mnist (built in); stacked-mnist, three digits at random as the colours of
    /// one image; the PNG and JPEG files at any depth in folder:DIR or zip:FILE; the rows of 1 to 16
    /// numbers in points:FILE; or points drawn without end: ring8[:SIGMA], ring8-legacy[:SIGMA],
    /// grid25[:SIGMA], uniform, gaussian:MU,SIGMA, x2, fgan-mix, swissroll, moons, spiral,
    /// point-mass:X[,Y...], line:THETA [default: mnist]
    #[arg(long, value_name = "DATASET", help_heading = DATA)]
    dataset: Option<Dataset>,
    /// Folder of IDX files to learn from instead, under MNIST's names (train-images-idx3-ubyte), raw
    /// or .gz
    #[arg(long, value_name = "DIR", help_heading = DATA)]
    data_dir: Option<PathBuf>,
    /// Size that images of folder: and zip: are cropped and resized to: HxW, or N for both
    /// [default: that of the first image]
    #[arg(long, value_name = "HxW", help_heading = DATA)]
    size: Option<Size>,
    /// Channels that images of folder: and zip: are converted to: 1 grey, 2 grey and alpha, 3
    /// colour, 4 colour and alpha [default: 1 or 3, as the first image]
    #[arg(long, value_name = "N", help_heading = DATA)]
    channels: Option<usize>,
    /// Leave out broken images of folder: and zip: instead of stopping [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = DATA)]
    skip_bad: Option<bool>,
    /// Show the critic real images mirrored left to right at random [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = DATA)]
    flip: Option<bool>,
}

/// Networks, game, updates, and the device that computes them.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GameOptions {
    /// Kind of both networks; affine (a scale and a shift of each number) and monotone (an increasing
    /// function of one number) are generators for points [default: mlp]
    #[arg(long, help_heading = NETWORKS)]
    arch: Option<Arch>,
    /// Sizes of the generator's hidden layers [default: 256,512; maxout: 1200,1200; points: 128,128]
    #[arg(long, value_name = "N,N", value_delimiter = ',', action = ArgAction::Set, help_heading = NETWORKS)]
    generator_hidden: Option<Vec<usize>>,
    /// Sizes of the critic's hidden layers [default: 512,256; maxout: 240,240; points: 128,128]
    #[arg(long, value_name = "N,N", value_delimiter = ',', action = ArgAction::Set, help_heading = NETWORKS)]
    critic_hidden: Option<Vec<usize>>,
    /// Channels of the first layer of a dcgan critic; every further one has twice as many [default: 64]
    #[arg(long, value_name = "N", help_heading = NETWORKS)]
    width: Option<usize>,
    /// Slope of LeakyReLU below zero [default: 0.2; points: 0.0]
    #[arg(long, value_name = "X", help_heading = NETWORKS)]
    leak: Option<f64>,
    /// Between the generator's layers [default: leaky-relu; maxout, dcgan: relu]
    #[arg(long, value_name = "UNIT", help_heading = NETWORKS)]
    generator_activation: Option<Unit>,
    /// Between the critic's layers [default: leaky-relu; maxout has units of its own]
    #[arg(long, value_name = "UNIT", help_heading = NETWORKS)]
    critic_activation: Option<Unit>,
    /// What normalises the layers of a generator, but for its last [default: none; dcgan: batch]
    #[arg(long, value_name = "NORM", help_heading = NETWORKS)]
    generator_norm: Option<Normalisation>,
    /// What normalises the layers of a dcgan critic [default: batch]
    #[arg(long, value_name = "NORM", help_heading = NETWORKS)]
    critic_norm: Option<Normalisation>,
    /// First weights: torch (as PyTorch's layers begin) or normal:SIGMA, SIGMA > 0 [default: torch; dcgan: normal:0.02]
    #[arg(long, value_name = "INIT", help_heading = NETWORKS)]
    init: Option<Init>,
    /// Divide the critic's weights by their spectral norm (Miyato et al. 2018) [default: false]
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", hide_possible_values = true, help_heading = NETWORKS)]
    spectral_norm: Option<bool>,
    /// Numbers in a latent, which a sample is made from; of affine as many as in a sample, of monotone
    /// 1 [default: 100; points: 2]
    #[arg(long, value_name = "N", help_heading = NETWORKS)]
    latent_dim: Option<usize>,
    /// Distribution of the latents [default: normal]
    #[arg(long, help_heading = NETWORKS)]
    latent: Option<Latent>,
    /// What the networks play for: non-saturating or minimax (Goodfellow), wgan, wgan-gp (with a
    /// gradient penalty), moment-matching (the best polynomial in the critic's place, for points),
    /// least-squares, hinge, relativistic, relativistic-average, or f-gan:DIVERGENCE with
    /// total-variation, kl, reverse-kl, pearson, neyman, squared-hellinger, jeffrey, jensen-shannon,
    /// weighted-jensen-shannon, gan or alpha [default: non-saturating]
    #[arg(long, value_name = "NAME", help_heading = GAME)]
    objective: Option<Game>,
    /// Of f-gan:alpha, not 0 or 1 [default: 0.5]
    #[arg(long, value_name = "X", help_heading = GAME)]
    alpha: Option<f64>,
    /// Of f-gan:weighted-jensen-shannon: weight of the data [default: 0.5]
    #[arg(long, value_name = "X", help_heading = GAME)]
    pi: Option<f64>,
    /// What the generator of f-gan does: raise the critic's output, or lower the estimated
    /// divergence [default: non-saturating]
    #[arg(long, value_name = "LOSS", help_heading = GAME)]
    generator_loss: Option<GeneratorLoss>,
    /// What the critic's target for real samples falls short of 1 [default: 0.0]
    #[arg(long, value_name = "X", help_heading = GAME)]
    label_smoothing: Option<f64>,
    /// Weight of the gradient penalty of wgan-gp (Gulrajani et al. 2017) [default: 10.0]
    #[arg(long, value_name = "X", help_heading = GAME)]
    gp_weight: Option<f64>,
    /// Whether slopes below 1 cost in wgan-gp, too [default: two]
    #[arg(long, value_name = "SIDES", help_heading = GAME)]
    gp_sides: Option<Sides>,
    /// R1: the critic pays X/2 times the mean squared norm of its slope at real images, with any
    /// objective (Mescheder et al. 2018) [default: off]
    #[arg(long, value_name = "X", help_heading = GAME)]
    r1: Option<f64>,
    /// R2: the same at generated images [default: off]
    #[arg(long, value_name = "X", help_heading = GAME)]
    r2: Option<f64>,
    /// Let only every N-th critic update pay for R1 and R2, and N times as much [default: 1]
    #[arg(long, value_name = "N", help_heading = GAME)]
    r1_every: Option<u64>,
    /// DRAGAN: weight of a gradient penalty around real images, with any objective (Kodali et al. 2017;
    /// theirs is 10) [default: off]
    #[arg(long, value_name = "X", help_heading = GAME)]
    dragan: Option<f64>,
    /// Critic updates per turn: K, or KxTURNS,...,K;K@EVERY such as 100x25,5;100@500: 100 in each of
    /// the first 25 turns, then 5, and 100 in turns 500, 1000, ... [default: 1]
    #[arg(long, value_name = "K", help_heading = GAME)]
    critic_steps: Option<CriticSteps>,
    /// Generator updates per turn, after the critic's [default: 1]
    #[arg(long, value_name = "K", help_heading = GAME)]
    generator_steps: Option<usize>,
    /// Inputs of the critic per update: samples, or packs of samples [default: 128; dcgan: 64; points: 256]
    #[arg(long, value_name = "N", help_heading = GAME)]
    batch: Option<usize>,
    /// Samples that the critic sees at once, as one input (PacGAN) [default: 1]
    #[arg(long, value_name = "M", help_heading = GAME)]
    pack: Option<usize>,
    /// Whether the generator plays with samples of its own after the critic's update, or both learn
    /// from one batch at once [default: alternating]
    #[arg(long, value_name = "HOW", help_heading = GAME)]
    update: Option<Update>,
    /// Of moment-matching: the degree of the polynomials [default: 2]
    #[arg(long, value_name = "N", help_heading = GAME)]
    degree: Option<usize>,
    /// Average the generator's weights over its updates with this decay, such as 0.999, and draw all
    /// samples with the averages [default: no average]
    #[arg(long, value_name = "X", help_heading = GAME)]
    ema: Option<f64>,
    /// Rule of the updates [default: adam]
    #[arg(long, value_name = "RULE", help_heading = GAME)]
    optimizer: Option<Optimizer>,
    /// Learning rate [default: 0.0002; points: 0.0005]
    #[arg(long, value_name = "X", help_heading = GAME)]
    lr: Option<f64>,
    /// Learning rate of the critic [default: that of --lr]
    #[arg(long, value_name = "X", help_heading = GAME)]
    lr_critic: Option<f64>,
    /// How learning rates move: constant, linear (to 0 at the end of the run) or linear:STEPS, or
    /// exponential:FACTOR,FLOOR, divided by FACTOR in each step [default: constant]
    #[arg(long, value_name = "SCHEDULE", help_heading = GAME)]
    lr_schedule: Option<LrSchedule>,
    /// Adam's decay of the mean gradient [default: 0.5]
    #[arg(long, value_name = "X", help_heading = GAME)]
    beta1: Option<f64>,
    /// Adam's decay of the mean squared gradient [default: 0.999]
    #[arg(long, value_name = "X", help_heading = GAME)]
    beta2: Option<f64>,
    /// Momentum of sgd [default: 0.9]
    #[arg(long, value_name = "X", help_heading = GAME)]
    momentum: Option<f64>,
    /// Moves the momentum of sgd to another between two steps: MOMENTUM,STEP,LATER_STEP [default: off]
    #[arg(long, value_name = "RAMP", help_heading = GAME)]
    momentum_ramp: Option<Ramp>,
    /// RMSprop's decay of the mean squared gradient [default: 0.99]
    #[arg(long, value_name = "X", help_heading = GAME)]
    rms_decay: Option<f64>,
    /// Clips the critic's weights to [-X, X]; wgan wants it [default: off]
    #[arg(long, value_name = "X", help_heading = GAME)]
    clip: Option<f64>,
    /// before the critic's samples are scored (as the authors of WGAN do) or after its update (as
    /// they write) [default: after]
    #[arg(long, value_name = "WHEN", help_heading = GAME)]
    clip_when: Option<ClipWhen>,
    /// Seed of all that is random: equal seeds give equal runs on a device, with the same variants (--tune) [default: 0]
    #[arg(long, value_name = "N", help_heading = GAME)]
    seed: Option<Seed>,
    /// auto (a hardware GPU if there is one, else the CPU), cpu, gpu (any adapter), or an index or
    /// a part of a name from `gpugan devices`, such as radeon [default: auto]
    #[arg(long, value_name = "DEVICE", help_heading = LENGTH)]
    device: Option<String>,
    /// Threads that compute on the CPU [default: one per core]
    #[arg(long, value_name = "N", help_heading = LENGTH)]
    threads: Option<usize>,
    /// Measure at first use which variants of the kernels are the fastest on a GPU, for about three
    /// seconds at most, and remember it in the user's cache directory [default: auto]
    #[arg(long, value_name = "WHAT", help_heading = LENGTH)]
    tune: Option<Tune>,
}

/// How long a run is and what it writes when.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LengthOptions {
    /// What a loss or a gradient that is not finite does [default: stop]
    #[arg(long, value_name = "WHAT", help_heading = GAME)]
    on_nan: Option<OnNan>,
    /// Length of the run in generator updates, rounded up to whole turns of the schedule
    /// [default: 16000]
    #[arg(long, value_name = "N", help_heading = LENGTH)]
    steps: Option<u64>,
    /// Length of the run in passes through the data, in place of --steps
    #[arg(long, value_name = "N", help_heading = LENGTH)]
    epochs: Option<u64>,
    /// Steps from one picture of samples to the next [default: 500]
    #[arg(long, value_name = "N", help_heading = FILES)]
    sample_every: Option<u64>,
    /// Steps from one checkpoint to the next [default: 1000]
    #[arg(long, value_name = "N", help_heading = FILES)]
    checkpoint_every: Option<u64>,
    /// Steps from one line of metrics to the next [default: 100]
    #[arg(long, value_name = "N", help_heading = FILES)]
    log_every: Option<u64>,
    /// Newest checkpoints that stay, besides that of step 0 [default: 3]
    #[arg(long, value_name = "N", help_heading = FILES)]
    keep: Option<usize>,
    /// When the run ends, draw its curves, and of points all that `gpugan plot` draws [default: true]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = FILES)]
    plots: Option<bool>,
}

/// What may change when a run goes on: nothing that a finished part of it depends on.
const CHANGEABLE: [&str; 9] = [
    "steps",
    "epochs",
    "device",
    "threads",
    "tune",
    "sample-every",
    "checkpoint-every",
    "keep",
    "plots",
];

impl Options {
    /// Refuses flags that a run cannot change once it has begun.
    ///
    /// # Errors
    /// `Error::Usage` that names the first such flag and those that may be given.
    pub fn require_changeable(&self) -> Result<()> {
        let given = toml::Table::try_from(self)
            .map_err(|e| Error::Usage(format!("unusable flags: {e}")))?;
        match given.keys().find(|key| !CHANGEABLE.contains(&key.as_str())) {
            None => Ok(()),
            Some(flag) => Err(Error::Usage(format!(
                "--{flag} cannot be given with --resume, as the run has begun with its own; only \
                 --{} can",
                CHANGEABLE.join(", --")
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Command;
    use gpugan::run::Config;
    use gpugan::run::config::DEFAULT_STEPS;

    fn help(flag: &str) -> String {
        let command = Options::augment_args(Command::new("test"));
        let found = command.get_arguments().find(|a| a.get_long() == Some(flag));
        let found = found.unwrap_or_else(|| panic!("no flag --{flag}"));
        found.get_help().expect("a help text").to_string()
    }

    /// As it is typed.
    fn typed(value: &toml::Value) -> String {
        match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(values) => {
                let values: Vec<_> = values.iter().map(typed).collect();
                values.join(",")
            }
            other => other.to_string(),
        }
    }

    #[test]
    fn the_help_tells_every_default_as_it_is() {
        let of_arch = |arch| {
            let config = Config {
                steps: Some(DEFAULT_STEPS),
                ..Config::of_arch(arch)
            };
            toml::Table::try_from(&config).unwrap()
        };
        let mut table = of_arch(Arch::Mlp);
        table.remove("arch");
        let points = Config {
            steps: Some(DEFAULT_STEPS),
            dataset: Dataset::Mnist,
            ..Config::of_data(Arch::Mlp, "ring8".parse().unwrap())
        };
        let points = ("points", toml::Table::try_from(&points).unwrap());
        let others = [Arch::Maxout, Arch::Dcgan].map(|arch| (arch.name(), of_arch(arch)));
        let others: Vec<_> = others.into_iter().chain([points]).collect();
        assert!(table.len() > 20, "{table:?}");
        for (key, value) in &table {
            let other = |(arch, other): &(&str, toml::Table)| match &other[key] == value {
                true => String::new(),
                false => format!("; {arch}: {}", typed(&other[key])),
            };
            let others: String = others.iter().map(other).collect();
            let (help, expected) = (help(key), format!("[default: {}{others}]", typed(value)));
            assert!(
                help.ends_with(&expected),
                "--{key}: {help} is not {expected}"
            );
        }
    }

    #[test]
    fn every_flag_is_an_option_of_a_run() {
        let command = Options::augment_args(Command::new("test"));
        for argument in command.get_arguments() {
            let flag = argument.get_long().expect("a flag");
            let value = toml::from_str::<Config>(&format!("{flag} = {{}}")).unwrap_err();
            assert!(!value.message().contains("unknown field"), "--{flag}");
        }
    }

    #[test]
    fn what_may_change_is_a_flag() {
        for flag in CHANGEABLE {
            help(flag);
        }
    }
}
