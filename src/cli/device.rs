//! What `--device` means: an executor for a plan.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use gpugan::cpu::Cpu;
use gpugan::gpu::{self, Adapter, Gpu, GpuOptions, Request, Tuning};
use gpugan::plan::{DeviceInfo, Executor, Plan, bytes};
use gpugan::run::Config;
use gpugan::run::config::Tune;
use gpugan::run::log::to_stderr;
use gpugan::run::variants::{Variants, cache_directory};
use gpugan::{Error, Result};

/// The options of a command that computes.
#[derive(Args, Clone, Debug)]
pub struct DeviceOptions {
    /// As for `gpugan train`
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    device: String,
    /// Threads that compute on the CPU [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl DeviceOptions {
    pub fn asked(&self) -> Asked<'_> {
        Asked::new(&self.device, self.threads.map(usize::from), Tune::Auto)
    }
}

/// Those of one that may measure variants of kernels.
#[derive(Args, Debug)]
pub struct TunedOptions {
    #[command(flatten)]
    device: DeviceOptions,
    /// As for `gpugan train`
    #[arg(long, value_name = "WHAT", default_value = "auto")]
    tune: Tune,
}

impl TunedOptions {
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            tune: self.tune,
            ..self.device.asked()
        }
    }
}

/// What was asked of the device.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// `auto`, `cpu`, `gpu`, or an index or a part of the name of an adapter.
    pub device: &'a str,
    /// Of the CPU executor; `None` is one per core.
    pub threads: Option<usize>,
    pub tune: Tune,
    /// Where it is told which device was found.
    pub tell: fn(&str),
}

impl<'a> Asked<'a> {
    pub fn new(device: &'a str, threads: Option<usize>, tune: Tune) -> Asked<'a> {
        Asked {
            device,
            threads,
            tune,
            tell: to_stderr,
        }
    }

    /// Threads for what is measured of samples beside the executor, as many.
    ///
    /// # Errors
    /// `Error::Runtime` where they cannot be started.
    pub fn pool(self) -> Result<rayon::ThreadPool> {
        let threads = self.threads.unwrap_or(0);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map_err(|e| Error::Runtime(format!("cannot start worker threads: {e}")))
    }

    pub fn by(config: &'a Config) -> Asked<'a> {
        Asked::new(&config.device, config.threads, config.tune)
    }
}

/// An executor, and how it came to its variants.
pub struct Opened {
    pub executor: Box<dyn Executor>,
    /// What was chosen for this plan, where anything could be.
    pub variants: Option<Variants>,
    /// Classes of calls that were measured, and for how long.
    measured: (usize, Duration),
}

/// Whether what was asked for comes to the CPU.
///
/// # Errors
/// What looking for adapters does.
pub fn is_cpu(device: &str) -> Result<bool> {
    Ok(device == "cpu" || device == "auto" && gpu::select(&Request::Auto)?.is_none())
}

/// The executor that was asked for. `earlier` are variants to go on with, which count more than those
/// of the cache.
///
/// # Errors
/// `Error::NoDevice` where nothing fits the request; `Error::Device` where the plan does not fit
/// the memory.
pub fn open(plan: Plan, asked: Asked, earlier: &[Variants]) -> Result<Opened> {
    let request = match asked.device {
        "cpu" => return cpu(plan, asked.threads),
        "auto" => Request::Auto,
        "gpu" => Request::Any,
        name => Request::Named(name.to_string()),
    };
    match gpu::select(&request)? {
        Some(adapter) => on(plan, &adapter, asked.tune, earlier),
        None => cpu(plan, asked.threads),
    }
}

fn on(plan: Plan, adapter: &Adapter, tune: Tune, earlier: &[Variants]) -> Result<Opened> {
    let mut options = GpuOptions::default();
    if tune == Tune::Off {
        return Ok(Opened {
            executor: Box::new(Gpu::new(plan, adapter, options)?),
            variants: None,
            measured: Default::default(),
        });
    }
    let mut variants = Variants {
        adapter: adapter.info.name.clone(),
        backend: adapter.info.backend.clone(),
        driver: adapter.info.driver_text(),
        shaders: options.sources.checksum(),
        choices: BTreeMap::new(),
    };
    let cache = cache_directory();
    let cached = cache.as_ref().map(|place| variants.cached(place));
    let mut known = cached.unwrap_or_default();
    let earlier = earlier.iter().filter(|earlier| earlier.agrees(&variants));
    known.extend(earlier.flat_map(|earlier| earlier.choices.clone()));
    options.tuning = Some(Tuning::new(known));
    let gpu = Gpu::new(plan, adapter, options)?;
    let tuned = gpu.tuned();
    let measured = (tuned.measured.len(), tuned.took);
    variants.choices = tuned.learned();
    if let Some(place) = cache.filter(|_| !variants.choices.is_empty()) {
        // Without a cache the next process measures again, which is no reason to stop.
        let _ = variants.store(&place);
    }
    variants.choices = tuned.choices.clone();
    Ok(Opened {
        executor: Box::new(gpu),
        variants: Some(variants).filter(|variants| !variants.choices.is_empty()),
        measured,
    })
}

fn cpu(plan: Plan, threads: Option<usize>) -> Result<Opened> {
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
    Ok(Opened {
        executor: Box::new(Cpu::<f32>::new(plan, threads)?),
        variants: None,
        measured: Default::default(),
    })
}

impl Opened {
    /// One line about the device in use; `asked` is what `--device` said.
    pub fn sentence(&self, asked: &str) -> String {
        let device = sentence(asked, self.executor.device());
        match self.measured {
            (0, _) => device,
            (count, took) => format!(
                "{device}; the variants of {count} kernel shapes were timed in {:.1} s",
                took.as_secs_f64()
            ),
        }
    }
}

fn sentence(asked: &str, info: &DeviceInfo) -> String {
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
