//! Checkpoints: a directory with the networks, the optimiser and the state of one step, committed
//! by a rename as the last act.
//!
//! `state.json` vouches for the two tensor files by length and SHA-256 and for itself by a SHA-256
//! over its own text; a directory without a valid one is no checkpoint. Which tensors there must
//! be, and what continues from them, is the caller's business.

mod find;
mod state;
mod tensors;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

pub use find::{Found, all, find, prune};
pub use state::State;
pub use tensors::{
    ElementType, NamedTensor, TensorData, TensorSpec, decode, encode, expect, refuse_nonfinite,
};

use super::atomic::{self, named};
use crate::error::{Error, Result};
use state::Sealed;

const MODEL: &str = "model.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";
const STATE: &str = "state.json";
const LATEST: &str = "latest";

/// A checkpoint in memory, every byte of it verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    pub path: PathBuf,
    pub state: State,
    /// In the order of their names.
    pub model: Vec<NamedTensor>,
    /// The JSON text that was given to [`save`].
    pub model_metadata: String,
    /// In the order of their names.
    pub optimizer: Vec<NamedTensor>,
}

/// The name of the checkpoint directory of a step.
pub fn directory_name(step: u64) -> String {
    format!("step-{step:08}")
}

/// The step that a checkpoint directory's name stands for.
fn step_of(name: &str) -> Option<u64> {
    let step = name.strip_prefix("step-")?.parse().ok()?;
    (directory_name(step) == name).then_some(step)
}

/// Writes a checkpoint into `directory`, replaces one of the same step, and then names it in
/// `latest`. Returns its path. Equal tensors and an equal state give equal bytes.
///
/// # Errors
/// [`Error::Checkpoint`]; earlier checkpoints and `latest` are then untouched.
pub fn save(
    directory: &Path,
    state: &State,
    model: &[NamedTensor],
    model_metadata: &str,
    optimizer: &[NamedTensor],
) -> Result<PathBuf> {
    let model = encode(model, Some(model_metadata))?;
    let optimizer = encode(optimizer, None)?;
    let state_text = Sealed::text(state, &model, &optimizer)?;
    let name = directory_name(state.step);
    let target = directory.join(&name);
    let temporary = directory.join(atomic::unfinished_name());
    let files = [
        (MODEL, model.as_slice()),
        (OPTIMIZER, optimizer.as_slice()),
        (STATE, state_text.as_bytes()),
    ];
    write_files(&temporary, files)
        .and_then(|()| commit(&temporary, &target))
        .map_err(|e| {
            let _ = fs::remove_dir_all(&temporary);
            failed("write the checkpoint", &target, e)
        })?;
    atomic::write(&directory.join(LATEST), format!("{name}\n").as_bytes())
        .map_err(|e| Error::Checkpoint(e.to_string()))?;
    Ok(target)
}

fn write_files(temporary: &Path, files: [(&str, &[u8]); 3]) -> io::Result<()> {
    fs::create_dir(temporary)?;
    for (name, bytes) in files {
        atomic::write_new(&temporary.join(name), |file| file.write_all(bytes))?;
    }
    atomic::sync_directory(temporary)
}

/// Renames `temporary` to `target`, moving aside what is there: the same step of an earlier life
/// of the run, damaged or about to be superseded.
fn commit(temporary: &Path, target: &Path) -> io::Result<()> {
    let directory = atomic::parent(target);
    let aside = directory.join(atomic::unfinished_name());
    let replaced = match fs::rename(target, &aside) {
        Ok(()) => true,
        Err(e) if e.kind() == ErrorKind::NotFound => false,
        Err(e) => return Err(e),
    };
    if let Err(e) = fs::rename(temporary, target) {
        let _ = fs::rename(&aside, target);
        return Err(e);
    }
    atomic::sync_directory(directory)?;
    if replaced {
        let _ = fs::remove_dir_all(&aside);
    }
    Ok(())
}

/// Reads a checkpoint directory and verifies it.
///
/// # Errors
/// [`Error::Checkpoint`] that names the file and what is wrong with it: missing, of another length
/// or SHA-256 than it was written with, written by a newer gpugan, or no safetensors file.
pub fn load(path: &Path) -> Result<Checkpoint> {
    let (state, model, optimizer) = read_verified(path)?;
    let (model, metadata) = decode(&model, &path.join(MODEL).display().to_string())?;
    let (optimizer, _) = decode(&optimizer, &path.join(OPTIMIZER).display().to_string())?;
    Ok(Checkpoint {
        path: path.into(),
        state,
        model,
        model_metadata: metadata.unwrap_or_default(),
        optimizer,
    })
}

/// The state and the bytes of both tensor files, which are what they were when they were written.
fn read_verified(path: &Path) -> Result<(State, Vec<u8>, Vec<u8>)> {
    let sealed = Sealed::read(&path.join(STATE))?;
    let model = sealed.read_file(path, MODEL)?;
    let optimizer = sealed.read_file(path, OPTIMIZER)?;
    Ok((sealed.state, model, optimizer))
}

fn failed(action: &str, path: &Path, error: io::Error) -> Error {
    Error::Checkpoint(named(action, path, error).to_string())
}
