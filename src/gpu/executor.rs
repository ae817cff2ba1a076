//! The executor: a plan made ready for one device, and run.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use wgpu::{CommandEncoder, SubmissionIndex};

use super::adapter::Adapter;
use super::device::Device;
use super::heartbeat::Heartbeat;
use super::link::Sources;
use super::memory::Memory;
use super::pace::Pace;
use super::pipeline::{Library, Linked, Pipeline, Workshop};
use super::replay::{Dispatch, slot};
use super::transfer;
use super::tune::{self, Tuned, Tuning};
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
    /// Has the variants measured that are not forced; `None` takes what suits the kind of device.
    pub tuning: Option<Tuning>,
    /// The shaders; the crate's own unless a test has others.
    pub sources: Sources,
}

impl Default for GpuOptions {
    fn default() -> Self {
        GpuOptions {
            force_variant: None,
            tuning: None,
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
    library: Library,
    tuned: Tuned,
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
        let subgroups = device.has(wgpu::Features::SUBGROUP);
        let workshop = Arc::new(Workshop {
            info: adapter.info.clone(),
            chooser: Chooser::new(&adapter.info, subgroups, options.force_variant),
            sources: options.sources,
        });
        let mut library = Library::new(device, workshop.clone());
        let tuned = match &options.tuning {
            Some(tuning) if !workshop.chooser.is_forced() => {
                tune::tune(&mut library, &plan, tuning)?
            }
            _ => Tuned::default(),
        };
        let calls = plan.programs.iter().flat_map(|program| &program.calls);
        let linked = |call: &Call| {
            let known = tuned.choices.get(&call.class());
            let (chooser, sources) = (&workshop.chooser, &workshop.sources);
            let variant = chooser.choose(sources, call, known.map(String::as_str));
            (call.kernel, variant)
        };
        let linked: Vec<Linked> = calls.map(linked).collect();
        let mut gpu = Gpu::on(&mut library, plan, &linked)?;
        gpu.tuned = tuned;
        Ok(gpu)
    }

    /// An executor on a device that is open. `linked` is what each call of the plan runs as.
    pub(super) fn on(library: &mut Library, plan: Arc<Plan>, linked: &[Linked]) -> Result<Gpu> {
        let device = library.device.clone();
        let workshop = library.workshop.clone();
        let info = &workshop.info;
        let calls: Vec<&Call> = plan.programs.iter().flat_map(|p| &p.calls).collect();
        let memory = Memory::new(&device, info, &plan, calls.len())?;
        let pipelines = library.of(linked);
        let mut dispatches = bind(&plan, &calls, &device, &memory, &pipelines)?.into_iter();
        let take = |program: &crate::plan::Program| {
            dispatches.by_ref().take(program.calls.len()).collect()
        };
        let programs = plan.programs.iter().map(take).collect();
        let heartbeat = Heartbeat::new(&device);
        device.check()?;
        Ok(Gpu {
            info: DeviceInfo {
                name: info.name.clone(),
                backend: info.backend.clone(),
                driver: info.driver_text(),
                software: info.software,
                threads: 0,
            },
            plan,
            library: Library::new(device.clone(), workshop),
            tuned: Tuned::default(),
            device,
            memory,
            heartbeat,
            programs,
            pace: Pace::new(),
            in_flight: VecDeque::new(),
        })
    }

    /// What was chosen where there was a choice.
    pub fn tuned(&self) -> &Tuned {
        &self.tuned
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

/// Sets the parameters of the calls, and binds their tensors.
fn bind(
    plan: &Plan,
    calls: &[&Call],
    device: &Device,
    memory: &Memory,
    pipelines: &[Arc<Pipeline>],
) -> Result<Vec<Dispatch>> {
    device.check()?;
    let slots = calls.iter().zip(pipelines);
    let slots: Vec<u8> = slots
        .flat_map(|(call, pipeline)| slot(pipeline, call))
        .collect();
    memory.fill_params(device, &slots);
    let bound = calls.iter().enumerate().zip(pipelines);
    bound
        .map(|((slot, call), pipeline)| Dispatch::new(device, memory, plan, pipeline, (slot, call)))
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

    fn compare(&mut self, program: ProgramId, call: usize) -> Result<Vec<(String, f64)>> {
        self.wait()?;
        let plan = self.plan.clone();
        tune::compare(
            &mut self.library,
            &plan,
            &plan.programs[program.0].calls[call],
        )
    }

    fn profile(&mut self, program: ProgramId, runs: u32) -> Result<Vec<f64>> {
        self.wait()?;
        super::profile::profile(self, program, runs)
    }
}
