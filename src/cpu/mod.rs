//! The executor that needs no device: every kernel in Rust, generic over f32 and f64. It is the
//! default where no GPU is, the oracle that every shader is tested against, and in f64 the place
//! where gradients are checked by central differences.
//!
//! It deliberately does not fuse or reorder calls: it runs the plan as it was recorded.

mod activation;
mod affine;
mod args;
mod bench;
mod clock;
mod conv;
mod data;
mod dense;
mod divergence;
mod dropout;
mod maxout;
mod mirrors;
mod moments;
mod norm;
mod objective;
mod optim;
mod pack;
mod penalty;
mod points;
mod positive;
mod product;
mod random;
mod real;
mod reduce;
mod spectral;
mod tangent;
mod upsample;

use std::time::{Duration, Instant};

pub use product::Matrix;
pub use real::Real;

use crate::plan::{
    Access, Call, Contents, DType, DeviceInfo, Executor, Plan, ProgramId, Tensor, median,
};
use crate::{Error, Result};
use args::{Args, Buffer, Rest, Slot};
use mirrors::{Mirror, mirror};

/// Runs a plan on the processor.
pub struct Cpu<T: Real = f32> {
    plan: Plan,
    buffers: Vec<Buffer<T>>,
    mirrors: Vec<Vec<Mirror<T>>>,
    threads: rayon::ThreadPool,
    info: DeviceInfo,
}

impl<T: Real> Cpu<T> {
    /// `threads`: how many to use; all cores when `None`.
    ///
    /// # Errors
    /// `Error::Runtime` where the threads cannot be started.
    pub fn new(plan: Plan, threads: Option<usize>) -> Result<Cpu<T>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
        let threads = pool
            .build()
            .map_err(|e| Error::Runtime(format!("cannot start worker threads: {e}")))?;
        let buffers = plan.storages.iter().map(|storage| match storage.dtype {
            DType::F32 => Buffer::Floats(vec![T::zero(); storage.len]),
            DType::U32 => Buffer::Words(vec![0; storage.len]),
            DType::U8 => Buffer::Bytes(vec![0; storage.len]),
        });
        let of_call = |call: &Call| {
            let name = call.kernel.name;
            mirror(name).unwrap_or_else(|| panic!("{name} has no mirror"))
        };
        let mirrors = plan.programs.iter();
        let info = describe(threads.current_num_threads());
        Ok(Cpu {
            buffers: buffers.collect(),
            mirrors: mirrors
                .map(|p| p.calls.iter().map(of_call).collect())
                .collect(),
            threads,
            info,
            plan,
        })
    }

    /// The plan that is run.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The elements of a float tensor in the precision they are computed in.
    pub fn floats(&self, tensor: Tensor) -> &[T] {
        let info = self.plan.info(tensor);
        match &self.buffers[info.storage] {
            Buffer::Floats(values) => &values[info.offset..][..info.len()],
            _ => panic!("{} holds no floats", info.name),
        }
    }

    /// As `floats`, to be set.
    pub fn floats_mut(&mut self, tensor: Tensor) -> &mut [T] {
        let info = self.plan.info(tensor);
        match &mut self.buffers[info.storage] {
            Buffer::Floats(values) => &mut values[info.offset..][..info.len()],
            _ => panic!("{} holds no floats", info.name),
        }
    }

    /// Runs one program once.
    pub fn run_program(&mut self, id: ProgramId) {
        let program = &self.plan.programs[id.0];
        let (plan, buffers) = (&self.plan, &mut self.buffers);
        let mirrors = &self.mirrors[id.0];
        self.threads.install(|| {
            for (call, mirror) in program.calls.iter().zip(mirrors) {
                run_call(plan, buffers, call, *mirror);
            }
        });
    }
}

impl<T: Real> Executor for Cpu<T> {
    fn device(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, sequence: &[ProgramId], most: u64) -> Result<u64> {
        let started = Instant::now();
        let mut done = 0;
        while done < most.max(1) && (done == 0 || started.elapsed() < PATIENCE) {
            sequence.iter().for_each(|&id| self.run_program(id));
            done += 1;
        }
        Ok(done)
    }

    fn wait(&mut self) -> Result<()> {
        Ok(())
    }

    fn read(&mut self, tensor: Tensor) -> Result<Contents> {
        let info = self.plan.info(tensor);
        let range = info.offset..info.offset + info.len();
        Ok(match &self.buffers[info.storage] {
            Buffer::Floats(values) => {
                let narrow = values[range].iter().map(|value| value.widen() as f32);
                Contents::F32(narrow.collect())
            }
            Buffer::Words(values) => Contents::U32(values[range].to_vec()),
            Buffer::Bytes(values) => Contents::U8(values[range].to_vec()),
        })
    }

    fn write(&mut self, tensor: Tensor, contents: &Contents) -> Result<()> {
        let info = self.plan.info(tensor);
        assert_eq!(info.len(), contents.len(), "{}", info.name);
        let range = info.offset..info.offset + info.len();
        match (&mut self.buffers[info.storage], contents) {
            (Buffer::Floats(to), Contents::F32(from)) => {
                let wide = from.iter().map(|&value| T::of(f64::from(value)));
                to[range]
                    .iter_mut()
                    .zip(wide)
                    .for_each(|(to, from)| *to = from);
            }
            (Buffer::Words(to), Contents::U32(from)) => to[range].copy_from_slice(from),
            (Buffer::Bytes(to), Contents::U8(from)) => to[range].copy_from_slice(from),
            _ => panic!("{} is {:?}", info.name, info.dtype),
        }
        Ok(())
    }

    fn variant(&self, _: ProgramId, _: usize) -> &str {
        "mirror"
    }

    fn compare(&mut self, id: ProgramId, call: usize) -> Result<Vec<(String, f64)>> {
        let plan = self.plan.alone(&self.plan.programs[id.0].calls[call]);
        let threads = self.threads.current_num_threads();
        let mut alone = Cpu::<T>::new(plan, Some(threads))?;
        let only = ProgramId(0);
        alone.run_program(only);
        let seconds = alone.profile(only, COMPARED)?[0];
        Ok(vec![(self.variant(id, call).to_string(), seconds)])
    }

    fn profile(&mut self, id: ProgramId, runs: u32) -> Result<Vec<f64>> {
        let program = &self.plan.programs[id.0];
        let mut seconds = vec![Vec::new(); program.calls.len()];
        let (plan, buffers, mirrors) = (&self.plan, &mut self.buffers, &self.mirrors[id.0]);
        self.threads.install(|| {
            for _ in 0..runs {
                for (at, call) in program.calls.iter().enumerate() {
                    let started = Instant::now();
                    run_call(plan, buffers, call, mirrors[at]);
                    seconds[at].push(started.elapsed().as_secs_f64());
                }
            }
        });
        Ok(seconds.into_iter().map(median).collect())
    }
}

/// Runs of a call by itself.
const COMPARED: u32 = 5;

/// How long one `run` goes on before the caller gets a chance to look at the clock.
const PATIENCE: Duration = Duration::from_millis(50);

fn describe(threads: usize) -> DeviceInfo {
    DeviceInfo {
        name: "CPU".to_string(),
        backend: "cpu".to_string(),
        driver: instruction_set().to_string(),
        software: true,
        threads,
    }
}

#[cfg(target_arch = "x86_64")]
fn instruction_set() -> &'static str {
    if is_x86_feature_detected!("avx512f") {
        "x86-64 with AVX-512"
    } else if is_x86_feature_detected!("avx2") {
        "x86-64 with AVX2"
    } else {
        "x86-64"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn instruction_set() -> &'static str {
    std::env::consts::ARCH
}

/// Lends a call its tensors. A storage that it writes is taken out of the table for as long; the
/// plan's checks promise that the call reads nothing of it through another binding.
fn run_call<T: Real>(plan: &Plan, buffers: &mut [Buffer<T>], call: &Call, mirror: Mirror<T>) {
    let mut taken: Vec<(usize, Buffer<T>)> = Vec::new();
    for argument in call.arguments.iter().filter(|a| a.access != Access::Read) {
        let at = plan.info(argument.tensor).storage;
        if taken.iter().all(|(storage, _)| *storage != at) {
            taken.push((at, std::mem::take(&mut buffers[at])));
        }
    }
    {
        let mut outputs: Vec<_> = taken.iter_mut().map(|(at, b)| (*at, Rest::of(b))).collect();
        let mut order: Vec<usize> = (0..call.arguments.len()).collect();
        order.sort_by_key(|&at| plan.info(call.arguments[at].tensor).offset);
        let mut slots: Vec<Slot<'_, T>> = order.iter().map(|_| Slot::Taken).collect();
        for at in order {
            let info = plan.info(call.arguments[at].tensor);
            let range = info.offset..info.offset + info.len();
            let output = outputs
                .iter_mut()
                .find(|(storage, _)| *storage == info.storage);
            slots[at] = match output {
                Some((_, rest)) => rest.split(range),
                None => buffers[info.storage].slot(range),
            };
        }
        mirror(&mut Args { call, slots });
    }
    for (at, buffer) in taken {
        buffers[at] = buffer;
    }
}
