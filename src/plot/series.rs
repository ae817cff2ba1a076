//! Each kind of layer as a series of the crate `kuva`.

use kuva::plot::{
    BarPlot, ColorMap, ContourPlot, Heatmap, Histogram, LinePlot, LineStyle, ScatterPlot,
};
use kuva::render::plots::Plot as Series;

use super::layer::{Layer, Surface};
use super::{Plot, cut};

/// The series of a picture's layers, in their order.
pub fn series(plot: &Plot) -> Vec<Series> {
    let mut series = Vec::new();
    let mut bars_are_drawn = false;
    for layer in &plot.layers {
        match layer {
            Layer::Points { .. } => series.extend(points(layer, plot)),
            Layer::Line { .. } => series.extend(lines(layer, plot)),
            Layer::Histogram { .. } => series.extend(histogram(layer)),
            Layer::Heat { surface, .. } => series.push(heat(surface)),
            Layer::Contours { .. } => series.extend(contours(layer)),
            // All bars are one series, at the place of the first.
            Layer::Bars { .. } if bars_are_drawn => {}
            Layer::Bars { .. } => {
                series.push(bars(&plot.layers, cut::end(plot)));
                bars_are_drawn = true;
            }
        }
    }
    series
}

fn points(layer: &Layer, plot: &Plot) -> Option<Series> {
    let Layer::Points {
        colour,
        points,
        radius,
        opacity,
        ..
    } = layer
    else {
        return None;
    };
    let shown = points.iter().filter(|point| plot.shows(**point));
    let series = ScatterPlot::new()
        .with_data(shown.map(|[x, y]| (*x, *y)))
        .with_color(*colour)
        .with_size(*radius)
        .with_marker_opacity(*opacity);
    Some(Series::Scatter(series))
}

/// One series for every stretch of points that have a place.
fn lines(layer: &Layer, plot: &Plot) -> Vec<Series> {
    let Layer::Line {
        colour,
        points,
        width,
        dashed,
        ..
    } = layer
    else {
        return Vec::new();
    };
    let stretches = points.split(|point| !plot.shows(*point));
    let stretches = stretches.filter(|stretch| !stretch.is_empty());
    let line = |stretch: &[[f64; 2]]| {
        let mut series = LinePlot::new()
            .with_data(stretch.iter().map(|[x, y]| (*x, *y)))
            .with_color(*colour)
            .with_stroke_width(*width);
        if *dashed {
            series = series.with_line_style(LineStyle::Dashed);
        }
        Series::Line(series)
    };
    stretches.map(line).collect()
}

fn histogram(layer: &Layer) -> Option<Series> {
    let Layer::Histogram {
        colour,
        edges,
        heights,
        ..
    } = layer
    else {
        return None;
    };
    let series = Histogram::from_bins(edges.clone(), heights.clone()).with_color(*colour);
    Some(Series::Histogram(series))
}

fn heat(surface: &Surface) -> Series {
    let ([left, right], [bottom, top]) = (surface.x, surface.y);
    let series = Heatmap::new()
        .with_data(surface.rows())
        .with_color_map(ColorMap::Viridis)
        .with_x_range(left, right)
        .with_y_range(bottom, top)
        .with_cell_size(1.0);
    Series::Heatmap(series)
}

fn contours(layer: &Layer) -> Option<Series> {
    let Layer::Contours {
        colour,
        surface,
        levels,
        ..
    } = layer
    else {
        return None;
    };
    let rows = surface.rows();
    let x = Surface::centres(surface.x, surface.columns);
    let y = Surface::centres(surface.y, rows.len());
    let series = ContourPlot::new()
        .with_grid(rows, x, y)
        .with_levels(levels)
        .with_line_color(*colour)
        .with_line_width(1.2);
    // Without a level the crate would choose some.
    Some(Series::Contour(series)).filter(|_| !levels.is_empty())
}

/// One group of bars for every name of the first layer of bars, none higher than `end`.
fn bars(layers: &[Layer], end: f64) -> Series {
    let of_bars = |layer| match layer {
        &Layer::Bars {
            colour,
            ref names,
            ref heights,
            ..
        } => Some((colour, names, heights)),
        _ => None,
    };
    let layers: Vec<_> = layers.iter().filter_map(of_bars).collect();
    let names = layers.first().map(|(_, names, _)| names.as_slice());
    let mut series = BarPlot::new();
    for (at, name) in names.unwrap_or_default().iter().enumerate() {
        let bar = |&(colour, _, heights): &(_, _, &Vec<f64>)| {
            let height = heights.get(at).map(|height| height.min(end));
            // Nothing, too, without an end for what is infinite.
            let height = height.filter(|height| height.is_finite() && !heights[at].is_nan());
            (height.unwrap_or(0.0), colour)
        };
        series = series.with_group(name, layers.iter().map(bar));
    }
    Series::Bar(series)
}
