//! The lower bounds of f-GAN and the divergences themselves (Nowozin et al. 2016, section 2.2).

use gpugan::Result;
use gpugan::eval::divergence::between;
use gpugan::plan::divergence::Divergence;
use gpugan::plot::{Axis, Layer, Plot, colour};
use gpugan::run::log::to_stderr;
use serde::Serialize;

use super::held::game;
use super::{Pair, draw, show};

#[derive(Serialize)]
struct Row {
    divergence: &'static str,
    /// By quadrature.
    exact: f64,
    /// Of the trained critic, over its last updates; NaN where it diverged.
    bound: f64,
    seconds: f64,
}

pub fn run(pair: &Pair) -> Result<()> {
    let rows: Result<Vec<Row>> = Divergence::ALL.into_iter().map(|d| row(pair, d)).collect();
    let rows = rows?;
    draw(pair.options, "bounds", &picture(pair, &rows))?;
    let mut text = format!(
        "P is {}, Q is N({}, {}²); {} updates of each critic\n\
         | divergence | exact | bound | bound / exact | s |\n|---|---|---|---|---|",
        pair.p, pair.mu, pair.sigma, pair.options.steps
    );
    for row in &rows {
        let share = 100.0 * row.bound / row.exact;
        text += &format!(
            "\n| {} | {:.4} | {:.4} | {share:.1} % | {:.0} |",
            row.divergence, row.exact, row.bound, row.seconds
        );
    }
    show(pair.options, &rows, &text)
}

fn row(pair: &Pair, divergence: Divergence) -> Result<Row> {
    let name = divergence.name();
    to_stderr(name);
    let mut lab = game(pair, &format!("objective = \"f-gan:{name}\"\n"))?;
    let bound = match lab.play() {
        Ok(interval) => interval.bound,
        Err(gpugan::Error::Diverged(_)) => f64::NAN,
        Err(other) => return Err(other),
    };
    let exact = between(
        divergence,
        |x| pair.log_p(x),
        |x| pair.log_q(x),
        pair.range(),
    );
    Ok(Row {
        divergence: name,
        exact: exact.value,
        bound,
        seconds: lab.seconds,
    })
}

fn picture(pair: &Pair, rows: &[Row]) -> Plot {
    let bars = |label: &str, colour, height: fn(&Row) -> f64| Layer::Bars {
        label: label.into(),
        colour,
        names: rows.iter().map(|row| short(row.divergence)).collect(),
        heights: rows.iter().map(height).collect(),
    };
    Plot {
        title: "Bounds of trained critics beside the divergences".into(),
        subtitle: format!("P: {}, Q: N({}, {}²)", pair.p, pair.mu, pair.sigma),
        x: Axis::new(""),
        y: Axis::new("nats"),
        square: false,
        layers: vec![
            bars("exact", colour::GREY, |row| row.exact),
            bars("bound", colour::BLUE, |row| row.bound),
        ],
    }
}

/// The first letters of the words of a name.
fn short(name: &str) -> String {
    let words: Vec<&str> = name.split('-').collect();
    match words[..] {
        [one] => one.chars().take(5).collect(),
        _ => words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect(),
    }
}
