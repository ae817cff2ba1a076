//! Which adapters there are, and which one a request means.

use serde::Serialize;
use wgpu::{Backend, Backends, DeviceType, InstanceFlags};

use crate::{Error, Result};

/// An adapter as `gpugan devices` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdapterInfo {
    /// Its place in the list, by which it can be asked for.
    pub index: usize,
    pub name: String,
    /// `vulkan`, `metal` or `dx12`.
    pub backend: String,
    /// `discrete`, `integrated`, `other`, `virtual` or `cpu`.
    pub kind: &'static str,
    pub driver: String,
    pub driver_info: String,
    /// Smallest and largest number of invocations that run in lockstep.
    pub subgroup_min: u32,
    pub subgroup_max: u32,
    /// Whether it computes on the processor.
    pub software: bool,
    /// Whether `auto` takes it.
    pub auto: bool,
}

impl AdapterInfo {
    /// The driver and its version, for people and for files.
    pub fn driver_text(&self) -> String {
        let text = format!("{} {}", self.driver, self.driver_info);
        text.trim().to_string()
    }
}

/// What the user asked for with `--device`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The best hardware adapter, if there is one.
    Auto,
    /// The best adapter, software ones included.
    Any,
    /// An index of the list, or a part of a name, driver or backend.
    Named(String),
}

/// An adapter that can be opened.
#[derive(Clone, Debug)]
pub struct Adapter {
    pub info: AdapterInfo,
    pub(super) raw: wgpu::Adapter,
}

/// Every adapter, the best first: discrete, integrated, other, virtual, software. The variable
/// WGPU_BACKEND narrows the choice to a backend.
pub fn list() -> Vec<AdapterInfo> {
    enumerate()
        .into_iter()
        .map(|adapter| adapter.info)
        .collect()
}

/// The adapter that `request` means; `None` where `Auto` finds no hardware.
///
/// # Errors
/// `Error::NoDevice` where nothing fits; the text lists what there is.
pub fn select(request: &Request) -> Result<Option<Adapter>> {
    let mut adapters = enumerate();
    let infos: Vec<_> = adapters
        .iter()
        .map(|adapter| adapter.info.clone())
        .collect();
    Ok(choose(&infos, request)?.map(|at| adapters.swap_remove(at)))
}

/// Keeps a layer of Mesa from complaining on stderr, each time adapters are listed, that a machine
/// without a desktop has none. To be called first of all in `main`.
///
/// # Safety
/// It sets an environment variable, so no other thread may run.
pub unsafe fn hush_layers() {
    let set = |name| std::env::var_os(name).is_some();
    if cfg!(target_os = "linux") && !set("XDG_RUNTIME_DIR") && !set("NODEVICE_SELECT") {
        // SAFETY: the caller is the only thread.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}

/// The validation layers stay off, also in debug builds, unless WGPU_VALIDATION asks for them:
/// they multiply the time of every call.
fn enumerate() -> Vec<Adapter> {
    let backends = Backends::from_env().unwrap_or(Backends::PRIMARY);
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        flags: InstanceFlags::empty().with_env(),
        ..wgpu::InstanceDescriptor::new_without_display_handle_from_env()
    });
    let mut found: Vec<_> = pollster::block_on(instance.enumerate_adapters(backends))
        .into_iter()
        .map(|raw| (raw.get_info(), raw))
        .collect();
    found.sort_by_key(|(info, _)| (rank(info.device_type), info.backend != Backend::Vulkan));
    let best_is_hardware =
        |(at, info): (usize, &wgpu::AdapterInfo)| at == 0 && info.device_type != DeviceType::Cpu;
    let numbered = found.into_iter().enumerate();
    numbered
        .map(|(index, (info, raw))| Adapter {
            info: AdapterInfo {
                index,
                auto: best_is_hardware((index, &info)),
                backend: info.backend.to_str().to_string(),
                kind: kind(info.device_type),
                software: info.device_type == DeviceType::Cpu,
                subgroup_min: info.subgroup_min_size,
                subgroup_max: info.subgroup_max_size,
                name: info.name,
                driver: info.driver,
                driver_info: info.driver_info,
            },
            raw,
        })
        .collect()
}

fn rank(device: DeviceType) -> u8 {
    match device {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::Other => 2,
        DeviceType::VirtualGpu => 3,
        DeviceType::Cpu => 4,
    }
}

fn kind(device: DeviceType) -> &'static str {
    ["discrete", "integrated", "other", "virtual", "cpu"][usize::from(rank(device))]
}

fn choose(infos: &[AdapterInfo], request: &Request) -> Result<Option<usize>> {
    if *request == Request::Auto {
        return Ok(infos.iter().position(|info| info.auto));
    }
    if infos.is_empty() {
        return Err(Error::NoDevice(nothing_there()));
    }
    let Request::Named(wanted) = request else {
        return Ok(Some(0));
    };
    // One or two digits are an index and never a part of a name such as "LLVM 15".
    if let (1..=2, Ok(index)) = (wanted.len(), wanted.parse::<usize>()) {
        return match index < infos.len() {
            true => Ok(Some(index)),
            false => Err(Error::NoDevice(no_match(infos, wanted))),
        };
    }
    let lower = wanted.to_lowercase();
    let named = |info: &AdapterInfo| {
        let texts = [&info.name, &info.driver, &info.backend];
        texts
            .iter()
            .any(|text| text.to_lowercase().contains(&lower))
    };
    match infos.iter().position(named) {
        Some(at) => Ok(Some(at)),
        None => Err(Error::NoDevice(no_match(infos, wanted))),
    }
}

fn nothing_there() -> String {
    let narrowed = match std::env::var("WGPU_BACKEND") {
        Ok(backend) => format!(" for WGPU_BACKEND={backend}"),
        Err(_) => String::new(),
    };
    format!(
        "no GPU adapter was found{narrowed}: install a Vulkan driver (on Debian and Ubuntu the packages libvulkan1 and mesa-vulkan-drivers) or use --device cpu"
    )
}

fn no_match(infos: &[AdapterInfo], wanted: &str) -> String {
    let names = infos
        .iter()
        .map(|info| format!("{} {:?}", info.index, info.name));
    let names = names.collect::<Vec<_>>().join(", ");
    format!(
        "no adapter fits --device {wanted:?}: there is {names}; give an index or a part of a name, and see `gpugan devices`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(index: usize, name: &str, software: bool) -> AdapterInfo {
        AdapterInfo {
            index,
            name: name.to_string(),
            backend: "vulkan".to_string(),
            kind: if software { "cpu" } else { "discrete" },
            driver: "driver".to_string(),
            driver_info: String::new(),
            subgroup_min: 8,
            subgroup_max: 8,
            software,
            auto: index == 0 && !software,
        }
    }

    fn named(infos: &[AdapterInfo], name: &str) -> Result<Option<usize>> {
        choose(infos, &Request::Named(name.to_string()))
    }

    #[test]
    fn adapters_are_found_by_index_and_by_part_of_a_name() {
        let infos = [info(0, "Radeon 780M", false), info(1, "llvmpipe", true)];
        assert_eq!(choose(&infos, &Request::Auto).unwrap(), Some(0));
        assert_eq!(choose(&infos, &Request::Any).unwrap(), Some(0));
        assert_eq!(named(&infos, "1").unwrap(), Some(1));
        assert_eq!(named(&infos, "780").unwrap(), Some(0));
        assert_eq!(named(&infos, "LLVM").unwrap(), Some(1));
    }

    #[test]
    fn a_short_number_is_an_index_and_nothing_else() {
        let infos = [info(0, "llvmpipe (LLVM 15.0.6)", true)];
        assert_eq!(named(&infos, "5").unwrap_err().exit_code(), 3);
        assert_eq!(named(&infos, "15").unwrap_err().exit_code(), 3);
    }

    #[test]
    fn auto_takes_no_software() {
        let infos = [info(0, "llvmpipe", true)];
        assert_eq!(choose(&infos, &Request::Auto).unwrap(), None);
        assert_eq!(choose(&infos, &Request::Any).unwrap(), Some(0));
        assert_eq!(choose(&[], &Request::Auto).unwrap(), None);
    }

    #[test]
    fn a_request_that_nothing_fits_lists_what_there_is() {
        let error = named(&[info(0, "llvmpipe", true)], "geforce").unwrap_err();
        assert_eq!(error.exit_code(), 3);
        let text = error.to_string();
        for part in ["geforce", "llvmpipe", "gpugan devices"] {
            assert!(text.contains(part), "{text}");
        }
        let error = choose(&[], &Request::Any).unwrap_err();
        assert!(error.to_string().contains("mesa-vulkan-drivers"));
    }
}
