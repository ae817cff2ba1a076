//! Measures of samples that are images.

use gpugan::data::{self, Data, Images, Split};
use gpugan::eval::Points;
use gpugan::eval::neighbours::Distances;
use gpugan::eval::parzen::{Protocol, Score, score};
use gpugan::run::Config;
use gpugan::run::config::Dataset;
use gpugan::{Error, Result};
use serde::Serialize;

use super::super::game;
use super::super::generator::Generator;
use super::anchors::{self, Anchors};
use super::critic::Scores;
use super::digits::{self, Digits};
use super::duplicates::Duplicates;
use super::{Metric, Wanted, number, table};

/// Samples that the generator draws at a time.
pub const AT_ONCE: usize = 500;

#[derive(Default, Serialize)]
pub struct Found {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parzen: Vec<Parzen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memorisation: Option<Memorisation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicates: Option<Duplicates>,
    #[serde(skip_serializing_if = "Option::is_none")]
    critic: Option<Scores>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digits: Option<Digits>,
}

/// The likelihood of test images under windows on samples, and on what else scores.
#[derive(Serialize)]
struct Parzen {
    protocol: Protocol,
    samples: Score,
    anchors: Anchors,
    /// Of the samples alone.
    seconds: f64,
}

/// Distances to the nearest training image.
#[derive(Serialize)]
struct Memorisation {
    samples: Distances,
    test: Distances,
    /// Median of the samples over that of test images: far below 1 where training images are repeated.
    ratio: f64,
}

/// What --count is unless given: what the protocols of the papers ask for.
pub fn usual_count(metrics: &[Metric]) -> usize {
    match metrics.contains(&Metric::ParzenFGan) {
        true => Protocol::FGan.samples(),
        false => Protocol::Goodfellow.samples(),
    }
}

/// The images that a run learned, and others of their kind, with values from 0 to 1.
pub struct Splits {
    train: Vec<f32>,
    test: Vec<f32>,
    pub features: usize,
    /// The first digits of both checksums.
    pub name: String,
}

impl Splits {
    /// As [`Points`]: training images for a protocol, and what of them chooses σ. Goodfellow et al. hold a
    /// sixth of MNIST's back for that.
    pub fn train(&self, protocol: Protocol) -> [Points<'_, f32>; 2] {
        let all = Points::new(&self.train, self.features);
        match protocol {
            Protocol::FGan => [all, all.slice(0, 0)],
            Protocol::Goodfellow => {
                let kept = all.len() - all.len() / 6;
                let validation = protocol.validation().min(all.len() - kept);
                [all.slice(0, kept), all.slice(kept, validation)]
            }
        }
    }

    pub fn test(&self) -> Points<'_, f32> {
        Points::new(&self.test, self.features)
    }

    /// Those of the run, and those that are given or that its data set keeps for tests.
    ///
    /// # Errors
    /// `Error::Usage` where neither are any, `Error::Data` for images that cannot be had or are of another
    /// shape.
    pub fn load(generator: &Generator, test: Option<&Dataset>) -> Result<Splits> {
        let config = &generator.config;
        let train = images(config)?;
        let test = test_images(config, test)?;
        let expected = generator.architecture.shape;
        for images in [&train, &test] {
            if images.shape != expected {
                let (name, shape) = (&images.name, images.shape);
                return Err(Error::Data(format!(
                    "the images of {name} are of {shape:?} (height, width, channels), and those of the \
                     run of {expected:?}; give images of that size"
                )));
            }
        }
        Ok(Splits::of(&train, &test))
    }

    /// Of images of one shape.
    pub fn of(train: &Images, test: &Images) -> Splits {
        let scaled = |images: &Images| {
            let pixels = images.pixels.iter();
            pixels.map(|byte| f32::from(*byte) / 255.0).collect()
        };
        Splits {
            features: train.image_bytes(),
            name: format!("{}-{}", &train.checksum[..16], &test.checksum[..16]),
            train: scaled(train),
            test: scaled(test),
        }
    }
}

fn images(config: &Config) -> Result<Images> {
    match game::load_data(config, &mut |_, _| Ok(()))? {
        Data::Images(images) if images.stack == 1 => Ok(images),
        Data::Images(stacks) => Err(Error::Usage(format!(
            "the samples of {} are drawn without end, and images of a fixed set are needed; give \
             folder:DIR or zip:FILE",
            stacks.name
        ))),
        Data::Points(points) => Err(Error::Usage(format!(
            "{} is of points, and this run learned images; give folder:DIR or zip:FILE",
            points.name
        ))),
    }
}

/// Those that the run did not learn.
fn test_images(config: &Config, given: Option<&Dataset>) -> Result<Images> {
    match (given, &config.data_dir, &config.dataset) {
        (Some(given), _, _) if *given == Dataset::Mnist => data::mnist::load(Split::Test),
        (Some(given), _, _) => images(&Config {
            dataset: given.clone(),
            data_dir: None,
            batch: 1,
            ..config.clone()
        }),
        (None, Some(directory), _) => data::idx::load_dir(directory, Split::Test),
        (None, None, Dataset::Mnist) => data::mnist::load(Split::Test),
        (None, None, other) => Err(Error::Usage(format!(
            "{other} has no test images of its own, since the run learned all of it; give others as \
             --test folder:DIR or --test zip:FILE"
        ))),
    }
}

/// Measures samples of the generator.
pub fn measure(generator: &Generator, wanted: &Wanted) -> Result<Found> {
    digits::check(wanted, generator.architecture.shape)?;
    let splits = Splits::load(generator, wanted.test)?;
    let drawn = generator.draw(wanted.count, AT_ONCE, wanted.seed, wanted.asked)?;
    let samples: Vec<f32> = drawn.values.iter().map(|x| (x + 1.0) / 2.0).collect();
    let samples = Points::new(&samples, splits.features);
    let mut found = Found::default();
    let protocols = [
        (Metric::Parzen, Protocol::Goodfellow),
        (Metric::ParzenFGan, Protocol::FGan),
    ];
    for (_, protocol) in protocols
        .into_iter()
        .filter(|(metric, _)| wanted.has(*metric))
    {
        found.parzen.push(parzen(protocol, &splits, samples)?);
    }
    if wanted.has(Metric::Memorisation) {
        let (train, test) = (
            splits.train(Protocol::FGan)[0],
            first(splits.test(), samples.len()),
        );
        let [samples, test] = [samples, test].map(|images| Distances::of(images, train));
        let ratio = samples.median / test.median;
        found.memorisation = Some(Memorisation {
            samples,
            test,
            ratio,
        });
    }
    if wanted.has(Metric::Duplicates) {
        found.duplicates = Some(Duplicates::of(samples, &splits)?);
    }
    if wanted.has(Metric::Critic) {
        found.critic = Some(Scores::of(
            generator,
            wanted.count,
            &splits,
            &drawn.values,
            wanted.asked,
        )?);
    }
    if wanted.metrics.iter().any(|metric| metric.is_of_digits()) {
        let train = first(splits.train(Protocol::FGan)[0], samples.len());
        let [train, test] = [train, splits.test()].map(centred);
        found.digits = Some(digits::measure(wanted, &drawn.values, &train, &test)?);
    }
    Ok(found)
}

/// From \[0, 1\] to \[−1, 1\], as networks see images.
pub fn centred(images: Points<f32>) -> Vec<f32> {
    images.values().iter().map(|x| 2.0 * x - 1.0).collect()
}

pub fn first<'a>(points: Points<'a, f32>, count: usize) -> Points<'a, f32> {
    points.slice(0, count.min(points.len()))
}

fn parzen(protocol: Protocol, splits: &Splits, samples: Points<f32>) -> Result<Parzen> {
    // Each protocol sees as many as its paper draws, or all.
    let samples = first(samples, protocol.samples());
    let [train, validation] = splits.train(protocol);
    if train.len() < 3 || protocol.validation() > 0 && validation.is_empty() {
        return Err(Error::Data(format!(
            "{} training images are too few for Parzen windows; give a data set of at least 6",
            splits.train.len() / splits.features
        )));
    }
    let started = std::time::Instant::now();
    let found = score(protocol, samples, validation, splits.test());
    let seconds = started.elapsed().as_secs_f64();
    let anchors = anchors::of(protocol, splits, samples.len())?;
    Ok(Parzen {
        protocol,
        samples: found,
        anchors,
        seconds,
    })
}

impl Found {
    pub fn tables(&self) -> Vec<String> {
        let mut tables: Vec<String> = self.parzen.iter().map(Parzen::table).collect();
        if let Some(Memorisation {
            samples,
            test,
            ratio,
        }) = &self.memorisation
        {
            let row = |name: &str, of: &Distances| {
                vec![
                    name.into(),
                    number(of.least),
                    number(of.percent),
                    number(of.median),
                ]
            };
            let rows = [row("samples", samples), row("test images", test)];
            let header = [
                "distance to the nearest training image",
                "least",
                "1 %",
                "median",
            ];
            tables.push(format!(
                "{}\nratio of medians {}",
                table(&header, &rows),
                number(*ratio)
            ));
        }
        tables.extend(self.duplicates.as_ref().map(Duplicates::table));
        tables.extend(self.critic.as_ref().map(Scores::table));
        tables.extend(self.digits.iter().flat_map(Digits::tables));
        tables
    }
}

impl Parzen {
    fn table(&self) -> String {
        let name = match self.protocol {
            Protocol::Goodfellow => "Goodfellow et al. 2014",
            Protocol::FGan => "Nowozin et al. 2016 (f-GAN)",
        };
        let row = |name: &str, score: &Score| {
            let edge = if score.at_the_edge {
                " (at the edge of the grid)"
            } else {
                ""
            };
            let likelihood = format!("{:.1} +- {:.1}", score.log_likelihood, score.standard_error);
            let sigma = format!("{:.3}{edge}", score.sigma);
            vec![name.into(), likelihood, sigma, score.samples.to_string()]
        };
        let rows = [
            row("samples", &self.samples),
            row("training images", &self.anchors.training_images),
            row("k-means on training images", &self.anchors.k_means),
        ];
        let header = ["windows on", "log-likelihood (nats)", "sigma", "windows"];
        format!(
            "Parzen windows by the protocol of {name}, {} test images\n{}\n\
             Centres of k-means are no model, and score all the same: compare with them and with the \
             training images\nbefore with numbers of papers. The samples took {:.1} s",
            self.samples.test,
            table(&header, &rows),
            self.seconds
        )
    }
}
