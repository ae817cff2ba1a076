//! Nowozin et al. 2016, section 2.4: Gaussians that are nearest to a mixture of two, in five divergences.

use gpugan::data::toy::Distribution;
use gpugan::eval::divergence::between;
use gpugan::eval::optimum::{log_normal_density, nearest_gaussian};
use gpugan::plan::divergence::Divergence;
use gpugan::{Error, Result};

use super::super::lab::{Lab, options};
use super::Plan;
use super::games::side_by_side;
use super::report::Report;

/// A divergence with the paper's D, F, μ*, μ, σ*, σ.
struct Paper {
    divergence: Divergence,
    values: [f64; 6],
}

const PAPER: [Paper; 5] = [
    Paper {
        divergence: Divergence::Kl,
        values: [0.2831, 0.2801, 1.0100, 1.0335, 1.8308, 1.8236],
    },
    Paper {
        divergence: Divergence::ReverseKl,
        values: [0.2480, 0.2415, 1.5782, 1.5624, 1.6319, 1.6403],
    },
    Paper {
        divergence: Divergence::JensenShannon,
        values: [0.1280, 0.1226, 1.3070, 1.2854, 1.7542, 1.7659],
    },
    Paper {
        divergence: Divergence::Jeffrey,
        values: [0.5705, 0.5151, 1.3218, 1.2295, 1.7034, 1.8087],
    },
    Paper {
        divergence: Divergence::Pearson,
        values: [0.6457, 0.6379, 0.5737, 0.6157, 1.9274, 1.9031],
    },
];

/// What holds all that counts of the mixture, and of every Gaussian near it.
const RANGE: [f64; 2] = [-14.0, 16.0];

const SETTINGS: &str = "\
dataset = \"fgan-mix\"
arch = \"affine\"
critic-hidden = [64, 64]
critic-activation = \"tanh\"
generator-loss = \"minimax\"
batch = 1024
update = \"simultaneous\"
optimizer = \"adam\"
lr = 2e-3
lr-critic = 5e-3
lr-schedule = \"linear\"
log-every = 500
";

/// What was learned in one divergence.
struct Learned {
    mu: f64,
    sigma: f64,
    /// The critic's estimate of the divergence, over the last steps.
    bound: f64,
    seconds: f64,
}

fn learn(plan: Plan, divergence: Divergence, steps: u64) -> Result<Learned> {
    let text = format!(
        "{SETTINGS}objective = \"f-gan:{}\"\nsteps = {steps}\nseed = {}\n",
        divergence.name(),
        plan.seed as i64
    );
    let mut lab = Lab::new(&options(&text)?, plan.bench)?;
    let interval = lab.play()?;
    let sigma = lab.get("generator.0.weight")?[0];
    let mu = lab.get("generator.0.bias")?[0];
    Ok(Learned {
        mu: f64::from(mu),
        sigma: f64::from(sigma.abs()),
        bound: interval.bound,
        seconds: lab.seconds,
    })
}

fn log_target(x: f64) -> f64 {
    let density = Distribution::FganMix.density(&[x]);
    density.expect("a mixture has a density").ln()
}

pub fn table(plan: Plan) -> Result<Report> {
    let steps = plan.steps(3_000, 15_000);
    let about = [
        format!(
            "P = 0.33 N(-1, 0.2549²) + 0.67 N(2, 1.4151²), recovered from the paper's optima; G(z) = μ + σz; \
             critic of 2 x 64 tanh; batch 1024; {steps} simultaneous steps of Adam, 0.002 for G and 0.005 for \
             the critic, falling to 0 on a line (the paper: one rate of 0.01)"
        ),
        "D: divergence of the exact optimum μ*, σ*, by quadrature; F: the critic's estimate at the learned \
         μ, σ. JS is KL(p‖m) + KL(q‖m)"
            .to_string(),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let title = "Gaussians learned in five divergences (Nowozin et al. 2016, section 2.4)";
    let mut report = Report::new("fgan-univariate", title, &about);
    report.part(
        "Learned",
        &[
            "",
            "D",
            "F paper",
            "F",
            "μ*",
            "μ paper",
            "μ",
            "μ − μ*",
            "σ*",
            "σ paper",
            "σ",
            "σ − σ*",
            "s",
        ],
    );
    let mut learned = Vec::new();
    let games = side_by_side(plan, &PAPER, |plan, paper| {
        plan.say(paper.divergence.name());
        learn(plan, paper.divergence, steps)
    })?;
    for (paper, found) in PAPER.iter().zip(games) {
        let (divergence, found) = (paper.divergence, found.map_err(Error::Diverged)?);
        let exact = nearest_gaussian(divergence, log_target, [1.0, 1.8], RANGE);
        let four = |x: f64| format!("{x:.4}");
        let [_, bound, _, mu, _, sigma] = paper.values;
        report.row(vec![
            divergence.name().to_string(),
            four(exact.divergence),
            four(bound),
            four(found.bound),
            four(exact.mu),
            four(mu),
            four(found.mu),
            format!("{:+.4}", found.mu - exact.mu),
            four(exact.sigma),
            four(sigma),
            four(found.sigma),
            format!("{:+.4}", found.sigma - exact.sigma),
            format!("{:.0}", found.seconds),
        ]);
        learned.push(found);
    }
    cross(&mut report, &learned);
    Ok(report)
}

/// Exact divergences at what was learned: each column is least on the diagonal if every game found its own
/// optimum.
fn cross(report: &mut Report, learned: &[Learned]) {
    let names: Vec<&str> = PAPER.iter().map(|paper| paper.divergence.name()).collect();
    let columns = [&["trained with / measured in"], &names[..]].concat();
    report.part("Exact divergences of what was learned", &columns);
    let value = |found: &Learned, divergence| {
        let log_q = |x| log_normal_density(x, found.mu, found.sigma);
        between(divergence, log_target, log_q, RANGE).value
    };
    let rows: Vec<Vec<f64>> = learned
        .iter()
        .map(|found| {
            PAPER
                .iter()
                .map(|column| value(found, column.divergence))
                .collect()
        })
        .collect();
    for (name, row) in names.iter().zip(&rows) {
        let cells = row.iter().map(|value| format!("{value:.4}"));
        report.row([name.to_string()].into_iter().chain(cells).collect());
    }
    let least = |column: usize| {
        let of = |row: &usize| rows[*row][column];
        (0..rows.len()).min_by(|a, b| of(a).total_cmp(&of(b)))
    };
    let on_diagonal = (0..rows.len()).filter(|at| least(*at) == Some(*at)).count();
    report.note(&format!(
        "The diagonal is the least of its column in {on_diagonal} of {} columns.",
        rows.len()
    ));
}
