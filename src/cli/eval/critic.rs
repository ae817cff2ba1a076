//! What the critic says of images that it learned from, of others and of samples.

use gpugan::eval::Points;
use gpugan::eval::kernel::mean_and_error;
use gpugan::eval::parzen::Protocol;
use gpugan::{Error, Result};
use serde::Serialize;

use super::super::critic::Critic;
use super::super::device::Asked;
use super::super::generator::Generator;
use super::images::{Splits, centred};
use super::{number, table};

/// What the critic says of images that it learned from and of others.
#[derive(Serialize)]
pub struct Scores {
    pub train: Mean,
    pub test: Mean,
    pub samples: Mean,
    /// Mean score of training images less that of test images, in standard deviations of the latter: a
    /// critic that generalises has 0.
    gap: f64,
}

/// Of scores.
#[derive(Serialize)]
pub struct Mean {
    pub mean: f64,
    standard_error: f64,
    count: usize,
}

impl Mean {
    fn of(scores: &[f32]) -> Mean {
        let scores: Vec<f64> = scores.iter().map(|x| f64::from(*x)).collect();
        let (mean, standard_error) = mean_and_error(&scores);
        Mean {
            mean,
            standard_error,
            count: scores.len(),
        }
    }
}

impl Scores {
    /// By the critic that played with this generator: of `most` images of each kind at most, and as many
    /// of each as there are of the fewest. `drawn` are samples \[most, F\].
    ///
    /// # Errors
    /// `Error::Data` for too few images, and as [`Critic::scores`].
    pub fn of(
        generator: &Generator,
        most: usize,
        splits: &Splits,
        drawn: &[f32],
        asked: Asked,
    ) -> Result<Scores> {
        let critic = Critic::load(generator)?;
        let [train, test] = [splits.train(Protocol::FGan)[0], splits.test()];
        let count = train.len().min(test.len()).min(most);
        if count < 2 * critic.pack() {
            return Err(Error::Data(format!(
                "{count} images are too few for a mean score of a critic that sees {} at once; give at least {}",
                critic.pack(),
                2 * critic.pack()
            )));
        }
        let of = |images: Points<f32>| critic.scores(&centred(images), asked);
        let train = of(train.slice(0, count))?;
        let test = of(test.slice(0, count))?;
        let samples = critic.scores(&drawn[..count * splits.features], asked)?;
        let [train, test, samples] = [train, test, samples].map(|scores| Mean::of(&scores));
        let deviation = test.standard_error * (test.count as f64).sqrt();
        Ok(Scores {
            gap: (train.mean - test.mean) / deviation,
            train,
            test,
            samples,
        })
    }

    pub fn table(&self) -> String {
        let row = |name: &str, of: &Mean| {
            let (mean, error) = (number(of.mean), number(of.standard_error));
            vec![
                name.into(),
                format!("{mean} +- {error}"),
                of.count.to_string(),
            ]
        };
        let rows = [
            row("training images", &self.train),
            row("test images", &self.test),
            row("samples", &self.samples),
        ];
        let header = ["the critic on", "mean score", "scores"];
        format!(
            "{}\ntraining images above test images by {} standard deviations; 0 where the critic \
             generalises",
            table(&header, &rows),
            number(self.gap)
        )
    }
}
