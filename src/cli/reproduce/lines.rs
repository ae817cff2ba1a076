//! Two point masses at distance θ (Arjovsky et al. 2017, example 1): what critics say of it while the
//! generator stands still.

use std::f64::consts::LN_2;

use gpugan::Result;

use super::super::lab::{Bench, Lab, options};
use super::Plan;
use super::cell::Cell;
use super::games::{Played, side_by_side};
use super::report::Report;

const DISTANCES: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// A generator that stands still: a step this small is none in single precision.
const STILL: &str = "lr = 1e-30\nlr-schedule = \"linear\"\nlog-every = 200\nbatch = 64\n";

/// (column, options)
pub(in crate::cli) const CRITICS: [(&str, &str); 3] = [
    (
        "wgan, linear critic, --clip 1",
        "objective = \"wgan\"\ncritic-hidden = []\nclip = 1.0\noptimizer = \"rmsprop\"\nlr-critic = 1e-2\n",
    ),
    (
        "wgan-gp, --gp-sides one",
        "objective = \"wgan-gp\"\ncritic-hidden = [64, 64]\nbeta1 = 0.0\nbeta2 = 0.9\nlr-critic = 2e-3\ngp-weight = 100.0\ngp-sides = \"one\"\n",
    ),
    (
        "non-saturating (bound of the Jensen-Shannon divergence)",
        "objective = \"non-saturating\"\ncritic-hidden = [64, 64]\nlr-critic = 1e-2\n",
    ),
];

/// The first of [`CRITICS`], which estimate W.
const OF_W: usize = 2;

/// What a critic said.
pub(in crate::cli) struct Estimate {
    pub bound: f64,
    pub seconds: f64,
}

/// What a critic says of a point mass at θ and one at 0.
///
/// # Errors
/// As `gpugan train`.
pub(in crate::cli) fn estimate(
    bench: Bench,
    seed: u64,
    theta: f64,
    critic: &str,
    steps: u64,
) -> Result<Estimate> {
    let text = format!(
        "dataset = \"point-mass:{theta}\"\narch = \"affine\"\nseed = {}\nsteps = {steps}\n{STILL}{critic}",
        seed as i64
    );
    let mut lab = Lab::new(&options(&text)?, bench)?;
    // The affine map begins as the identity; this one makes every latent 0.
    lab.set("generator.0.weight", &[0.0])?;
    lab.set("generator.0.bias", &[0.0])?;
    let interval = lab.play()?;
    Ok(Estimate {
        bound: interval.bound,
        seconds: lab.seconds,
    })
}

pub(super) fn table(plan: Plan) -> Result<Report> {
    let steps = plan.steps(1_500, 5_000);
    let about = [
        format!(
            "a point mass at θ and one at 0, in one dimension; {steps} critic updates with batches of 64, seed {}",
            plan.seed
        ),
        "W = |θ|; the Jensen-Shannon divergence is log 2 = 0.6931 for every θ ≠ 0".to_string(),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let mut report = Report::new("wgan-lines", "The distance of two point masses", &about);
    let names: Vec<&str> = CRITICS.iter().map(|critic| critic.0).collect();
    let columns = [
        &["θ", "paper: W", "paper: JS"],
        &names[..],
        &["largest error of W, %", "s"],
    ]
    .concat();
    report.part("", &columns);
    let jobs: Vec<(f64, &str, &str)> = DISTANCES
        .iter()
        .flat_map(|theta| CRITICS.map(|(name, critic)| (*theta, name, critic)))
        .collect();
    let games = side_by_side(plan, &jobs, |plan, &(theta, name, critic)| {
        plan.say(&format!("θ = {theta}, {name}"));
        estimate(plan.bench, plan.seed, theta, critic, steps)
    })?;
    for (theta, games) in DISTANCES.iter().zip(games.chunks(CRITICS.len())) {
        report.row(cells(*theta, games));
    }
    for ((theta, name, _), game) in jobs.iter().zip(&games) {
        if let Err(fault) = game {
            report.note(&format!("θ = {theta}, {name}, diverged: {fault}."));
        }
    }
    report.note(
        "A linear critic in one dimension with its weight clipped to [-1, 1] has the Lipschitz constant 1; \
         deeper critics under clipping have one that nobody knows, and estimate a multiple of W.",
    );
    report.note(
        "The penalty lets the slope pass 1 by θ/(2λ), here λ = 100, and the estimate with it. The two-sided \
         penalty has a second optimum in one dimension, a slope of -1 that no gradient leads out of: with \
         it, the critic estimated -W at three of the five distances (1,500 updates, seed 0).",
    );
    Ok(report)
}

/// A row: what the critics said of a distance.
fn cells(theta: f64, games: &[Played<Estimate>]) -> Vec<Cell> {
    let errors = games[..OF_W].iter().flatten();
    let errors = errors.map(|found| (found.bound / theta - 1.0).abs());
    let worst = errors.reduce(f64::max);
    let seconds: f64 = games.iter().flatten().map(|found| found.seconds).sum();
    let estimates = games.iter().map(|game| match game {
        Ok(found) => Cell::number(found.bound, 4),
        Err(_) => Cell::diverged(),
    });
    let paper = [
        Cell::exact(theta),
        Cell::exact(theta),
        Cell::number(LN_2, 4),
    ];
    let rest = [
        worst.map_or_else(Cell::diverged, |worst| Cell::number(100.0 * worst, 2)),
        Cell::number(seconds, 0),
    ];
    paper.into_iter().chain(estimates).chain(rest).collect()
}
