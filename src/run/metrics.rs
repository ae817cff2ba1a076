//! `metrics.jsonl`: one JSON object per log interval, one per line, whole or not at all.
//!
//! A checkpoint records how many bytes of the file belong to it; a resumed run cuts the file there
//! and writes on, so that the lines are those of a run that was never interrupted. What the numbers
//! mean and how they come off the device is decided elsewhere.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use super::atomic::{named, parent, sync_directory};
use crate::error::{Error, Result};

/// The numbers of one log interval. Those that are not finite are `null` in the file and NaN when
/// read back. The two timings, which no two runs share, stand last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Generator updates so far.
    pub step: u64,
    /// Real images shown to the critic so far.
    pub images: u64,
    #[serde(deserialize_with = "number_or_null")]
    pub loss_critic: f64,
    #[serde(deserialize_with = "number_or_null")]
    pub loss_generator: f64,
    /// Mean probability of being real that the critic gives to real images; NaN where scores are
    /// no logits.
    #[serde(deserialize_with = "number_or_null")]
    pub p_real: f64,
    /// The same of generated images.
    #[serde(deserialize_with = "number_or_null")]
    pub p_fake: f64,
    /// Share of images that the critic sorts rightly.
    #[serde(deserialize_with = "number_or_null")]
    pub accuracy: f64,
    /// Mean scores of the critic.
    #[serde(deserialize_with = "number_or_null")]
    pub score_real: f64,
    #[serde(deserialize_with = "number_or_null")]
    pub score_fake: f64,
    /// Lower bound on the divergence that the objective belongs to.
    #[serde(deserialize_with = "number_or_null")]
    pub bound: f64,
    /// What the critic pays for its slope, which the loss and the bound are without; NaN where it pays
    /// nothing.
    #[serde(default = "nothing", deserialize_with = "number_or_null")]
    pub penalty: f64,
    /// Mean norm of the gradients that the penalty is about.
    #[serde(default = "nothing", deserialize_with = "number_or_null")]
    pub gradient_norm: f64,
    /// Losses and gradients that were not finite.
    pub nonfinite: u64,
    #[serde(deserialize_with = "number_or_null")]
    pub images_per_s: f64,
    /// Seconds of training so far.
    #[serde(deserialize_with = "number_or_null")]
    pub wall_s: f64,
}

fn nothing() -> f64 {
    f64::NAN
}

fn number_or_null<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// Appends whole lines to a metrics file.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: File,
    /// Length of the whole lines.
    bytes: u64,
}

impl Writer {
    /// Begins the file of a new run.
    ///
    /// # Errors
    /// [`Error::Runtime`] if it exists or cannot be created.
    pub fn create(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().append(true).create_new(true).open(path);
        let file = file.map_err(|e| runtime("create", path, e))?;
        sync_directory(parent(path)).map_err(|e| runtime("create", path, e))?;
        Ok(Writer {
            path: path.into(),
            file,
            bytes: 0,
        })
    }

    /// Goes on after the first `bytes` bytes, which a checkpoint vouches for, and drops the rest.
    /// Also returns a warning if the file is missing or shorter than that: the metrics of a run are
    /// no reason not to continue it.
    ///
    /// # Errors
    /// [`Error::Runtime`] if the file cannot be opened or cut.
    pub fn resume(path: &Path, bytes: u64) -> Result<(Self, Option<String>)> {
        let failed = |e| runtime("continue", path, e);
        let mut options = OpenOptions::new();
        let file = options.append(true).read(true).create(true).open(path);
        let file = file.map_err(failed)?;
        // Even a file that was shortened must not keep half a line.
        let mut kept = Vec::new();
        (&file).take(bytes).read_to_end(&mut kept).map_err(failed)?;
        let whole = kept.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |last| last as u64 + 1);
        file.set_len(whole).map_err(failed)?;
        let warning = (whole != bytes).then(|| {
            let shown = path.display();
            format!("'{shown}' had lost lines of the checkpoint; it goes on after those left")
        });
        let path = path.to_path_buf();
        let bytes = whole;
        Ok((Writer { path, file, bytes }, warning))
    }

    /// Appends one line.
    ///
    /// # Errors
    /// [`Error::Runtime`]; the file then ends with the line before.
    pub fn write(&mut self, record: &Record) -> Result<()> {
        let line = serde_json::to_string(record).map_err(|e| Error::Runtime(e.to_string()))? + "\n";
        if let Err(e) = self.file.write_all(line.as_bytes()) {
            let _ = self.file.set_len(self.bytes);
            return Err(runtime("append to", &self.path, e));
        }
        self.bytes += line.len() as u64;
        Ok(())
    }

    /// Waits until all lines are on the disk and returns their length in bytes, for the checkpoint
    /// that is about to vouch for them.
    ///
    /// # Errors
    /// [`Error::Runtime`] if the system cannot write them.
    pub fn sync(&mut self) -> Result<u64> {
        let synced = self.file.sync_all();
        synced.map_err(|e| runtime("write", &self.path, e))?;
        Ok(self.bytes)
    }
}

/// All records of a file; a last line without its end is left out, as a crash may have torn it.
///
/// # Errors
/// [`Error::Runtime`] that names the path and the line.
pub fn read(path: &Path) -> Result<Vec<Record>> {
    let text = fs::read_to_string(path).map_err(|e| runtime("read", path, e))?;
    let whole = text.rfind('\n').map_or("", |last| &text[..last]);
    let mut records = Vec::new();
    for (i, line) in whole.lines().enumerate() {
        records.push(serde_json::from_str(line).map_err(|e| {
            let shown = path.display();
            Error::Runtime(format!("'{shown}', line {}: not a record: {e}", i + 1))
        })?);
    }
    Ok(records)
}

fn runtime(action: &str, path: &Path, error: io::Error) -> Error {
    Error::Runtime(named(action, path, error).to_string())
}
