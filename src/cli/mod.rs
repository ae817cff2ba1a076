//! Commands: one file for each, first what was typed, then what it means.
//!
//! Stdout carries results and nothing else, so that scripts can use it; whatever is said about the
//! way there goes to stderr.

mod bench;
mod critic;
mod device;
mod devices;
mod doctor;
mod eval;
mod fit;
mod game;
mod generator;
mod lab;
mod landscape;
mod options;
mod output;
mod parse;
mod picture;
mod plan;
mod plot;
mod presets;
mod progress;
mod pushforward;
mod reproduce;
mod sample;
mod signals;
mod snapshot;
mod theory;
mod train;
mod train_classifier;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use gpugan::run::log::to_stderr;

/// Trains generative adversarial networks with hand-written compute shaders on any GPU, and on
/// machines without one.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP, max_term_width = 100)]
// A flag that is given twice counts as it stands last, so that scripts can add to a command.
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    args_override_self = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Train(Box<train::Arguments>),
    Sample(sample::Arguments),
    Eval(eval::Arguments),
    Fit(fit::Arguments),
    Devices(devices::Arguments),
    Plan(plan::Arguments),
    Plot(plot::Arguments),
    Doctor(doctor::Arguments),
    Bench(bench::Arguments),
    Presets(presets::Arguments),
    Reproduce(reproduce::Arguments),
    Theory(theory::Arguments),
    Pushforward(pushforward::Arguments),
    TrainClassifier(train_classifier::Arguments),
}

const AFTER_HELP: &str = "\
Examples, where RUN is such as runs/00000-mnist-mlp-non-saturating:
  gpugan train                                 learn MNIST, which is built in
  gpugan train --dataset folder:DIR --size 32  learn PNG and JPEG files
  gpugan train --data-dir FOLDER --epochs 20   learn IDX files
  gpugan train --resume RUN --steps 40000      go on
  gpugan sample RUN                            draw images
  gpugan eval RUN                              measure samples beside real data
  gpugan fit ring8                             what simpler models make of a data set
  gpugan plot RUN                              draw its losses
  gpugan doctor RUN                            say whether it is well
  gpugan train --preset wgan-mnist             as a paper recommends; see gpugan presets
  gpugan reproduce wgan-lines                  a table of a paper, and ours
  gpugan devices                               what --device can be
  gpugan bench --device cpu                    how long a training step takes
  gpugan plan                                  the calls that a step is made of
  gpugan pushforward exponential:2             samples of a known distribution, and how well they fit

Exit codes:
  0    done
  1    failed at run time (a file that cannot be written, a run that is in use)
  2    wrong usage (flags, configuration file)
  3    no device fits --device
  4    diverged: a loss or a gradient is no longer finite
  5    data that is missing, damaged or of the wrong kind
  6    a checkpoint that cannot be written, read or continued
  7    device out of memory or lost
  8    gpugan doctor found the run ill
  130  stopped by Ctrl-C (SIGINT), after the state was saved
  143  stopped by SIGTERM, after the state was saved";

/// Runs the command that was typed. What it says on stderr if it fails is one sentence.
pub fn main() -> ExitCode {
    let Cli { command } = parse::typed();
    let result = match &command {
        Command::Train(arguments) => train::run(arguments),
        Command::Sample(arguments) => sample::run(arguments),
        Command::Eval(arguments) => eval::run(arguments),
        Command::Fit(arguments) => fit::run(arguments),
        Command::Devices(arguments) => devices::run(arguments),
        Command::Plan(arguments) => plan::run(arguments),
        Command::Plot(arguments) => plot::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Presets(arguments) => presets::run(arguments),
        Command::Reproduce(arguments) => reproduce::run(arguments),
        Command::Theory(arguments) => theory::run(arguments),
        Command::Pushforward(arguments) => pushforward::run(arguments),
        Command::TrainClassifier(arguments) => train_classifier::run(arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            to_stderr(&format!("error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}
