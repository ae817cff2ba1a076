//! Pictures of numbers: points, lines, histograms, surfaces with contours, and bars, on labelled
//! axes, as PNG, SVG or pixels.
//!
//! Data in, bytes out: it knows no run, no file and no device, and the same data make the same bytes.
//! The drawing is a crate's, which is named in this folder and nowhere else. What a picture shows, and
//! how data become series, is decided elsewhere.

mod axis;
pub mod colour;
mod cut;
mod draw;
mod layer;
mod series;
mod ticks;

pub use axis::Axis;
pub use colour::Colour;
pub use layer::{Layer, Surface};

use image::{ImageFormat, RgbaImage};

use crate::error::{Error, Result};

/// A picture: layers on two axes, the first layer at the back.
///
/// Layers with a label stand in the legend. What is not a finite number is left out: a point
/// is not drawn, and a line has a gap.
#[derive(Clone, Debug, Default)]
pub struct Plot {
    pub title: String,
    /// One muted line below the title; empty for none.
    pub subtitle: String,
    pub x: Axis,
    pub y: Axis,
    /// Whether a unit has the same length on both axes; the area of the data is then made smaller.
    pub square: bool,
    pub layers: Vec<Layer>,
}

/// The width and height in pixels at which pictures in a README are legible.
pub const SIZE: [u32; 2] = [640, 480];

/// More pixels on a side are refused.
const MOST_PIXELS: u32 = 8_192;
/// Fewer leave no place for the axes.
const FEWEST_PIXELS: u32 = 160;

impl Plot {
    /// The bytes of a PNG file of `width` by `height` pixels.
    ///
    /// # Errors
    /// `Error::Runtime` for a side beyond 160 to 8,192 pixels, or where the picture cannot be encoded.
    pub fn png(&self, [width, height]: [u32; 2]) -> Result<Vec<u8>> {
        draw::png(&draw::scene(self, checked([width, height])?))
    }

    /// The text of an SVG file of that width and height. Text stays text, in whatever sans-serif
    /// font the viewer has.
    ///
    /// # Errors
    /// `Error::Runtime` for a side beyond 160 to 8,192 pixels.
    pub fn svg(&self, [width, height]: [u32; 2]) -> Result<String> {
        Ok(draw::svg(&draw::scene(self, checked([width, height])?)))
    }

    /// The pixels of [`Plot::png`], for a frame of an animation.
    ///
    /// # Errors
    /// As [`Plot::png`].
    pub fn image(&self, size: [u32; 2]) -> Result<RgbaImage> {
        let decoded = image::load_from_memory_with_format(&self.png(size)?, ImageFormat::Png);
        let picture =
            decoded.map_err(|e| Error::Runtime(format!("a picture cannot be read back: {e}")))?;
        Ok(picture.into_rgba8())
    }

    /// Whether a point has a place on both axes.
    fn shows(&self, [x, y]: [f64; 2]) -> bool {
        self.x.shows(x) && self.y.shows(y)
    }
}

fn checked(size: [u32; 2]) -> Result<[f64; 2]> {
    if size
        .iter()
        .any(|side| !(FEWEST_PIXELS..=MOST_PIXELS).contains(side))
    {
        let [width, height] = size;
        return Err(Error::Runtime(format!(
            "a picture of {width}x{height} pixels cannot be drawn; each side has \
             {FEWEST_PIXELS} to {MOST_PIXELS}"
        )));
    }
    Ok(size.map(f64::from))
}
