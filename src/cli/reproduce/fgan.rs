//! Nowozin et al. 2016, section 2.4: Gaussians that are nearest to a mixture of two, in five divergences.

use gpugan::Result;
use gpugan::data::toy::Distribution;
use gpugan::eval::divergence::between;
use gpugan::eval::optimum::{log_normal_density, nearest_gaussian};
use gpugan::plan::divergence::Divergence;

use super::super::lab::{Lab, options};
use super::Plan;
use super::cell::Cell;
use super::games::{Played, side_by_side};
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

const COLUMNS: [&str; 13] = [
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
];

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

/// log of the density of the data.
fn target() -> impl Fn(f64) -> f64 {
    let log_density = Distribution::FganMix.log_density();
    let log_density = log_density.expect("a mixture has a density");
    move |x| log_density(&[x])
}

pub fn table(plan: Plan) -> Result<Report> {
    let steps = plan.steps(3_000, 15_000);
    let about = [
        format!(
            "P = 0.33 N(-1, 0.2549²) + 0.67 N(2, 1.4151²), recovered from the paper's optima; G(z) = μ + σz; \
             critic of 2 x 64 tanh; batch 1024; {steps} simultaneous steps of Adam, 0.002 for G and 0.005 for \
             the critic, falling to 0 on a line (the paper: one rate of 0.01); seed {}",
            plan.seed
        ),
        "D: divergence of the exact optimum μ*, σ*, by quadrature; F: the critic's estimate at the learned \
         μ, σ. JS is KL(p‖m) + KL(q‖m)"
            .to_string(),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let title = "Gaussians learned in five divergences (Nowozin et al. 2016, section 2.4)";
    let mut report = Report::new("fgan-univariate", title, &about);
    report.part("Learned", &COLUMNS);
    let games = side_by_side(plan, &PAPER, |plan, paper| {
        plan.say(paper.divergence.name());
        learn(plan, paper.divergence, steps)
    })?;
    for (paper, game) in PAPER.iter().zip(&games) {
        report.row(cells(paper, game));
        if let Err(fault) = game {
            let name = paper.divergence.name();
            report.note(&format!("{name} diverged: {fault}."));
        }
    }
    cross(&mut report, &games);
    Ok(report)
}

/// A row of [`COLUMNS`].
fn cells(paper: &Paper, game: &Played<Learned>) -> Vec<Cell> {
    let landmarks = Distribution::FganMix.landmarks(0);
    let exact = nearest_gaussian(paper.divergence, target(), [1.0, 1.8], &landmarks);
    let four = |x: f64| Cell::number(x, 4);
    let learned = |of: &dyn Fn(&Learned) -> Cell| match game {
        Ok(found) => of(found),
        Err(_) => Cell::diverged(),
    };
    let [_, bound, _, mu, _, sigma] = paper.values;
    vec![
        Cell::text(paper.divergence.name()),
        four(exact.divergence),
        four(bound),
        learned(&|found| four(found.bound)),
        four(exact.mu),
        four(mu),
        learned(&|found| four(found.mu)),
        learned(&|found| Cell::signed(found.mu - exact.mu, 4)),
        four(exact.sigma),
        four(sigma),
        learned(&|found| four(found.sigma)),
        learned(&|found| Cell::signed(found.sigma - exact.sigma, 4)),
        learned(&|found| Cell::number(found.seconds, 0)),
    ]
}

/// Exact divergences at what was learned: each column is least on the diagonal if every game found its own
/// optimum.
fn cross(report: &mut Report, games: &[Played<Learned>]) {
    let names: Vec<&str> = PAPER.iter().map(|paper| paper.divergence.name()).collect();
    let columns = [&["trained with / measured in"], &names[..]].concat();
    report.part("Exact divergences of what was learned", &columns);
    let value = |found: &Learned, divergence| {
        let log_q = |x| log_normal_density(x, found.mu, found.sigma);
        let landmarks = [
            Distribution::FganMix.landmarks(0),
            vec![[found.mu, found.sigma]],
        ]
        .concat();
        between(divergence, target(), log_q, &landmarks).value
    };
    // Of one that diverged there are no numbers.
    let rows: Vec<Vec<f64>> = games
        .iter()
        .map(|game| {
            let of = |column: &Paper| match game {
                Ok(found) => value(found, column.divergence),
                Err(_) => f64::NAN,
            };
            PAPER.iter().map(of).collect()
        })
        .collect();
    for ((name, row), game) in names.iter().zip(&rows).zip(games) {
        let cell = |value: &f64| match game {
            Ok(_) => Cell::number(*value, 4),
            Err(_) => Cell::diverged(),
        };
        let cells = row.iter().map(cell);
        report.row([Cell::text(*name)].into_iter().chain(cells).collect());
    }
    let least = |column: usize| {
        let numbers = (0..rows.len()).filter(|row| !rows[*row][column].is_nan());
        numbers.min_by(|a, b| rows[*a][column].total_cmp(&rows[*b][column]))
    };
    let on_diagonal = (0..rows.len()).filter(|at| least(*at) == Some(*at)).count();
    report.note(&format!(
        "The diagonal is the least of its column in {on_diagonal} of {} columns.",
        rows.len()
    ));
}
