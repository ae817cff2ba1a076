//! A program as the device sees it: a list of dispatches that is built once and encoded often.

use wgpu::{BindGroup, BindGroupEntry, BindingResource, ComputePass, ComputePipeline};

use super::device::Device;
use super::memory::Memory;
use super::pipeline::Pipeline;
use crate::plan::{ALIGNMENT, Call, Plan};
use crate::{Error, Result};

/// One call, ready to be encoded.
pub(super) struct Dispatch {
    pub pipeline: ComputePipeline,
    pub group: BindGroup,
    pub groups: [u32; 3],
    /// The variant as it is shown.
    pub variant: &'static str,
}

impl Dispatch {
    /// Binds the tensors of `call`, and slot `slot` of the parameters.
    pub fn new(
        device: &Device,
        memory: &Memory,
        plan: &Plan,
        pipeline: &Pipeline,
        (slot, call): (usize, &Call),
    ) -> Result<Dispatch> {
        let shader = &pipeline.shader;
        let groups = shader.groups(call.kernel, call.extent);
        let params = shader.params.iter().map(|params| BindGroupEntry {
            binding: params.binding,
            resource: BindingResource::Buffer(memory.params(slot, params.size)),
        });
        let storages = shader.bindings.iter().map(|binding| {
            let named = call.arguments.iter().find(|a| a.name == binding.name);
            let argument = named.expect("the shader fits its kernel, and the call too");
            BindGroupEntry {
                binding: binding.index,
                resource: BindingResource::Buffer(memory.binding(plan, argument.tensor)),
            }
        });
        let group = device.raw.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(shader.name),
            layout: &pipeline.layout,
            entries: &params.chain(storages).collect::<Vec<_>>(),
        });
        Ok(Dispatch {
            pipeline: pipeline.raw.clone(),
            group,
            groups: groups.map_err(Error::Device)?,
            variant: shader.variant_name(),
        })
    }

    /// The one place where work is handed to wgpu.
    pub fn encode(&self, pass: &mut ComputePass) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        let [x, y, z] = self.groups;
        pass.dispatch_workgroups(x, y, z);
    }
}

/// The parameters of a call, padded to a slot.
pub(super) fn slot(pipeline: &Pipeline, call: &Call) -> Vec<u8> {
    let mut bytes = pipeline.shader.pack(call);
    assert!(
        bytes.len() <= ALIGNMENT,
        "{}: too many parameters",
        call.kernel.name
    );
    bytes.resize(ALIGNMENT, 0);
    bytes
}
