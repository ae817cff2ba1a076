//! Tensors between host and device.

use std::sync::mpsc;

use bytemuck::{cast_slice, pod_collect_to_vec};
use wgpu::{Buffer, BufferUsages, CommandEncoder, MapMode};

use super::executor::Gpu;
use super::heartbeat::BEAT_BYTES;
use super::memory::{buffer, offset};
use crate::Result;
use crate::plan::{Contents, DType, Tensor};

/// What one write may stage: the staging memory is freed before the next piece.
const PIECE: usize = 4 << 20;
/// Copies are whole words.
const WORD: u64 = 4;

/// The elements of a tensor. The caller has waited for all work.
pub(super) fn read(gpu: &mut Gpu, tensor: Tensor) -> Result<Contents> {
    let info = gpu.plan.info(tensor);
    let (len, dtype, bytes) = (info.len(), info.dtype, info.bytes());
    let source = gpu.memory.storage(&gpu.plan, tensor).clone();
    let bytes = bytes.next_multiple_of(WORD);
    let data = fetch(gpu, &source, offset(&gpu.plan, tensor), bytes)?;
    Ok(match dtype {
        DType::F32 => Contents::F32(pod_collect_to_vec(&data)),
        DType::U32 => Contents::U32(pod_collect_to_vec(&data)),
        DType::U8 => Contents::U8(data[..len].to_vec()),
    })
}

/// Sets a tensor, after all work handed over so far.
///
/// # Panics
/// Where `contents` has another type or length than the tensor.
pub(super) fn write(gpu: &mut Gpu, tensor: Tensor, contents: &Contents) -> Result<()> {
    let info = gpu.plan.info(tensor);
    assert_eq!(contents.len(), info.len(), "elements of {}", info.name);
    let (start, end) = (offset(&gpu.plan, tensor), info.bytes());
    let bytes: &[u8] = match (contents, info.dtype) {
        (Contents::F32(values), DType::F32) => cast_slice(values),
        (Contents::U32(values), DType::U32) => cast_slice(values),
        (Contents::U8(values), DType::U8) => values,
        (_, dtype) => panic!("{} holds {dtype:?}", info.name),
    };
    let target = gpu.memory.storage(&gpu.plan, tensor).clone();
    let whole = end - end % WORD;
    for (at, piece) in bytes[..whole as usize].chunks(PIECE).enumerate() {
        if at > 0 {
            gpu.device.queue.submit([]);
            gpu.device.wait(None)?;
        }
        let place = start + (at * PIECE) as u64;
        gpu.device.queue.write_buffer(&target, place, piece);
    }
    let rest = &bytes[whole as usize..];
    if !rest.is_empty() {
        // Bytes behind the tensor in its last word may belong to another row of the same storage.
        let mut word = fetch(gpu, &target, start + whole, WORD)?;
        word[..rest.len()].copy_from_slice(rest);
        gpu.device.queue.write_buffer(&target, start + whole, &word);
    }
    gpu.device.check()
}

/// Bytes of a buffer, whole words, after all work handed over so far.
fn fetch(gpu: &mut Gpu, source: &Buffer, start: u64, size: u64) -> Result<Vec<u8>> {
    let usage = BufferUsages::COPY_DST | BufferUsages::MAP_READ;
    let staging = buffer(&gpu.device, "read back", size + BEAT_BYTES, usage);
    let mut encoder = gpu.encoder();
    gpu.heartbeat.beat(&mut encoder);
    encoder.copy_buffer_to_buffer(source, start, &staging, 0, size);
    collect(gpu, encoder, &staging)
}

/// Submits `encoder`, and takes what it left in `staging`, whose last bytes are for the heartbeat.
pub(super) fn collect(
    gpu: &mut Gpu,
    mut encoder: CommandEncoder,
    staging: &Buffer,
) -> Result<Vec<u8>> {
    let end = staging.size() - BEAT_BYTES;
    let beats = &gpu.heartbeat.buffer;
    encoder.copy_buffer_to_buffer(beats, 0, staging, end, BEAT_BYTES);
    let index = gpu.device.queue.submit([encoder.finish()]);
    let (sender, receiver) = mpsc::channel();
    staging.map_async(MapMode::Read, .., move |result| {
        // The receiver is gone only where the wait below has failed.
        let _ = sender.send(result.is_ok());
    });
    gpu.device.wait(Some(index))?;
    let mapped = receiver.try_recv() == Ok(true);
    let view = mapped.then(|| staging.get_mapped_range(..));
    let Some(Ok(view)) = view else {
        let fault = "did not hand over its results: resume from the last checkpoint";
        return Err(gpu.device.condemn(fault));
    };
    let (data, beats) = view.split_at(end as usize);
    if !gpu.heartbeat.agrees(beats) {
        let fault = "dropped work without reporting an error: resume from the last checkpoint, with a smaller --batch if it happens again";
        return Err(gpu.device.condemn(fault));
    }
    Ok(data.to_vec())
}
