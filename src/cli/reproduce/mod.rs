//! `gpugan reproduce`: tables of papers, and what gpugan makes of the same experiments.

mod cell;
mod fgan;
mod games;
mod gp_toys;
pub(in crate::cli) mod lines;
mod objectives;
mod parzen;
mod report;
mod ring_grid;
mod stacked;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gpugan::run::config::Seed;
use gpugan::run::log::to_stderr;
use gpugan::{Error, Result};

use super::device::DeviceOptions;
use super::lab::Bench;
use super::{device, output};

/// Run the experiments behind a table and print it beside the paper's.
///
/// Writes TABLE.md and TABLE.json with settings, seeds, steps and seconds into --out. A long table says on
/// stderr how far it is.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Which table
    #[arg(value_enum)]
    table: Table,
    /// A shorter form that says so: fewer steps, seeds or rows
    #[arg(long)]
    quick: bool,
    /// Steps of each experiment [default: the table's own]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    steps: Option<u64>,
    /// The first seed
    #[arg(long, value_name = "N", default_value = "0")]
    seed: Seed,
    /// Runs of each experiment, with seeds in a row [default: the table's own]; fgan-univariate, wgan-lines and
    /// gp-toys have one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: Option<u64>,
    /// Folder for TABLE.md and TABLE.json, which are replaced
    #[arg(long, value_name = "DIR", default_value = "reproduced")]
    out: PathBuf,
    #[command(flatten)]
    device: DeviceOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Tables:
  objectives         every objective on the ring of 8 Gaussians: modes found, share of good samples
  fgan-univariate    Nowozin et al. 2016, section 2.4: Gaussians learned in five divergences
  wgan-lines         Arjovsky et al. 2017, example 1: the critic's estimate of the distance of two
                     point masses, where the Jensen-Shannon divergence is stuck at log 2
  gp-toys            Gulrajani et al. 2017, figure 2: value surfaces of critics under a gradient
                     penalty and under clipping, with pictures in --out
  ring-grid          Lin et al. 2018 (PacGAN), table 1: modes of ring and grid by packing
  stacked-mnist      Lin et al. 2018, table 2: modes of stacked MNIST by packing; without --quick
                     this is for a GPU
  goodfellow-parzen  Goodfellow et al. 2014, table 1: Parzen-window likelihood on MNIST
  fgan-mnist         Nowozin et al. 2016, section 3: the same by divergence

Examples:
  gpugan reproduce fgan-univariate
  gpugan reproduce ring-grid --quick --seeds 3";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "kebab-case")]
enum Table {
    Objectives,
    FganUnivariate,
    WganLines,
    GpToys,
    RingGrid,
    StackedMnist,
    GoodfellowParzen,
    FganMnist,
}

impl Table {
    fn name(self) -> String {
        let value = self.to_possible_value().expect("every table has a name");
        value.get_name().to_string()
    }

    /// Whether its rows are of one game each, and not means over several.
    fn is_of_one_seed(self) -> bool {
        matches!(
            self,
            Table::FganUnivariate | Table::WganLines | Table::GpToys
        )
    }

    /// The names of what is written into --out.
    fn files(self) -> Vec<String> {
        let name = self.name();
        let mut files = vec![format!("{name}.md"), format!("{name}.json")];
        if self == Table::GpToys {
            let forms = |name: String| ["png", "svg"].map(|form| format!("{name}.{form}"));
            files.extend(gp_toys::pictures().flat_map(forms));
        }
        files
    }
}

impl Arguments {
    /// What makes the same table again: without where it goes.
    fn command(&self) -> String {
        let asked = self.device.asked();
        let numbers = [
            ("--steps", self.steps),
            ("--seed", Some(self.seed.0).filter(|seed| *seed != 0)),
            ("--seeds", self.seeds),
            ("--threads", asked.threads.map(|threads| threads as u64)),
        ];
        let mut command = format!("gpugan reproduce {}", self.table.name());
        if self.quick {
            command += " --quick";
        }
        for (option, number) in numbers {
            if let Some(number) = number {
                command += &format!(" {option} {number}");
            }
        }
        match asked.device {
            "auto" => command,
            device if device.contains(' ') => command + &format!(" --device '{device}'"),
            device => command + &format!(" --device {device}"),
        }
    }

    fn refuse_seeds(&self) -> Result<()> {
        match self.seeds {
            Some(seeds) if seeds > 1 && self.table.is_of_one_seed() => Err(Error::Usage(format!(
                "--seeds is {seeds}, but every row of {} is of one run; leave it out, and give --seed N for \
                 another run",
                self.table.name()
            ))),
            _ => Ok(()),
        }
    }
}

/// What every table is told.
#[derive(Clone, Copy)]
struct Plan<'a> {
    quick: bool,
    steps: Option<u64>,
    seed: u64,
    seeds: Option<u64>,
    bench: Bench<'a>,
}

impl Plan<'_> {
    /// Seeds of each experiment; `usual` many unless told.
    fn seeds(&self, usual: u64) -> impl Iterator<Item = u64> + use<> {
        let first = self.seed;
        (0..self.seeds.unwrap_or(usual)).map(move |at| first.wrapping_add(at))
    }

    /// The same in words, for a table.
    fn seeds_in_words(&self, usual: u64) -> String {
        match self.seeds.unwrap_or(usual) {
            1 => format!("seed {}", self.seed),
            count => format!("{count} seeds from {}; mean ± standard error", self.seed),
        }
    }

    /// Steps of an experiment: as told, or the quick or the usual number.
    fn steps(&self, quick: u64, usual: u64) -> u64 {
        self.steps.unwrap_or(if self.quick { quick } else { usual })
    }

    /// Games that run at a time.
    fn lanes(&self) -> usize {
        let of_cpu = || std::thread::available_parallelism().map_or(1, usize::from);
        match self.bench.device {
            "cpu" => self.bench.threads.unwrap_or_else(of_cpu),
            _ => 1,
        }
    }

    fn with_threads(self, threads: usize) -> Self {
        let threads = Some(threads);
        let bench = Bench {
            threads,
            ..self.bench
        };
        Plan { bench, ..self }
    }

    /// Says how far it is.
    fn say(&self, line: &str) {
        to_stderr(line);
    }
}

/// Runs, keeps and prints. Files that cannot be written are refused at once; a table that is made is printed
/// even where it cannot be kept.
///
/// # Errors
/// Any of `gpugan::Error`; a file that was there before is then untouched.
pub fn run(arguments: &Arguments) -> Result<()> {
    arguments.refuse_seeds()?;
    let mut bench = Bench::of(&arguments.device);
    if device::is_cpu(bench.device)? {
        bench.device = "cpu";
    }
    let plan = Plan {
        quick: arguments.quick,
        steps: arguments.steps,
        seed: arguments.seed.0,
        seeds: arguments.seeds,
        bench,
    };
    output::require_folder(&arguments.out, arguments.table.files())?;
    let mut report = match arguments.table {
        Table::Objectives => objectives::table(plan)?,
        Table::FganUnivariate => fgan::table(plan)?,
        Table::WganLines => lines::table(plan)?,
        Table::GpToys => gp_toys::table(plan)?,
        Table::RingGrid => ring_grid::table(plan)?,
        Table::StackedMnist => stacked::table(plan)?,
        Table::GoodfellowParzen => parzen::goodfellow(plan)?,
        Table::FganMnist => parzen::f_gan(plan)?,
    };
    report.command = arguments.command();
    if arguments.quick {
        report.note("This is the quick form: shorter than the table it stands for.");
    }
    let kept = report.save(&arguments.out);
    match arguments.json {
        true => output::print_json(&report)?,
        false => output::print(&report.markdown())?,
    }
    kept
}
