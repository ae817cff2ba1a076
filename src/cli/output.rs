//! Where the results of commands go: stdout, and files that are known to be writable before anything is
//! computed.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use gpugan::{Error, Result};

/// Prints a text and ends its last line. A reader that has seen enough (`| head`) is no failure.
///
/// # Errors
/// `Error::Runtime` where stdout cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{}", text.trim_end()).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Runtime(format!("cannot write to stdout: {e}")))
        }
        _ => Ok(()),
    }
}

/// Prints a value as JSON over several lines.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value);
    print(&text.map_err(|e| Error::Runtime(format!("the result has no JSON form: {e}")))?)
}

/// Refuses a file that could not be written once the results are there; leaves what is there as it is.
///
/// # Errors
/// `Error::Runtime` for a folder that is missing or may not be written into, and for what is no file.
pub fn require_file(path: &Path) -> Result<()> {
    let refused = |why: String| {
        let shown = path.display();
        Err(Error::Runtime(format!("cannot write '{shown}': {why}")))
    };
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return refused("it exists and is not a file; give another name".into());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let shown = folder.display();
    if !folder.is_dir() {
        return refused(format!("there is no folder '{shown}'; make it first"));
    }
    // Permissions alone do not tell: a file system may be read-only or full.
    let probe = folder.join(format!(".tmp-{}-probe", std::process::id()));
    match File::create_new(&probe).and_then(|_| fs::remove_file(&probe)) {
        Ok(()) => Ok(()),
        Err(e) => refused(format!(
            "nothing can be written into '{shown}' ({e}); choose another folder"
        )),
    }
}

/// Makes a folder where there is none, and refuses files of it as [`require_file`] does.
///
/// # Errors
/// `Error::Runtime` for a folder that cannot be made, or a file that cannot be written.
pub fn require_folder(folder: &Path, files: impl IntoIterator<Item = String>) -> Result<()> {
    fs::create_dir_all(folder).map_err(|e| {
        let shown = folder.display();
        Error::Runtime(format!("cannot create the folder '{shown}': {e}"))
    })?;
    let mut files = files.into_iter().map(|name| folder.join(name));
    files.try_for_each(|path| require_file(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_refused_and_nothing_is_left() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::write(at("old"), "old").unwrap();
        fs::create_dir(at("taken")).unwrap();
        for name in ["old", "new"] {
            require_file(&at(name)).unwrap();
        }
        for (name, part) in [
            ("taken", "not a file"),
            ("nowhere/x", "no folder"),
            ("old/x", "no folder"),
        ] {
            let refused = require_file(&at(name)).unwrap_err();
            assert_eq!(refused.exit_code(), 1);
            assert!(refused.to_string().contains(part), "{refused}");
        }
        require_folder(&at("made/here"), ["x.md".to_string()]).unwrap();
        require_folder(&at("old/here"), []).unwrap_err();
        require_folder(place.path(), ["taken".to_string()]).unwrap_err();
        assert_eq!(fs::read_to_string(at("old")).unwrap(), "old");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3);
    }
}
