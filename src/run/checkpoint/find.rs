//! Which checkpoint to continue from, and which ones may go.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::state::Sealed;
use super::{LATEST, STATE, directory_name, failed, read_verified, step_of};
use crate::error::{Error, Result};
use crate::run::atomic::{sweep, unfinished_name};

/// A checkpoint to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// Why it is not the one that `latest` names, for the user.
    pub warning: Option<String>,
}

/// The checkpoint at `path`: the directory itself if it is one, or the one that a run's
/// `checkpoints/latest` names, or else the newest of the run that is whole. Directories without a
/// valid `state.json` are ignored.
///
/// # Errors
/// [`Error::Checkpoint`] if there is none that is whole, with what is wrong with the newest.
pub fn find(path: &Path) -> Result<Found> {
    if path.join(STATE).is_file() {
        read_verified(path)?;
        let path = path.into();
        return Ok(Found {
            path,
            warning: None,
        });
    }
    let inside = path.join("checkpoints");
    let directory = if inside.is_dir() {
        inside.as_path()
    } else {
        path
    };
    let named = latest(directory).and_then(|path| match read_verified(&path) {
        Ok(_) => Ok(path),
        Err(e) => Err(e.to_string()),
    });
    match named {
        Ok(path) => Ok(Found {
            path,
            warning: None,
        }),
        Err(problem) => newest_whole(directory, &problem),
    }
}

/// The whole checkpoints of a run by their steps, ascending.
///
/// # Errors
/// [`Error::Checkpoint`] if the run's `checkpoints` cannot be read.
pub fn all(run: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let directory = run.join("checkpoints");
    let steps = steps(&directory).map_err(|e| failed("read", &directory, e))?;
    let paths = steps
        .into_iter()
        .map(|step| (step, directory.join(directory_name(step))));
    Ok(paths
        .filter(|(_, path)| read_verified(path).is_ok())
        .collect())
}

/// The newest checkpoint that is whole, in place of the one that `latest` names.
fn newest_whole(directory: &Path, problem: &str) -> Result<Found> {
    let steps = steps(directory).map_err(|e| failed("read", directory, e))?;
    let paths = steps
        .iter()
        .rev()
        .map(|step| directory.join(directory_name(*step)));
    match paths.into_iter().find(|path| read_verified(path).is_ok()) {
        Some(path) => {
            let warning = Some(format!("{problem}: taking '{}' instead", path.display()));
            Ok(Found { path, warning })
        }
        None => {
            let shown = directory.display();
            let message = format!("'{shown}' holds no whole checkpoint: {problem}");
            Err(Error::Checkpoint(message))
        }
    }
}

/// Deletes the oldest checkpoints until `keep` are left, not counting step 0, which always stays,
/// as does the one that `latest` names. Removes what a crash left unfinished. Directories without a
/// valid `state.json` are neither counted nor deleted.
///
/// To be called by the holder of the run's lock, after the newest checkpoint is committed.
///
/// # Errors
/// [`Error::Checkpoint`] if a directory cannot be read or removed.
pub fn prune(directory: &Path, keep: usize) -> Result<()> {
    sweep(directory);
    let latest = latest(directory).ok();
    let mut steps = steps(directory).map_err(|e| failed("read", directory, e))?;
    steps.retain(|step| {
        let path = directory.join(directory_name(*step));
        *step > 0 && Sealed::read(&path.join(STATE)).is_ok()
    });
    let excess = steps.len().saturating_sub(keep.max(1));
    for step in &steps[..excess] {
        let path = directory.join(directory_name(*step));
        if latest.as_ref() != Some(&path) {
            // A name that nobody reads, so that no half-deleted checkpoint is ever seen.
            let doomed = directory.join(unfinished_name());
            fs::rename(&path, &doomed)
                .and_then(|()| fs::remove_dir_all(&doomed))
                .map_err(|e| failed("remove", &path, e))?;
        }
    }
    Ok(())
}

/// The path that `latest` names, or what is wrong with it.
fn latest(directory: &Path) -> std::result::Result<PathBuf, String> {
    let path = directory.join(LATEST);
    let shown = path.display();
    let text = fs::read_to_string(&path).map_err(|e| failed("read", &path, e).to_string())?;
    // Only a name of ours: the text may be damaged, and must not lead out of the directory.
    match step_of(text.trim_end()) {
        Some(step) => Ok(directory.join(directory_name(step))),
        None => Err(format!("'{shown}' does not name a checkpoint")),
    }
}

/// The steps whose checkpoint directories are there, whole or not, ascending.
fn steps(directory: &Path) -> io::Result<Vec<u64>> {
    let mut steps = Vec::new();
    for entry in fs::read_dir(directory)? {
        steps.extend(step_of(&entry?.file_name().to_string_lossy()));
    }
    steps.sort_unstable();
    Ok(steps)
}
