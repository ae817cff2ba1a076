//! What an executor promises to the rest of the program.

use super::{ProgramId, Tensor};
use crate::Result;

/// The elements of a tensor on the host.
#[derive(Clone, Debug, PartialEq)]
pub enum Contents {
    F32(Vec<f32>),
    U32(Vec<u32>),
    U8(Vec<u8>),
}

impl Contents {
    /// Elements.
    pub fn len(&self) -> usize {
        match self {
            Contents::F32(values) => values.len(),
            Contents::U32(values) => values.len(),
            Contents::U8(values) => values.len(),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Vec<u8>> for Contents {
    fn from(values: Vec<u8>) -> Contents {
        Contents::U8(values)
    }
}

impl From<Vec<f32>> for Contents {
    fn from(values: Vec<f32>) -> Contents {
        Contents::F32(values)
    }
}

/// What a run records about the device it ran on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DeviceInfo {
    pub name: String,
    /// `cpu`, `vulkan`, `metal`, `dx12`.
    pub backend: String,
    /// Driver and its version; for the CPU executor the instruction set of the products.
    pub driver: String,
    /// Whether the work is done on the processor (the CPU executor or a software adapter).
    pub software: bool,
    /// Worker threads of the CPU executor; 0 elsewhere.
    pub threads: usize,
}

/// Runs the programs of one plan on one device.
pub trait Executor {
    /// What the plan runs on.
    fn device(&self) -> &DeviceInfo;

    /// Runs `sequence` at most `most` times (at least once), about 50 ms worth of it, and returns
    /// how often. Work may still be under way on return; `read` waits for what it needs.
    ///
    /// # Errors
    /// `Error::Device` where memory runs out or the device goes away.
    fn run(&mut self, sequence: &[ProgramId], most: u64) -> Result<u64>;

    /// Waits until all work that was handed over is done.
    fn wait(&mut self) -> Result<()>;

    /// The elements of a tensor, after all work handed over so far. Floats are rounded to f32.
    fn read(&mut self, tensor: Tensor) -> Result<Contents>;

    /// Sets a tensor. The length and type of `contents` must be the tensor's.
    fn write(&mut self, tensor: Tensor, contents: &Contents) -> Result<()>;

    /// The name of the variant that a call runs as.
    fn variant(&self, program: ProgramId, call: usize) -> &str;

    /// Device time of a call in seconds as each variant that fits it, measured on tensors of its own.
    fn compare(&mut self, program: ProgramId, call: usize) -> Result<Vec<(String, f64)>>;

    /// Device time per call of `program` in seconds, where it can be measured, over `runs` runs.
    fn profile(&mut self, program: ProgramId, runs: u32) -> Result<Vec<f64>>;
}

/// The middle of some timings, or between the two in the middle.
///
/// # Panics
/// Where there are none.
pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let last = samples.len() - 1;
    (samples[last / 2] + samples[last.div_ceil(2)]) / 2.0
}
