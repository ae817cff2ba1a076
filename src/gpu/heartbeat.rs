//! A count of submissions, kept on the device and compared with the host's.

use wgpu::{Buffer, BufferUsages, CommandEncoder};

use super::device::Device;
use super::memory::buffer;
use super::pipeline::Pipeline;
use super::shader::Shader;

/// Bytes of the count.
pub(super) const BEAT_BYTES: u64 = 4;

/// Some drivers report success for work that they dropped: without the count the results of a
/// failed submission would be taken for good ones.
pub(super) struct Heartbeat {
    pub buffer: Buffer,
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    expected: u32,
}

impl Heartbeat {
    pub fn new(device: &Device) -> Heartbeat {
        let text = include_str!("heartbeat.wgsl").to_string();
        let shader = Shader::reflect("gpu/heartbeat", None, text);
        let pipeline = Pipeline::new(device, shader, true);
        let usage = BufferUsages::STORAGE | BufferUsages::COPY_SRC;
        let buffer = buffer(device, "heartbeat", BEAT_BYTES, usage);
        let group = device.raw.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("heartbeat"),
            layout: &pipeline.layout,
            entries: &[wgpu::BindGroupEntry {
                binding: pipeline.shader.bindings[0].index,
                resource: buffer.as_entire_binding(),
            }],
        });
        Heartbeat {
            buffer,
            pipeline: pipeline.raw,
            group,
            expected: 0,
        }
    }

    /// Counts the submission that `encoder` will be, after the work that is encoded already.
    pub fn beat(&mut self, encoder: &mut CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, &[]);
        pass.dispatch_workgroups(1, 1, 1);
        self.expected = self.expected.wrapping_add(1);
    }

    /// Whether the count that was read back is the host's.
    pub fn agrees(&self, beats: &[u8]) -> bool {
        beats == self.expected.to_le_bytes()
    }
}
