//! Critics with a bounded slope and the Wasserstein-1 distance (Arjovsky et al. 2017, section 3; Gulrajani
//! et al. 2017).

use std::f64::consts::LN_2;

use gpugan::Result;
use gpugan::data::toy::Distribution;
use gpugan::eval::quadrature::integrate;
use gpugan::plot::{Axis, Layer, Plot, colour};
use serde::Serialize;

use super::super::reproduce::lines;
use super::held::{game, grid};
use super::{Pair, show};

#[derive(Serialize)]
struct Found {
    /// ∫|F − G|
    exact: f64,
    estimates: Vec<Estimate>,
    point_masses: Vec<Masses>,
}

#[derive(Serialize)]
struct Estimate {
    critic: &'static str,
    /// E D(x) − E D(G(z)) over the last updates.
    difference: f64,
    /// The largest slope of the critic over the data's range; the difference divided by it is at most W₁.
    slope: f64,
    seconds: f64,
    #[serde(skip)]
    curve: Vec<[f64; 2]>,
}

/// A point mass at 0 and one at θ: all that parallel lines differ in (Arjovsky et al. 2017, example 1).
#[derive(Serialize)]
struct Masses {
    theta: f64,
    /// |θ|
    exact: f64,
    wgan: f64,
    wgan_gp: f64,
    /// Wherever θ is not 0.
    jensen_shannon: f64,
}

const DISTANCES: [f64; 3] = [0.5, 1.0, 2.0];

const CRITICS: [(&str, &str); 2] = [
    (
        "wgan-gp",
        "objective = \"wgan-gp\"\ngp-sides = \"one\"\ngp-weight = 30.0\nbeta1 = 0.0\nbeta2 = 0.9\ncritic-activation = \"leaky-relu\"\n",
    ),
    (
        "wgan",
        "objective = \"wgan\"\noptimizer = \"rmsprop\"\nclip = 0.1\ncritic-activation = \"leaky-relu\"\nlr-critic = 1e-3\n",
    ),
];

pub fn run(pair: &Pair) -> Result<()> {
    let exact = wasserstein1(pair);
    let estimates: Result<Vec<_>> = CRITICS
        .iter()
        .map(|critic| estimate(pair, *critic))
        .collect();
    let found = Found {
        exact,
        estimates: estimates?,
        point_masses: point_masses(pair)?,
    };
    let mut text = format!(
        "P is {}, Q is N({}, {}²); {} updates of each critic\nW1 by quadrature   {exact:.4}",
        pair.p, pair.mu, pair.sigma, pair.options.steps
    );
    for found in &found.estimates {
        let Estimate {
            critic,
            difference,
            slope,
            seconds,
            ..
        } = found;
        text += &format!(
            "\n{critic:<8} {difference:.4} with a slope of {slope:.4} at most: W1 is at least {:.4} ({:+.1} %), {seconds:.0} s",
            difference / slope,
            100.0 * (difference / slope / exact - 1.0)
        );
    }
    text += &table(&found.point_masses);
    let picture = picture(pair, &found);
    show(pair.options, ("wasserstein", &picture), &found, &text)
}

fn point_masses(pair: &Pair) -> Result<Vec<Masses>> {
    let masses = |theta: f64| {
        let of = |(_, critic)| {
            let (seed, steps) = (pair.options.seed.0, pair.options.steps);
            let said = lines::estimate(pair.bench(), seed, theta, critic, steps)?;
            Ok(said.bound)
        };
        let [wgan, wgan_gp] = [lines::CRITICS[0], lines::CRITICS[1]].map(of);
        Ok(Masses {
            theta,
            exact: theta.abs(),
            wgan: wgan?,
            wgan_gp: wgan_gp?,
            jensen_shannon: LN_2,
        })
    };
    DISTANCES.into_iter().map(masses).collect()
}

fn table(masses: &[Masses]) -> String {
    let mut text = "\nPoint masses at 0 and θ, which is how parallel lines differ; wgan has a linear critic and --clip 1, \
                    and the Jensen-Shannon divergence is the same at every distance\n\
                    | θ | W1 | wgan | wgan-gp | JSD |\n|---|---|---|---|---|"
        .to_string();
    for row in masses {
        text += &format!(
            "\n| {} | {} | {:.4} | {:.4} | {:.4} |",
            row.theta, row.exact, row.wgan, row.wgan_gp, row.jensen_shannon
        );
    }
    text
}

fn estimate(pair: &Pair, (critic, options): (&'static str, &str)) -> Result<Estimate> {
    let mut lab = game(pair, options)?;
    let interval = lab.play()?;
    let x = grid(pair.shown(), 801);
    let points: Vec<f32> = x.iter().map(|x| *x as f32).collect();
    let scores = lab.scores(&points, pair.bench())?;
    let curve: Vec<[f64; 2]> = x
        .iter()
        .zip(&scores)
        .map(|(x, s)| [*x, f64::from(*s)])
        .collect();
    let slopes = curve
        .windows(2)
        .map(|pair| ((pair[1][1] - pair[0][1]) / (pair[1][0] - pair[0][0])).abs());
    Ok(Estimate {
        critic,
        difference: interval.score_real - interval.score_fake,
        slope: slopes.fold(0.0, f64::max),
        seconds: lab.seconds,
        curve,
    })
}

/// Critics over their largest slope, so that all of them are comparable.
fn picture(pair: &Pair, found: &Found) -> Plot {
    let [from, to] = pair.shown();
    let line = |(at, estimate): (usize, &Estimate)| {
        let lowest = estimate
            .curve
            .iter()
            .map(|point| point[1])
            .fold(f64::INFINITY, f64::min);
        let points = estimate.curve.iter();
        let points = points
            .map(|[x, y]| [*x, (y - lowest) / estimate.slope])
            .collect();
        Layer::line(estimate.critic, colour::series(at), points)
    };
    Plot {
        title: "Critics with a slope of 1 at most".into(),
        subtitle: format!(
            "P: {}, Q: N({}, {}²); W1 = {:.3}",
            pair.p, pair.mu, pair.sigma, found.exact
        ),
        x: Axis::new("x").range(from, to),
        y: Axis::new("(D(x) - min D) / max |D'|"),
        square: false,
        layers: found.estimates.iter().enumerate().map(line).collect(),
    }
}

/// W₁ of two distribution functions: ∫|F − G|.
fn wasserstein1(pair: &Pair) -> f64 {
    let difference = |x: f64| {
        let cdf = |d: &Distribution| d.cdf(x).unwrap_or(f64::NAN);
        (cdf(&pair.p) - cdf(&pair.q)).abs()
    };
    integrate(difference, pair.range(), 1e-8).value
}
