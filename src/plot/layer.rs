//! What can lie on the axes, and how far it reaches.

use super::axis::Axis;
use super::colour::{self, Colour};

/// Numbers on a grid over a rectangle.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    /// Left and right edge.
    pub x: [f64; 2],
    /// Lower and upper edge.
    pub y: [f64; 2],
    pub columns: usize,
    /// values\[rows, columns\], the lowest row first, each at the centre of its cell. Those that
    /// are not finite are drawn as the least of the others.
    pub values: Vec<f64>,
}

/// One layer of a [`super::Plot`]. An empty label keeps it out of the legend.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// Discs at points\[N\] = (x, y), their radius in pixels, opacity from 0 to 1.
    Points {
        label: String,
        colour: Colour,
        points: Vec<[f64; 2]>,
        radius: f64,
        opacity: f64,
    },
    /// A line through points\[N\] = (x, y), `width` pixels thick.
    Line {
        label: String,
        colour: Colour,
        points: Vec<[f64; 2]>,
        width: f64,
        dashed: bool,
    },
    /// Bars of these heights\[N\] between edges\[N + 1\].
    Histogram {
        label: String,
        colour: Colour,
        edges: Vec<f64>,
        heights: Vec<f64>,
    },
    /// The values of a surface as colours (viridis), with a scale that bears the label.
    Heat { label: String, surface: Surface },
    /// Lines along which a surface has these values.
    Contours {
        label: String,
        colour: Colour,
        surface: Surface,
        levels: Vec<f64>,
    },
    /// Bars\[N\] with names, side by side with those of other such layers. They fill the axis of x,
    /// whose range is then not asked for.
    Bars {
        label: String,
        colour: Colour,
        names: Vec<String>,
        heights: Vec<f64>,
    },
}

impl Layer {
    /// Discs of a size for a few thousand points.
    pub fn points(label: impl Into<String>, colour: Colour, points: Vec<[f64; 2]>) -> Layer {
        Layer::Points {
            label: label.into(),
            colour,
            points,
            radius: 1.8,
            opacity: 0.7,
        }
    }

    /// A solid line.
    pub fn line(label: impl Into<String>, colour: Colour, points: Vec<[f64; 2]>) -> Layer {
        Layer::Line {
            label: label.into(),
            colour,
            points,
            width: 1.8,
            dashed: false,
        }
    }

    /// The density of `values` in `bins` equal bins over `range`: the area of all bars is the share
    /// of the values that lie in the range. Of the rest, those that are not numbers included, nothing
    /// is drawn.
    pub fn density(
        label: impl Into<String>,
        colour: Colour,
        values: impl IntoIterator<Item = f64>,
        bins: usize,
        [from, to]: [f64; 2],
    ) -> Layer {
        let width = (to - from) / bins as f64;
        let mut counts = vec![0u64; bins];
        let mut total = 0u64;
        for value in values {
            total += 1;
            if (from..to).contains(&value) {
                counts[(((value - from) / width) as usize).min(bins - 1)] += 1;
            }
        }
        let scale = 1.0 / (total.max(1) as f64 * width);
        Layer::Histogram {
            label: label.into(),
            colour,
            edges: (0..=bins).map(|at| from + at as f64 * width).collect(),
            heights: counts.iter().map(|count| *count as f64 * scale).collect(),
        }
    }

    /// Colours of a surface.
    pub fn heat(label: impl Into<String>, surface: Surface) -> Layer {
        Layer::Heat {
            label: label.into(),
            surface,
        }
    }

    /// White lines at these levels.
    pub fn contours(label: impl Into<String>, surface: Surface, levels: Vec<f64>) -> Layer {
        Layer::Contours {
            label: label.into(),
            colour: colour::WHITE,
            surface,
            levels,
        }
    }

    /// What it covers along x and along y, where the axes show it.
    pub(super) fn spans(&self, x: &Axis, y: &Axis) -> [Option<[f64; 2]>; 2] {
        match self {
            Layer::Points { points, .. } | Layer::Line { points, .. } => {
                let shown = || {
                    points
                        .iter()
                        .filter(|[px, py]| x.shows(*px) && y.shows(*py))
                };
                [0, 1].map(|at| span(shown().map(|point| point[at])))
            }
            Layer::Histogram { edges, heights, .. } => [
                span(edges.iter().copied().filter(|edge| x.shows(*edge))),
                grounded(heights, y),
            ],
            Layer::Heat { surface, .. } | Layer::Contours { surface, .. } => {
                [Some(surface.x), Some(surface.y)]
            }
            Layer::Bars { heights, .. } => [None, grounded(heights, y)],
        }
    }

    /// Its greatest height that is a number, and 0 without any.
    pub(super) fn highest(&self) -> f64 {
        let heights: Vec<f64> = match self {
            Layer::Points { points, .. } | Layer::Line { points, .. } => {
                points.iter().map(|point| point[1]).collect()
            }
            Layer::Histogram { heights, .. } | Layer::Bars { heights, .. } => heights.clone(),
            Layer::Heat { .. } | Layer::Contours { .. } => Vec::new(),
        };
        let finite = heights.into_iter().filter(|height| height.is_finite());
        finite.fold(0.0, f64::max)
    }

    /// The label and the values of its scale of colours.
    pub(super) fn scale(&self) -> Option<(&str, [f64; 2])> {
        match self {
            Layer::Heat { label, surface } => Some((label, surface.range())),
            _ => None,
        }
    }

    /// Whether it stands on 0.
    pub(super) fn stands(&self) -> bool {
        matches!(self, Layer::Histogram { .. } | Layer::Bars { .. })
    }

    /// Whether it fills its rectangle, which the axes then span without a margin, whatever else lies
    /// on them.
    pub(super) fn fills(&self) -> bool {
        matches!(self, Layer::Heat { .. })
    }
}

impl Surface {
    /// The least and the greatest of its numbers.
    pub(super) fn range(&self) -> [f64; 2] {
        let finite = self.values.iter().copied();
        span(finite.filter(|value| value.is_finite())).unwrap_or([0.0, 0.0])
    }

    /// Its rows, with a number everywhere.
    pub(super) fn rows(&self) -> Vec<Vec<f64>> {
        let [least, _] = self.range();
        let number = |value: &f64| if value.is_finite() { *value } else { least };
        let rows = self.values.chunks_exact(self.columns.max(1));
        rows.map(|row| row.iter().map(number).collect()).collect()
    }

    /// Where the centres of `cells` cells lie between two edges.
    pub(super) fn centres([from, to]: [f64; 2], cells: usize) -> Vec<f64> {
        let width = (to - from) / cells as f64;
        (0..cells)
            .map(|at| from + (at as f64 + 0.5) * width)
            .collect()
    }
}

fn span(values: impl Iterator<Item = f64>) -> Option<[f64; 2]> {
    values.fold(None, |span, value| match span {
        None => Some([value, value]),
        Some([least, most]) => Some([least.min(value), most.max(value)]),
    })
}

/// What bars of these heights cover, with 0 unless the axis has none.
fn grounded(heights: &[f64], y: &Axis) -> Option<[f64; 2]> {
    let shown = heights.iter().copied().chain([0.0]);
    span(shown.filter(|height| y.shows(*height)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_of_a_density_is_the_share_that_is_shown() {
        let values = [0.1, 0.1, 0.9, 1.0, -0.1, f64::NAN, 7.0, 0.5];
        let Layer::Histogram { edges, heights, .. } =
            Layer::density("", colour::GREY, values, 4, [0.0, 1.0])
        else {
            panic!("a density is a histogram");
        };
        assert_eq!(edges, [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(heights, [1.0, 0.0, 0.5, 0.5]);
        assert_eq!(heights.iter().sum::<f64>() * 0.25, 4.0 / 8.0);
    }

    #[test]
    fn points_off_the_axes_do_not_stretch_them() {
        let points = vec![
            [0.0, 1.0],
            [5.0, f64::NAN],
            [1.0, -3.0],
            [f64::INFINITY, 9.0],
        ];
        let layer = Layer::points("", colour::BLUE, points);
        let (x, y) = (Axis::new("x"), Axis::new("y"));
        assert_eq!(layer.spans(&x, &y), [Some([0.0, 1.0]), Some([-3.0, 1.0])]);
        assert_eq!(
            layer.spans(&x, &y.log()),
            [Some([0.0, 0.0]), Some([1.0, 1.0])]
        );
    }
}
