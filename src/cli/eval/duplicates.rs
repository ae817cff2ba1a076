//! Samples that are nearly equal, and how many different ones that speaks for, beside the same of training
//! images.

use gpugan::eval::Points;
use gpugan::eval::neighbours::{closest_pair, pairs_within, support};
use gpugan::eval::parzen::Protocol;
use gpugan::{Error, Result};
use serde::Serialize;

use super::images::{Splits, first};
use super::{number, table};

/// Pairs no further apart than the two test images that are the most alike.
#[derive(Serialize)]
pub struct Duplicates {
    within: f64,
    samples: Pairs,
    /// As many, or all.
    training_images: Pairs,
}

#[derive(Serialize)]
struct Pairs {
    /// The distance of the two that are the most alike.
    closest: f64,
    pairs: usize,
    /// How many different images that speaks for.
    support: Option<f64>,
}

impl Pairs {
    fn of(images: Points<f32>, within: f64) -> Pairs {
        let pairs = pairs_within(images, within);
        Pairs {
            closest: closest_pair(images),
            pairs,
            support: support(images.len(), pairs),
        }
    }

    fn row(&self, name: &str) -> Vec<String> {
        let support = self.support.map(|count| format!("about {count:.0}"));
        vec![
            name.into(),
            number(self.closest),
            self.pairs.to_string(),
            support.unwrap_or("no estimate without pairs".into()),
        ]
    }
}

impl Duplicates {
    /// # Errors
    /// `Error::Data` for a data set without two images of each kind.
    pub fn of(samples: Points<f32>, splits: &Splits) -> Result<Duplicates> {
        let [train, test] = [splits.train(Protocol::FGan)[0], splits.test()];
        if train.len().min(test.len()) < 2 {
            return Err(Error::Data(format!(
                "--metrics duplicates wants two training and two test images at least, not {} and {}; give more",
                train.len(),
                test.len()
            )));
        }
        // However many samples there are, so that estimates from few and from many are of the same thing.
        let within = closest_pair(first(test, COMPARED));
        Ok(Duplicates {
            within,
            samples: Pairs::of(samples, within),
            training_images: Pairs::of(first(train, samples.len()), within),
        })
    }

    pub fn table(&self) -> String {
        let header = ["duplicates", "closest two", "pairs", "different ones"];
        let rows = [
            self.samples.row("samples"),
            self.training_images.row("training images"),
        ];
        format!(
            "{}\npairs are at most {} apart, as the closest two test images are; different ones by their birthdays",
            table(&header, &rows),
            number(self.within)
        )
    }
}

/// Test images among which the closest two are looked for, at most: all of MNIST's.
const COMPARED: usize = 10_000;
