//! What a run says on stderr while it goes on: lines, and a progress bar where stderr is a
//! terminal. Every line also goes to the run's log, shown or not.

use std::path::Path;
use std::time::{Duration, Instant};

use gpugan::Result;
use gpugan::plan::thousands;
use gpugan::run::log::{Log, to_stderr};
use gpugan::run::metrics::Record;
use indicatif::{FormattedDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Plain lines do not come faster than this, so that a fast run does not flood a log file.
const BETWEEN_LINES: Duration = Duration::from_secs(1);

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Errors only.
    Quiet,
    Normal,
    /// Also what is written where.
    Verbose,
}

/// Says things.
pub struct Progress {
    level: Level,
    /// Lines from before there was a log.
    early: Vec<String>,
    log: Option<Log>,
    bar: Option<ProgressBar>,
    /// Where this process began, and when.
    first_step: u64,
    last_step: u64,
    began: Instant,
    /// When the last line of numbers was shown.
    shown: Option<Instant>,
}

impl Progress {
    pub fn new(level: Level) -> Progress {
        Progress {
            level,
            early: Vec::new(),
            log: None,
            bar: None,
            first_step: 0,
            last_step: 0,
            began: Instant::now(),
            shown: None,
        }
    }

    /// Opens the log of the run, which then gets what was said before, too.
    ///
    /// # Errors
    /// `Error::Runtime` where it cannot be opened.
    pub fn log_to(&mut self, path: &Path) -> Result<()> {
        let show = if self.level == Level::Quiet {
            |_: &str| {}
        } else {
            to_stderr
        };
        let log = Log::open(path, show)?;
        self.early.drain(..).for_each(|line| log.record(&line));
        self.log = Some(log);
        Ok(())
    }

    /// Says a line.
    pub fn say(&mut self, line: &str) {
        self.tell(line, Level::Normal);
    }

    /// Says a line to those who want to know everything.
    pub fn detail(&mut self, line: &str) {
        self.tell(line, Level::Verbose);
    }

    fn tell(&mut self, line: &str, from: Level) {
        self.record(line);
        if self.level >= from {
            self.show(line);
        }
    }

    /// Records a line that is shown by others.
    pub fn record(&mut self, line: &str) {
        match &self.log {
            Some(log) => log.record(line),
            None => self.early.push(line.to_string()),
        }
    }

    fn show(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| to_stderr(line)),
            None => to_stderr(line),
        }
    }

    /// Starts to count from `first` to `last`.
    pub fn begin(&mut self, first: u64, last: u64) {
        (self.first_step, self.last_step) = (first, last);
        self.began = Instant::now();
        let target = ProgressDrawTarget::stderr();
        if self.level == Level::Quiet || target.is_hidden() {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(last), target);
        let style = "{bar:10} {pos}/{len}  {eta} left  {wide_msg}";
        bar.set_style(ProgressStyle::with_template(style).expect("a template without mistakes"));
        bar.set_position(first);
        bar.reset_eta();
        self.bar = Some(bar);
    }

    /// Moves the bar.
    pub fn at(&self, step: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(step);
        }
    }

    /// Says the numbers of an interval: in the bar, or as a line if the last one is long ago.
    pub fn numbers(&mut self, record: &Record) {
        let numbers = format!(
            "critic {:.3}  generator {:.3}  {} samples/s  {}",
            record.loss_critic,
            record.loss_generator,
            thousands(record.images_per_s as u64),
            verdict(record)
        );
        let steps = format!("step {}/{}", record.step, self.last_step);
        let line = format!("{steps}  {numbers}{}", self.left(record.step));
        self.record(&line);
        if let Some(bar) = &self.bar {
            bar.set_message(numbers);
            return;
        }
        let recent = |shown: Instant| shown.elapsed() < BETWEEN_LINES;
        let due = record.step >= self.last_step || !self.shown.is_some_and(recent);
        if due && self.level > Level::Quiet {
            self.show(&line);
            self.shown = Some(Instant::now());
        }
    }

    fn left(&self, step: u64) -> String {
        let done = step.saturating_sub(self.first_step);
        let left = self.last_step.saturating_sub(step);
        if done == 0 || left == 0 {
            return String::new();
        }
        let seconds = self.began.elapsed().as_secs_f64() / done as f64 * left as f64;
        let left = Duration::try_from_secs_f64(seconds.round());
        left.map_or_else(
            |_| String::new(),
            |left| format!("  {} left", duration(left)),
        )
    }

    /// Takes the bar away, so that what is said next stands below the lines above it.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

/// Hours, minutes and seconds: `00:04:12`.
pub fn duration(duration: Duration) -> impl std::fmt::Display {
    FormattedDuration(duration)
}

/// What the critic says about both kinds of samples: probabilities, or scores where those are none.
fn verdict(record: &Record) -> String {
    let (what, real, fake) = match record.p_real.is_nan() && record.score_real.is_finite() {
        true => ("score", record.score_real, record.score_fake),
        false => ("p", record.p_real, record.p_fake),
    };
    format!("{what}(real) {real:.2}  {what}(fake) {fake:.2}")
}
