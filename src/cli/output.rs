//! Stdout: the results of commands.

use std::io::{self, ErrorKind, Write};

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
