//! Files that are, whatever happens, either the whole old one or the whole new one.
//!
//! The order is temporary sibling, flush, fsync, rename, fsync of the directory: without the first
//! fsync a rename can reach the disk before the data does, without the second it may not reach it
//! at all. Nothing here retries or falls back; the caller knows what the file is worth.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// How the names of unfinished files and directories begin. What bears it after a crash is rubbish.
pub(crate) const UNFINISHED: &str = ".tmp-";

/// Replaces `path` by `bytes`, durably and as one act.
///
/// # Errors
/// Of the kind that the system reported, with a text that names the path and the reason. The old
/// file, if there was one, is untouched.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// [`write`] for contents that are made piece by piece, so that they need not fit into memory.
pub fn write_with(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    // Renaming over a device node or a pipe would replace it by a file.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let reason = io::Error::new(ErrorKind::AlreadyExists, "it exists and is not a file");
        return Err(named("write", path, reason));
    }
    let directory = parent(path);
    let temporary = directory.join(unfinished_name());
    write_new(&temporary, fill)
        .and_then(|()| fs::rename(&temporary, path))
        .and_then(|()| sync_directory(directory))
        .map_err(|error| {
            let _ = fs::remove_file(&temporary);
            named("write", path, error)
        })
}

/// Creates `path`, which must not exist, fills it and waits until it is on the disk.
pub(crate) fn write_new(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    fill_and_sync(file, fill)
}

/// A buffer that is merely dropped would swallow the error of its last write.
fn fill_and_sync(
    file: File,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    fill(&mut writer)?;
    writer.flush()?;
    writer.get_ref().sync_all()
}

/// Makes renames inside `directory` durable; does nothing where directories cannot be synced.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(directory)?.sync_all() {
        // Some network file systems know no fsync of a directory: there is nothing more to do.
        Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

/// Removes what a crash left unfinished in `directory`. Only for whoever holds the run's lock:
/// another process may be about to rename what this finds.
pub(crate) fn sweep(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
        }
    }
}

/// A name for an unfinished entry that no other thread or process on this machine uses.
pub(crate) fn unfinished_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{UNFINISHED}{}-{count}", std::process::id())
}

/// The directory that holds `path`; a bare name stands in the current one.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

/// `error` of the same kind, with a text that says what could not be done to which path, and why.
pub(crate) fn named(action: &str, path: &Path, error: io::Error) -> io::Error {
    let reason = match error.kind() {
        ErrorKind::StorageFull => "no space is left on the device; free some".into(),
        ErrorKind::QuotaExceeded => "the disk quota is used up; free some space".into(),
        ErrorKind::FileTooLarge => "the limit on the size of a file is reached; raise it".into(),
        ErrorKind::PermissionDenied => "permission denied; choose a place you may use".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only; choose another".into(),
        ErrorKind::NotFound => "no such file or directory".into(),
        _ => error.to_string(),
    };
    io::Error::new(
        error.kind(),
        format!("cannot {action} '{}': {reason}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_the_whole_file_and_leaves_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a");
        write(&path, b"long old text").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(place.path()), ["a"]);
    }

    #[test]
    fn a_failure_half_way_keeps_the_old_file() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a");
        write(&path, b"old").unwrap();
        let error = write_with(&path, |file| {
            file.write_all(b"half")?;
            Err(ErrorKind::StorageFull.into())
        })
        .unwrap_err();
        assert!(error.to_string().contains("no space is left"), "{error}");
        assert!(error.to_string().contains("a'"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(place.path()), ["a"]);
    }

    #[test]
    fn what_is_not_a_file_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let error = write(place.path(), b"x").unwrap_err();
        assert!(error.to_string().contains("not a file"), "{error}");
        let missing = place.path().join("no/such/file");
        assert_eq!(
            write(&missing, b"x").unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }

    #[cfg(unix)]
    #[test]
    fn files_honour_the_umask() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            let found = fs::metadata(place.path().join(name)).unwrap();
            found.permissions().mode() & 0o777
        };
        write(&place.path().join("ours"), b"x").unwrap();
        File::create(place.path().join("plain")).unwrap();
        assert_eq!(mode("ours"), mode("plain"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_error_before_the_rename() {
        // /dev/full takes the open and the buffered write; only the flush fails.
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let error = fill_and_sync(full, |file| file.write_all(b"x")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        let error = write(Path::new("/dev/full"), b"x").unwrap_err();
        assert!(error.to_string().contains("not a file"), "{error}");
    }
}
