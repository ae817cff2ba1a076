//! `gpugan fit`: what simpler models than a GAN make of a data set.

mod models;
mod picture;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gpugan::data::points::Origin;
use gpugan::data::toy::Distribution;
use gpugan::data::{self, Data, Split};
use gpugan::eval::Points;
use gpugan::eval::mixture::Covariance;
use gpugan::run::config::{Dataset, Seed};
use gpugan::run::{Config, atomic};
use gpugan::{Error, Result};
use serde::Serialize;

use super::{game, output};
use models::Fits;

/// Fit simpler models to a data set, and compare them by the likelihood of held-out data.
///
/// Points of distributions are drawn, and others are drawn to be held out; of a file a fifth is held out;
/// MNIST and folders of IDX files have test images. Log-likelihoods are in nats per point, of images with
/// values from 0 to 1.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Data sets, as for --dataset of `gpugan train`
    #[arg(value_name = "DATASET", required_unless_present = "data_dir")]
    datasets: Vec<Dataset>,
    /// Folder of IDX files, as for `gpugan train`
    #[arg(long, value_name = "DIR", conflicts_with = "datasets")]
    data_dir: Option<PathBuf>,
    /// What to fit, with commas between [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    model: Vec<Model>,
    /// Points to fit to, and as many held out [default: 5000, of images 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    count: Option<u32>,
    /// Components of mixtures: N, or FROM-TO, of which the Bayesian information criterion chooses
    /// [default: 1-10]
    #[arg(long, value_name = "RANGE", default_value = "1-10")]
    components: Components,
    /// Covariances of mixtures [default: full, of images diagonal]
    #[arg(long, value_enum)]
    covariance: Option<CovarianceName>,
    /// Least standard deviation of a component [default: 0, of images 0.1]
    #[arg(long, value_name = "SIGMA")]
    least_sigma: Option<f64>,
    /// Clusters of k-means [default: components of the best mixture, else 8]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    clusters: Option<u32>,
    /// Of what is drawn: data, first centres, parts of a cross-validation
    #[arg(long, value_name = "N", default_value = "0")]
    seed: Seed,
    /// Print JSON, with all parameters
    #[arg(long)]
    json: bool,
    /// Write the JSON to a file, too
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,
    /// Draw the densities of points in one or two dimensions: a .png or .svg file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  gpugan fit ring8 grid25 --components 1-30
  gpugan fit fgan-mix --model data,gmm --plot mixture.png
  gpugan fit points:FILE.csv --model kde --json
  gpugan fit mnist --model gmm --components 10 --out gmm.json";

/// Of images, and of points.
const IMAGES: usize = 2_000;
const POINTS: usize = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Model {
    /// The density that the data are drawn from, where it is known
    Data,
    /// Kernel density estimates, by three rules for the bandwidth
    Kde,
    /// Mixtures of Gaussians
    Gmm,
    /// Centres alone, which have no density
    Kmeans,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CovarianceName {
    Full,
    Diagonal,
}

/// Numbers of components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Components {
    from: usize,
    to: usize,
}

impl std::str::FromStr for Components {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Components, String> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) if 1 <= from && from <= to && to <= 1_000 => {
                Ok(Components { from, to })
            }
            _ => Err(format!(
                "'{text}' is no number of components, expected N or FROM-TO from 1 to 1000, such as `1-10`"
            )),
        }
    }
}

/// A data set in two parts.
pub struct Parts {
    name: String,
    dims: usize,
    images: bool,
    /// \[n, d\]
    train: Vec<f64>,
    test: Vec<f64>,
    /// What both were drawn from.
    distribution: Option<Distribution>,
}

impl Parts {
    fn train(&self) -> Points<'_> {
        Points::new(&self.train, self.dims)
    }

    fn test(&self) -> Points<'_> {
        Points::new(&self.test, self.dims)
    }
}

/// What is fitted.
struct Wanted<'a> {
    models: &'a [Model],
    components: Components,
    covariance: Covariance,
    least_sigma: f64,
    clusters: Option<usize>,
    seed: u64,
}

/// Fits and prints.
///
/// # Errors
/// `Error::Data` for data that cannot be had or are too few, `Error::Usage` for options that do not go
/// together, `Error::Runtime` where a file cannot be written.
pub fn run(arguments: &Arguments) -> Result<()> {
    let sets = match &arguments.data_dir {
        Some(_) => vec![Dataset::Mnist],
        None => arguments.datasets.clone(),
    };
    if arguments.plot.is_some() && sets.len() > 1 {
        return Err(Error::Usage("--plot draws one data set; give one".into()));
    }
    let mut reports = Vec::new();
    for dataset in sets {
        let parts = parts(arguments, dataset)?;
        let fits = models::fit(&parts, &wanted(arguments, &parts)?)?;
        if let Some(path) = &arguments.plot {
            picture::write(path, &parts, &fits)?;
        }
        reports.push(Report::of(&parts, arguments.seed.0, fits));
    }
    if let Some(path) = &arguments.out {
        let text = serde_json::to_string_pretty(&reports);
        let text = text.map_err(|e| Error::Runtime(format!("the result has no JSON form: {e}")))?;
        atomic::write(path, text.as_bytes()).map_err(|e| Error::Runtime(e.to_string()))?;
    }
    match arguments.json {
        true => output::print_json(&reports),
        false => {
            let texts: Vec<String> = reports.iter().map(Report::text).collect();
            output::print(&texts.join("\n\n"))
        }
    }
}

fn wanted<'a>(arguments: &'a Arguments, parts: &Parts) -> Result<Wanted<'a>> {
    let usual = if parts.images { 0.1 } else { 0.0 };
    let least_sigma = arguments.least_sigma.unwrap_or(usual);
    if !(0.0..=1e6).contains(&least_sigma) {
        return Err(Error::Usage(format!(
            "--least-sigma is {least_sigma}; give a number from 0 to 1e6"
        )));
    }
    Ok(Wanted {
        models: match arguments.model.is_empty() {
            true => Model::value_variants(),
            false => &arguments.model,
        },
        components: arguments.components,
        covariance: match arguments.covariance {
            Some(CovarianceName::Full) => Covariance::Full,
            Some(CovarianceName::Diagonal) => Covariance::Diagonal,
            None if parts.images => Covariance::Diagonal,
            None => Covariance::Full,
        },
        least_sigma,
        clusters: arguments.clusters.map(|k| k as usize),
        seed: arguments.seed.0,
    })
}

fn parts(arguments: &Arguments, dataset: Dataset) -> Result<Parts> {
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
            let widened =
                |values: &[f32]| values.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
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
        "{} has {train} points to fit to and {test} to hold out; give at least 10 and 2",
        parts.name
    )))
}

/// What `--json` prints of one data set.
#[derive(Serialize)]
struct Report {
    data: String,
    dims: usize,
    points: usize,
    held_out: usize,
    seed: u64,
    #[serde(flatten)]
    fits: Fits,
}

impl Report {
    fn of(parts: &Parts, seed: u64, fits: Fits) -> Report {
        Report {
            data: parts.name.clone(),
            dims: parts.dims,
            points: parts.train().len(),
            held_out: parts.test().len(),
            seed,
            fits,
        }
    }

    fn text(&self) -> String {
        let Report {
            data,
            dims,
            points,
            held_out,
            seed,
            fits,
        } = self;
        let head = format!(
            "{data}: {points} points of {dims} coordinates, {held_out} held out, seed {seed}\n"
        );
        head + &fits.tables().join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_a_number_or_a_range() {
        assert_eq!("7".parse(), Ok(Components { from: 7, to: 7 }));
        assert_eq!("2-12".parse(), Ok(Components { from: 2, to: 12 }));
        for text in ["", "0", "5-2", "1-", "-3", "a", "1-2000", "1-2-3"] {
            let refused = text.parse::<Components>().unwrap_err();
            assert!(refused.contains(text), "{refused}");
        }
    }
}
