//! `gpugan theory`: statements of the theory, held against what a critic learns while the generator stands
//! still.

mod bounds;
mod held;
mod optimal;
mod wasserstein;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gpugan::data::toy::Distribution;
use gpugan::eval::divergence::between;
use gpugan::plan::divergence::Divergence;
use gpugan::plot::{Plot, SIZE};
use gpugan::run::atomic;
use gpugan::run::config::{Dataset, Seed};
use gpugan::run::log::to_stderr;
use gpugan::{Error, Result};
use serde::Serialize;

use super::device::DeviceOptions;
use super::lab::Bench;
use super::output;

/// Watch the theory hold on this machine.
///
/// The data are P; the generator is the map G(z) = MU + SIGMA z of normal latents and stands still, so that
/// its density is known, too. Prints numbers, and draws curves into --out as PNG and SVG.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    statement: Statement,
}

#[derive(Debug, Subcommand)]
enum Statement {
    /// The best discriminator is p/(p + q), and its value 2 JSD - log 4 (Goodfellow et al. 2014)
    OptimalCritic(Options),
    /// Critics of wgan-gp and wgan estimate the Wasserstein-1 distance (Arjovsky et al. 2017)
    Wasserstein(Options),
    /// Critics of f-GAN estimate their divergences from below (Nowozin et al. 2016)
    Bounds(Options),
}

#[derive(Args, Clone, Debug)]
struct Options {
    /// P: a data set of one coordinate with a density, such as fgan-mix or gaussian:MU,SIGMA
    #[arg(long, value_name = "DATASET", default_value = "fgan-mix")]
    dataset: Dataset,
    /// Q: MU,SIGMA of the generator
    #[arg(
        long,
        value_name = "MU,SIGMA",
        default_value = "1,2",
        allow_hyphen_values = true
    )]
    generator: String,
    /// Updates of each critic
    #[arg(long, value_name = "N", default_value_t = 4000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    steps: u64,
    #[arg(long, value_name = "N", default_value = "0")]
    seed: Seed,
    /// Folder for the pictures, which are replaced
    #[arg(long, value_name = "DIR", default_value = "theory")]
    out: PathBuf,
    #[command(flatten)]
    device: DeviceOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Two densities that are known, and what plays between them.
struct Pair<'a> {
    options: &'a Options,
    p: Distribution,
    q: Distribution,
    mu: f64,
    sigma: f64,
}

impl<'a> Pair<'a> {
    fn of(options: &'a Options) -> Result<Pair<'a>> {
        let Dataset::Drawn(p) = options.dataset.clone() else {
            return Err(unfit(options));
        };
        if p.dims() != 1 || p.log_density().is_none() {
            return Err(unfit(options));
        }
        let text = &options.generator;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
        let pair = text.split_once(',');
        let pair = pair.and_then(|(mu, sigma)| number(mu).zip(number(sigma)));
        let Some((mu, sigma)) = pair.filter(|(_, sigma)| *sigma > 0.0) else {
            let message =
                format!("--generator is '{text}'; give MU,SIGMA with SIGMA > 0, such as 1,2");
            return Err(Error::Usage(message));
        };
        let q = Distribution::Gaussian { mean: mu, sigma };
        Ok(Pair {
            options,
            p,
            q,
            mu,
            sigma,
        })
    }

    fn bench(&self) -> Bench<'a> {
        Bench::of(&self.options.device)
    }

    fn log_p(&self, x: f64) -> f64 {
        let log_density = self.p.log_density();
        log_density.map_or(f64::NEG_INFINITY, |log_density| log_density(&[x]))
    }

    fn log_q(&self, x: f64) -> f64 {
        gpugan::eval::optimum::log_normal_density(x, self.mu, self.sigma)
    }

    /// D_f(P‖Q) by quadrature.
    fn divergence(&self, divergence: Divergence) -> f64 {
        let log_p = self.p.log_density().expect("a pair has densities");
        between(
            divergence,
            |x| log_p(&[x]),
            |x| self.log_q(x),
            &self.landmarks(),
        )
        .value
    }

    fn landmarks(&self) -> Vec<[f64; 2]> {
        let mut landmarks = self.p.landmarks(0);
        landmarks.push([self.mu, self.sigma]);
        landmarks
    }

    /// What holds nearly all of both.
    fn range(&self) -> [f64; 2] {
        let (mut from, mut to) = (self.mu - 9.0 * self.sigma, self.mu + 9.0 * self.sigma);
        match self.p.centres() {
            Some(mixture) => {
                for (mean, sigma) in mixture.means.iter().zip(&mixture.sigmas) {
                    from = from.min(mean[0] - 9.0 * sigma);
                    to = to.max(mean[0] + 9.0 * sigma);
                }
            }
            None => (from, to) = (from.min(0.0), to.max(1.0)),
        }
        [from, to]
    }

    /// The part of the range that pictures show: three standard deviations of Q and all modes of P.
    fn shown(&self) -> [f64; 2] {
        let middle = |[from, to]: [f64; 2]| [from * 0.45 + to * 0.05, from * 0.05 + to * 0.45];
        let [from, to] = self.range();
        let centre = 0.5 * (from + to);
        middle([from - centre, to - centre]).map(|x| 1.2 * x + centre)
    }
}

fn unfit(options: &Options) -> Error {
    Error::Usage(format!(
        "--dataset '{}' has no density of one coordinate; give one of fgan-mix, gaussian:MU,SIGMA, uniform \
         and x2",
        options.dataset
    ))
}

/// Runs.
///
/// # Errors
/// Any of `gpugan::Error`.
pub fn run(arguments: &Arguments) -> Result<()> {
    type Run = fn(&Pair) -> Result<()>;
    let (name, options, run): (&str, &Options, Run) = match &arguments.statement {
        Statement::OptimalCritic(options) => ("optimal-critic", options, optimal::run),
        Statement::Wasserstein(options) => ("wasserstein", options, wasserstein::run),
        Statement::Bounds(options) => ("bounds", options, bounds::run),
    };
    let pair = Pair::of(options)?;
    let files = ["png", "svg"].map(|form| format!("{name}.{form}"));
    output::require_folder(&options.out, files)?;
    run(&pair)
}

/// Draws a picture in both forms, and says where.
fn draw(options: &Options, name: &str, plot: &Plot) -> Result<()> {
    let forms = [
        ("png", plot.png(SIZE)?),
        ("svg", plot.svg(SIZE)?.into_bytes()),
    ];
    for (ending, bytes) in forms {
        let path = options.out.join(format!("{name}.{ending}"));
        atomic::write(&path, &bytes).map_err(|e| Error::Runtime(e.to_string()))?;
        to_stderr(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// Draws what was found and prints it, as text or as JSON, even where the picture cannot be kept.
fn show(
    options: &Options,
    (name, picture): (&str, &Plot),
    found: &impl Serialize,
    text: &str,
) -> Result<()> {
    let kept = draw(options, name, picture);
    match options.json {
        true => output::print_json(found),
        false => output::print(text),
    }?;
    kept
}
