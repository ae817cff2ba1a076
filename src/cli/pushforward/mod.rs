//! `gpugan pushforward`: samples of a distribution by a map of uniform or normal numbers, held against
//! the exact one.

mod picture;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use gpugan::plan::{Contents, DeviceInfo};
use gpugan::plot::SIZE;
use gpugan::pushforward::fit::{Fit, SIGNIFICANCE, chi_square, kolmogorov_smirnov};
use gpugan::pushforward::{MOST, Map, Pushforward, Table};
use gpugan::run::atomic;
use gpugan::run::config::{Seed, Tune};
use gpugan::run::log::to_stderr;
use gpugan::{Error, Result};
use serde::Serialize;

use super::device::{Asked, DeviceOptions};
use super::{device, output};

/// Push random numbers through a map, and hold the samples against the exact distribution.
///
/// Prints mean and variance beside the exact ones, and a test of the whole distribution: Kolmogorov and
/// Smirnov's, or chi-square for categories. A right distribution fails it for one seed in a hundred.
/// With --out, draws the histogram with the density that the change of variables gives,
/// p(g⁻¹(y)) |d/dy g⁻¹(y)|.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// The map, such as exponential:2; all are listed below
    #[arg(value_name = "MAP", allow_hyphen_values = true)]
    map: String,
    /// How many samples
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    count: usize,
    /// Seed of the random numbers
    #[arg(long, value_name = "N", default_value_t)]
    seed: Seed,
    /// Draw the histogram as MAP.png and MAP.svg into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceOptions,
}

const AFTER_HELP: &str = "\
Maps of u, uniform on (0, 1):
  exponential[:RATE]             -log(1 - u) / RATE
  logistic[:LOCATION,SCALE]      LOCATION + SCALE log(u / (1 - u))
  cauchy[:LOCATION,SCALE]        LOCATION + SCALE tan(pi (u - 1/2))
  gaussian[:MEAN,DEVIATION]      the inverse of the normal distribution function
  weibull[:SHAPE,SCALE]          SCALE (-log(1 - u))^(1 / SHAPE)
  table:FILE                     the inverse of a distribution function, a line x,F(x) for each point
Maps of pairs and of many:
  box-muller[:MEAN,DEVIATION]    normal numbers from two uniform ones
  categorical:W1,W2,...          the place of the largest log(weight) + gumbel noise
Functions of standard normal numbers, or of uniform ones on (-1, 1):
  square:normal  exp:normal  abs:normal  square:uniform  exp:uniform  abs:uniform

Examples:
  gpugan pushforward exponential:2
  gpugan pushforward cauchy --count 10000 --seed 1 --out pictures
  gpugan pushforward categorical:1,2,3 --json
  gpugan pushforward table:heights.csv --device gpu";

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    map: String,
    count: usize,
    seed: u64,
    device: String,
    backend: String,
    mean: f64,
    variance: f64,
    /// `null` where there is none.
    exact_mean: Option<f64>,
    exact_variance: Option<f64>,
    /// `kolmogorov-smirnov` or `chi-square`.
    test: &'static str,
    statistic: f64,
    critical: f64,
    significance: f64,
    passes: bool,
    pictures: Vec<PathBuf>,
}

/// Draws, tests and prints.
///
/// # Errors
/// `Error::Usage` for options, `Error::Data` for a table, `Error::NoDevice` and `Error::Device` for the
/// device, `Error::Runtime` for a picture that cannot be written.
pub fn run(arguments: &Arguments) -> Result<()> {
    let count = arguments.count;
    if !(1..=MOST).contains(&count) {
        let message = format!("--count is {count}; give a number from 1 to {MOST}");
        return Err(Error::Usage(message));
    }
    let map = map(&arguments.map)?;
    let pictures = pictures(arguments)?;
    let sampling = Pushforward::new(&map, count, arguments.seed.0);
    let (mut samples, device) = draw(arguments, &sampling)?;
    samples.sort_unstable_by(f32::total_cmp);
    if let Some([png, svg]) = &pictures {
        let plot = picture::plot(&map, &arguments.map, &samples);
        write(png, &plot.png(SIZE)?)?;
        write(svg, plot.svg(SIZE)?.as_bytes())?;
    }
    let mut report = Report::of(arguments, &map, &samples, device);
    report.pictures = pictures.into_iter().flatten().collect();
    match arguments.json {
        true => output::print_json(&report),
        false => output::print(&report.text()),
    }
}

/// The map that was typed; a table is read from its file.
fn map(text: &str) -> Result<Map> {
    let Some(file) = text.strip_prefix("table:") else {
        return Map::parse(text);
    };
    let rows = fs::read_to_string(file)
        .map_err(|e| Error::Data(format!("cannot read the table '{file}': {e}")))?;
    Ok(Map::Table(Table::parse(&rows, file)?))
}

/// Where the pictures are to be, in a directory that is made where it is missing.
fn pictures(arguments: &Arguments) -> Result<Option<[PathBuf; 2]>> {
    let Some(directory) = &arguments.out else {
        return Ok(None);
    };
    let runtime =
        |e: std::io::Error| Error::Runtime(format!("cannot create '{}': {e}", directory.display()));
    fs::create_dir_all(directory).map_err(runtime)?;
    let name = name(&arguments.map);
    let paths = ["png", "svg"].map(|form| directory.join(format!("{name}.{form}")));
    match paths.iter().find(|path| path.exists() && !arguments.force) {
        Some(path) => Err(Error::Usage(format!(
            "'{}' exists; give another --out, or --force to replace it",
            path.display()
        ))),
        None => Ok(Some(paths)),
    }
}

/// The name of a map's pictures: of a table, that of its file.
fn name(map: &str) -> String {
    let name = match map.strip_prefix("table:") {
        Some(file) => {
            let stem = Path::new(file).file_stem().unwrap_or_default();
            format!("table-{}", stem.to_string_lossy())
        }
        None => map.replace(|c: char| !(c.is_alphanumeric() || ".-+".contains(c)), "-"),
    };
    // A file system has an end to the length of names.
    name.chars().take(80).collect()
}

/// The samples, and what they were drawn on.
fn draw(arguments: &Arguments, sampling: &Pushforward) -> Result<(Vec<f32>, DeviceInfo)> {
    let asked = Asked {
        tune: Tune::Off,
        ..arguments.device.asked()
    };
    let opened = device::open(sampling.plan.clone(), asked, &[])?;
    to_stderr(&opened.sentence(asked.device));
    let mut executor = opened.executor;
    for (tensor, contents) in &sampling.inputs {
        executor.write(*tensor, contents)?;
    }
    executor.run(&[sampling.program], 1)?;
    match executor.read(sampling.samples)? {
        Contents::F32(samples) => Ok((samples, executor.device().clone())),
        other => panic!("samples are floats, not {other:?}"),
    }
}

fn fit(map: &Map, sorted: &[f32]) -> Fit {
    match map.probabilities() {
        Some(probabilities) => chi_square(&counts(sorted, probabilities.len()), &probabilities),
        None => kolmogorov_smirnov(sorted, |y| map.distribution(y)),
    }
}

/// How often each category came.
fn counts(samples: &[f32], categories: usize) -> Vec<u64> {
    let mut counts = vec![0; categories];
    samples
        .iter()
        .for_each(|sample| counts[*sample as usize] += 1);
    counts
}

/// Mean and variance, each in one pass over differences from the middle, which do not cancel.
fn moments(sorted: &[f32]) -> [f64; 2] {
    let n = sorted.len() as f64;
    let middle = f64::from(sorted[sorted.len() / 2]);
    let moment = |power| -> f64 {
        let terms = sorted.iter().map(|sample| f64::from(*sample) - middle);
        terms
            .map(|difference: f64| difference.powi(power))
            .sum::<f64>()
            / n
    };
    let offset = moment(1);
    [middle + offset, moment(2) - offset * offset]
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic::write(path, bytes).map_err(|e| Error::Runtime(e.to_string()))
}

/// Six digits behind the point, or behind the first one where there would be many before or zeros alone.
fn six(value: f64) -> String {
    match value.abs() {
        size if size == 0.0 || (1e-5..1e9).contains(&size) => format!("{value:.6}"),
        _ => format!("{value:.6e}"),
    }
}

impl Report {
    /// Of samples in order; it has no pictures yet.
    fn of(arguments: &Arguments, map: &Map, sorted: &[f32], device: DeviceInfo) -> Report {
        let fit = fit(map, sorted);
        let [mean, variance] = moments(sorted);
        let exact = map.moments();
        Report {
            map: arguments.map.clone(),
            count: sorted.len(),
            seed: arguments.seed.0,
            device: device.name,
            backend: device.backend,
            mean,
            variance,
            exact_mean: exact.map(|[mean, _]| mean),
            exact_variance: exact.map(|[_, variance]| variance),
            test: match map {
                Map::Categorical { .. } => "chi-square",
                _ => "kolmogorov-smirnov",
            },
            statistic: fit.statistic,
            critical: fit.critical,
            significance: SIGNIFICANCE,
            passes: fit.passes(),
            pictures: Vec::new(),
        }
    }

    fn text(&self) -> String {
        let exact = |value: Option<f64>| match value {
            Some(value) => format!("exact {}", six(value)),
            None => "no exact one".to_string(),
        };
        let (relation, verdict) = match self.passes {
            true => ("at most", "passes"),
            false => ("above", "FAILS"),
        };
        let mut lines = vec![
            format!("map        {}", self.map),
            format!("samples    {}, seed {}", self.count, self.seed),
            format!("device     {} ({})", self.device, self.backend),
            format!("mean       {}, {}", six(self.mean), exact(self.exact_mean)),
            format!(
                "variance   {}, {}",
                six(self.variance),
                exact(self.exact_variance)
            ),
            format!(
                "{verdict}     {} {:.6}, {relation} the critical value {:.6} at {} %",
                self.test,
                self.statistic,
                self.critical,
                100.0 * self.significance
            ),
        ];
        let pictures = self.pictures.iter();
        lines.extend(pictures.map(|path| format!("picture    {}", path.display())));
        lines.join("\n")
    }
}
