//! The directory of one run: where each file lies, how a new one gets its place, and the lock that
//! keeps two processes from training the same run. What stands in the files is decided elsewhere.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::atomic::{UNFINISHED, named, sweep};
use crate::error::{Error, Result};

const LOCK: &str = "run.lock";

/// A run's directory; the lock, if it was taken, is held until this is dropped.
#[derive(Debug)]
pub struct RunDirectory {
    root: PathBuf,
    lock: Option<File>,
}

impl RunDirectory {
    /// Creates and locks `parent/NNNNN-slug` with the number after the greatest in `parent`,
    /// creating `parent` as needed. Two launches at once get two numbers.
    ///
    /// # Errors
    /// [`Error::Runtime`] if a directory cannot be created.
    pub fn create_next(parent: &Path, slug: &str) -> Result<Self> {
        let failed = |path: &Path, e| runtime(named("create", path, e));
        fs::create_dir_all(parent).map_err(|e| failed(parent, e))?;
        let slug = slug.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "-");
        let mut number = next_number(parent).map_err(|e| failed(parent, e))?;
        loop {
            // The number is claimed without the slug, so that launches with unlike slugs meet.
            let claim = parent.join(format!("{UNFINISHED}{number:05}"));
            match fs::create_dir(&claim) {
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                    number += 1;
                    continue;
                }
                claimed => claimed.map_err(|e| failed(&claim, e))?,
            }
            // Whoever claimed it earlier may have finished between our look and our claim.
            let next = next_number(parent).map_err(|e| failed(parent, e))?;
            let root = parent.join(format!("{number:05}-{slug}"));
            let created = (next <= number).then(|| fs::create_dir(&root));
            let _ = fs::remove_dir(&claim);
            match created {
                Some(created) => {
                    created.map_err(|e| failed(&root, e))?;
                    let run = RunDirectory { root, lock: None };
                    return run.furnished();
                }
                None => number = next,
            }
        }
    }

    /// Creates and locks exactly `path`, creating its parents as needed.
    ///
    /// # Errors
    /// [`Error::Usage`] if something is there already, except for an empty directory;
    /// [`Error::Runtime`] if a directory cannot be created.
    pub fn create_at(path: &Path) -> Result<Self> {
        refuse_occupied(path)?;
        fs::create_dir_all(path).map_err(|e| runtime(named("create", path, e)))?;
        let mut run = RunDirectory {
            root: path.into(),
            lock: None,
        };
        run.lock()?;
        // Another launch may have begun, and even ended, since the first look.
        refuse_occupied(path)?;
        run.furnished()
    }

    /// Refuses a path that [`RunDirectory::create_at`] would refuse, and creates nothing.
    ///
    /// # Errors
    /// As those of [`RunDirectory::create_at`].
    pub fn require_free(path: &Path) -> Result<()> {
        refuse_occupied(path)
    }

    /// The run at `path`, not locked: enough to read from it.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is no run directory.
    pub fn open(path: &Path) -> Result<Self> {
        let shown = path.display();
        let usage = |message: String| Err(Error::Usage(message));
        if path.join("config.toml").is_file() {
            return Ok(RunDirectory {
                root: path.into(),
                lock: None,
            });
        }
        if path.join("state.json").is_file() {
            return usage(format!(
                "'{shown}' is a checkpoint; give the run directory two levels above it"
            ));
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => usage(format!(
                "'{shown}' is not a run directory (it has no config.toml); give one that \
                 `gpugan train` made"
            )),
            Ok(_) => usage(format!("'{shown}' is a file; give a run directory")),
            Err(e) => usage(named("open the run", path, e).to_string()),
        }
    }

    /// Locks the run against other processes and removes what a crash left unfinished in it.
    ///
    /// # Errors
    /// [`Error::Runtime`] if another process holds the lock.
    pub fn lock(&mut self) -> Result<()> {
        if self.lock.is_some() {
            return Ok(());
        }
        let path = self.root.join(LOCK);
        let mut options = OpenOptions::new();
        let opened = options.create(true).truncate(false).read(true).write(true);
        let mut file = opened
            .open(&path)
            .map_err(|e| runtime(named("open", &path, e)))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(self.busy(&mut file)),
            // A file system without locks can only be trusted.
            Err(TryLockError::Error(e)) if e.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(e)) => return Err(runtime(named("lock", &path, e))),
        }
        // The number only serves the message of whoever comes next.
        let _ = file.set_len(0);
        let _ = write!(file, "{}", std::process::id());
        self.lock = Some(file);
        for directory in [&self.root, &self.samples(), &self.checkpoints()] {
            sweep(directory);
        }
        Ok(())
    }

    fn busy(&self, lock: &mut File) -> Error {
        let mut holder = String::new();
        let who = match lock.read_to_string(&mut holder) {
            Ok(_) if !holder.is_empty() => format!("process {holder}"),
            _ => "another process".into(),
        };
        let shown = self.root.display();
        Error::Runtime(format!(
            "'{shown}' is being trained by {who}; wait until it ends or stop it"
        ))
    }

    fn furnished(mut self) -> Result<Self> {
        self.lock()?;
        for directory in [self.samples(), self.checkpoints()] {
            fs::create_dir_all(&directory).map_err(|e| runtime(named("create", &directory, e)))?;
        }
        Ok(self)
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The resolved options.
    pub fn config(&self) -> PathBuf {
        self.root.join("config.toml")
    }

    /// Facts about the run: version, device, data, parameter counts.
    pub fn facts(&self) -> PathBuf {
        self.root.join("run.json")
    }

    /// One JSON object per log interval.
    pub fn metrics(&self) -> PathBuf {
        self.root.join("metrics.jsonl")
    }

    /// What was said on stderr.
    pub fn log(&self) -> PathBuf {
        self.root.join("log.txt")
    }

    /// The directory of the sample grids.
    pub fn samples(&self) -> PathBuf {
        self.root.join("samples")
    }

    /// The grid of samples at a step.
    pub fn sample(&self, step: u64) -> PathBuf {
        self.samples().join(format!("step-{step:08}.png"))
    }

    /// The directory of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }
}

/// One more than the greatest number that an entry of `parent` begins with.
fn next_number(parent: &Path) -> io::Result<u32> {
    let mut next = 0;
    for entry in fs::read_dir(parent)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let number = name.split_once('-').filter(|(digits, _)| digits.len() >= 5);
        // Names that are no number of ours, absurdly long ones included, count for nothing.
        if let Some(Ok(number)) = number.map(|(digits, _)| digits.parse::<u32>())
            && number < 1_000_000_000
        {
            next = next.max(number + 1);
        }
    }
    Ok(next)
}

/// A lock file alone is what a launch that failed at once leaves behind.
fn refuse_occupied(path: &Path) -> Result<()> {
    let refused = |what: &str| {
        let message = format!(
            "--out '{}' {what}; give a new or an empty directory, or continue a run with --resume",
            path.display()
        );
        Err(Error::Usage(message))
    };
    match fs::read_dir(path) {
        Ok(mut entries) => match entries.find(|e| !matches!(e, Ok(e) if e.file_name() == LOCK)) {
            Some(_) => refused("is not empty"),
            None => Ok(()),
        },
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) if e.kind() == ErrorKind::NotADirectory => refused("is a file or lies below one"),
        Err(e) => Err(runtime(named("read", path, e))),
    }
}

fn runtime(error: io::Error) -> Error {
    Error::Runtime(error.to_string())
}
