//! Pictures of samples, real and generated: images side by side, or a plot of points.

use gpugan::Result;
use gpugan::data::{Data, Images, Points};
use gpugan::run::grid;
use gpugan::threefry::{Stream, is_mirrored, permute, stream_key, threefry2x32};

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
            Data::Images(images) => Canvas::Grid(images.shape),
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
        Data::Images(images) => first_images(images, seed, flip),
        Data::Points(_) => Vec::new(),
    };
    Canvas::of(data, seed).show(&samples)
}

/// The images of a grid.
fn first_images(images: &Images, seed: u64, flip: bool) -> Vec<f32> {
    let flip_key = stream_key(seed, Stream::Flip);
    let [_, width, channels] = images.shape;
    let side = game::grid_side(images.shape);
    let shown = images.count.min(side * side);
    let epoch = threefry2x32(stream_key(seed, Stream::Data), [0, 0]);
    let mut values = Vec::with_capacity(shown * images.image_bytes());
    for at in 0..shown as u32 {
        let index = permute(epoch, images.count as u32, at) as usize;
        let image = &images.pixels[index * images.image_bytes()..][..images.image_bytes()];
        let mirrored = flip && is_mirrored(flip_key, at, 0);
        for line in image.chunks_exact(width * channels) {
            let pixel = |at| match mirrored {
                true => width - 1 - at,
                false => at,
            };
            let bytes = (0..width).flat_map(|at| &line[pixel(at) * channels..][..channels]);
            values.extend(bytes.map(|&byte| f32::from(byte) / 127.5 - 1.0));
        }
    }
    values
}

/// Generated points over real ones, on axes that the real ones decide.
pub struct Plot {
    dims: usize,
    /// \[N, D\]
    real: Vec<f32>,
    /// The ends of the first two axes.
    axes: [[f64; 2]; 2],
}

/// What an axis shows beyond the data, as a share of their extent.
const MARGIN: f64 = 0.25;

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
        use image::{Rgba, RgbaImage};
        let side = 500u32;
        let mut picture = RgbaImage::from_pixel(side, side, Rgba([255, 255, 255, 255]));
        for (values, colour) in [
            (&self.real[..], [170, 170, 170, 255]),
            (samples, [200, 40, 40, 255]),
        ] {
            for point in values.chunks_exact(self.dims) {
                let at = |axis: usize| {
                    let [low, high] = self.axes[axis];
                    let value = f64::from(*point.get(axis).unwrap_or(&0.0));
                    (value - low) / (high - low) * f64::from(side)
                };
                let (x, y) = (at(0), f64::from(side) - at(1));
                if x >= 0.0 && y >= 0.0 && x < f64::from(side) && y < f64::from(side) {
                    picture.put_pixel(x as u32, y as u32, Rgba(colour));
                }
            }
        }
        grid::encode_png(&picture)
    }
}

/// The ends of the first two axes: equally long, around the data.
fn axes(values: &[f32], dims: usize) -> [[f64; 2]; 2] {
    let ends = [0, 1].map(|axis| {
        let of_axis = values.iter().skip(axis.min(dims - 1)).step_by(dims);
        let of_axis = of_axis.map(|x| f64::from(*x));
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        of_axis.fold(start, |(low, high), x| (low.min(x), high.max(x)))
    });
    let longest = ends
        .iter()
        .map(|(low, high)| high - low)
        .fold(0.0, f64::max);
    // All points may be the same.
    let half = if longest > 0.0 {
        longest * (0.5 + MARGIN)
    } else {
        1.0
    };
    ends.map(|(low, high)| {
        let centre = (low + high) / 2.0;
        [centre - half, centre + half]
    })
}
