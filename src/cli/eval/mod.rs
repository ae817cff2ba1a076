//! `gpugan eval`: samples of a run measured beside real data.

pub(super) mod anchors;
pub mod critic;
pub(super) mod digits;
mod divergences;
mod duplicates;
pub(super) mod images;
pub(super) mod metric;
pub(super) mod points;
pub(super) mod stacked;

use std::path::PathBuf;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use gpugan::eval::modes;
use gpugan::run::config::{Dataset, Seed};
use gpugan::{Error, Result};
use serde::Serialize;

use super::device::{Asked, TunedOptions};
use super::generator::Generator;
use super::output;
use metric::{Metric, Subject};

/// Measure samples of a run beside real data.
///
/// Every number stands beside the same one of real data, without which it means little. The number of
/// samples and the seed are printed, since all of them depend on these.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// A run directory, whose last checkpoint is taken, or a checkpoint directory
    #[arg(value_name = "RUN|CHECKPOINT")]
    from: PathBuf,
    /// What to measure, with commas between [default: of points all that apply; of images parzen,
    /// memorisation, duplicates, critic; of stacked-mnist stacked]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    metrics: Vec<Metric>,
    /// How many samples [default: 2500 points or 10000 images; parzen-f-gan: 16000, stacked: 26000]
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Seed of the latents [default: that of the run]
    #[arg(long, value_name = "N")]
    seed: Option<Seed>,
    /// Test images for a run on a folder or zip file: folder:DIR or zip:FILE
    #[arg(long, value_name = "DATASET")]
    test: Option<Dataset>,
    #[command(flatten)]
    device: TunedOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples, where RUN is such as runs/00000-mnist-mlp-non-saturating:
  gpugan eval RUN
  gpugan eval RUN --metrics parzen,parzen-f-gan --json
  gpugan eval RUN --metrics classes,frechet,kernel
  gpugan eval RUN --metrics stacked
  gpugan eval RUN/checkpoints/step-00001000 --metrics modes --count 10000";

/// All samples are in memory at once.
const MOST: usize = 1 << 20;

/// What was measured, as `--json` prints it.
#[derive(Serialize)]
struct Report {
    run: String,
    step: u64,
    data: String,
    samples: usize,
    seed: u64,
    #[serde(flatten)]
    found: Found,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Found {
    Points(Box<points::Found>),
    Images(Box<images::Found>),
    Stacks(Box<stacked::Found>),
}

/// Measures and prints.
///
/// # Errors
/// `Error::Usage` for metrics that do not fit the run, `Error::Data` for data that cannot be had, and what
/// loading a checkpoint and drawing samples may fail with.
pub fn run(arguments: &Arguments) -> Result<()> {
    let report = arguments
        .device
        .asked()
        .pool()?
        .install(|| measure(arguments))?;
    match arguments.json {
        true => output::print_json(&report),
        false => output::print(&report.text()),
    }
}

fn measure(arguments: &Arguments) -> Result<Report> {
    let generator = Generator::load(&arguments.from)?;
    let subject = Subject::of(&generator.config);
    let metrics = subject.metrics(&arguments.metrics)?;
    let count = arguments.count.unwrap_or(match subject {
        Subject::Points => modes::SAMPLES,
        Subject::Images => images::usual_count(&metrics),
        Subject::Stacks => stacked::SAMPLES,
    });
    if !(3..=MOST).contains(&count) {
        let message = format!("--count is {count}; give a number from 3 to {MOST}");
        return Err(Error::Usage(message));
    }
    let wanted = Wanted {
        metrics,
        chosen: !arguments.metrics.is_empty(),
        count,
        seed: arguments.seed.map_or(generator.seed, |seed| seed.0),
        test: arguments.test.as_ref(),
        asked: arguments.device.asked(),
    };
    let found = match subject {
        Subject::Points => Found::Points(Box::new(points::measure(&generator, &wanted)?)),
        Subject::Images => Found::Images(Box::new(images::measure(&generator, &wanted)?)),
        Subject::Stacks => Found::Stacks(Box::new(stacked::measure(&generator, &wanted)?)),
    };
    Ok(Report {
        run: generator.path.display().to_string(),
        step: generator.step,
        data: match &generator.config.data_dir {
            Some(directory) => directory.display().to_string(),
            None => generator.config.dataset.to_string(),
        },
        samples: count,
        seed: wanted.seed,
        found,
    })
}

/// What is to be measured.
pub struct Wanted<'a> {
    metrics: Vec<Metric>,
    /// Whether the user named them.
    chosen: bool,
    count: usize,
    seed: u64,
    test: Option<&'a Dataset>,
    asked: Asked<'a>,
}

impl Wanted<'_> {
    fn has(&self, metric: Metric) -> bool {
        self.metrics.contains(&metric)
    }

    /// Refuses a metric that was named and cannot be had.
    fn require(&self, metric: Metric, there: bool, why: impl Fn() -> String) -> Result<()> {
        match self.chosen && self.has(metric) && !there {
            true => Err(Error::Usage(why())),
            false => Ok(()),
        }
    }

    /// Refuses test images where `what` is not compared with any.
    fn without_test(&self, what: &str) -> Result<()> {
        match self.test {
            Some(test) => Err(Error::Usage(format!(
                "--test is {test}, but {what} are not compared with test images; leave it out"
            ))),
            None => Ok(()),
        }
    }
}

impl Report {
    fn text(&self) -> String {
        let Report {
            run,
            step,
            data,
            samples,
            seed,
            ..
        } = self;
        let head = format!("{run}, step {step}\n{samples} samples of seed {seed}, data {data}\n");
        let tables = match &self.found {
            Found::Points(found) => found.tables(),
            Found::Images(found) => found.tables(),
            Found::Stacks(found) => vec![found.table()],
        };
        head + "\n" + &tables.join("\n\n")
    }
}

/// A table whose first column is text and whose others are numbers.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for at in 1..header.len() {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// Five significant digits.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if !value.is_finite() => value.to_string(),
        0.0 => "0".into(),
        _ if !(1e-4..1e6).contains(&size) => format!("{value:.3e}"),
        _ => {
            let digits = 4 - size.log10().floor() as i32;
            format!("{value:.*}", digits.clamp(0, 8) as usize)
        }
    }
}
