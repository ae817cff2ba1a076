//! A critic's scores over the plane, as colours with contours, data and samples over them.

use gpugan::eval::spread::quantile;
use gpugan::plot::{Colour, Layer, Surface, colour};

/// Cells along each axis.
pub const CELLS: usize = 120;

/// Lines of equal score.
const LEVELS: usize = 9;

/// Points of each kind that are shown.
pub const SHOWN: usize = 600;

/// A rectangle of the plane: the ends of both axes.
pub type Ground = [[f64; 2]; 2];

/// The centres of its cells, \[CELLS², 2\], the lowest row first.
pub fn grid(ground: Ground) -> Vec<f64> {
    let centre = |axis: usize, at: usize| {
        let [from, to] = ground[axis];
        from + (to - from) * (at as f64 + 0.5) / CELLS as f64
    };
    let cell = |at: usize| [centre(0, at % CELLS), centre(1, at / CELLS)];
    (0..CELLS * CELLS).flat_map(cell).collect()
}

/// Values\[CELLS²\] at the places of [`grid`].
pub fn surface(ground: Ground, values: Vec<f64>) -> Surface {
    Surface {
        x: ground[0],
        y: ground[1],
        columns: CELLS,
        values,
    }
}

/// Scores\[CELLS²\] with data and samples over them.
pub fn layers(
    ground: Ground,
    scores: Vec<f64>,
    data: Vec<[f64; 2]>,
    samples: Vec<[f64; 2]>,
) -> Vec<Layer> {
    let (low, high) = (quantile(&scores, 0.0), quantile(&scores, 1.0));
    let level = |at: usize| low + (high - low) * (at + 1) as f64 / (LEVELS + 1) as f64;
    let levels = match high > low {
        true => (0..LEVELS).map(level).collect(),
        false => Vec::new(),
    };
    let surface = surface(ground, scores);
    let mut layers = vec![
        Layer::heat("score", surface.clone()),
        Layer::contours("", surface, levels),
    ];
    layers.extend(dots("data", colour::WHITE, data));
    layers.extend(dots("samples", colour::VERMILION, samples));
    layers
}

/// With a dark rim, as the ground may be of any brightness.
fn dots(label: &str, colour: Colour, mut points: Vec<[f64; 2]>) -> [Layer; 2] {
    points.truncate(SHOWN);
    let discs = |label: &str, colour, points, radius| Layer::Points {
        label: label.to_string(),
        colour,
        points,
        radius,
        opacity: 1.0,
    };
    [
        discs("", colour::BLACK, points.clone(), 2.2),
        discs(label, colour, points, 1.6),
    ]
}
