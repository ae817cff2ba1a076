//! Value surfaces of critics on toy data while the generator stands still (Gulrajani et al. 2017, figure
//! 2): what a gradient penalty lets a critic say, and what clipped weights do.

use gpugan::data::toy::Distribution;
use gpugan::plot::{Axis, Plot};
use gpugan::{Error, Result};

use super::super::eval::points::widened;
use super::super::lab::{Lab, options};
use super::super::landscape::{self, CELLS, Ground, grid};
use super::Plan;
use super::cell::Cell;
use super::games::side_by_side;
use super::report::Report;

/// Samples of each kind that a critic has to tell apart.
const SAMPLES: usize = 2_500;

/// Variance of the noise that the paper adds to real data to stand for a generator.
const NOISE: f64 = 1.0;

/// A step of the generator this small is none in single precision.
const SHARED: &str = "arch = \"affine\"\nlr = 1e-30\nlr-schedule = \"constant\"\nlog-every = 200\nbatch = 256\n\
                      critic-hidden = [128, 128, 128]\n";

const DATA: [&str; 3] = ["ring8", "grid25", "swissroll"];

/// (name, options)
const CRITICS: [(&str, &str); 2] = [
    (
        "wgan-gp",
        "objective = \"wgan-gp\"\nbeta1 = 0.0\nbeta2 = 0.9\nlr-critic = 5e-4\n",
    ),
    (
        "clip",
        "objective = \"wgan\"\nclip = 0.01\noptimizer = \"rmsprop\"\nlr-critic = 5e-5\n",
    ),
];

/// A critic that was trained.
struct Outcome {
    estimate: f64,
    ranked: f64,
    slope: f64,
    seconds: f64,
    plot: Plot,
}

/// (data, name of the critic, its options)
type Game = (&'static str, &'static str, &'static str);

fn games() -> impl Iterator<Item = Game> {
    let of = |data| CRITICS.map(|(name, critic)| (data, name, critic));
    DATA.into_iter().flat_map(of)
}

fn picture(data: &str, critic: &str) -> String {
    format!("gp-toys-{data}-{critic}")
}

/// The names of all pictures.
pub fn pictures() -> impl Iterator<Item = String> {
    games().map(|(data, critic, _)| picture(data, critic))
}

/// With a picture of each critic that did not diverge.
///
/// # Errors
/// As `gpugan train`.
pub fn table(plan: Plan) -> Result<Report> {
    let steps = plan.steps(500, 5_000);
    let about = [
        format!(
            "critics of 3 x 128 rectifiers, {steps} updates with batches of 256, seed {}; wgan-gp: λ = 10, Adam \
             at 5e-4; clip: weights within 0.01, RMSprop at 5e-5",
            plan.seed
        ),
        "the generator stands still: a normal distribution with the mean and the variances of real data plus \
         noise of variance 1; the paper holds it at real points plus such noise, which has the same moments up \
         to the second"
            .to_string(),
        "ranked rightly: the share of pairs of a real and a generated point of which the former has the higher \
         score, 50 % for a critic that knows nothing; slope: mean norm of the gradient of the score in the \
         picture, by differences"
            .to_string(),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let title = "Value surfaces of critics (Gulrajani et al. 2017, figure 2)";
    let mut report = Report::new("gp-toys", title, &about);
    let columns = [
        "data",
        "critic",
        "estimate of W",
        "ranked rightly, %",
        "slope",
        "s",
    ];
    report.part("", &columns);
    let jobs: Vec<Game> = games().collect();
    let played = side_by_side(plan, &jobs, |plan, &(data, name, critic)| {
        plan.say(&format!("{data}, {name}"));
        train(plan, data, name, critic, steps)
    })?;
    for ((data, name, _), played) in jobs.into_iter().zip(played) {
        let of_outcome = match played {
            Ok(outcome) => {
                let cells = outcome.cells();
                report.picture(picture(data, name), outcome.plot);
                cells
            }
            Err(fault) => {
                report.note(&format!("{data}, {name}, diverged: {fault}."));
                [(); 4].map(|()| Cell::diverged())
            }
        };
        let game = [data, name].map(Cell::text);
        report.row(game.into_iter().chain(of_outcome).collect());
    }
    report.note(
        "The pictures lie beside this table, gp-toys-DATA-CRITIC.png and .svg. A clipped critic estimates a \
         multiple of W that nobody knows: its slope is far below 1, where that of wgan-gp is about 1.",
    );
    Ok(report)
}

impl Outcome {
    /// In the columns behind data and critic.
    fn cells(&self) -> [Cell; 4] {
        [
            Cell::significant(self.estimate),
            Cell::number(100.0 * self.ranked, 1),
            Cell::significant(self.slope),
            Cell::number(self.seconds, 0),
        ]
    }
}

fn train(plan: Plan, data: &str, name: &str, critic: &str, steps: u64) -> Result<Outcome> {
    let seed = plan.seed as i64;
    let text = format!("dataset = \"{data}\"\nseed = {seed}\nsteps = {steps}\n{SHARED}{critic}");
    let mut lab = Lab::new(&options(&text)?, plan.bench)?;
    let known: Distribution = data.parse().map_err(Error::Usage)?;
    let real = known.draw(plan.seed.wrapping_add(1), 0, SAMPLES);
    let moments = [0, 1].map(|axis| moments(&real, axis));
    lab.set("generator.0.bias", &moments.map(|[mean, _]| mean as f32))?;
    let deviations = moments.map(|[_, variance]| (variance + NOISE).sqrt() as f32);
    lab.set("generator.0.weight", &deviations)?;
    let interval = lab.play()?;
    let generated = lab.draw(SAMPLES, SAMPLES, plan.bench)?;
    let ground = ground(&real);
    let places: Vec<f32> = grid(ground).iter().map(|x| *x as f32).collect();
    let scores = widened(&lab.scores(&places, plan.bench)?);
    let [of_real, of_generated] = [&real, &generated].map(|x| lab.scores(x, plan.bench));
    let slope = slope(ground, &scores);
    let [real, generated] = [&real, &generated].map(|points| inside(ground, points));
    let axis = |at: usize, label: &str| Axis::new(label).range(ground[at][0], ground[at][1]);
    Ok(Outcome {
        estimate: interval.bound,
        ranked: ranked(&of_real?, &of_generated?),
        slope,
        seconds: lab.seconds,
        plot: Plot {
            title: format!("{name}: the critic's score"),
            subtitle: format!("{data} against a Gaussian that stands still, {steps} updates"),
            x: axis(0, "x1"),
            y: axis(1, "x2"),
            square: true,
            layers: landscape::layers(ground, scores, real, generated),
        },
    })
}

/// Mean and variance along an axis of the plane.
fn moments(points: &[f32], axis: usize) -> [f64; 2] {
    let n = (points.len() / 2) as f64;
    let along = || points.iter().skip(axis).step_by(2).map(|x| f64::from(*x));
    let mean = along().sum::<f64>() / n;
    [mean, along().map(|x| (x - mean).powi(2)).sum::<f64>() / n]
}

/// A square around the data, half as wide again.
fn ground(points: &[f32]) -> Ground {
    let most = points.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    let half = 1.5 * f64::from(most);
    [[-half, half]; 2]
}

fn inside(ground: Ground, points: &[f32]) -> Vec<[f64; 2]> {
    let points = points
        .chunks_exact(2)
        .map(|x| [0, 1].map(|at| f64::from(x[at])));
    let shown = |point: &[f64; 2]| {
        let mut pairs = point.iter().zip(ground);
        pairs.all(|(x, [from, to])| (from..=to).contains(x))
    };
    points.filter(shown).collect()
}

/// Share of pairs in which the first score is higher; equal ones count by half.
fn ranked(higher: &[f32], lower: &[f32]) -> f64 {
    let mut sorted = lower.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let below = |score: &f32| {
        let less = sorted.partition_point(|other| other < score);
        let no_more = sorted.partition_point(|other| other <= score);
        (less + no_more) as f64 / 2.0
    };
    higher.iter().map(below).sum::<f64>() / (higher.len() * lower.len()) as f64
}

/// Mean norm of the gradient over the inner cells, by central differences.
fn slope(ground: Ground, scores: &[f64]) -> f64 {
    let [dx, dy] = ground.map(|[from, to]| (to - from) / CELLS as f64);
    let inner = || 1..CELLS - 1;
    let norm = |row: usize, column: usize| {
        let at = row * CELLS + column;
        let x = (scores[at + 1] - scores[at - 1]) / (2.0 * dx);
        let y = (scores[at + CELLS] - scores[at - CELLS]) / (2.0 * dy);
        x.hypot(y)
    };
    let cells = inner().flat_map(|row| inner().map(move |column| norm(row, column)));
    cells.sum::<f64>() / (CELLS - 2).pow(2) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_ranked_by_their_scores() {
        assert_eq!(ranked(&[2.0, 3.0], &[0.0, 1.0]), 1.0);
        assert_eq!(ranked(&[0.0], &[1.0, 0.0]), 0.25);
        assert_eq!(ranked(&[1.0, 1.0], &[1.0]), 0.5);
    }

    #[test]
    fn the_slope_of_a_plane_is_that_of_the_plane() {
        let ground = [[-2.0, 2.0], [0.0, 8.0]];
        let places = grid(ground);
        let scores = places.chunks_exact(2).map(|x| 3.0 * x[0] - 4.0 * x[1]);
        let found = slope(ground, &scores.collect::<Vec<f64>>());
        assert!((found - 5.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn moments_are_those_of_each_axis() {
        let points = [1.0, 10.0, 3.0, 10.0];
        assert_eq!(
            [moments(&points, 0), moments(&points, 1)],
            [[2.0, 1.0], [10.0, 0.0]]
        );
    }
}
