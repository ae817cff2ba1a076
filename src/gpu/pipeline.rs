//! Pipelines: compiled once per kernel and variant, before the first step.

use rayon::prelude::*;
use wgpu::{BindGroupLayout, BindGroupLayoutEntry, BindingType, BufferBindingType, ShaderStages};

use super::device::Device;
use super::shader::Shader;

/// A compiled shader with what calls need of it.
pub(super) struct Pipeline {
    pub shader: Shader,
    pub raw: wgpu::ComputePipeline,
    pub layout: BindGroupLayout,
}

/// Compiles on all cores: software drivers take tens of milliseconds per shader. `trusted` shaders
/// run without run-time checks in release builds.
pub(super) fn compile(device: &Device, shaders: Vec<Shader>, trusted: bool) -> Vec<Pipeline> {
    let one = |shader| Pipeline::new(device, shader, trusted);
    shaders.into_par_iter().map(one).collect()
}

impl Pipeline {
    pub fn new(device: &Device, shader: Shader, trusted: bool) -> Pipeline {
        let label = format!("{} {}", shader.name, shader.variant_name());
        let label = Some(label.as_str());
        let trusted = trusted && !cfg!(debug_assertions);
        let module = module(device, &shader, trusted);
        let layout = layout(device, &shader);
        let descriptor = wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        };
        let pipeline_layout = device.raw.create_pipeline_layout(&descriptor);
        let raw = device
            .raw
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label,
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    zero_initialize_workgroup_memory: !trusted,
                    ..Default::default()
                },
                cache: None,
            });
        Pipeline {
            shader,
            raw,
            layout,
        }
    }
}

/// The checks cost up to half of a kernel's time, most of all the bound on every loop.
fn module(device: &Device, shader: &Shader, trusted: bool) -> wgpu::ShaderModule {
    let descriptor = wgpu::ShaderModuleDescriptor {
        label: Some(shader.name),
        source: wgpu::ShaderSource::Wgsl(shader.source.as_str().into()),
    };
    if !trusted {
        return device.raw.create_shader_module(descriptor);
    }
    // SAFETY: only shaders embedded in the crate are trusted. Their loops are counted, and their
    // indices are guarded by the parameters of the call; the tests run each of them with the
    // checks on, and compare the results with the mirror on extents that do not fit the tiles.
    unsafe {
        let unchecked = wgpu::ShaderRuntimeChecks::unchecked();
        device
            .raw
            .create_shader_module_trusted(descriptor, unchecked)
    }
}

fn layout(device: &Device, shader: &Shader) -> BindGroupLayout {
    let buffer = |binding, ty, size| BindGroupLayoutEntry {
        binding,
        visibility: ShaderStages::COMPUTE,
        ty: BindingType::Buffer {
            ty,
            has_dynamic_offset: false,
            min_binding_size: wgpu::BufferSize::new(size),
        },
        count: None,
    };
    let params = shader.params.iter();
    let params = params.map(|p| buffer(p.binding, BufferBindingType::Uniform, u64::from(p.size)));
    let storages = shader.bindings.iter().map(|b| {
        let read_only = !b.writable;
        buffer(b.index, BufferBindingType::Storage { read_only }, 0)
    });
    device
        .raw
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(shader.name),
            entries: &params.chain(storages).collect::<Vec<_>>(),
        })
}
