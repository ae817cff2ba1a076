//! `gpugan plot`: the curves of a run, and of runs on points what became of them, as pictures.

mod densities;
mod overfitting;
mod points;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use gpugan::plot::{Axis, Layer, Plot, SIZE, colour};
use gpugan::run::config::Dataset;
use gpugan::run::log::to_stderr;
use gpugan::run::metrics::{self, Record};
use gpugan::run::{RunDirectory, animation, atomic};
use gpugan::{Error, Result};

use super::device::{Asked, TunedOptions};
use super::generator::Generator;
use super::output;

/// Draw losses, scores, accuracy and bound of a run.
///
/// Of a run on points of one or two coordinates also data and samples of the last checkpoint, a kernel
/// estimate and a Gaussian mixture of the data beside an estimate of the samples, and the critic's score
/// of every place. Of a run on images also the critic's mean score of images that it learned, of held-out
/// ones and of samples in every checkpoint that was kept (--keep): the overfitting curve. gpugan train
/// draws all but the latter when a run ends.
///
/// Writes PNG and SVG files into RUN/plots and the film RUN/samples/progress.gif, and prints their paths. A
/// run that is still going can be drawn, too; what was drawn before is replaced. Numbers that the
/// objective does not have are left out.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// A run directory
    #[arg(value_name = "RUN")]
    run: PathBuf,
    /// Another directory for the pictures
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Draw the losses on a logarithmic axis, which leaves out those that are not positive
    #[arg(long)]
    log: bool,
    /// Images that the run did not learn, for the overfitting curve of one on a folder or zip file:
    /// folder:DIR or zip:FILE
    #[arg(long, value_name = "DATASET")]
    test: Option<Dataset>,
    #[command(flatten)]
    device: TunedOptions,
}

const AFTER_HELP: &str = "\
Examples, where RUN is such as runs/00000-mnist-mlp-non-saturating:
  gpugan plot RUN
  gpugan plot RUN --log --out pictures
  gpugan plot RUN --test folder:others         with images held out of a run on a folder";

/// A curve: its label, and its number in a record.
type Curve = (&'static str, fn(&Record) -> f64);

/// A picture, and the name of its files.
type Picture = (&'static str, Plot);

/// Pictures of metrics: the name of the files, the label of the axis, and the curves.
const PICTURES: [(&str, &str, &[Curve]); 4] = [
    (
        "losses",
        "loss",
        &[
            ("critic", |record| record.loss_critic),
            ("generator", |record| record.loss_generator),
        ],
    ),
    (
        "scores",
        "mean score",
        &[
            ("real", |record| record.score_real),
            ("generated", |record| record.score_fake),
        ],
    ),
    (
        "accuracy",
        "share",
        &[
            ("accuracy", |record| record.accuracy),
            ("p real", |record| record.p_real),
            ("p generated", |record| record.p_fake),
        ],
    ),
    ("bound", "bound", &[("", |record| record.bound)]),
];

/// The folder of a run that pictures are drawn into.
pub const FOLDER: &str = "plots";

/// Draws.
///
/// # Errors
/// `Error::Usage` for what is no run, and as [`draw`] and [`overfitting::picture`]; without pictures of samples
/// there is a warning in place of the film.
pub fn run(arguments: &Arguments) -> Result<()> {
    let run = &arguments.run;
    RunDirectory::open(run)?;
    let default = || run.join(FOLDER);
    let directory = arguments.out.clone().unwrap_or_else(default);
    let asked = arguments.device.asked();
    let mut written = draw(run, &directory, arguments.log, asked)?;
    if let Some((name, plot)) = overfitting::picture(run, arguments.test.as_ref(), asked)? {
        written.extend(write(&plot, &directory.join(name))?);
    }
    match film(run, arguments.out.as_deref()) {
        Ok(path) => written.push(path),
        Err(fault) => to_stderr(&format!("warning: {fault}; there is no film")),
    }
    output::print(&written.join("\n"))
}

/// Makes one film of the pictures of samples, among them or in a directory that is there, and returns its
/// path.
///
/// # Errors
/// As [`animation::animate`].
pub fn film(run: &Path, directory: Option<&Path>) -> Result<String> {
    let samples = run.join("samples");
    let path = directory.unwrap_or(&samples).join("progress.gif");
    animation::animate(&samples, &path)?;
    Ok(path.display().to_string())
}

/// Draws the curves of a run and, if it learns points, those, and returns the paths of the pictures.
///
/// # Errors
/// `Error::Runtime` for metrics that cannot be read and pictures that cannot be written; of runs on points
/// also what drawing samples may fail with. A run without a checkpoint has the curves alone.
pub fn draw(run: &Path, directory: &Path, log: bool, asked: Asked) -> Result<Vec<String>> {
    let file = run.join("metrics.jsonl");
    let records = metrics::read(&file)?;
    let mut pictures = curves(run, &records, log);
    pictures.extend(of_points(run, asked)?);
    if pictures.is_empty() {
        return Err(Error::Runtime(format!(
            "'{}' holds no records yet; wait for the first log interval",
            file.display()
        )));
    }
    fs::create_dir_all(directory)
        .map_err(|e| Error::Runtime(format!("cannot create '{}': {e}", directory.display())))?;
    let mut written = Vec::new();
    for (name, plot) in pictures {
        written.extend(write(&plot, &directory.join(name))?);
    }
    Ok(written)
}

/// The pictures of the metrics, with their names.
fn curves(run: &Path, records: &[Record], log: bool) -> Vec<Picture> {
    let picture = |(name, label, curves): (&'static str, &str, &[Curve])| {
        let log = log && name == "losses";
        let y = Axis::new(label);
        let plot = Plot {
            title: name.to_string(),
            subtitle: run_name(run),
            x: Axis::new("generator updates"),
            y: if log { y.log() } else { y },
            layers: layers(records, curves, log),
            ..Plot::default()
        };
        (name, plot)
    };
    let pictures = PICTURES.into_iter().map(picture);
    pictures
        .filter(|(_, plot)| !plot.layers.is_empty())
        .collect()
}

/// The pictures of a run on points; none of another run.
fn of_points(run: &Path, asked: Asked) -> Result<Vec<Picture>> {
    let generator = match Generator::load(run) {
        Ok(generator) if generator.config.dataset.is_of_points() => generator,
        Ok(_) => return Ok(Vec::new()),
        Err(fault @ Error::Checkpoint(_)) => {
            to_stderr(&format!("warning: {fault}; the curves alone are drawn"));
            return Ok(Vec::new());
        }
        Err(fault) => return Err(fault),
    };
    asked
        .pool()?
        .install(|| points::pictures(&generator, asked))
}

/// The curves that have a number somewhere; one number alone is a point.
fn layers(records: &[Record], curves: &[Curve], log: bool) -> Vec<Layer> {
    let layer = |(at, (label, number)): (usize, &Curve)| {
        let points = records.iter();
        let points = points.map(|record| [record.step as f64, number(record)]);
        let points: Vec<_> = points.collect();
        let shown = |y: f64| y.is_finite() && (!log || y > 0.0);
        let count = points.iter().filter(|point| shown(point[1])).count();
        match count {
            0 => None,
            1 => Some(Layer::Points {
                label: label.to_string(),
                colour: colour::series(at),
                points,
                radius: 3.0,
                opacity: 1.0,
            }),
            _ => Some(Layer::line(*label, colour::series(at), points)),
        }
    };
    curves.iter().enumerate().filter_map(layer).collect()
}

fn run_name(run: &Path) -> String {
    let path = std::path::absolute(run).unwrap_or_else(|_| run.into());
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Writes both forms of a picture, and returns their paths.
fn write(plot: &Plot, path: &Path) -> Result<[String; 2]> {
    let [png, svg] = ["png", "svg"].map(|form| path.with_extension(form));
    let runtime = |e: std::io::Error| Error::Runtime(e.to_string());
    atomic::write(&png, &plot.png(SIZE)?).map_err(runtime)?;
    atomic::write(&svg, plot.svg(SIZE)?.as_bytes()).map_err(runtime)?;
    Ok([png, svg].map(|path| path.display().to_string()))
}
