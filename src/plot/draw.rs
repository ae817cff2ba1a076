//! From a picture to the scene of the crate `kuva`, and from the scene to bytes.
//!
//! The labels of the axis of y and of a scale of colours are written here, level and above what they
//! name: they read better so, and the crate draws turned text without smooth edges.

use kuva::backend::svg::SvgBackend;
use kuva::plot::LegendPosition;
use kuva::plot::legend::{LegendEntry, LegendShape};
use kuva::render::layout::{ComputedLayout, Layout};
use kuva::render::render::{Primitive, Scene, TextAnchor, render_multiple};
use kuva::{AxisLabelOverlap, RasterBackend};

use super::layer::Layer;
use super::{Plot, colour, cut, series, ticks};
use crate::error::{Error, Result};

/// Of the width that the data span, left free on either side.
const MARGIN: f64 = 0.05;

/// Sizes of text in pixels.
const TITLE: u32 = 16;
const LABEL: u32 = 14;
const TICK: u32 = 12;

/// What the crate lets cells of a surface overlap, in pixels.
const OVERLAP: f64 = 0.5;

/// Room for a label above what it names, in pixels.
const ABOVE: f64 = 16.0;

pub fn scene(plot: &Plot, size: [f64; 2]) -> Scene {
    let layout = fitted(plot, size);
    let place = ComputedLayout::from_layout(&layout);
    let mut scene = render_multiple(series::series(plot), layout);
    name_clips(&mut scene);
    align_cells(&mut scene);
    scene.elements.extend(cut::values(plot, &place));
    if !plot.y.label.is_empty() {
        let left = (place.margin_left - place.y_tick_label_px - 13.0).max(4.0);
        let label = above(&plot.y.label, left, place.margin_top, TextAnchor::Start);
        scene.elements.push(label);
    }
    // The crate's scale takes the middle eight tenths of the height.
    let scale = plot.layers.iter().find_map(Layer::scale);
    if let Some((label, _)) = scale.filter(|(label, _)| !label.is_empty()) {
        let top = place.margin_top + 0.1 * place.plot_height();
        let label = above(label, place.width - 4.0, top, TextAnchor::End);
        scene.elements.push(label);
    }
    scene
}

fn above(text: &str, x: f64, top: f64, anchor: TextAnchor) -> Primitive {
    Primitive::Text {
        x,
        y: top - 7.0,
        content: text.to_string(),
        size: LABEL,
        anchor,
        rotate: None,
        bold: false,
        color: None,
    }
}

/// The crate counts clips through the life of a process; the same picture must not depend on which
/// ones were drawn before.
fn name_clips(scene: &mut Scene) {
    let mut count = 0;
    for element in &mut scene.elements {
        if let Primitive::ClipStart { id, .. } = element {
            let name = format!("area-{count}");
            for definition in &mut scene.defs {
                *definition = definition.replace(&format!("\"{id}\""), &format!("\"{name}\""));
            }
            *id = name;
            count += 1;
        }
    }
}

/// Cells of a surface end at whole pixels, or their smooth edges would make a mesh; each reaches half a
/// pixel under the next, for viewers that scale.
fn align_cells(scene: &mut Scene) {
    let align = |from: &mut f64, size: &mut f64| {
        let to = (*from + *size - OVERLAP).round();
        *from = from.round();
        *size = to - *from + OVERLAP;
    };
    for element in &mut scene.elements {
        if let Primitive::RectBatch { x, y, w, h, .. } = element {
            x.iter_mut().zip(w).for_each(|(x, w)| align(x, w));
            y.iter_mut().zip(h).for_each(|(y, h)| align(y, h));
        }
    }
}

pub fn svg(scene: &Scene) -> String {
    SvgBackend.render_scene(scene)
}

pub fn png(scene: &Scene) -> Result<Vec<u8>> {
    let bytes = RasterBackend::new().with_scale(1.0).render_scene(scene);
    bytes.map_err(|e| Error::Runtime(format!("a picture cannot be encoded as PNG: {e}")))
}

/// The layout with room for what is written here, and the area of the data square where asked.
fn fitted(plot: &Plot, [width, height]: [f64; 2]) -> Layout {
    let layout = layout(plot).with_width(width).with_height(height);
    let place = ComputedLayout::from_layout(&layout);
    let label = if plot.y.label.is_empty() { 0.0 } else { ABOVE };
    let top = place.margin_top + label;
    let (mut wide, mut high) = (place.plot_width(), place.plot_height() - label);
    if plot.square {
        let (x, y) = (place.x_range, place.y_range);
        let unit = (wide / (x.1 - x.0)).min(high / (y.1 - y.0));
        (wide, high) = (unit * (x.1 - x.0), unit * (y.1 - y.0));
    }
    let left = place.margin_left;
    layout
        .with_force_margins(left, width - left - wide)
        .with_force_margins_y(top, height - top - high)
}

fn layout(plot: &Plot) -> Layout {
    let any = |of: fn(&Layer) -> bool| plot.layers.iter().any(of);
    let (filled, margin) = match any(Layer::fills) {
        true => (true, 0.0),
        false => (false, MARGIN),
    };
    let spans = |at: usize| {
        let layers = plot.layers.iter();
        let layers = layers.filter(|layer| layer.fills() || !filled);
        let spans = layers.filter_map(|layer| layer.spans(&plot.x, &plot.y)[at]);
        spans.collect::<Vec<_>>()
    };
    let wide = if any(Layer::stands) { 0.0 } else { margin };
    let [left, right] = plot.x.resolve(&spans(0), wide, false);
    let [bottom, top] = plot.y.resolve(&spans(1), margin, any(Layer::stands));
    let mut layout = Layout::auto_from_plots(&series::series(plot))
        .with_box_axes()
        .with_title_size(TITLE)
        .with_label_size(LABEL)
        .with_tick_size(TICK)
        .with_body_size(TICK)
        .with_y_axis_min(bottom)
        .with_y_axis_max(top);
    // The crate's own guesses are infinite where nothing can be shown.
    layout.y_range = (bottom, top);
    layout.data_y_range = Some((bottom, top));
    if layout.x_categories.is_some() {
        layout = layout.with_x_label_overlap(AxisLabelOverlap::Stagger);
    } else {
        layout = layout.with_x_axis_min(left).with_x_axis_max(right);
        layout.x_range = (left, right);
        layout.data_x_range = Some((left, right));
    }
    // It would mark the edges of bins instead of round numbers.
    layout.x_bin_width = None;
    layout.title = written(&plot.title);
    layout.subtitle = written(&plot.subtitle);
    layout.x_label = written(&plot.x.label);
    legend(plot, marks(plot, layout, [[left, right], [bottom, top]]))
}

/// With marks along axes of these ranges, and along the scale of colours.
fn marks(plot: &Plot, layout: Layout, [x, y]: [[f64; 2]; 2]) -> Layout {
    let format = |log: bool, range| ticks::decimal(if log { 1e5 } else { 1e7 }, range);
    let mut layout = layout
        .with_x_tick_format(format(plot.x.log, x))
        .with_y_tick_format(format(plot.y.log, y));
    if let Some((_, range)) = plot.layers.iter().find_map(Layer::scale) {
        layout = layout.with_colorbar_tick_format(format(false, range));
    }
    if plot.x.log {
        layout = layout.with_log_x();
        layout.x_tick_step = ticks::narrow_step(x);
    }
    if plot.y.log {
        layout = layout.with_log_y();
        layout.y_tick_step = ticks::narrow_step(y);
    }
    layout
}

fn written(text: &str) -> Option<String> {
    Some(text.to_string()).filter(|text| !text.is_empty())
}

fn legend(plot: &Plot, mut layout: Layout) -> Layout {
    let entries: Vec<LegendEntry> = plot.layers.iter().filter_map(entry).collect();
    if entries.is_empty() {
        layout.show_legend = false;
        return layout;
    }
    let white = entries.iter().any(|entry| entry.color == colour::WHITE);
    let mut layout = layout
        .with_legend_entries(entries)
        .with_legend_position(LegendPosition::OutsideRightTop);
    if white {
        layout.theme.legend_bg = "#909090".to_string();
    }
    layout
}

fn entry(layer: &Layer) -> Option<LegendEntry> {
    let (label, colour, shape, dashed) = match layer {
        Layer::Points { label, colour, .. } => (label, colour, LegendShape::Circle, false),
        Layer::Line {
            label,
            colour,
            dashed,
            ..
        } => (label, colour, LegendShape::Line, *dashed),
        Layer::Contours { label, colour, .. } => (label, colour, LegendShape::Line, false),
        Layer::Histogram { label, colour, .. } | Layer::Bars { label, colour, .. } => {
            (label, colour, LegendShape::Rect, false)
        }
        Layer::Heat { .. } => return None,
    };
    Some(LegendEntry {
        label: written(label)?,
        color: colour.to_string(),
        shape,
        dasharray: dashed.then(|| "5 3".to_string()),
    })
}
