//! The best discriminator (Goodfellow et al. 2014, proposition 1 and theorem 1).

use gpugan::Result;
use gpugan::eval::graded::{graded, nodes};
use gpugan::plan::divergence::Divergence;
use gpugan::plot::{Axis, Layer, Plot, colour};
use serde::Serialize;

use super::held::{curve, game, grid};
use super::{Pair, show};

/// Widths beyond both distributions that hold all of them.
const BEYOND: f64 = 16.0;

#[derive(Serialize)]
struct Found {
    /// E log D(x) + E log(1 − D(G(z))), as the critic has it over its last updates.
    value: f64,
    /// 2 JSD − log 4, JSD with halves, by quadrature.
    exact: f64,
    /// E|D − p/(p + q)| under the even mixture of P and Q.
    mean_error: f64,
    steps: u64,
    seconds: f64,
}

pub fn run(pair: &Pair) -> Result<()> {
    let mut lab = game(pair, "objective = \"non-saturating\"\n")?;
    let interval = lab.play()?;
    let best = |x: f64| {
        let (p, q) = (pair.log_p(x), pair.log_q(x));
        1.0 / (1.0 + (q - p).exp())
    };
    let mut learned = |x: &[f64]| -> Result<Vec<f64>> {
        let points: Vec<f32> = x.iter().map(|x| *x as f32).collect();
        let scores = lab.scores(&points, pair.bench())?;
        let sigmoid = |s: &f32| 1.0 / (1.0 + (-f64::from(*s)).exp());
        Ok(scores.iter().map(sigmoid).collect())
    };
    let x = grid(pair.range(), 4001);
    let on_grid = learned(&x)?;
    let nodes = nodes(&graded(&pair.landmarks(), BEYOND));
    let at: Vec<f64> = nodes.iter().map(|node| node.x).collect();
    let (mut error, mut total) = (0.0, 0.0);
    for (node, d) in nodes.iter().zip(learned(&at)?) {
        let density = 0.5 * (pair.log_p(node.x).exp() + pair.log_q(node.x).exp());
        if density > 0.0 {
            let mass = node.weights[0] * density;
            error += mass * (d - best(node.x)).abs();
            total += mass;
        }
    }
    let found = Found {
        value: -interval.loss_critic,
        exact: pair.divergence(Divergence::JensenShannon) - 4f64.ln(),
        mean_error: error / total,
        steps: pair.options.steps,
        seconds: lab.seconds,
    };
    let picture = picture(pair, &x, &on_grid, best);
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
    show(pair.options, ("optimal-critic", &picture), &found, &text)
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
