//! The one error type: each variant is an exit code that `gpugan --help` documents,
//! each message one sentence that says what was found, what was expected and what to do.

/// What can stop a command. The text is shown to the user as it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Anything at run time that no other variant describes (exit code 1).
    #[error("{0}")]
    Runtime(String),
    /// A flag, a configuration key or a combination of them (exit code 2).
    #[error("{0}")]
    Usage(String),
    /// No adapter fits the request (exit code 3).
    #[error("{0}")]
    NoDevice(String),
    /// A loss or a gradient is no longer finite (exit code 4).
    #[error("{0}")]
    Diverged(String),
    /// A data file is missing, damaged or of the wrong kind (exit code 5).
    #[error("{0}")]
    Data(String),
    /// A checkpoint cannot be written, read or continued (exit code 6).
    #[error("{0}")]
    Checkpoint(String),
    /// The device ran out of memory or went away (exit code 7).
    #[error("{0}")]
    Device(String),
    /// A run that is not well, where that was asked (exit code 8).
    #[error("{0}")]
    Ill(String),
    /// A signal ended the run after its state was saved (exit code 128 + signal).
    #[error("{message}")]
    Interrupted { signal: u8, message: String },
}

/// The result of everything that can fail in gpugan.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The process exit code that stands for this error.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Runtime(_) => 1,
            Error::Usage(_) => 2,
            Error::NoDevice(_) => 3,
            Error::Diverged(_) => 4,
            Error::Data(_) => 5,
            Error::Checkpoint(_) => 6,
            Error::Device(_) => 7,
            Error::Ill(_) => 8,
            Error::Interrupted { signal, .. } => 128 + signal,
        }
    }
}
