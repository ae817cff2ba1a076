//! Measures whole training steps, and what the device could do at most in the same run.
//!
//! It prints nothing; and it is no test: timings never decide whether something is right.

mod variants;

use std::time::Instant;

use serde::Serialize;

use crate::Result;
use crate::gan::Gan;
use crate::plan::{
    Contents, DType, Executor, Kernel, Plan, ProgramId, Recorder, Role, kernel, median,
};

pub use variants::{Product, Timing, products};

/// Multiply-adds of the ceiling: rounds and elements.
const ROUNDS: usize = 512;
const CHAINS: usize = 1 << 20;
/// Floats that the ceiling copies: beyond the inner caches.
const COPIED: usize = 1 << 22;
/// Steps that are run and forgotten first.
const WARM_UP: u64 = 3;

/// Milliseconds per step.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    pub min: f64,
    pub median: f64,
    pub max: f64,
}

/// What the device does at most.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ceiling {
    /// Multiply-adds without memory, two operations each.
    pub multiply_add_gflops: f64,
    /// Bytes read plus bytes written.
    pub copy_gb_per_s: f64,
    /// The largest product of the step, alone.
    pub product_gflops: f64,
}

/// Time of all calls of one kernel within a step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    pub kernel: String,
    pub variant: String,
    pub calls: usize,
    pub ms: f64,
    pub gflops: f64,
    pub gb_per_s: f64,
    /// Of the multiply-adds for products, of the copy for all others; set by `measure_against`.
    pub ceiling_share: f64,
    #[serde(skip)]
    product: bool,
}

/// Milliseconds per step of a game over `steps` steps, on an executor that has run it once already.
/// A sample is the mean of up to a twentieth of the steps, so that a GPU is not waited for each time.
pub fn steps(executor: &mut dyn Executor, gan: &Gan, steps: u64) -> Result<Spread> {
    let turn = gan.turn();
    let mut left = WARM_UP;
    while left > 0 {
        left -= executor.run(&turn, left)?;
    }
    executor.wait()?;
    let (mut samples, mut left) = (Vec::new(), steps.max(1));
    while left > 0 {
        let started = Instant::now();
        let done = executor.run(&turn, left.min(most_per_sample(steps)))?;
        executor.wait()?;
        let each = started.elapsed().as_secs_f64() * 1e3 / done as f64;
        samples.extend(std::iter::repeat_n(each, done as usize));
        left -= done;
    }
    Ok(Spread {
        min: samples.iter().copied().fold(f64::INFINITY, f64::min),
        max: samples.iter().copied().fold(0.0, f64::max),
        median: median(samples),
    })
}

/// At least 20 samples, so that a median means something.
fn most_per_sample(steps: u64) -> u64 {
    (steps / 20).max(1)
}

/// The plan of the ceilings: multiply-adds, a copy.
pub fn ceiling_plan() -> (Plan, [ProgramId; 2]) {
    let mut r = Recorder::new();
    let sums = r.tensor("sums", Role::Output, DType::F32, &[CHAINS]);
    let source = r.tensor("source", Role::Input, DType::F32, &[COPIED]);
    let destination = r.tensor("destination", Role::Output, DType::F32, &[COPIED]);
    let multiply_add = r.program("multiply_add");
    r.call(&kernel::BENCH_MULTIPLY_ADD)
        .write("sums", sums)
        .set("rounds", ROUNDS)
        .extent(CHAINS, 1, 1)
        .flops(2 * ROUNDS * CHAINS)
        .record();
    let copy = r.program("copy");
    r.call(&kernel::BENCH_COPY)
        .read("source", source)
        .write("destination", destination)
        .set("len", COPIED)
        .extent(COPIED, 1, 1)
        .record();
    (r.finish(), [multiply_add, copy])
}

/// Runs the ceilings on `executor`, which was made for `ceiling_plan`, and takes the product from
/// the rows of a profile.
pub fn ceiling(
    executor: &mut dyn Executor,
    programs: [ProgramId; 2],
    product_gflops: f64,
) -> Result<Ceiling> {
    let runs = 5;
    let multiply_add = executor.profile(programs[0], runs)?[0];
    let copy = executor.profile(programs[1], runs)?[0];
    Ok(Ceiling {
        multiply_add_gflops: (2 * ROUNDS * CHAINS) as f64 / multiply_add / 1e9,
        copy_gb_per_s: (8 * COPIED) as f64 / copy / 1e9,
        product_gflops,
    })
}

/// Where the time of a step goes.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// One row per kernel and variant, the costliest first.
    pub rows: Vec<Row>,
    /// Of the call with the most operations.
    pub largest_product_gflops: f64,
    /// All products of the step together.
    pub products_gflops: f64,
}

/// Times every call of a turn by itself, `runs` times.
pub fn profile(executor: &mut dyn Executor, gan: &Gan, runs: u32) -> Result<Profile> {
    let mut profile = Profile::default();
    let (mut largest, mut flops, mut seconds) = (0, 0, 0.0);
    for id in gan.turn() {
        let times = executor.profile(id, runs)?;
        for (at, (call, time)) in gan.plan.program(id).calls.iter().zip(times).enumerate() {
            let cost = crate::plan::cost(&gan.plan, call);
            if call.kernel.product {
                (flops, seconds) = (flops + cost.flops, seconds + time);
                if cost.flops > largest {
                    largest = cost.flops;
                    profile.largest_product_gflops = cost.flops as f64 / time / 1e9;
                }
            }
            let bytes = cost.bytes_read + cost.bytes_written;
            let variant = executor.variant(id, at).to_string();
            profile.add(call.kernel, variant, time, (cost.flops, bytes));
        }
    }
    profile.products_gflops = flops as f64 / seconds / 1e9;
    for row in &mut profile.rows {
        row.gflops /= row.ms * 1e6;
        row.gb_per_s /= row.ms * 1e6;
    }
    profile.rows.sort_by(|a, b| b.ms.total_cmp(&a.ms));
    Ok(profile)
}

impl Profile {
    /// Sets the shares of the ceilings of the same run.
    pub fn measure_against(&mut self, ceiling: &Ceiling) {
        for row in &mut self.rows {
            row.ceiling_share = match row.product {
                true => row.gflops / ceiling.multiply_add_gflops,
                false => row.gb_per_s / ceiling.copy_gb_per_s,
            };
        }
    }

    /// Sums up; the rates hold operations and bytes until the end.
    fn add(&mut self, kernel: &Kernel, variant: String, time: f64, (flops, bytes): (u64, u64)) {
        let same = |row: &&mut Row| row.kernel == kernel.name && row.variant == variant;
        let row = match self.rows.iter_mut().find(same) {
            Some(row) => row,
            None => {
                self.rows.push(Row {
                    kernel: kernel.name.to_string(),
                    variant,
                    product: kernel.product,
                    ..Row::default()
                });
                let last = self.rows.len() - 1;
                &mut self.rows[last]
            }
        };
        row.calls += 1;
        row.ms += time * 1e3;
        row.gflops += flops as f64;
        row.gb_per_s += bytes as f64;
    }
}

/// Floating-point operations of a program.
pub fn flops(gan: &Gan, id: ProgramId) -> u64 {
    let calls = gan.plan.program(id).calls.iter();
    calls.map(|call| call.flops).sum()
}

/// Images that nobody has drawn.
pub fn made_up(bytes: usize) -> Contents {
    let byte = |at: usize| (at.wrapping_mul(2_654_435_761) >> 7) as u8;
    Contents::U8((0..bytes).map(byte).collect())
}

/// Puts data on a device and runs one turn, which compiles what there is to compile. The weights stay
/// zero, which the arithmetic does not care about.
pub fn first_step(executor: &mut dyn Executor, gan: &Gan, data: &Contents) -> Result<()> {
    executor.write(gan.data, data)?;
    executor.run(&gan.turn(), 1)?;
    executor.wait()
}

/// The most memory that this process ever held, in MB; `None` where the system does not tell.
pub fn peak_memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}
