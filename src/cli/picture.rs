//! Pictures of samples, real and generated: images side by side, or a plot of points.

use gpugan::Result;
use gpugan::data::{Data, Points};
use gpugan::plan::thousands;
use gpugan::plot::{self, Axis, Layer, colour};
use gpugan::run::grid;

use super::game;

/// How samples are shown: in the same way all through a run.
pub enum Canvas {
    /// Images of \[H, W, C\].
    Grid([usize; 3]),
    Plot(Plot),
}

impl Canvas {
    /// For samples that are to be like these data, for the run with this seed.
    pub fn of(data: &Data, seed: u64) -> Canvas {
        match data {
            Data::Images(images) => Canvas::Grid(images.sample_shape()),
            Data::Points(points) => Canvas::Plot(Plot::of(points, seed)),
        }
    }

    /// For points\[N, D\] of \[1, 1, D\] without data behind.
    pub fn around(samples: &[f32], [_, _, dims]: [usize; 3]) -> Canvas {
        Canvas::Plot(Plot {
            dims,
            real: Vec::new(),
            axes: axes(samples, dims),
        })
    }

    /// A PNG file of samples\[N, features\].
    ///
    /// # Errors
    /// As [`grid::grid`].
    pub fn show(&self, samples: &[f32]) -> Result<Vec<u8>> {
        match self {
            Canvas::Grid(shape) => {
                let count = samples.len() / shape.iter().product::<usize>();
                let picture = grid::grid(samples, count, *shape, game::grid_side(*shape))?;
                grid::encode_png(&picture)
            }
            Canvas::Plot(plot) => plot.show(samples),
        }
    }
}

/// A PNG file of the first samples that the critic of the run with this seed sees.
///
/// # Errors
/// As [`grid::grid`].
pub fn real(data: &Data, seed: u64, flip: bool) -> Result<Vec<u8>> {
    let samples = match data {
        Data::Images(images) => {
            let most = game::grid_side(images.shape).pow(2);
            images.draw(seed, flip, 0, most.min(images.count))
        }
        Data::Points(_) => Vec::new(),
    };
    Canvas::of(data, seed).show(&samples)
}

/// Generated points over real ones, on axes that the real ones decide: the first two coordinates, or
/// the distribution of the only one.
pub struct Plot {
    dims: usize,
    /// \[N, D\]
    real: Vec<f32>,
    /// The ends of the first two axes.
    axes: [[f64; 2]; 2],
}

/// What an axis shows beyond the data, as a share of their extent.
const MARGIN: f64 = 0.25;

/// Width and height in pixels of points of two and more coordinates, and of one.
const SQUARE: [u32; 2] = [520, 455];
const WIDE: [u32; 2] = [640, 420];

/// Bins of a distribution, and its highest place on the axis in heights of the data's highest.
const BINS: usize = 80;
const ABOVE: f64 = 1.6;

impl Plot {
    fn of(points: &Points, seed: u64) -> Plot {
        let real = points.first(seed, game::PICTURE_POINTS);
        let dims = points.dims;
        Plot {
            dims,
            axes: axes(&real, dims),
            real,
        }
    }

    fn show(&self, samples: &[f32]) -> Result<Vec<u8>> {
        let subtitle = match samples.len() / self.dims {
            0 => String::new(),
            count => format!("{} samples", thousands(count as u64)),
        };
        let plot = match self.dims {
            1 => self.distribution(samples),
            _ => self.scatter(samples),
        };
        let plot = plot::Plot { subtitle, ..plot };
        plot.png(if self.dims == 1 { WIDE } else { SQUARE })
    }

    fn scatter(&self, samples: &[f32]) -> plot::Plot {
        let inside = |point: &[f64; 2]| {
            let pairs = point.iter().zip(self.axes);
            pairs
                .into_iter()
                .all(|(x, [from, to])| (from..=to).contains(x))
        };
        let points = |values: &[f32]| {
            let points = values.chunks_exact(self.dims);
            let points = points.map(|point| [0, 1].map(|axis| f64::from(point[axis])));
            points.filter(inside).collect::<Vec<_>>()
        };
        let [x, y] = ["x1", "x2"].map(Axis::new);
        let [[left, right], [low, high]] = self.axes;
        plot::Plot {
            x: x.range(left, right),
            y: y.range(low, high),
            square: true,
            layers: layers([
                Layer::points("data", colour::GREY, points(&self.real)),
                Layer::points("samples", colour::VERMILION, points(samples)),
            ]),
            ..plot::Plot::default()
        }
    }

    fn distribution(&self, samples: &[f32]) -> plot::Plot {
        let [range, _] = self.axes;
        let density = |label, colour, values: &[f32]| {
            let values = values.iter().map(|x| f64::from(*x));
            Layer::density(label, colour, values, BINS, range)
        };
        let real = density("data", colour::GREY, &self.real);
        let drawn = density("samples", colour::VERMILION, samples);
        let mut heights = [&real, &drawn].map(highest).into_iter();
        let highest = heights.find(|height| *height > 0.0).unwrap_or(1.0);
        plot::Plot {
            x: Axis::new("x").range(range[0], range[1]),
            y: Axis::new("density").range(0.0, ABOVE * highest),
            layers: layers([real, outline(drawn, ABOVE * highest)]),
            ..plot::Plot::default()
        }
    }
}

/// Those that show something.
fn layers(all: [Layer; 2]) -> Vec<Layer> {
    let shows = |layer: &Layer| match layer {
        Layer::Points { points, .. } => !points.is_empty(),
        layer => highest(layer) > 0.0,
    };
    all.into_iter().filter(shows).collect()
}

fn highest(layer: &Layer) -> f64 {
    let heights: Vec<f64> = match layer {
        Layer::Histogram { heights, .. } => heights.clone(),
        Layer::Line { points, .. } => points.iter().map(|[_, height]| *height).collect(),
        _ => Vec::new(),
    };
    heights.into_iter().fold(0.0, f64::max)
}

/// The upper edge of the bars of a histogram, which hides nothing behind them.
pub fn outline(layer: Layer, most: f64) -> Layer {
    let Layer::Histogram {
        label,
        colour,
        edges,
        heights,
    } = layer
    else {
        return layer;
    };
    let bars = edges.windows(2).zip(heights);
    let top = bars.flat_map(|(ends, height)| [ends[0], ends[1]].map(|x| [x, height.min(most)]));
    Layer::line(label, colour, top.collect())
}

/// The ends of the first two axes: about equally long, around the data, at round numbers.
fn axes(values: &[f32], dims: usize) -> [[f64; 2]; 2] {
    let ends = [0, 1].map(|axis| {
        let of_axis = values.iter().skip(axis.min(dims - 1)).step_by(dims);
        let of_axis = of_axis.map(|x| f64::from(*x)).filter(|x| x.is_finite());
        let start = [f64::INFINITY, f64::NEG_INFINITY];
        of_axis.fold(start, |[low, high], x| [low.min(x), high.max(x)])
    });
    let longest = ends
        .iter()
        .map(|[low, high]| high - low)
        .fold(0.0, f64::max);
    // All points may be the same.
    let half = match longest > 0.0 {
        true => longest * (0.5 + MARGIN),
        false => 1.0,
    };
    ends.map(|[low, high]| {
        let centre = (low + high) / 2.0;
        let centre = if centre.is_finite() { centre } else { 0.0 };
        let step = 10f64.powf(half.log10().floor()) / 2.0;
        let round = |end: f64| (end / step).round() * step;
        [round(centre - half), round(centre + half)]
    })
}
