//! A data set in two parts: one that models are fitted to, and one that is held out.

use gpugan::data::points::Origin;
use gpugan::data::toy::Distribution;
use gpugan::data::{self, Data, Split};
use gpugan::eval::Points;
use gpugan::run::Config;
use gpugan::run::config::Dataset;
use gpugan::{Error, Result};

use super::super::eval::points::widened;
use super::super::game;
use super::Arguments;

/// Of images, and of points.
const IMAGES: usize = 2_000;
const POINTS: usize = 5_000;

/// A data set in two parts.
pub struct Parts {
    pub name: String,
    pub dims: usize,
    pub images: bool,
    /// \[n, d\]
    pub train: Vec<f64>,
    pub test: Vec<f64>,
    /// What both were drawn from.
    pub distribution: Option<Distribution>,
}

impl Parts {
    pub fn train(&self) -> Points<'_> {
        Points::new(&self.train, self.dims)
    }

    pub fn test(&self) -> Points<'_> {
        Points::new(&self.test, self.dims)
    }

    /// Whether one is known.
    pub fn has_density(&self) -> bool {
        self.distribution
            .as_ref()
            .is_some_and(|known| known.log_density().is_some())
    }
}

/// # Errors
/// `Error::Data` for data that cannot be had or are too few, `Error::Usage` for images without a test set.
pub fn parts(arguments: &Arguments, dataset: Dataset) -> Result<Parts> {
    let config = Config {
        dataset: dataset.clone(),
        data_dir: arguments.data_dir.clone(),
        batch: 1,
        ..Config::default()
    };
    let seed = arguments.seed.0;
    let count = |usual: usize| arguments.count.map_or(usual, |n| n as usize);
    match game::load_data(&config, &mut |_, _| Ok(()))? {
        Data::Points(points) => {
            let n = count(POINTS);
            let (train, test, distribution) = match &points.origin {
                Origin::Drawn(known) => {
                    let [train, test] =
                        [0, n].map(|first| widened(&known.draw(seed, first as u64, n)));
                    (train, test, Some(known.clone()))
                }
                Origin::Table(_) => {
                    let all = widened(&points.first(seed, points.count().min(5 * n / 4)));
                    let held = all.len() / points.dims / 5;
                    let train = all.len() - held * points.dims;
                    (all[..train].to_vec(), all[train..].to_vec(), None)
                }
            };
            let parts = Parts {
                name: points.name,
                dims: points.dims,
                images: false,
                train,
                test,
                distribution,
            };
            enough(parts)
        }
        Data::Images(train) => {
            let test = match (&arguments.data_dir, &dataset) {
                (Some(directory), _) => data::idx::load_dir(directory, Split::Test)?,
                (None, Dataset::Mnist) => data::mnist::load(Split::Test)?,
                (None, other) => {
                    return Err(Error::Usage(format!(
                        "{other} has no test images; give mnist, or a --data-dir with files for both"
                    )));
                }
            };
            let n = count(IMAGES);
            let scaled = |images: &data::Images| {
                let pixels = images.pixels.iter().take(n * images.image_bytes());
                pixels.map(|byte| f64::from(*byte) / 255.0).collect()
            };
            if train.shape != test.shape {
                let message = format!("the test images of {} have another size", train.name);
                return Err(Error::Data(message));
            }
            enough(Parts {
                dims: train.image_bytes(),
                images: true,
                train: scaled(&train),
                test: scaled(&test),
                name: train.name,
                distribution: None,
            })
        }
    }
}

/// At least ten points to fit to, and two to hold out.
fn enough(parts: Parts) -> Result<Parts> {
    let (train, test) = (parts.train().len(), parts.test().len());
    if train >= 10 && test >= 2 {
        return Ok(parts);
    }
    Err(Error::Data(format!(
        "{} has {} to fit to and {test} to hold out; give at least 10 and 2",
        parts.name,
        gpugan::plan::counted(train, "point")
    )))
}
