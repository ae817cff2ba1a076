//! The pictures that a run ends with: those of `gpugan plot`, drawn once everything else is written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use gpugan::Result;
use gpugan::run::Config;
use gpugan::run::config::Tune;

use super::super::device::Asked;
use super::super::plot;
use super::super::progress::Progress;

/// Draws the pictures of the run in this directory, and says where they are. `stopped` says that the run
/// has no film yet. What goes wrong is a warning: nothing of the run depends on its pictures.
pub fn draw(run: &Path, config: &Config, stopped: bool, progress: &mut Progress) {
    let directory = run.join(plot::FOLDER);
    // Networks for points are small, and the run's device may be what stopped it.
    let asked = Asked {
        tell: |_| {},
        ..Asked::new("cpu", config.threads, Tune::Off)
    };
    let drawn = || -> Result<()> {
        plot::draw(run, &directory, false, asked)?;
        if stopped {
            plot::film(run, None)?;
        }
        Ok(())
    };
    // Not even a panic of the crate that draws may take a run's exit code.
    let outcome = catch_unwind(AssertUnwindSafe(drawn));
    progress.say(&match outcome {
        Ok(Ok(())) => format!("look at {}", directory.display()),
        Ok(Err(fault)) => format!("warning: the pictures are not all drawn: {fault}"),
        Err(_) => "warning: the pictures are not all drawn: drawing failed".to_string(),
    });
}
