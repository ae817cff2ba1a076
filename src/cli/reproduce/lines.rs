//! Two point masses at distance θ (Arjovsky et al. 2017, example 1): what critics say of it while the
//! generator stands still.

use gpugan::Result;

use super::super::lab::{Lab, options};
use super::Plan;
use super::report::Report;

const DISTANCES: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// A generator that stands still: a step this small is none in single precision.
const STILL: &str = "lr = 1e-30\nlr-schedule = \"linear\"\nlog-every = 200\nbatch = 64\n";

/// (column, options, factor of the estimate)
const CRITICS: [(&str, &str, f64); 3] = [
    (
        "wgan, linear critic, --clip 1",
        "objective = \"wgan\"\ncritic-hidden = []\nclip = 1.0\noptimizer = \"rmsprop\"\nlr-critic = 1e-2\n",
        1.0,
    ),
    (
        "wgan-gp, --gp-sides one",
        "objective = \"wgan-gp\"\ncritic-hidden = [64, 64]\nbeta1 = 0.0\nbeta2 = 0.9\nlr-critic = 2e-3\ngp-weight = 100.0\ngp-sides = \"one\"\n",
        1.0,
    ),
    (
        "non-saturating (bound of the Jensen-Shannon divergence)",
        "objective = \"non-saturating\"\ncritic-hidden = [64, 64]\nlr-critic = 1e-2\n",
        1.0,
    ),
];

/// What a critic says of a point mass at θ and one at 0.
///
/// # Errors
/// As `gpugan train`.
fn estimate(plan: Plan, theta: f64, critic: &str, steps: u64) -> Result<(f64, f64)> {
    let text = format!(
        "dataset = \"point-mass:{theta}\"\narch = \"affine\"\nseed = {}\nsteps = {steps}\n{STILL}{critic}",
        plan.seed as i64
    );
    let mut lab = Lab::new(&options(&text)?, plan.bench)?;
    // The affine map begins as the identity; this one makes every latent 0.
    lab.set("generator.0.weight", &[0.0])?;
    lab.set("generator.0.bias", &[0.0])?;
    let interval = lab.play()?;
    Ok((interval.bound, lab.seconds))
}

pub fn table(plan: Plan) -> Result<Report> {
    let steps = plan.steps(1_500, 5_000);
    let about = [
        format!(
            "a point mass at θ and one at 0, in one dimension; {steps} critic updates with batches of 64"
        ),
        "W = |θ|; the Jensen-Shannon divergence is log 2 = 0.6931 for every θ ≠ 0".to_string(),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let mut report = Report::new("wgan-lines", "The distance of two point masses", &about);
    let names: Vec<&str> = CRITICS.iter().map(|critic| critic.0).collect();
    let columns = [
        &["θ", "paper: W", "paper: JS"],
        &names[..],
        &["largest error of W"],
    ]
    .concat();
    report.part("", &columns);
    for theta in DISTANCES {
        plan.say(&format!("θ = {theta}"));
        let mut cells = vec![theta.to_string(), theta.to_string(), "0.6931".to_string()];
        let mut worst = 0.0f64;
        for (at, (_, critic, factor)) in CRITICS.iter().enumerate() {
            let (bound, _) = estimate(plan, theta, critic, steps)?;
            let found = bound * factor;
            cells.push(format!("{found:.4}"));
            if at + 1 < CRITICS.len() {
                worst = worst.max((found / theta - 1.0).abs());
            }
        }
        cells.push(format!("{:.2} %", 100.0 * worst));
        report.row(cells);
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
