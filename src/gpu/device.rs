//! An opened device, and everything that can go wrong with it: each fault becomes one sentence.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use wgpu::{Features, Limits, PollError, PollType, SubmissionIndex};

use super::adapter::Adapter;
use crate::{Error, Result};

/// How long one submission may take before the device counts as hung. A submission is sized for
/// 50 ms; the longest true one is a first step that compiles all shaders on a software adapter.
const PATIENCE: Duration = Duration::from_secs(120);

/// A device, its queue, and the first fault it reported; copies are the same device.
#[derive(Clone)]
pub(super) struct Device {
    pub raw: wgpu::Device,
    pub queue: wgpu::Queue,
    name: String,
    fault: Arc<Mutex<Option<String>>>,
}

impl Device {
    /// Opens an adapter with WebGPU's default limits, raised only where sizes of buffers are
    /// concerned: shaders stay within what every device offers, data sets may be larger.
    pub fn open(adapter: &Adapter) -> Result<Device> {
        let (features, given) = (adapter.raw.features(), adapter.raw.limits());
        let name = adapter.info.name.clone();
        let limits = Limits {
            max_buffer_size: given.max_buffer_size,
            max_storage_buffer_binding_size: given.max_storage_buffer_binding_size,
            ..Limits::default()
        };
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("gpugan"),
            required_features: features & (Features::SUBGROUP | Features::TIMESTAMP_QUERY),
            required_limits: limits,
            ..Default::default()
        };
        let opened = pollster::block_on(adapter.raw.request_device(&descriptor));
        let (raw, queue) = opened.map_err(|e| {
            let cause = sentence(&e.to_string());
            Error::NoDevice(format!("the adapter {name:?} cannot be opened: {cause}; choose another one (`gpugan devices`) or use --device cpu"))
        })?;
        let fault = Arc::default();
        listen(&raw, &fault);
        Ok(Device {
            raw,
            queue,
            name,
            fault,
        })
    }

    pub fn has(&self, feature: Features) -> bool {
        self.raw.features().contains(feature)
    }

    /// The first fault since the device was opened, as an error; a faulty device stays so.
    pub fn check(&self) -> Result<()> {
        let fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        match &*fault {
            Some(text) => Err(Error::Device(format!("{} {text}", self.name))),
            None => Ok(()),
        }
    }

    /// Waits until `submission` is done, or all of them.
    pub fn wait(&self, submission: Option<SubmissionIndex>) -> Result<()> {
        self.check()?;
        let wait = PollType::Wait {
            submission_index: submission,
            timeout: Some(PATIENCE),
        };
        match quietly(|| self.raw.poll(wait)) {
            Some(Err(PollError::Timeout)) => note(&self.fault, stalled()),
            Some(_) => {}
            None => note(&self.fault, lost("it does not answer")),
        }
        self.check()
    }

    /// Notes a fault that the device itself did not report.
    pub fn condemn(&self, text: &str) -> Error {
        note(&self.fault, text.to_string());
        self.check().expect_err("a fault was noted")
    }
}

fn listen(device: &wgpu::Device, fault: &Arc<Mutex<Option<String>>>) {
    let noted = Arc::clone(fault);
    device.on_uncaptured_error(Arc::new(move |error| {
        note(
            &noted,
            match error {
                wgpu::Error::OutOfMemory { .. } => out_of_memory(),
                other => format!("refused a command: {}", sentence(&other.to_string())),
            },
        );
    }));
    let noted = Arc::clone(fault);
    device.set_device_lost_callback(move |_, message| note(&noted, lost(&sentence(&message))));
}

/// Only the first fault is kept: the others follow from it.
fn note(fault: &Mutex<Option<String>>, text: String) {
    let mut fault = fault.lock().unwrap_or_else(PoisonError::into_inner);
    fault.get_or_insert(text);
}

fn out_of_memory() -> String {
    "ran out of memory: choose a smaller --batch, or close other programs that use it".to_string()
}

fn stalled() -> String {
    let seconds = PATIENCE.as_secs();
    format!(
        "made no progress for {seconds} seconds: choose a smaller --batch, or restart its driver"
    )
}

fn lost(cause: &str) -> String {
    format!(
        "went away ({cause}): resume from the last checkpoint, with a smaller --batch if it happens again"
    )
}

/// The innermost cause of a message that wgpu spreads over several lines.
fn sentence(message: &str) -> String {
    let mut lines = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let last = lines.next_back().unwrap_or("without a reason");
    last.trim_end_matches('.').to_string()
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, turning a panic into `None` without a word on stderr: wgpu panics where the
/// driver reports a lost device while it is waited for.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                previous(panic);
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    QUIET.set(false);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_cause_is_told() {
        let message =
            "Validation Error\n\nCaused by:\n  In Device::create_buffer\n    too large.\n";
        assert_eq!(sentence(message), "too large");
        assert_eq!(sentence(""), "without a reason");
    }

    #[test]
    fn a_panic_is_caught() {
        assert_eq!(quietly(|| 1), Some(1));
        assert_eq!(quietly(|| -> u32 { panic!("the device is lost") }), None);
    }
}
