//! Ctrl-C and SIGTERM: the first one asks for an orderly end, the second one ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gpugan::{Error, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Which signal was caught, if any.
#[derive(Debug)]
pub struct Signals {
    /// The number of the last one; 0 for none.
    caught: Arc<AtomicUsize>,
}

impl Signals {
    /// Begins to listen. From the second signal on the process exits at once with 128 + signal:
    /// all files are whole at any moment, so that is safe.
    ///
    /// # Errors
    /// `Error::Runtime` where the system does not let signals be handled.
    pub fn listen() -> Result<Signals> {
        let caught = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal must find `again` unset.
            flag::register_conditional_shutdown(signal, 128 + signal, again.clone())
                .and_then(|_| flag::register(signal, again.clone()))
                .and_then(|_| flag::register_usize(signal, caught.clone(), signal as usize))
                .map_err(|e| Error::Runtime(format!("signals cannot be handled: {e}")))?;
        }
        // A file-size limit is an error of the write that meets it, not the end of the process.
        #[cfg(unix)]
        flag::register(signal_hook::consts::SIGXFSZ, Arc::default())
            .map_err(|e| Error::Runtime(format!("signals cannot be handled: {e}")))?;
        Ok(Signals { caught })
    }

    /// The number of the signal that asks for an end.
    pub fn caught(&self) -> Option<u8> {
        match self.caught.load(Ordering::SeqCst) {
            0 => None,
            number => Some(number as u8),
        }
    }

    /// For the time before there is anything to save.
    ///
    /// # Errors
    /// `Error::Interrupted` once a signal was caught.
    pub fn check(&self) -> Result<()> {
        match self.caught() {
            None => Ok(()),
            Some(signal) => Err(Error::Interrupted {
                signal,
                message: format!("{} before the training began", name(signal)),
            }),
        }
    }
}

/// The name of a signal that is listened to.
pub fn name(signal: u8) -> &'static str {
    match i32::from(signal) {
        SIGINT => "SIGINT",
        _ => "SIGTERM",
    }
}
