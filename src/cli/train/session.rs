//! A run under way: turns, and what is written between them.
//!
//! What is written at a turn depends on the turn alone, not on where the process began, so that
//! the files of a run that stopped and went on are those of one that never stopped.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use gpugan::gan::{Trainer, checkpoint::metadata};
use gpugan::plan::{DeviceInfo, thousands};
use gpugan::run::checkpoint::{self, State};
use gpugan::run::config::OnNan;
use gpugan::run::metrics::{Record, Writer};
use gpugan::run::{Config, RunDirectory, animation};
use gpugan::{Error, Result};
use serde::Serialize;

use super::super::picture::Canvas;
use super::super::progress::{Progress, duration};
use super::super::signals::{self, Signals};
use super::super::snapshot;
use super::cadence::Cadence;
use super::start::{Files, write};

/// A run between its first and its last turn.
pub struct Session {
    config: Config,
    run: RunDirectory,
    metrics: Writer,
    trainer: Trainer,
    canvas: Canvas,
    /// Turns of the whole run.
    end: u64,
    log: Cadence,
    samples: Cadence,
    checkpoints: Cadence,
    /// The turn and the path of the last checkpoint.
    saved: Option<(u64, PathBuf)>,
    before_s: f64,
    began: Instant,
    /// The turn at which this process began.
    first: u64,
    /// The turn and the time of the last record.
    recorded: (u64, Instant),
    record: Option<Record>,
}

/// The outcome of a run, as `--json` prints it.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub run: String,
    /// Generator updates of the whole run.
    steps: u64,
    images: u64,
    /// Of this process, and the rate in it.
    seconds: f64,
    images_per_s: f64,
    /// The last line of metrics.jsonl that this process wrote.
    metrics: Option<Record>,
    checkpoint: Option<String>,
    device: DeviceInfo,
}

impl Session {
    pub fn new(
        config: Config,
        files: Files,
        trainer: Trainer,
        canvas: Canvas,
        end: u64,
    ) -> Session {
        let (turn, now) = (trainer.turns(), Instant::now());
        let cadence = |every| Cadence::new(every, config.generator_steps);
        Session {
            log: cadence(config.log_every),
            samples: cadence(config.sample_every),
            checkpoints: cadence(config.checkpoint_every),
            config,
            run: files.run,
            metrics: files.metrics,
            trainer,
            canvas,
            end,
            saved: files.saved.map(|path| (turn, path)),
            before_s: files.before_s,
            began: now,
            first: turn,
            recorded: (turn, now),
            record: None,
        }
    }

    /// Plays to the end of the run, or until a signal asks for an end.
    ///
    /// # Errors
    /// Any of `gpugan::Error`: `Diverged`, `Interrupted` after saving, what the device and the
    /// disk do.
    pub fn play(&mut self, signals: &Signals, progress: &mut Progress) -> Result<()> {
        if self.saved.is_none() {
            self.draw(progress)?;
            self.save(progress)?;
        }
        self.began = Instant::now();
        self.recorded.1 = self.began;
        progress.begin(self.steps(self.trainer.turns()), self.steps(self.end));
        while self.trainer.turns() < self.end {
            let turn = self.trainer.turns();
            let cadences = [self.log, self.samples, self.checkpoints];
            let next = cadences.map(|cadence| cadence.next(turn)).into_iter().min();
            let until = next.unwrap_or(self.end).min(self.end);
            while self.trainer.turns() < until {
                if let Some(signal) = signals.caught() {
                    return self.interrupt(signal, progress);
                }
                self.trainer.play(until - self.trainer.turns())?;
                progress.at(self.steps(self.trainer.turns()));
            }
            self.note(until, progress)?;
        }
        Ok(())
    }

    /// Writes what falls on a turn: numbers, then pictures, then what vouches for both.
    fn note(&mut self, turn: u64, progress: &mut Progress) -> Result<()> {
        if self.log.falls_on(turn) {
            self.record(progress)?;
            self.refuse_fault()?;
        }
        if self.samples.falls_on(turn) {
            self.draw(progress)?;
        }
        if self.checkpoints.falls_on(turn) {
            self.save(progress)?;
        }
        Ok(())
    }

    fn interrupt(&mut self, signal: u8, progress: &mut Progress) -> Result<()> {
        let name = signals::name(signal);
        progress.say(&format!("{name}: saving; a second one stops at once"));
        self.save(progress)?;
        progress.end();
        let (step, run) = (self.steps(self.trainer.turns()), self.run.root().display());
        let message = format!(
            "{name} at step {step}, which is saved; go on with `gpugan train --resume {run}`"
        );
        Err(Error::Interrupted { signal, message })
    }

    /// Writes what a run ends with. A line of metrics that falls on no interval comes after the
    /// checkpoint, which thus does not vouch for it: if the run is extended, it goes away.
    ///
    /// # Errors
    /// As [`Session::play`].
    pub fn finish(mut self, progress: &mut Progress) -> Result<Summary> {
        let turn = self.trainer.turns();
        self.draw(progress)?;
        self.save(progress)?;
        if !self.log.falls_on(turn) {
            self.record(progress)?;
        }
        let film = self.run.samples().join("progress.gif");
        animation::animate(&self.run.samples(), &film)?;
        progress.detail(&format!("wrote {}", film.display()));
        progress.end();
        let summary = self.summary();
        let took = duration(Duration::from_secs_f64(summary.seconds));
        let (steps, rate) = (
            thousands(summary.steps),
            thousands(summary.images_per_s as u64),
        );
        progress.say(&format!(
            "done: step {steps} after {took}, {rate} samples/s"
        ));
        let (film, run) = (film.display(), &summary.run);
        progress.say(&format!("look at {film}"));
        progress.say(&format!("draw with `gpugan sample {run}`"));
        let more = 2 * summary.steps;
        progress.say(&format!(
            "go on with `gpugan train --resume {run} --steps {more}`"
        ));
        Ok(summary)
    }

    fn summary(&mut self) -> Summary {
        let turn = self.trainer.turns();
        let seconds = self.began.elapsed().as_secs_f64();
        let shown = self.images(turn) - self.images(self.first);
        Summary {
            run: self.run.root().display().to_string(),
            steps: self.steps(turn),
            images: self.images(turn),
            seconds,
            images_per_s: shown as f64 / seconds,
            metrics: self.record.take(),
            checkpoint: self
                .saved
                .as_ref()
                .map(|(_, path)| path.display().to_string()),
            device: self.trainer.executor().device().clone(),
        }
    }

    /// Appends the means over the turns since the last interval ended.
    fn record(&mut self, progress: &mut Progress) -> Result<()> {
        let turn = self.trainer.turns();
        // `turn` may end an interval itself.
        let since = turn.saturating_sub(1);
        let interval = self.trainer.interval(turn - self.log.last(since))?;
        let (last, at) = std::mem::replace(&mut self.recorded, (turn, Instant::now()));
        let shown = self.images(turn) - self.images(last);
        let record = Record {
            step: self.steps(turn),
            images: self.images(turn),
            loss_critic: interval.loss_critic,
            loss_generator: interval.loss_generator,
            p_real: interval.p_real,
            p_fake: interval.p_fake,
            accuracy: interval.accuracy,
            score_real: interval.score_real,
            score_fake: interval.score_fake,
            bound: interval.bound,
            penalty: interval.penalty,
            gradient_norm: interval.gradient_norm,
            nonfinite: interval.nonfinite,
            images_per_s: shown as f64 / at.elapsed().as_secs_f64(),
            wall_s: self.before_s + self.began.elapsed().as_secs_f64(),
        };
        self.metrics.write(&record)?;
        progress.numbers(&record);
        self.record = Some(record);
        Ok(())
    }

    /// Refuses to go on from values that are not finite, unless that is wanted.
    fn refuse_fault(&mut self) -> Result<()> {
        if self.config.on_nan == OnNan::Ignore {
            return Ok(());
        }
        let Some(fault) = self.trainer.fault()? else {
            return Ok(());
        };
        let step = self.steps(fault.turn) + 1;
        let kept = match &self.saved {
            Some((_, path)) => format!("the last good checkpoint is '{}'", path.display()),
            None => "no checkpoint was saved".to_string(),
        };
        Err(Error::Diverged(format!(
            "'{}' is not finite at step {step}; {kept}; begin a new run with --config '{}' and a \
             smaller --lr",
            fault.tensor,
            self.run.config().display()
        )))
    }

    /// Saves a picture of the samples of the latents that stay the same all through a run.
    fn draw(&mut self, progress: &mut Progress) -> Result<()> {
        let path = self.run.sample(self.steps(self.trainer.turns()));
        let values = self.trainer.sample()?;
        write(&path, &self.canvas.show(&values)?)?;
        progress.detail(&format!("wrote {}", path.display()));
        Ok(())
    }

    /// Saves a checkpoint, unless this turn has one.
    fn save(&mut self, progress: &mut Progress) -> Result<()> {
        let turn = self.trainer.turns();
        if self.saved.as_ref().is_some_and(|(saved, _)| *saved == turn) {
            return Ok(());
        }
        self.refuse_fault()?;
        let positions = self.trainer.positions()?;
        let state = State {
            step: self.steps(turn),
            images: self.images(turn),
            seed: self.config.seed.0,
            streams: [
                ("data", positions.data),
                ("latent", positions.latent),
                ("mix", positions.mix),
                ("dropout", positions.dropout),
                ("noise", positions.noise),
            ]
            .map(|(stream, at)| (stream.to_string(), at))
            .into(),
            config: self.config.to_toml()?,
            metrics_bytes: self.metrics.sync()?,
        };
        let tensors = self.trainer.state()?;
        let gan = self.trainer.gan();
        let (generator, critic) = (&gan.generator.network, &gan.critic.network);
        let modules = metadata(&gan.settings.architecture, generator, critic);
        let (model, rest) = (tensors.model, tensors.optimizer);
        let (model, rest) = (snapshot::to_file(model), snapshot::to_file(rest));
        let directory = self.run.checkpoints();
        let path = checkpoint::save(&directory, &state, &model, &modules, &rest)?;
        progress.detail(&format!("wrote {}", path.display()));
        self.saved = Some((turn, path));
        checkpoint::prune(&directory, self.config.keep)
    }

    /// Generator updates of so many turns.
    fn steps(&self, turns: u64) -> u64 {
        turns * self.config.generator_steps as u64
    }

    /// Real images that the critic was shown in so many turns.
    fn images(&self, turns: u64) -> u64 {
        self.config.critic_steps.total(turns) * (self.config.batch * self.config.pack) as u64
    }
}
