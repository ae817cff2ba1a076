//! Bars that reach beyond a range that was asked for: where they end, and what their values are, which
//! the picture then has to say.

use kuva::render::layout::ComputedLayout;
use kuva::render::render::{Primitive, TextAnchor};

use super::Plot;
use super::layer::Layer;

/// The share of the axis below the end of bars that are cut off; their values stand above.
const END: f64 = 0.88;

/// The size of those values in pixels, and the distance of their lines.
const SIZE: u32 = 10;
const LINE: f64 = 12.0;

/// Of the place of a name, taken by its bars: the crate's own.
const WIDTH: f64 = 0.8;

/// The heights of all layers of bars.
fn heights(plot: &Plot) -> Vec<&[f64]> {
    let mut all = Vec::new();
    for layer in &plot.layers {
        if let Layer::Bars { heights, .. } = layer {
            all.push(&heights[..]);
        }
    }
    all
}

/// Where bars end at the latest; infinity where all of them fit.
pub fn end(plot: &Plot) -> f64 {
    let range = plot.y.range.filter(|[_, to]| {
        let all = heights(plot);
        let mut all = all.iter().flat_map(|heights| heights.iter());
        all.any(|height| height > to)
    });
    match range {
        Some([from, to]) => from + END * (to - from),
        None => f64::INFINITY,
    }
}

/// The values of bars that are cut off, above them; those of one name in lines of their own.
pub fn values(plot: &Plot, place: &ComputedLayout) -> Vec<Primitive> {
    let (end, all) = (end(plot), heights(plot));
    let mut texts = Vec::new();
    for (layer, heights) in all.iter().enumerate() {
        for (at, height) in heights.iter().enumerate() {
            if *height > end {
                let offset = WIDTH * ((layer as f64 + 0.5) / all.len() as f64 - 0.5);
                texts.push(Primitive::Text {
                    x: place.map_x(1.0 + at as f64 + offset),
                    y: place.map_y(end) - 3.0 - LINE * layer as f64,
                    content: short(*height),
                    size: SIZE,
                    anchor: TextAnchor::Middle,
                    rotate: None,
                    bold: false,
                    color: None,
                });
            }
        }
    }
    texts
}

/// Three digits.
fn short(value: f64) -> String {
    match value.abs() {
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        size if size < 1e5 || size.is_infinite() => format!("{value:.0}"),
        _ => format!("{value:.1e}"),
    }
}
