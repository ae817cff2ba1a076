//! Images to learn from, held as bytes: the embedded MNIST ([`mnist`]), also stacked to samples of
//! three digits, and folders of IDX files ([`idx`]) exactly as they are stored; PNG and JPEG files in
//! a folder ([`folder`]) or in a zip file ([`archive`]), cropped and resized to one size. Points to learn from ([`points`]): from
//! distributions ([`toy`]) or a text file.
//!
//! Deliberately not here: scaling to floats, shuffling, mirroring and batching. The executors gather and
//! scale minibatches from the bytes, in an order that is computed and not stored, and draw points.

pub mod archive;
mod decode;
mod files;
pub mod folder;
pub mod idx;
pub mod mnist;
pub mod points;
pub mod toy;

pub use files::{Wanted, Watch};
pub use points::Points;

use crate::plan::Contents;
use crate::threefry::{DRAWN, Stream, is_mirrored, permute, stream_key, threefry2x32};
use crate::{Error, Result, random};
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// The error is the end of a sentence that begins with the file's name.
type Checked<T> = std::result::Result<T, String>;

/// Which part of a data set: the one to learn from or the one held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    Train,
    Test,
}

impl Split {
    /// What the names of this split's IDX files begin with.
    fn prefix(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Test => "t10k",
        }
    }
}

/// What a run learns from.
#[derive(Debug, Clone)]
pub enum Data {
    Images(Images),
    Points(Points),
}

impl Data {
    /// What the run directory is named after.
    pub fn name(&self) -> &str {
        match self {
            Data::Images(images) => &images.name,
            Data::Points(points) => &points.name,
        }
    }

    /// Samples of an epoch; [`DRAWN`] where they are drawn without end.
    pub fn count(&self) -> usize {
        match self {
            Data::Images(images) => images.count,
            Data::Points(points) => points.count(),
        }
    }

    /// Samples of the data set, where it has an end.
    pub fn finite(&self) -> Option<usize> {
        Some(self.count()).filter(|count| *count != DRAWN)
    }

    /// \[H, W, C\]; of points of D coordinates \[1, 1, D\].
    pub fn shape(&self) -> [usize; 3] {
        match self {
            Data::Images(images) => images.sample_shape(),
            Data::Points(points) => [1, 1, points.dims],
        }
    }

    /// Images that a sample is made of, 1 also of points: see [`Images::stack`].
    pub fn stack(&self) -> usize {
        match self {
            Data::Images(images) => images.stack,
            Data::Points(_) => 1,
        }
    }

    /// SHA-256 of what the data are, in hexadecimal.
    pub fn checksum(&self) -> &str {
        match self {
            Data::Images(images) => &images.checksum,
            Data::Points(points) => &points.checksum,
        }
    }

    /// What the user ought to know about these data, if anything.
    pub fn warning(&self) -> Option<&str> {
        match self {
            Data::Images(images) => images.warning.as_deref(),
            Data::Points(_) => None,
        }
    }

    /// How points get to the device; none for images.
    pub fn points(&self) -> Option<random::Points> {
        match self {
            Data::Images(_) => None,
            Data::Points(points) => Some(points.recipe().0),
        }
    }

    /// What the device is given.
    pub fn into_contents(self) -> Contents {
        match self {
            Data::Images(images) => Contents::U8(images.pixels),
            Data::Points(points) => Contents::F32(points.recipe().1),
        }
    }

    /// Refuses a data set that cannot fill one minibatch of `batch` samples.
    ///
    /// # Errors
    /// [`Error::Data`] if there are fewer samples than `batch`.
    pub fn require_batch(&self, batch: usize) -> Result<()> {
        let (name, count) = (self.name(), self.count());
        if count >= batch {
            return Ok(());
        }
        let what = match self {
            Data::Images(_) => "images",
            Data::Points(_) => "points",
        };
        Err(Error::Data(format!(
            "the data set {name} has {count} {what}, fewer than one batch of {batch}: use --batch {count} or less"
        )))
    }
}

/// A data set of images in memory. Invariant: `pixels.len() == count * shape[0] * shape[1] * shape[2]`,
/// and `labels`, where there are any, are `count` long.
#[derive(Debug, Clone)]
pub struct Images {
    /// What the run directory is named after: `mnist`, `stacked-mnist`, or the name of the folder or zip
    /// file.
    pub name: String,
    /// Number of images, at least 1.
    pub count: usize,
    /// Height, width and channels of every image, each at least 1.
    pub shape: [usize; 3],
    /// `[count, H, W, C]`, 0 to 255.
    pub pixels: Vec<u8>,
    /// `[count]`, the class of each image.
    pub labels: Option<Vec<u8>>,
    /// Images that one sample is made of, one behind the other along the channels: 1, or as many as are
    /// drawn independently of each other for every sample.
    pub stack: usize,
    /// SHA-256 of `pixels`, in hexadecimal.
    pub checksum: String,
    /// What the user ought to know about these images, if anything.
    pub warning: Option<String>,
}

impl Images {
    fn new(name: String, shape: [usize; 3], pixels: Vec<u8>, labels: Option<Vec<u8>>) -> Self {
        let checksum = sha256(&[&pixels]);
        let count = pixels.len() / shape.iter().product::<usize>();
        Images {
            name,
            count,
            shape,
            pixels,
            labels,
            stack: 1,
            checksum,
            warning: None,
        }
    }

    /// H·W·C: the bytes, and so the values, of one image.
    pub fn image_bytes(&self) -> usize {
        self.shape.iter().product()
    }

    /// \[H, W, stack·C\]
    pub fn sample_shape(&self) -> [usize; 3] {
        let [height, width, channels] = self.shape;
        [height, width, self.stack * channels]
    }

    /// Samples number `first` and following that the critic of the run with this seed sees, \[n, H, W,
    /// stack·C\] in \[−1, 1\], some of them mirrored with `flip`.
    pub fn draw(&self, seed: u64, flip: bool, first: u64, n: usize) -> Vec<f32> {
        let [key, flip_key] = [Stream::Data, Stream::Flip].map(|stream| stream_key(seed, stream));
        let ([height, width, channels], count) = (self.shape, self.count as u64);
        let mut values = Vec::with_capacity(n * self.stack * self.image_bytes());
        for number in first..first + n as u64 {
            let (epoch, position) = ((number / count) as u32, (number % count) as u32);
            let image = |place| {
                let order = threefry2x32(key, [epoch, place]);
                let at = permute(order, count as u32, position) as usize;
                &self.pixels[at * self.image_bytes()..][..self.image_bytes()]
            };
            let images: Vec<&[u8]> = (0..self.stack as u32).map(image).collect();
            let mirrored = flip && is_mirrored(flip_key, position, epoch);
            for pixel in 0..height * width {
                let column = pixel % width;
                let from = match mirrored {
                    true => pixel - column + width - 1 - column,
                    false => pixel,
                };
                for image in &images {
                    let bytes = image[from * channels..][..channels].iter();
                    values.extend(bytes.map(|&byte| f32::from(byte) / 127.5 - 1.0));
                }
            }
        }
        values
    }
}

/// A name for the data at `path`: the `part` of it, also for `.` and the like.
fn path_name(path: &Path, part: impl Fn(&Path) -> Option<&OsStr>) -> String {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let name = part(path).or_else(|| part(&real));
    name.map_or_else(
        || "data".into(),
        |name| files::printable(&name.to_string_lossy()),
    )
}

/// SHA-256 of the parts one after the other, in lower-case hexadecimal.
fn sha256(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
