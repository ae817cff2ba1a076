//! `gpugan doctor`: whether a run is well, and what to do where it is not.

mod curves;
mod digits;
mod finding;
mod limits;
mod samples;
mod signal;
mod waves;

use std::path::PathBuf;

use clap::Args;
use gpugan::run::log::to_stderr;
use gpugan::run::{Config, RunDirectory, checkpoint, metrics};
use gpugan::{Error, Result};
use serde::Serialize;

use super::critic::Critic;
use super::device::TunedOptions;
use super::generator::Generator;
use super::{game, output};
use curves::Curves;
use finding::{Finding, Severity};
use limits::{ALIKE, FIT};
use samples::Sets;
use signal::Signal;

/// Say whether a run is well.
///
/// Reads the metrics of a run, draws samples from its last checkpoint, and plays a few turns from its first
/// and its last one in memory. Every finding stands with its numbers, the limits they are held against,
/// and what to do. A run that is still going can be looked at; nothing of it is changed.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// A run directory
    #[arg(value_name = "RUN")]
    run: PathBuf,
    #[command(flatten)]
    device: TunedOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Findings:
  length       whether the run is long enough to tell
  divergence   values that are not finite, scores and losses that explode
  strength     a critic that sorts nearly all samples rightly, or hardly any
  oscillation  losses that swing or jump in the second half
  collapse     samples that repeat one another, leave out modes, or lie far outside of the data
  samples      a run without a checkpoint to draw samples from
  fit          samples that lie elsewhere than data
  digits       MNIST: digits that are rare or missing among samples
  average      an average of the generator (--ema) that lags behind
  saturation   images: values stuck at the ends of tanh
  scores       a critic whose scores are flat
  gradient     a gradient of the generator's loss that vanishes

Each is ok, to be watched or ill; in the first tenth of a run, and its first 500 updates, nothing but
divergence is ill. The exit code is 0 unless something is ill, and then 8.

Example, where RUN is such as runs/00000-mnist-mlp-non-saturating:
  gpugan doctor RUN --json";

/// What was found, as `--json` prints it.
#[derive(Serialize)]
struct Report {
    run: String,
    /// Of the last record.
    step: u64,
    data: String,
    /// Of the checkpoint that samples come from, where there is one to look at.
    samples_of_step: Option<u64>,
    verdict: Severity,
    findings: Vec<Finding>,
}

/// Looks at a run and prints what it finds.
///
/// # Errors
/// `Error::Ill` where something is, `Error::Usage` for what is no run, `Error::Runtime` for metrics that
/// cannot be read, `Error::Data` for data that are gone, and what loading a checkpoint may fail with.
pub fn run(arguments: &Arguments) -> Result<()> {
    let report = arguments
        .device
        .asked()
        .pool()?
        .install(|| examine(arguments))?;
    match arguments.json {
        true => output::print_json(&report)?,
        false => output::print(&report.text())?,
    }
    match report.verdict {
        Severity::Ill => Err(Error::Ill(format!(
            "'{}' is ill ({}); what to do stands beside each finding",
            report.run,
            report.names(Severity::Ill)
        ))),
        _ => Ok(()),
    }
}

fn examine(arguments: &Arguments) -> Result<Report> {
    let run = RunDirectory::open(&arguments.run)?;
    let path = run.config();
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&path)
        .map_err(|e| Error::Runtime(format!("'{shown}' cannot be read: {e}")))?;
    let config = Config::parse(&text, &shown)?;
    let records = metrics::read(&run.metrics())?;
    let Some(last) = records.last() else {
        let shown = run.metrics().display().to_string();
        return Err(Error::Runtime(format!(
            "'{shown}' holds no records yet; wait for the first log interval"
        )));
    };
    let step = last.step;
    let curves = Curves {
        records: &records,
        config: &config,
    };
    let mut findings = curves.findings();
    let (samples_of_step, found) = of_checkpoint(&run, arguments, &curves)?;
    findings.extend(found);
    let verdict = findings.iter().map(|finding| finding.severity).max();
    Ok(Report {
        run: arguments.run.display().to_string(),
        step,
        data: match &config.data_dir {
            Some(directory) => directory.display().to_string(),
            None => config.dataset.to_string(),
        },
        samples_of_step,
        verdict: verdict.unwrap_or(Severity::Ok),
        findings,
    })
}

fn without_samples() -> Finding {
    let says = "there is no checkpoint after step 0 to look at samples of";
    let advice = "wait for the next checkpoint (--checkpoint-every), or go on with gpugan train --resume RUN";
    Finding::ok("samples", says, Vec::new()).grave(Severity::Watch, advice)
}

/// The step of the last checkpoint, and what it tells. Of a run that has learned nothing yet it tells
/// nothing, and its step is none.
fn of_checkpoint(
    run: &RunDirectory,
    arguments: &Arguments,
    curves: &Curves,
) -> Result<(Option<u64>, Vec<Finding>)> {
    let generator = match Generator::load(run.root()) {
        Ok(generator) if generator.step > 0 => generator,
        Ok(_) => return Ok((None, vec![without_samples()])),
        Err(fault @ Error::Checkpoint(_)) => {
            to_stderr(&format!("warning: {fault}; samples are not looked at"));
            return Ok((None, vec![without_samples()]));
        }
        Err(fault) => return Err(fault),
    };
    let step = generator.step;
    let (sound, mut findings) = of_samples(run, arguments, generator)?;
    // What is not finite does not pass with age.
    if sound && curves.is_young_at(step) {
        findings = findings.into_iter().map(Finding::while_young).collect();
    }
    Ok((Some(step), findings))
}

/// Whether samples are finite, and what they tell.
fn of_samples(
    run: &RunDirectory,
    arguments: &Arguments,
    mut generator: Generator,
) -> Result<(bool, Vec<Finding>)> {
    let mut findings = Vec::new();
    let asked = arguments.device.asked();
    let mut config = generator.config.clone();
    let data = game::load_data(&config, &mut |_, _| Ok(()))?;
    config.resolve_length(data.count() as u64)?;
    if let Some(decay) = config.ema {
        let finding = samples::average(decay, generator.step);
        if finding.severity > Severity::Ok {
            generator = Generator::without_average(&generator.path)?;
        }
        findings.push(finding);
    }
    let sets = Sets::draw(&generator, &data, asked)?;
    let compared = sets.compare();
    findings.extend(compared.findings);
    if !compared.inhomogeneity.is_finite() {
        return Ok((false, findings));
    }
    if FIT.judge(compared.inhomogeneity) < Severity::Ill {
        findings.extend(digits::finding(&sets, &config, asked)?);
    }
    let alike = compared.inhomogeneity < ALIKE;
    findings.push(sets.scores(&Critic::load(&generator)?, alike, asked)?);
    let first = run.checkpoints().join(checkpoint::directory_name(0));
    if first.is_dir() {
        let paths = [first.as_path(), generator.path.as_path()];
        findings.push(Signal::measure(&config, data, paths, asked)?.finding(alike));
    }
    Ok((true, findings))
}

impl Report {
    /// The findings of this severity, with commas.
    fn names(&self, severity: Severity) -> String {
        let of = self.findings.iter().filter(|f| f.severity == severity);
        of.map(|f| f.name).collect::<Vec<_>>().join(", ")
    }

    fn text(&self) -> String {
        let Report {
            run, step, data, ..
        } = self;
        let samples = match self.samples_of_step {
            Some(step) => format!("samples of step {step}"),
            None => "no samples: there is no checkpoint after step 0".to_string(),
        };
        let mut text = format!("{run}, step {step}, data {data}; {samples}\n\n");
        for finding in &self.findings {
            text += &finding.text();
            text += "\n";
        }
        let verdict = match self.verdict {
            Severity::Ok => "well".to_string(),
            Severity::Watch => format!("to be watched: {}", self.names(Severity::Watch)),
            Severity::Ill => format!("ill: {}", self.names(Severity::Ill)),
        };
        text + &format!("\nThe run is {verdict}")
    }
}
