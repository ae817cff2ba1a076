//! `gpugan train`: learns a data set, into a new run directory or on in an old one.

mod cadence;
mod describe;
mod facts;
mod pictures;
mod session;
mod start;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use gpugan::data::Data;
use gpugan::gan::{Gan, Trainer};
use gpugan::plan::{counted, thousands};
use gpugan::run::Config;
use gpugan::{Error, Result};

use super::device::Asked;
use super::game::Outline;
use super::options::Options;
use super::picture::Canvas;
use super::progress::{Level, Progress};
use super::signals::Signals;
use super::{device, game, output};
use facts::Facts;
use session::Session;
use start::Start;

/// Train a generator and a critic.
///
/// Without any flag it learns MNIST, which is built in, and writes a run directory
/// runs/NNNNN-mnist-mlp-non-saturating with pictures, metrics and checkpoints. Stdout gets the path
/// of the run directory and nothing else.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Run directory, exactly this one; it must be empty or not exist [default: the next free
    /// runs/NNNNN-...]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Options that a paper recommends, from `gpugan presets`; --config and flags go over it
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Options from a TOML file, such as the config.toml of another run; flags go over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Go on with a run from its last checkpoint, to the byte as if it had never stopped
    #[arg(long, value_name = "RUN", conflicts_with_all = ["out", "config", "preset"])]
    resume: Option<PathBuf>,
    /// Print the options, the networks and the memory needed, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print a summary as JSON on stdout instead of the run directory
    #[arg(long)]
    json: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    quiet: bool,
    /// Say more: what is written where
    #[arg(short, long, conflicts_with = "quiet")]
    verbose: bool,
}

const AFTER_HELP: &str = "\
Examples, where RUN is such as runs/00000-mnist-mlp-non-saturating:
  gpugan train --steps 2000                    a short run on MNIST
  gpugan train --dry-run --generator-hidden 512,1024
  gpugan train --dataset folder:photos --size 64 --flip --skip-bad
  gpugan train --config RUN/config.toml --seed 1
  gpugan train --resume RUN --steps 40000

With --resume only --steps, --epochs, --device, --threads, --tune,
--sample-every, --checkpoint-every, --keep and --plots can be given.";

/// While data are loaded.
const BETWEEN_WORDS: Duration = Duration::from_secs(5);

/// Trains.
///
/// # Errors
/// Any of `gpugan::Error`; the run directory then holds everything up to the last checkpoint.
pub fn run(arguments: &Arguments) -> Result<()> {
    let mut progress = Progress::new(arguments.level());
    let result = train(arguments, &mut progress);
    if let Err(error) = &result {
        progress.record(&format!("error: {error}"));
    }
    result
}

fn train(arguments: &Arguments, progress: &mut Progress) -> Result<()> {
    let signals = Signals::listen()?;
    let mut start = Start::of(arguments, progress)?;
    let data = load(&start.config, &signals, progress)?;
    progress.say(&about(&data));
    signals.check()?;
    let steps = start.config.resolve_length(data.count() as u64)?;
    let turns = game::turns(&start.config, steps)?;
    let config = start.config.clone();
    let gan = Gan::new(game::settings(&config, Outline::of(&data))?);
    start.check(&data, &gan, steps)?;
    if arguments.dry_run {
        return describe::print(&config, &gan, arguments.json);
    }
    let earlier = start.variants();
    let opened = device::open(gan.plan.clone(), Asked::by(&config), &earlier)?;
    progress.say(&opened.sentence(&config.device));
    signals.check()?;
    let executor = opened.executor;
    let facts = Facts::new(&data, &gan, executor.device(), opened.variants);
    let (files, snapshot) = start.open(arguments, &data, &facts, progress)?;
    let canvas = Canvas::of(&data, config.seed.0);
    let mut trainer = Trainer::new(gan, executor, data.into_contents())?;
    if let Some(snapshot) = snapshot {
        trainer.restore(&snapshot)?;
    }
    let (run, options) = (files.run.root().to_path_buf(), config.clone());
    let mut session = Session::new(config, files, trainer, canvas, turns);
    let played = session.play(&signals, progress);
    let ended = played.and_then(|()| session.finish(progress));
    let stopped = matches!(&ended, Err(Error::Interrupted { .. } | Error::Diverged(_)));
    if options.plots && (ended.is_ok() || stopped) {
        pictures::draw(&run, &options, stopped, progress);
    }
    let summary = ended?;
    match arguments.json {
        true => output::print_json(&summary),
        false => output::print(&summary.run),
    }
}

impl Arguments {
    fn level(&self) -> Level {
        match (self.quiet, self.verbose) {
            (true, _) => Level::Quiet,
            (_, true) => Level::Verbose,
            _ => Level::Normal,
        }
    }
}

/// Loads the data, and says how far that is where it takes long.
fn load(config: &Config, signals: &Signals, progress: &mut Progress) -> Result<Data> {
    let mut said = Instant::now();
    let data = game::load_data(config, &mut |done, count| {
        signals.check()?;
        if said.elapsed() >= BETWEEN_WORDS {
            let [done, count] = [done, count].map(|images| thousands(images as u64));
            progress.say(&format!("data: {done} of {count} images are decoded"));
            said = Instant::now();
        }
        Ok(())
    })?;
    if let Some(warning) = data.warning() {
        progress.say(&format!("warning: {warning}"));
    }
    Ok(data)
}

fn about(data: &Data) -> String {
    let (name, [h, w, c]) = (data.name(), data.shape());
    let count = data.finite().map(|count| thousands(count as u64));
    match (data, count) {
        (Data::Images(_), Some(count)) => match data.stack() {
            1 => format!("data: {name}, {count} images of {h}x{w}x{c}"),
            stack => {
                format!("data: {name}, samples of {h}x{w}x{c}, each of {stack} of {count} images")
            }
        },
        (_, Some(count)) => {
            format!(
                "data: {name}, {count} points of {}",
                counted(c, "coordinate")
            )
        }
        (_, None) => format!(
            "data: {name}, points of {} drawn without end",
            counted(c, "coordinate")
        ),
    }
}
