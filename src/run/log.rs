//! What the user is told, told twice: to `log.txt` and to wherever lines are shown.
//!
//! A log that cannot be written never stops a run, and neither does a closed stderr. Levels,
//! colours and progress bars are not its business.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::atomic::named;
use crate::error::{Error, Result};

/// Writes lines to a file and shows them.
pub struct Log {
    file: File,
    show: Box<dyn Fn(&str) + Send + Sync>,
    failed: AtomicBool,
}

impl Log {
    /// Appends to `path`, creating it as needed. `show` gets every line too: [`to_stderr`], or what
    /// prints above a progress bar.
    ///
    /// # Errors
    /// [`Error::Runtime`] if the file cannot be opened.
    pub fn open(path: &Path, show: impl Fn(&str) + Send + Sync + 'static) -> Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|e| Error::Runtime(named("open", path, e).to_string()))?;
        Ok(Log {
            file,
            show: Box::new(show),
            failed: AtomicBool::new(false),
        })
    }

    /// Shows one line, given without its end, and records it. The first failure to record is
    /// shown, later ones are not.
    pub fn line(&self, text: &str) {
        (self.show)(text);
        self.record(text);
    }

    /// Records one line without showing it.
    pub fn record(&self, text: &str) {
        // One write per line, so that lines of several threads do not mix.
        let written = (&self.file).write_all(format!("{text}\n").as_bytes());
        if let Err(e) = written
            && !self.failed.swap(true, Ordering::Relaxed)
        {
            (self.show)(&format!("warning: log.txt cannot be written: {e}"));
        }
    }
}

/// Prints a line to stderr, and goes on if nobody listens any more.
pub fn to_stderr(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    fn collector() -> (Arc<Mutex<Vec<String>>>, impl Fn(&str) + Send + Sync) {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let seen = shown.clone();
        (shown, move |line: &str| {
            seen.lock().unwrap().push(line.into())
        })
    }

    #[test]
    fn lines_are_shown_and_appended() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("log.txt");
        Log::open(&path, |_| {}).unwrap().line("first");
        let (shown, show) = collector();
        let log = Log::open(&path, show).unwrap();
        log.line("second");
        log.record("third");
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "first\nsecond\nthird\n"
        );
        assert_eq!(*shown.lock().unwrap(), ["second"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_mentioned_once() {
        let (shown, show) = collector();
        let log = Log::open(Path::new("/dev/full"), show).unwrap();
        log.line("one");
        log.line("two");
        let shown = shown.lock().unwrap();
        assert_eq!(shown.len(), 3, "{shown:?}");
        assert!(shown[1].contains("cannot be written"), "{shown:?}");
    }
}
