//! `gpugan fit`: what simpler models than a GAN make of a data set.

mod models;
mod parts;
mod picture;
mod tables;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gpugan::eval::mixture::Covariance;
use gpugan::plan::counted;
use gpugan::run::atomic;
use gpugan::run::config::{Dataset, Seed};
use gpugan::{Error, Result};
use serde::Serialize;

use super::output;
use models::Fits;
use parts::{Parts, parts};

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

/// What is fitted.
struct Wanted<'a> {
    models: &'a [Model],
    components: Components,
    covariance: Covariance,
    least_sigma: f64,
    clusters: Option<usize>,
    seed: u64,
}

/// Fits, prints and keeps. What can be refused is refused before anything is fitted; what was fitted is
/// printed even where it cannot be kept.
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
    let plot = arguments.plot.as_deref().map(picture::Target::at);
    let plot = plot.transpose()?;
    if let Some(path) = &arguments.out {
        output::require_file(path)?;
    }
    let sets = sets.into_iter().map(|dataset| parts(arguments, dataset));
    let sets = sets.collect::<Result<Vec<Parts>>>()?;
    for parts in &sets {
        wanted(arguments, parts)?.possible(parts)?;
        if let Some(target) = &plot {
            target.require(parts, arguments.models())?;
        }
    }
    let (reports, fitted) = fit_all(arguments, &sets, plot.as_ref())?;
    let kept = keep(arguments, &reports);
    match arguments.json {
        true => output::print_json(&reports)?,
        false => {
            let texts: Vec<String> = reports.iter().map(Report::text).collect();
            output::print(&texts.join("\n\n"))?;
        }
    }
    fitted.and(kept)
}

/// Fits and draws: what was fitted, and what went wrong after the first of it.
fn fit_all(
    arguments: &Arguments,
    sets: &[Parts],
    plot: Option<&picture::Target>,
) -> Result<(Vec<Report>, Result<()>)> {
    let mut reports = Vec::new();
    let (mut fitted, mut drawn) = (Ok(()), Ok(()));
    for parts in sets {
        let fits = match models::fit(parts, &wanted(arguments, parts)?) {
            Err(fault) if !reports.is_empty() => {
                fitted = Err(fault);
                break;
            }
            found => found?,
        };
        if let Some(target) = plot {
            drawn = target.write(parts, &fits);
        }
        reports.push(Report::of(parts, arguments.seed.0, fits));
    }
    Ok((reports, fitted.and(drawn)))
}

fn keep(arguments: &Arguments, reports: &[Report]) -> Result<()> {
    let Some(path) = &arguments.out else {
        return Ok(());
    };
    let text = serde_json::to_string_pretty(reports);
    let text = text.map_err(|e| Error::Runtime(format!("the result has no JSON form: {e}")))?;
    atomic::write(path, text.as_bytes()).map_err(|e| Error::Runtime(e.to_string()))
}

impl Arguments {
    fn models(&self) -> &[Model] {
        match self.model.is_empty() {
            true => Model::value_variants(),
            false => &self.model,
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
        models: arguments.models(),
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
            "{data}: {} of {}, {held_out} held out, seed {seed}\n",
            counted(*points, "point"),
            counted(*dims, "coordinate")
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
