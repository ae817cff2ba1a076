//! What `--device` means: an executor for a plan.

use gpugan::cpu::Cpu;
use gpugan::gpu::{self, Gpu, GpuOptions, Request};
use gpugan::plan::{DeviceInfo, Executor, Plan, bytes};
use gpugan::{Error, Result};

/// The executor that `device` asks for: `auto`, `cpu`, `gpu`, or an index or a part of the name of
/// an adapter. `threads` is for the CPU executor; `None` is one per core.
///
/// # Errors
/// `Error::NoDevice` where nothing fits the request; `Error::Device` where the plan does not fit
/// the memory.
pub fn open(plan: Plan, device: &str, threads: Option<usize>) -> Result<Box<dyn Executor>> {
    let request = match device {
        "cpu" => return cpu(plan, threads),
        "auto" => Request::Auto,
        "gpu" => Request::Any,
        _ => Request::Named(device.to_string()),
    };
    match gpu::select(&request)? {
        Some(adapter) => Ok(Box::new(Gpu::new(plan, &adapter, GpuOptions::default())?)),
        None => cpu(plan, threads),
    }
}

fn cpu(plan: Plan, threads: Option<usize>) -> Result<Box<dyn Executor>> {
    let needed = plan.bytes();
    // An allocation that fails later would abort the process instead of ending in a sentence.
    let mut probe: Vec<u8> = Vec::new();
    let fits = usize::try_from(needed).is_ok_and(|needed| probe.try_reserve_exact(needed).is_ok());
    drop(probe);
    if !fits {
        return Err(Error::Device(format!(
            "the CPU executor needs {} of memory, which the system does not give; choose a \
             smaller --batch or smaller networks",
            bytes(needed)
        )));
    }
    Ok(Box::new(Cpu::<f32>::new(plan, threads)?))
}

/// One line about the device in use; `asked` is what `--device` said.
pub fn sentence(asked: &str, info: &DeviceInfo) -> String {
    let DeviceInfo {
        name,
        backend,
        driver,
        software,
        threads,
    } = info;
    if backend == "cpu" {
        let why = match asked {
            "auto" => "no hardware GPU was found, so ",
            _ => "",
        };
        let plural = if *threads == 1 { "" } else { "s" };
        return format!("device: {why}the {name} with {threads} thread{plural} ({driver})");
    }
    let note = match software {
        true => "; it computes on the processor, where --device cpu is faster",
        false => "",
    };
    format!("device: {name} ({backend}, {driver}){note}")
}
