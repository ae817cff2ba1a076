//! The best discriminator (Goodfellow et al. 2014, proposition 1 and theorem 1).

use gpugan::Result;
use gpugan::eval::divergence::between;
use gpugan::plan::divergence::Divergence;
use gpugan::plot::{Axis, Layer, Plot, colour};
use serde::Serialize;

use super::held::{curve, game, grid};
use super::{Pair, draw, show};

#[derive(Serialize)]
struct Found {
    /// E log D(x) + E log(1 − D(G(z))), as the critic has it over its last updates.
    value: f64,
    /// 2 JSD − log 4, JSD with halves, by quadrature.
    exact: f64,
    /// E|D − p/(p + q)| under the even mixture of P and Q, and the largest where that has 99.9 % of its mass.
    mean_error: f64,
    steps: u64,
    seconds: f64,
}

pub fn run(pair: &Pair) -> Result<()> {
    let mut lab = game(pair, "objective = \"non-saturating\"\n")?;
    let interval = lab.play()?;
    let x = grid(pair.range(), 4001);
    let points: Vec<f32> = x.iter().map(|x| *x as f32).collect();
    let scores = lab.scores(&points, pair.bench())?;
    let learned: Vec<f64> = scores
        .iter()
        .map(|s| 1.0 / (1.0 + (-f64::from(*s)).exp()))
        .collect();
    let density = |x: f64| (pair.log_p(x).exp(), pair.log_q(x).exp());
    let best = |x: f64| {
        let (p, q) = density(x);
        p / (p + q)
    };
    let weights: Vec<f64> = x
        .iter()
        .map(|x| density(*x))
        .map(|(p, q)| 0.5 * (p + q))
        .collect();
    let total: f64 = weights.iter().sum();
    let errors = x.iter().zip(&learned).zip(&weights);
    let errors = errors.filter(|(_, weight)| **weight > 0.0);
    let error: f64 = errors.map(|((x, d), w)| (d - best(*x)).abs() * w).sum();
    let js = between(
        Divergence::JensenShannon,
        |x| pair.log_p(x),
        |x| pair.log_q(x),
        pair.range(),
    );
    let found = Found {
        value: -interval.loss_critic,
        exact: js.value - 4f64.ln(),
        mean_error: error / total,
        steps: pair.options.steps,
        seconds: lab.seconds,
    };
    draw(
        pair.options,
        "optimal-critic",
        &picture(pair, &x, &learned, best),
    )?;
    let Found {
        value,
        exact,
        mean_error,
        steps,
        seconds,
    } = found;
    let text = format!(
        "P is {}, Q is N({}, {}²); {steps} updates of the discriminator in {seconds:.0} s\n\
         value of the trained discriminator   {value:.4}\n\
         2 JSD - log 4 by quadrature          {exact:.4}\n\
         mean |D - p/(p + q)|                 {mean_error:.4}",
        pair.p, pair.mu, pair.sigma
    );
    show(pair.options, &found, &text)
}

fn picture(pair: &Pair, x: &[f64], learned: &[f64], best: impl Fn(f64) -> f64) -> Plot {
    let [from, to] = pair.shown();
    let peak = x.iter().map(|x| pair.log_p(*x).max(pair.log_q(*x)).exp());
    let peak = peak.filter(|y| y.is_finite()).fold(0.0, f64::max);
    let scaled = |log: &dyn Fn(f64) -> f64| curve(x, |x| log(x).exp() / peak);
    let points: Vec<[f64; 2]> = x.iter().zip(learned).map(|(x, d)| [*x, *d]).collect();
    Plot {
        title: "The trained discriminator and the best there is".into(),
        subtitle: format!(
            "P: {}, Q: N({}, {}²); densities over their peak",
            pair.p, pair.mu, pair.sigma
        ),
        x: Axis::new("x").range(from, to),
        y: Axis::new("D(x)").range(0.0, 1.05),
        square: false,
        layers: vec![
            Layer::line("p", colour::GREY, scaled(&|x| pair.log_p(x))),
            Layer::line("q", colour::DARK_GREY, scaled(&|x| pair.log_q(x))),
            Layer::line("p/(p + q)", colour::BLUE, curve(x, best)),
            Layer::Line {
                label: "D, trained".into(),
                colour: colour::VERMILION,
                points,
                width: 2.0,
                dashed: true,
            },
        ],
    }
}
