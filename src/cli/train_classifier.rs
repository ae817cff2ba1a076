//! `gpugan train-classifier`: the classifier whose features `gpugan eval` measures digits by.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use gpugan::classifier::{Classifier, Metadata, Reader, Saved, Settings, Student, Training};
use gpugan::data::{Images, Split, mnist};
use gpugan::run::atomic;
use gpugan::run::config::Seed;
use gpugan::run::log::to_stderr;
use gpugan::{Error, Result};
use serde::Serialize;

use super::device::{self, DeviceOptions};
use super::output;

/// Train the classifier of digits that `gpugan eval` measures with, on MNIST.
///
/// One is built in; this makes another, or the same again. It learns from the 60,000 training images, and
/// the file tells how many of the 10,000 test images it gets right.
#[derive(Args, Debug)]
#[command(hide = true)]
pub struct Arguments {
    /// The file to write, in the safetensors format
    #[arg(long, value_name = "FILE", default_value = "classifier.safetensors")]
    out: PathBuf,
    /// Passes through the training images
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    epochs: u64,
    /// Images of one update
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(2..=10_000))]
    batch: u16,
    /// Learning rate of Adam, which falls to 0 on a line
    #[arg(long, value_name = "X", default_value_t = 2e-3)]
    lr: f64,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value = "0")]
    seed: Seed,
    #[command(flatten)]
    device: DeviceOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Images that are classified at a time.
pub const AT_ONCE: usize = 500;

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    file: String,
    bytes: usize,
    parameters: usize,
    right: usize,
    of: usize,
    accuracy: f64,
    /// Of training alone.
    seconds: f64,
    epochs: u64,
    seed: u64,
}

/// Trains, tests and writes.
///
/// # Errors
/// `Error::Usage` for a learning rate that is none, `Error::Diverged` where a value is not finite, what
/// the device does, and `Error::Runtime` where the file cannot be written.
pub fn run(arguments: &Arguments) -> Result<()> {
    let lr = arguments.lr;
    if !(lr > 0.0 && lr <= 1.0) {
        return Err(Error::Usage(format!(
            "--lr is {lr}; give a number above 0 and up to 1"
        )));
    }
    let report = train(arguments)?;
    let Report {
        file,
        bytes,
        right,
        of,
        accuracy,
        seconds,
        ..
    } = &report;
    match arguments.json {
        true => output::print_json(&report),
        false => output::print(&format!(
            "{file}: {right} of {of} test images right ({:.2} %), {bytes} bytes, {seconds:.0} s",
            100.0 * accuracy
        )),
    }
}

fn train(arguments: &Arguments) -> Result<Report> {
    let asked = arguments.device.asked();
    let train = mnist::load(Split::Train)?;
    let settings = Settings {
        images: train.count,
        batch: arguments.batch.into(),
        epochs: arguments.epochs,
        lr: arguments.lr,
        seed: arguments.seed.0,
    };
    let training = Training::new(settings);
    let parameters = training.network.parameter_count();
    let opened = device::open(training.plan.clone(), asked, &[])?;
    to_stderr(&opened.sentence(asked.device));
    let known = labels(&train);
    let mut student = Student::new(training, opened.executor, train.pixels, known)?;
    let began = Instant::now();
    for epoch in 1..=settings.epochs {
        let course = student.epoch()?;
        to_stderr(&format!(
            "epoch {epoch} of {}: loss {:.4}, {:.2} % right, {:.0} s",
            settings.epochs,
            course.loss,
            100.0 * course.accuracy,
            began.elapsed().as_secs_f64()
        ));
    }
    let seconds = began.elapsed().as_secs_f64();
    let state = student.state()?;
    let reader = Reader::new(AT_ONCE);
    let executor = device::open(reader.plan.clone(), asked, &[])?.executor;
    let mut classifier = Classifier::new(reader, executor, &state)?;
    let test = mnist::load(Split::Test)?;
    let right = classifier
        .read(&scaled(&test.pixels))?
        .right(&labels(&test));
    let metadata = Metadata::new(&settings, command(&settings), right, test.count);
    let bytes = Saved::to_bytes(&metadata, &state)?;
    atomic::write(&arguments.out, &bytes).map_err(|e| Error::Runtime(e.to_string()))?;
    Ok(Report {
        file: arguments.out.display().to_string(),
        bytes: bytes.len(),
        parameters,
        right,
        of: test.count,
        accuracy: right as f64 / test.count as f64,
        seconds,
        epochs: settings.epochs,
        seed: settings.seed,
    })
}

/// What makes the same again, on the same device.
fn command(settings: &Settings) -> String {
    let Settings {
        batch,
        epochs,
        lr,
        seed,
        ..
    } = settings;
    format!("gpugan train-classifier --epochs {epochs} --batch {batch} --lr {lr} --seed {seed}")
}

fn labels(images: &Images) -> Vec<u8> {
    let labels = images.labels.clone();
    labels.expect("the data set that is built in has labels")
}

/// Bytes as the networks see them: from −1 to 1.
pub fn scaled(bytes: &[u8]) -> Vec<f32> {
    let bytes = bytes.iter();
    bytes.map(|byte| f32::from(*byte) / 127.5 - 1.0).collect()
}
