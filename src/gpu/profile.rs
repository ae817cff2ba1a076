//! Device time per call.

use std::time::{Duration, Instant};

use wgpu::{BufferUsages, ComputePassDescriptor, ComputePassTimestampWrites, Features, QueryType};

use super::executor::Gpu;
use super::heartbeat::BEAT_BYTES;
use super::memory::buffer;
use super::transfer::collect;
use crate::Result;
use crate::plan::{ProgramId, median};

/// Calls per query set: some drivers fail at several hundred passes in one submission.
const CALLS_AT_ONCE: usize = 256;
/// How long a timing by the host's clock should take, so that the cost of submitting vanishes.
const LONG_ENOUGH: Duration = Duration::from_millis(5);
const MOST_REPETITIONS: u32 = 256;

/// The median over `runs` runs, the first of which is not counted where there are several.
pub(super) fn profile(gpu: &mut Gpu, program: ProgramId, runs: u32) -> Result<Vec<f64>> {
    if gpu.device.has(Features::TIMESTAMP_QUERY) {
        by_timestamps(gpu, program, runs)
    } else {
        by_clock(gpu, program, runs)
    }
}

/// One run of a program of one call.
pub(super) fn once(gpu: &mut Gpu, program: ProgramId) -> Result<f64> {
    let seconds = match gpu.device.has(Features::TIMESTAMP_QUERY) {
        true => timestamps(gpu, program, 0..1),
        false => by_clock(gpu, program, 1),
    };
    Ok(seconds?[0])
}

/// Runs the program as it is, with a pass per call.
fn by_timestamps(gpu: &mut Gpu, program: ProgramId, runs: u32) -> Result<Vec<f64>> {
    let calls = gpu.programs[program.0].len();
    let mut samples = vec![Vec::new(); calls];
    for run in 0..=runs.max(1) {
        for first in (0..calls).step_by(CALLS_AT_ONCE) {
            let last = calls.min(first + CALLS_AT_ONCE);
            let seconds = timestamps(gpu, program, first..last)?;
            let samples = samples[first..last].iter_mut().zip(seconds);
            samples
                .filter(|_| run > 0)
                .for_each(|(samples, seconds)| samples.push(seconds));
        }
    }
    Ok(samples.into_iter().map(median).collect())
}

fn timestamps(
    gpu: &mut Gpu,
    program: ProgramId,
    calls: std::ops::Range<usize>,
) -> Result<Vec<f64>> {
    let count = 2 * calls.len() as u32;
    let size = u64::from(count) * 8;
    let set = gpu.device.raw.create_query_set(&wgpu::QuerySetDescriptor {
        label: Some("profile"),
        ty: QueryType::Timestamp,
        count,
    });
    let usage = BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC;
    let resolved = buffer(&gpu.device, "timestamps", size, usage);
    let usage = BufferUsages::COPY_DST | BufferUsages::MAP_READ;
    let staging = buffer(&gpu.device, "timestamps", size + BEAT_BYTES, usage);
    let mut encoder = gpu.encoder();
    for (at, dispatch) in gpu.programs[program.0][calls].iter().enumerate() {
        let at = 2 * at as u32;
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor {
            label: None,
            timestamp_writes: Some(ComputePassTimestampWrites {
                query_set: &set,
                beginning_of_pass_write_index: Some(at),
                end_of_pass_write_index: Some(at + 1),
            }),
        });
        dispatch.encode(&mut pass);
    }
    encoder.resolve_query_set(&set, 0..count, &resolved, 0);
    encoder.copy_buffer_to_buffer(&resolved, 0, &staging, 0, size);
    gpu.heartbeat.beat(&mut encoder);
    let bytes = collect(gpu, encoder, &staging)?;
    let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&bytes);
    let tick = f64::from(gpu.device.queue.get_timestamp_period()) * 1e-9;
    // A call may be shorter than a tick; it never takes no time.
    let seconds = |pair: &[u64]| pair[1].saturating_sub(pair[0]).max(1) as f64 * tick;
    Ok(ticks.chunks(2).map(seconds).collect())
}

/// Repeats each call alone, on whatever the tensors hold by then.
pub(super) fn by_clock(gpu: &mut Gpu, program: ProgramId, runs: u32) -> Result<Vec<f64>> {
    let calls = 0..gpu.programs[program.0].len();
    let one = |call| {
        repeat(gpu, program, call, 1)?;
        let once = repeat(gpu, program, call, 1)?;
        let repetitions = (LONG_ENOUGH.as_secs_f64() / once) as u32;
        let repetitions = repetitions.clamp(1, MOST_REPETITIONS);
        let samples = (0..runs.max(1)).map(|_| repeat(gpu, program, call, repetitions));
        Ok(median(samples.collect::<Result<_>>()?) / f64::from(repetitions))
    };
    calls.map(one).collect()
}

fn repeat(gpu: &mut Gpu, program: ProgramId, call: usize, repetitions: u32) -> Result<f64> {
    let mut encoder = gpu.encoder();
    let mut pass = encoder.begin_compute_pass(&Default::default());
    for _ in 0..repetitions {
        gpu.programs[program.0][call].encode(&mut pass);
    }
    drop(pass);
    let start = Instant::now();
    let index = gpu.submit(encoder);
    gpu.device.wait(Some(index))?;
    Ok(start.elapsed().as_secs_f64())
}
