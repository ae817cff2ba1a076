//! Pipelines: compiled once per kernel and variant, before the first step.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use wgpu::{BindGroupLayout, BindGroupLayoutEntry, BindingType, BufferBindingType, ShaderStages};

use super::adapter::AdapterInfo;
use super::device::Device;
use super::link::Sources;
use super::shader::Shader;
use super::variant::Chooser;
use crate::plan::Kernel;

/// A compiled shader with what calls need of it.
pub(super) struct Pipeline {
    pub shader: Shader,
    pub raw: wgpu::ComputePipeline,
    pub layout: BindGroupLayout,
}

/// A kernel and the variant that a call of it runs as.
pub(super) type Linked = (&'static Kernel, Option<&'static str>);

/// What the executors on one device have in common.
pub(super) struct Workshop {
    pub info: AdapterInfo,
    pub chooser: Chooser,
    pub sources: Sources,
}

/// The compiled kernels of a device.
pub(super) struct Library {
    pub device: Device,
    pub workshop: Arc<Workshop>,
    made: HashMap<(&'static str, Option<&'static str>), Arc<Pipeline>>,
}

impl Library {
    pub fn new(device: Device, workshop: Arc<Workshop>) -> Library {
        let made = HashMap::new();
        Library {
            device,
            workshop,
            made,
        }
    }

    /// The pipelines of some calls, in order; those that are missing are compiled on all cores:
    /// drivers take tens of milliseconds per shader.
    ///
    /// # Panics
    /// Where a shader is missing, faulty or does not fit its row of the catalogue.
    pub fn of(&mut self, wanted: &[Linked]) -> Vec<Arc<Pipeline>> {
        let name = |(kernel, variant): &Linked| (kernel.name, *variant);
        let mut seen = HashSet::new();
        let missing = wanted.iter().filter(|linked| {
            let name = name(linked);
            !self.made.contains_key(&name) && seen.insert(name)
        });
        let missing: Vec<&Linked> = missing.collect();
        let sources = &self.workshop.sources;
        let compiled: Vec<_> = missing
            .into_par_iter()
            .map(|linked| {
                let shader = Shader::of(sources, linked.0, linked.1);
                shader.fits(linked.0).unwrap_or_else(|e| panic!("{e}"));
                let pipeline = Pipeline::new(&self.device, shader, sources.trusted());
                (name(linked), Arc::new(pipeline))
            })
            .collect();
        self.made.extend(compiled);
        let found = wanted.iter().map(|linked| self.made[&name(linked)].clone());
        found.collect()
    }
}

impl Pipeline {
    /// `trusted` shaders run without run-time checks in release builds.
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
