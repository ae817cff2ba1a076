//! The executor: a plan made ready for one device, and run.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use wgpu::{CommandEncoder, SubmissionIndex};

use super::adapter::Adapter;
use super::device::Device;
use super::heartbeat::Heartbeat;
use super::link::Sources;
use super::memory::Memory;
use super::pace::Pace;
use super::pipeline;
use super::replay::{Dispatch, slot};
use super::shader::Shader;
use super::transfer;
use super::variant::Chooser;
use crate::Result;
use crate::plan::{Call, Contents, DeviceInfo, Executor, Plan, ProgramId, Tensor};

/// Submissions that may be under way: one runs while the next is encoded.
const MOST_IN_FLIGHT: usize = 2;

/// What can be chosen about a `Gpu`.
#[derive(Clone, Debug)]
pub struct GpuOptions {
    /// Runs all products that it fits as this variant, and the others as `plain`.
    pub force_variant: Option<String>,
    /// The shaders; the crate's own unless a test has others.
    pub sources: Sources,
}

impl Default for GpuOptions {
    fn default() -> Self {
        GpuOptions {
            force_variant: None,
            sources: Sources::embedded().clone(),
        }
    }
}

/// Runs one plan on one adapter.
pub struct Gpu {
    pub(super) plan: Arc<Plan>,
    pub(super) device: Device,
    pub(super) memory: Memory,
    pub(super) heartbeat: Heartbeat,
    /// Per program, its calls.
    pub(super) programs: Vec<Vec<Dispatch>>,
    info: DeviceInfo,
    pace: Pace,
    in_flight: VecDeque<Flight>,
}

/// A submission that may not have completed.
struct Flight {
    index: SubmissionIndex,
    sequence: Vec<ProgramId>,
    repetitions: u64,
    submitted: Instant,
}

impl Gpu {
    /// Opens the adapter, allocates every tensor of the plan as zeros, and compiles its kernels.
    ///
    /// # Errors
    /// `Error::NoDevice` where the adapter cannot be opened, `Error::Device` where the plan does
    /// not fit it.
    ///
    /// # Panics
    /// Where a shader is missing, faulty or does not fit its row of the catalogue.
    pub fn new(plan: impl Into<Arc<Plan>>, adapter: &Adapter, options: GpuOptions) -> Result<Gpu> {
        let plan = plan.into();
        let device = Device::open(adapter)?;
        let calls: Vec<&Call> = plan.programs.iter().flat_map(|p| &p.calls).collect();
        let memory = Memory::new(&device, &adapter.info, &plan, calls.len())?;
        let mut dispatches =
            prepare(&plan, &calls, &device, &memory, adapter, options)?.into_iter();
        let take = |program: &crate::plan::Program| {
            dispatches.by_ref().take(program.calls.len()).collect()
        };
        let programs = plan.programs.iter().map(take).collect();
        let heartbeat = Heartbeat::new(&device);
        device.check()?;
        let info = &adapter.info;
        Ok(Gpu {
            info: DeviceInfo {
                name: info.name.clone(),
                backend: info.backend.clone(),
                driver: format!("{} {}", info.driver, info.driver_info)
                    .trim()
                    .to_string(),
                software: info.software,
                threads: 0,
            },
            plan,
            device,
            memory,
            heartbeat,
            programs,
            pace: Pace::new(),
            in_flight: VecDeque::new(),
        })
    }

    pub(super) fn encoder(&self) -> CommandEncoder {
        self.device.raw.create_command_encoder(&Default::default())
    }

    /// Hands over what was encoded, and counts it.
    pub(super) fn submit(&mut self, mut encoder: CommandEncoder) -> SubmissionIndex {
        self.heartbeat.beat(&mut encoder);
        self.device.queue.submit([encoder.finish()])
    }

    /// Waits for the oldest submission.
    fn land(&mut self) -> Result<()> {
        let Some(flight) = self.in_flight.pop_front() else {
            return Ok(());
        };
        let waiting = Instant::now();
        self.device.wait(Some(flight.index))?;
        let Flight {
            sequence,
            repetitions,
            submitted,
            ..
        } = flight;
        self.pace.done(&sequence, repetitions, submitted, waiting);
        Ok(())
    }
}

/// Compiles what the calls need, each kernel and variant once, and binds the calls.
fn prepare(
    plan: &Plan,
    calls: &[&Call],
    device: &Device,
    memory: &Memory,
    adapter: &Adapter,
    options: GpuOptions,
) -> Result<Vec<Dispatch>> {
    let sources = &options.sources;
    let subgroups = device.has(wgpu::Features::SUBGROUP);
    let chooser = Chooser::new(&adapter.info, subgroups, options.force_variant);
    let mut shaders: Vec<Shader> = Vec::new();
    let mut places = HashMap::new();
    let mut chosen = Vec::new();
    for call in calls {
        let key = (call.kernel.name, chooser.choose(sources, call));
        let place = *places.entry(key).or_insert_with(|| {
            let shader = Shader::of(sources, call.kernel, key.1);
            shader.fits(call.kernel).unwrap_or_else(|e| panic!("{e}"));
            shaders.push(shader);
            shaders.len() - 1
        });
        chosen.push(place);
    }
    let pipelines = pipeline::compile(device, shaders, sources.trusted());
    device.check()?;
    let slots = calls.iter().zip(&chosen);
    let slots: Vec<u8> = slots
        .flat_map(|(call, &at)| slot(&pipelines[at], call))
        .collect();
    memory.fill_params(device, &slots);
    let bound = calls.iter().enumerate().zip(&chosen);
    bound
        .map(|((slot, call), &at)| {
            Dispatch::new(device, memory, plan, &pipelines[at], (slot, call))
        })
        .collect()
}

impl Executor for Gpu {
    fn device(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, sequence: &[ProgramId], most: u64) -> Result<u64> {
        while self.in_flight.len() >= MOST_IN_FLIGHT {
            self.land()?;
        }
        let repetitions = self.pace.repetitions(sequence, most);
        let mut encoder = self.encoder();
        let mut pass = encoder.begin_compute_pass(&Default::default());
        for _ in 0..repetitions {
            for program in sequence {
                for dispatch in &self.programs[program.0] {
                    dispatch.encode(&mut pass);
                }
            }
        }
        drop(pass);
        let submitted = Instant::now();
        let index = self.submit(encoder);
        self.device.check()?;
        self.in_flight.push_back(Flight {
            index,
            sequence: sequence.to_vec(),
            repetitions,
            submitted,
        });
        Ok(repetitions)
    }

    fn wait(&mut self) -> Result<()> {
        while !self.in_flight.is_empty() {
            self.land()?;
        }
        self.device.wait(None)
    }

    fn read(&mut self, tensor: Tensor) -> Result<Contents> {
        self.wait()?;
        transfer::read(self, tensor)
    }

    fn write(&mut self, tensor: Tensor, contents: &Contents) -> Result<()> {
        transfer::write(self, tensor, contents)
    }

    fn variant(&self, program: ProgramId, call: usize) -> &str {
        self.programs[program.0][call].variant
    }

    fn profile(&mut self, program: ProgramId, runs: u32) -> Result<Vec<f64>> {
        self.wait()?;
        super::profile::profile(self, program, runs)
    }
}
