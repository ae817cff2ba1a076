//! The picture of samples beside the exact distribution.

use gpugan::plot::{Axis, Layer, Plot, colour};
use gpugan::pushforward::Map;

use super::counts;

const BINS: usize = 100;
/// Points of the curve of the density.
const STEPS: usize = 500;

/// The histogram of samples in order, with the exact density over it; of categories, bars.
pub fn plot(map: &Map, title: &str, sorted: &[f32]) -> Plot {
    let layers = match map.probabilities() {
        Some(probabilities) => bars(sorted, probabilities),
        None => histogram(map, sorted),
    };
    let categorical = matches!(map, Map::Categorical { .. });
    let label = if categorical {
        "probability"
    } else {
        "density"
    };
    // A density may be infinite at an end; the picture is of the samples.
    let bars = |layer: &&Layer| matches!(layer, Layer::Histogram { .. });
    let y = Axis::new(label).over(layers.iter().filter(bars));
    let mut x = Axis::new(if categorical { "category" } else { "y" });
    if !categorical {
        let [from, to] = shown(sorted);
        x = x.range(from, to);
    }
    Plot {
        title: title.chars().take(60).collect(),
        subtitle: format!("{} samples", sorted.len()),
        x,
        y,
        layers,
        ..Plot::default()
    }
}

fn bars(sorted: &[f32], probabilities: Vec<f64>) -> Vec<Layer> {
    let n = sorted.len() as f64;
    let counts = counts(sorted, probabilities.len());
    let shares = counts.iter().map(|count| *count as f64 / n).collect();
    let names: Vec<String> = (0..probabilities.len()).map(|at| at.to_string()).collect();
    let bars = |label: &str, colour, heights| Layer::Bars {
        label: label.into(),
        colour,
        names: names.clone(),
        heights,
    };
    vec![
        bars("samples", colour::SKY, shares),
        bars("exact", colour::VERMILION, probabilities),
    ]
}

fn histogram(map: &Map, sorted: &[f32]) -> Vec<Layer> {
    let [from, to] = shown(sorted);
    let samples = sorted.iter().map(|sample| f64::from(*sample));
    let at = |step: usize| from + (to - from) * (step as f64 + 0.5) / STEPS as f64;
    let curve = (0..STEPS).map(|step| [at(step), map.density(at(step))]);
    vec![
        Layer::density("samples", colour::SKY, samples, BINS, [from, to]),
        Layer::line("exact", colour::VERMILION, curve.collect()),
    ]
}

/// The range of the histogram: that of the samples, without what is far outside the middle half.
fn shown(sorted: &[f32]) -> [f64; 2] {
    const FAR: f64 = 6.0;
    let last = sorted.len() - 1;
    let quantile = |part: f64| f64::from(sorted[(part * last as f64).round() as usize]);
    let (low, high) = (quantile(0.25), quantile(0.75));
    let reach = FAR * (high - low);
    let [from, to] = [
        quantile(0.0).max(low - reach),
        quantile(1.0).min(high + reach),
    ];
    // One sample, or many equal ones, need some width.
    if to - from > 1e-9 * from.abs().max(to.abs()) {
        [from, to]
    } else {
        [from - 0.5, to + 0.5]
    }
}
