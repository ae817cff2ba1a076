//! The lower bounds of f-GAN and the divergences themselves (Nowozin et al. 2016, section 2.2).

use gpugan::Result;
use gpugan::plan::divergence::Divergence;
use gpugan::plot::{Axis, Layer, Plot, colour};
use gpugan::run::log::to_stderr;
use serde::Serialize;

use super::super::eval::number;
use super::held::game;
use super::{Pair, show};

/// From here on, a divergence is not one of what batches hold.
const IN_TAILS: f64 = 1e6;

#[derive(Serialize)]
struct Row {
    divergence: &'static str,
    /// By quadrature.
    exact: f64,
    /// Of the trained critic, over its last updates; NaN where it diverged.
    bound: f64,
    seconds: f64,
}

/// What the picture shows of the highest bars, in medians of all.
const MOST_OF_MEDIAN: f64 = 4.0;

pub fn run(pair: &Pair) -> Result<()> {
    let rows: Result<Vec<Row>> = Divergence::ALL.into_iter().map(|d| row(pair, d)).collect();
    let rows = rows?;
    let mut text = format!(
        "P is {}, Q is N({}, {}²); {} updates of each critic\n\
         | divergence | exact | bound | exact - bound | s |\n|---|---|---|---|---|",
        pair.p, pair.mu, pair.sigma, pair.options.steps
    );
    for row in &rows {
        text += &format!(
            "\n| {} | {} | {} | {} | {:.0} |",
            row.divergence,
            number(row.exact),
            number(row.bound),
            number(row.exact - row.bound),
            row.seconds
        );
    }
    if rows.iter().any(|row| row.exact > IN_TAILS) {
        text += "\n\nA divergence as large as that, or infinite, is one of tails that no sample comes from, and no \
                 critic can prove it.";
    }
    show(
        pair.options,
        ("bounds", &picture(pair, &rows)),
        &rows,
        &text,
    )
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
    Ok(Row {
        divergence: name,
        exact: pair.divergence(divergence),
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
        y: divergences(rows),
        square: false,
        layers: vec![
            bars("exact", colour::GREY, |row| row.exact),
            bars("bound", colour::BLUE, |row| row.bound),
        ],
    }
}

/// An axis on which one huge divergence does not hide all others.
fn divergences(rows: &[Row]) -> Axis {
    let axis = Axis::new("divergence");
    let all = rows.iter().flat_map(|row| [row.exact, row.bound]);
    let mut heights: Vec<f64> = all.filter(|height| !height.is_nan()).collect();
    heights.sort_unstable_by(f64::total_cmp);
    let (Some(least), Some(highest)) = (heights.first(), heights.last()) else {
        return axis;
    };
    let most = MOST_OF_MEDIAN * heights[heights.len() / 2];
    match *highest > most && most > 0.0 && least.is_finite() {
        true => axis.range(least.min(0.0), most),
        false => axis,
    }
}

/// A name of one word, and the first letters of several.
fn short(name: &str) -> String {
    let words: Vec<&str> = name.split('-').collect();
    match words[..] {
        [one] => one.to_string(),
        _ => words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_huge_divergence_does_not_stretch_the_axis() {
        let row = |exact: f64, bound: f64| Row {
            divergence: "kl",
            exact,
            bound,
            seconds: 0.0,
        };
        let mut rows = vec![row(0.3, 0.2), row(0.1, f64::NAN), row(0.2, 0.2)];
        assert_eq!(divergences(&rows).range, None);
        rows.push(row(50.0, f64::INFINITY));
        rows.push(row(90.0, 10.0));
        assert_eq!(divergences(&rows).range, Some([0.0, MOST_OF_MEDIAN * 0.3]));
        assert_eq!(divergences(&[]).range, None);
    }

    #[test]
    fn names_of_one_word_are_whole() {
        let names = ["pearson", "squared-hellinger", "kl"].map(short);
        assert_eq!(names, ["pearson", "sh", "kl"]);
    }
}
