//! `gpugan bench`: how long a training step takes, and what the device could do at most.

use std::time::Instant;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use gpugan::Result;
use gpugan::bench::{self, Ceiling, Product, Profile, Row, Spread};
use gpugan::gan::Gan;
use gpugan::plan::Contents;
use gpugan::run::Config;
use gpugan::run::config::Dataset;
use serde::Serialize;

use super::device::Asked;
use super::game::Outline;
use super::options::PlanOptions;
use super::{device, game, output};

/// Measure whole training steps and the device's ceilings.
///
/// Each step is one turn of the schedule (by default one critic update and one generator update)
/// on made-up images of 28x28x1, or on the data that --dataset or --data-dir name. The ceilings are measured in the same run: a loop of multiply-adds without
/// memory, a copy, and the largest product of the step alone. In the tables, `ceiling` is the share of
/// the multiply-adds for products, and of the copy for all other kernels.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    options: PlanOptions,
    /// Options that a paper recommends, from `gpugan presets`; flags go over it
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Steps that are measured
    #[arg(long, value_name = "N", default_value_t = STEPS, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    steps: u64,
    /// Print the time of every kernel, too
    #[arg(long)]
    profile: bool,
    /// Print the time of every product as each variant that fits it, too
    #[arg(long)]
    variants: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Steps where --steps is not given.
const STEPS: u64 = 100;
/// Runs of every call for the profile.
const PROFILE_RUNS: u32 = 10;
/// Images of the made-up data set, 28 by 28 by 1 each.
const IMAGES: usize = 4096;
const SHAPE: [usize; 3] = [28, 28, 1];

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    arch: &'static str,
    objective: String,
    batch: usize,
    device: String,
    backend: String,
    threads: usize,
    steps: u64,
    /// From opening the device to the end of the first step, shaders compiled.
    first_step_ms: f64,
    ms_per_step: Spread,
    /// Real images that the critic sees.
    images_per_s: f64,
    gflops: f64,
    ceiling: Ceiling,
    /// All products of the step, each timed by itself.
    products_gflops: f64,
    peak_memory_mb: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    profile: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variants: Vec<Product>,
}

/// Measures and prints.
///
/// # Errors
/// `Error::Usage` for options, `Error::NoDevice` and `Error::Device` for the device.
pub fn run(arguments: &Arguments) -> Result<()> {
    let report = measure(arguments)?;
    match arguments.json {
        true => output::print_json(&report),
        false => output::print(&report.text()),
    }
}

fn measure(arguments: &Arguments) -> Result<Report> {
    let config = Config::layered(arguments.preset.as_deref(), None, &arguments.options)?;
    let steps = arguments.steps;
    let (outline, data) = data(&config)?;
    let gan = Gan::new(game::settings(&config, outline)?);
    let open = |plan, asked| Ok(device::open(plan, asked, &[])?.executor);
    let asked = Asked::by(&config);

    let started = Instant::now();
    let mut executor = open(gan.plan.clone(), asked)?;
    bench::first_step(executor.as_mut(), &gan, &data)?;
    let first_step_ms = started.elapsed().as_secs_f64() * 1e3;
    let ms_per_step = bench::steps(executor.as_mut(), &gan, steps)?;
    let peak_memory_mb = bench::peak_memory_mb();
    let mut profile = bench::profile(executor.as_mut(), &gan, PROFILE_RUNS)?;
    let mut variants = match arguments.variants {
        true => bench::products(executor.as_mut(), &gan)?,
        false => Vec::new(),
    };
    let device = executor.device().clone();
    drop(executor);

    let (plan, programs) = bench::ceiling_plan();
    let mut executor = open(plan, asked)?;
    let largest = profile.largest_product_gflops;
    let ceiling = bench::ceiling(executor.as_mut(), programs, largest)?;
    profile.measure_against(&ceiling);
    variants
        .iter_mut()
        .for_each(|product| product.measure_against(&ceiling));
    let flops: u64 = gan.turn().iter().map(|id| bench::flops(&gan, *id)).sum();
    let images = (config.batch * config.pack * config.critic_steps.usual()) as f64;
    Ok(Report {
        arch: config.arch.name(),
        objective: config.objective.name(),
        batch: config.batch,
        device: device.name,
        backend: device.backend,
        threads: device.threads,
        steps,
        first_step_ms,
        ms_per_step,
        images_per_s: images / ms_per_step.median * 1e3,
        gflops: flops as f64 / ms_per_step.median / 1e6,
        ceiling,
        products_gflops: profile.products_gflops,
        peak_memory_mb,
        profile: shown(arguments, profile),
        variants,
    })
}

/// The data that the options name, or made-up images in place of MNIST's.
fn data(config: &Config) -> Result<(Outline, Contents)> {
    match (&config.data_dir, &config.dataset) {
        (None, Dataset::Mnist) => {
            let images = IMAGES.max(config.batch);
            let bytes = images * SHAPE.iter().product::<usize>();
            Ok((Outline::of_images(SHAPE, images), bench::made_up(bytes)))
        }
        _ => {
            let data = game::load_data(config, &mut |_, _| Ok(()))?;
            Ok((Outline::of(&data), data.into_contents()))
        }
    }
}

fn shown(arguments: &Arguments, profile: Profile) -> Vec<Row> {
    match arguments.profile {
        true => profile.rows,
        false => Vec::new(),
    }
}

impl Report {
    fn text(&self) -> String {
        let Spread { min, median, max } = self.ms_per_step;
        let threads = match self.threads {
            0 => String::new(),
            threads => format!(", {threads} threads"),
        };
        let top = self.ceiling.multiply_add_gflops;
        let share = |gflops: f64| 100.0 * gflops / top;
        let mut lines = vec![
            format!("{} {}, batch {}", self.arch, self.objective, self.batch),
            format!("device         {} ({}{threads})", self.device, self.backend),
            format!("first step     {:.0} ms", self.first_step_ms),
            format!(
                "per step       {median:.2} ms (min {min:.2}, max {max:.2}, {} steps)",
                self.steps
            ),
            format!("images         {:.0} per second", self.images_per_s),
            format!(
                "arithmetic     {:.1} GFLOP/s, {:.0} % of the multiply-adds",
                self.gflops,
                share(self.gflops)
            ),
            format!(
                "ceilings       {top:.1} GFLOP/s multiply-adds, {:.1} GB/s copied",
                self.ceiling.copy_gb_per_s
            ),
            format!(
                "products       {:.1} GFLOP/s, {:.0} % of the multiply-adds; the largest {:.1} GFLOP/s, {:.0} %",
                self.products_gflops,
                share(self.products_gflops),
                self.ceiling.product_gflops,
                share(self.ceiling.product_gflops)
            ),
        ];
        if let Some(peak) = self.peak_memory_mb {
            lines.push(format!("peak memory    {peak:.0} MB"));
        }
        if !self.profile.is_empty() {
            lines.extend([String::new(), table(&self.profile)]);
        }
        if !self.variants.is_empty() {
            lines.extend([String::new(), comparison(&self.variants)]);
        }
        lines.join("\n")
    }
}

fn table(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header([
        "kernel", "variant", "calls", "ms", "GFLOP/s", "GB/s", "ceiling",
    ]);
    for row in rows {
        table.add_row([
            row.kernel.clone(),
            row.variant.clone(),
            row.calls.to_string(),
            format!("{:.3}", row.ms),
            format!("{:.1}", row.gflops),
            format!("{:.1}", row.gb_per_s),
            percent(row.ceiling_share),
        ]);
    }
    align_right(&mut table, 2..7);
    table.to_string()
}

/// One row per product and variant; `*` marks the one that the step runs as.
fn comparison(products: &[Product]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header([
        "product",
        "rows x columns x depth",
        "calls",
        "variant",
        "ms",
        "GFLOP/s",
        "ceiling",
    ]);
    for product in products {
        for (at, timing) in product.variants.iter().enumerate() {
            let once = |text: String| if at == 0 { text } else { String::new() };
            let [rows, columns, depth] = product.rows_columns_depth;
            let mark = if timing.chosen { " *" } else { "" };
            table.add_row([
                once(product.kernel.to_string()),
                once(format!("{rows} x {columns} x {depth}")),
                once(product.calls.to_string()),
                format!("{}{mark}", timing.variant),
                format!("{:.3}", timing.ms),
                format!("{:.1}", timing.gflops),
                percent(timing.ceiling_share),
            ]);
        }
    }
    align_right(&mut table, 4..7);
    table.to_string()
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn align_right(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        let column = table.column_mut(column).expect("a column of the header");
        column.set_cell_alignment(CellAlignment::Right);
    }
}
