//! The buffers of a plan: one per storage, and one for the parameters of all calls.

use wgpu::{Buffer, BufferBinding, BufferDescriptor, BufferUsages, ErrorFilter};

use super::adapter::AdapterInfo;
use super::device::Device;
use crate::plan::{ALIGNMENT, Plan, Tensor, bytes};
use crate::{Error, Result};

/// Bindings end at a multiple of this, so that a shader can see a tensor as vectors of four.
const VECTOR: u64 = 16;

/// Everything that a plan keeps on the device.
pub(super) struct Memory {
    storages: Vec<Buffer>,
    params: Buffer,
}

impl Memory {
    /// Allocates zeros for a plan of `calls` calls.
    ///
    /// # Errors
    /// `Error::Device` where a tensor is larger than the device allows, or memory runs out.
    pub fn new(device: &Device, info: &AdapterInfo, plan: &Plan, calls: usize) -> Result<Memory> {
        within_limits(device, info, plan)?;
        let scope = device.raw.push_error_scope(ErrorFilter::OutOfMemory);
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
        let storages = plan.storages.iter();
        let storages = storages
            .map(|storage| buffer(device, &storage.name, storage.bytes(), usage))
            .collect();
        let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
        let size = (calls.max(1) * ALIGNMENT) as u64;
        let params = buffer(device, "parameters", size, usage);
        if pollster::block_on(scope.pop()).is_some() {
            return Err(Error::Device(format!(
                "{} has not the {} free that this needs: lower --batch or the sizes of the networks",
                info.name,
                bytes(plan.bytes())
            )));
        }
        device.check()?;
        Ok(Memory { storages, params })
    }

    pub fn storage(&self, plan: &Plan, tensor: Tensor) -> &Buffer {
        &self.storages[plan.info(tensor).storage]
    }

    /// A tensor as a call sees it.
    pub fn binding(&self, plan: &Plan, tensor: Tensor) -> BufferBinding<'_> {
        BufferBinding {
            buffer: self.storage(plan, tensor),
            offset: offset(plan, tensor),
            size: wgpu::BufferSize::new(bound_bytes(plan, tensor)),
        }
    }

    /// The parameters of a call, `size` bytes of its slot.
    pub fn params(&self, slot: usize, size: u32) -> BufferBinding<'_> {
        BufferBinding {
            buffer: &self.params,
            offset: (slot * ALIGNMENT) as u64,
            size: wgpu::BufferSize::new(u64::from(size).next_multiple_of(VECTOR)),
        }
    }

    /// Sets the parameters of all calls, one slot of `ALIGNMENT` bytes each.
    pub fn fill_params(&self, device: &Device, slots: &[u8]) {
        device.queue.write_buffer(&self.params, 0, slots);
    }
}

/// Bytes before a tensor in its storage.
pub(super) fn offset(plan: &Plan, tensor: Tensor) -> u64 {
    let info = plan.info(tensor);
    (info.offset * info.dtype.size()) as u64
}

fn bound_bytes(plan: &Plan, tensor: Tensor) -> u64 {
    plan.info(tensor).bytes().next_multiple_of(VECTOR)
}

/// A buffer of zeros.
pub(super) fn buffer(device: &Device, label: &str, size: u64, usage: BufferUsages) -> Buffer {
    device.raw.create_buffer(&BufferDescriptor {
        label: Some(label),
        size,
        usage,
        mapped_at_creation: false,
    })
}

fn within_limits(device: &Device, info: &AdapterInfo, plan: &Plan) -> Result<()> {
    let limits = device.raw.limits();
    let storages = plan.storages.iter();
    let storages = storages.map(|s| (s.name.as_str(), s.bytes(), limits.max_buffer_size));
    let calls = plan.programs.iter().flat_map(|program| &program.calls);
    let tensors = calls.flat_map(|call| &call.arguments).map(|argument| {
        let name = plan.info(argument.tensor).name.as_str();
        let size = bound_bytes(plan, argument.tensor);
        (name, size, limits.max_storage_buffer_binding_size)
    });
    match storages.chain(tensors).find(|(_, size, most)| size > most) {
        None => Ok(()),
        Some((name, size, most)) => Err(Error::Device(format!(
            "{name} needs {size} bytes in one piece, and {} takes at most {most}: lower --batch or the size of the data",
            info.name
        ))),
    }
}
