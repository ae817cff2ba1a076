//! How a run begins: in a new directory, or from a checkpoint of an old one.

use std::path::PathBuf;

use gpugan::data::Data;
use gpugan::gan::Gan;
use gpugan::gan::checkpoint::Snapshot;
use gpugan::plan::thousands;
use gpugan::run::checkpoint::{self, Checkpoint, expect, refuse_nonfinite};
use gpugan::run::config::OnNan;
use gpugan::run::metrics::{self, Writer};
use gpugan::run::variants::Variants;
use gpugan::run::{Config, RunDirectory, atomic};
use gpugan::{Error, Result};

use super::super::options::Options;
use super::super::progress::Progress;
use super::super::{picture, snapshot};
use super::Arguments;
use super::facts::{self, Facts};

/// The options of a run, and what it continues from.
pub struct Start {
    pub config: Config,
    old: Option<Old>,
}

/// A run that is there already.
struct Old {
    run: RunDirectory,
    saved: Checkpoint,
}

/// The open files of a run.
pub struct Files {
    pub run: RunDirectory,
    pub metrics: Writer,
    /// Seconds of training before this process began.
    pub before_s: f64,
    /// The checkpoint that was taken up.
    pub saved: Option<PathBuf>,
}

impl Start {
    /// Finds out what was asked for, and locks the run that is to be continued. Nothing is created
    /// yet.
    ///
    /// # Errors
    /// `Error::Usage` for options, `Error::Checkpoint` where there is nothing to continue from.
    pub fn of(arguments: &Arguments, progress: &mut Progress) -> Result<Start> {
        let options = &arguments.options;
        if let Some(path) = &arguments.resume {
            options.require_changeable()?;
            let mut run = RunDirectory::open(path)?;
            if !arguments.dry_run {
                run.lock()?;
            }
            return Start::resume(run, options, progress);
        }
        if let Some(path) = &arguments.out {
            RunDirectory::require_free(path)?;
        }
        let config = Config::layered(
            arguments.preset.as_deref(),
            arguments.config.as_deref(),
            options,
        )?;
        Ok(Start { config, old: None })
    }

    fn resume(run: RunDirectory, options: &Options, progress: &mut Progress) -> Result<Start> {
        let found = checkpoint::find(run.root())?;
        if let Some(warning) = &found.warning {
            progress.say(&format!("warning: {warning}"));
        }
        let saved = checkpoint::load(&found.path)?;
        let origin = found.path.join("state.json").display().to_string();
        let config = Config::parse(&saved.state.config, &origin)?.overlaid(options)?;
        config.validate()?;
        Ok(Start {
            config,
            old: Some(Old { run, saved }),
        })
    }

    /// The variants of kernels that the run to be continued has used on any device.
    pub fn variants(&self) -> Vec<Variants> {
        let old = self.old.as_ref();
        old.map_or_else(Vec::new, |old| facts::variants(&old.run))
    }

    /// Refuses to continue with other data, with networks that do not fit, from values that are
    /// not finite, and to a point that lies behind; `steps` is the length of the run.
    ///
    /// # Errors
    /// `Error::Checkpoint`, and `Error::Usage` for the length.
    pub fn check(&self, data: &Data, gan: &Gan, steps: u64) -> Result<()> {
        let Some(Old { run, saved }) = &self.old else {
            return Ok(());
        };
        facts::require_data(run, data)?;
        let origin = saved.path.display().to_string();
        let (model, optimizer) = snapshot::specs(gan);
        expect(&origin, &saved.model, &model)?;
        expect(&origin, &saved.optimizer, &optimizer)?;
        if self.config.on_nan == OnNan::Stop {
            refuse_nonfinite(&origin, &saved.model)?;
            refuse_nonfinite(&origin, &saved.optimizer)?;
        }
        let done = saved.state.step;
        // The last turn may have passed the length.
        if done >= steps + gan.settings.generator_steps as u64 {
            return Err(Error::Usage(format!(
                "--steps is {steps}, but the run has {done} steps already; give a greater number"
            )));
        }
        Ok(())
    }

    /// Creates or takes up the files of the run, and returns the state to go on from.
    ///
    /// # Errors
    /// `Error::Usage` for a directory that is in use, `Error::Runtime` for files that cannot be
    /// written.
    pub fn open(
        self,
        arguments: &Arguments,
        data: &Data,
        facts: &Facts,
        progress: &mut Progress,
    ) -> Result<(Files, Option<Snapshot>)> {
        match self.old {
            None => Ok((
                create(&self.config, arguments, data, facts, progress)?,
                None,
            )),
            Some(old) => {
                let (files, snapshot) = take_up(&self.config, old, facts, progress)?;
                Ok((files, Some(snapshot)))
            }
        }
    }
}

fn create(
    config: &Config,
    arguments: &Arguments,
    data: &Data,
    facts: &Facts,
    progress: &mut Progress,
) -> Result<Files> {
    let options = config.to_toml()?;
    let run = match &arguments.out {
        Some(path) => RunDirectory::create_at(path)?,
        None => {
            // Names of folders may be as long as the system allows already.
            let data: String = data.name().chars().take(64).collect();
            // No colon, which some systems have other uses for.
            let objective = config.objective.name().replace(':', "-");
            let arch = config.arch.name();
            RunDirectory::create_next("runs".as_ref(), &format!("{data}-{arch}-{objective}"))?
        }
    };
    progress.log_to(&run.log())?;
    let shown = run.root().display();
    let (steps, batch) = (thousands(config.steps.unwrap_or(0)), config.batch);
    progress.say(&format!(
        "run: {shown}, {steps} steps with batches of {batch}"
    ));
    write(&run.config(), options.as_bytes())?;
    facts.write(&run)?;
    let real = picture::real(data, config.seed.0, config.flip)?;
    write(&run.samples().join("real.png"), &real)?;
    let metrics = Writer::create(&run.metrics())?;
    Ok(Files {
        run,
        metrics,
        before_s: 0.0,
        saved: None,
    })
}

fn take_up(
    config: &Config,
    old: Old,
    facts: &Facts,
    progress: &mut Progress,
) -> Result<(Files, Snapshot)> {
    let Old { run, saved } = old;
    progress.log_to(&run.log())?;
    let (shown, step) = (run.root().display(), thousands(saved.state.step));
    let steps = thousands(config.steps.unwrap_or(0));
    progress.say(&format!("run: {shown} goes on from step {step} to {steps}"));
    write(&run.config(), config.to_toml()?.as_bytes())?;
    facts.append(&run, saved.state.step)?;
    let (metrics, warning) = Writer::resume(&run.metrics(), saved.state.metrics_bytes)?;
    if let Some(warning) = warning {
        progress.say(&format!("warning: {warning}"));
    }
    // A damaged line is no reason not to go on; only the clock then begins anew.
    let before_s = match metrics::read(&run.metrics()) {
        Ok(records) => records.last().map_or(0.0, |record| record.wall_s),
        Err(fault) => {
            progress.say(&format!("warning: {fault}"));
            0.0
        }
    };
    let files = Files {
        run,
        metrics,
        before_s,
        saved: Some(saved.path),
    };
    Ok((files, snapshot::snapshot(saved.model, saved.optimizer)))
}

/// Replaces a file of the run.
///
/// # Errors
/// `Error::Runtime`; the old file is then untouched.
pub fn write(path: &std::path::Path, bytes: &[u8]) -> Result<()> {
    atomic::write(path, bytes).map_err(|e| Error::Runtime(e.to_string()))
}
