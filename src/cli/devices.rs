//! `gpugan devices`: what `--device` can be.

use clap::Args;
use comfy_table::{Table, presets};
use gpugan::Result;
use gpugan::cpu::Cpu;
use gpugan::gpu::{self, AdapterInfo};
use gpugan::plan::{DeviceInfo, Executor, Plan};
use serde::Serialize;

use super::output;

/// List the devices and show which one is taken without --device.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Devices {
    adapters: Vec<AdapterInfo>,
    cpu: Processor,
}

/// The executor that is always there.
#[derive(Serialize)]
struct Processor {
    #[serde(flatten)]
    info: DeviceInfo,
    /// Whether `auto` takes it.
    auto: bool,
}

/// Lists.
///
/// # Errors
/// `Error::Runtime` where stdout cannot be written.
pub fn run(arguments: &Arguments) -> Result<()> {
    let adapters = gpu::list();
    let info = Cpu::<f32>::new(Plan::default(), None)?.device().clone();
    let auto = !adapters.iter().any(|adapter| adapter.auto);
    let devices = Devices {
        adapters,
        cpu: Processor { info, auto },
    };
    match arguments.json {
        true => output::print_json(&devices),
        false => output::print(&devices.table()),
    }
}

impl Devices {
    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        table.set_header([
            "--device", "name", "backend", "type", "driver", "subgroup", "auto",
        ]);
        self.adapters.iter().map(row).for_each(|row| {
            table.add_row(row);
        });
        table.add_row(self.cpu.row());
        table.to_string()
    }
}

fn row(adapter: &AdapterInfo) -> [String; 7] {
    let (least, most) = (adapter.subgroup_min, adapter.subgroup_max);
    let driver = format!("{} {}", adapter.driver, adapter.driver_info);
    [
        adapter.index.to_string(),
        adapter.name.clone(),
        adapter.backend.clone(),
        adapter.kind.to_string(),
        driver.trim().to_string(),
        match least == most {
            true => least.to_string(),
            false => format!("{least} to {most}"),
        },
        mark(adapter.auto),
    ]
}

impl Processor {
    fn row(&self) -> [String; 7] {
        let info = &self.info;
        [
            info.backend.clone(),
            format!("{}, {} threads", info.name, info.threads),
            info.backend.clone(),
            "cpu".to_string(),
            info.driver.clone(),
            String::new(),
            mark(self.auto),
        ]
    }
}

fn mark(auto: bool) -> String {
    if auto { "yes" } else { "" }.to_string()
}
