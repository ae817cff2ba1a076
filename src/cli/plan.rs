//! `gpugan plan`: the calls that a step of the game is made of.

use clap::Args;
use gpugan::Result;
use gpugan::gan::Gan;
use gpugan::plan::{ProgramId, table};
use gpugan::run::Config;
use gpugan::run::config::Dataset;
use gpugan::run::log::to_stderr;

use super::device::Asked;
use super::game::Outline;
use super::options::PlanOptions;
use super::{device, game, output};

/// Print the critic step and the generator step as tables.
///
/// One row for each call of a kernel, in order: the variant it runs as on the device, the outputs
/// along x, y and z, the bytes of the tensors that it reads and writes, and its floating-point
/// operations. On the CPU every call runs as its mirror, the same kernel in Rust.
#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    options: PlanOptions,
    /// Options that a paper recommends, from `gpugan presets`; flags go over it
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
}

/// MNIST's, for which the data need not be decoded.
const SHAPE: [usize; 3] = [28, 28, 1];
const IMAGES: usize = 60_000;

/// Prints.
///
/// # Errors
/// `Error::Usage` for options, `Error::Data` for the data, `Error::NoDevice` for `--device`.
pub fn run(arguments: &Arguments) -> Result<()> {
    let config = Config::layered(arguments.preset.as_deref(), None, &arguments.options)?;
    let outline = match (&config.data_dir, &config.dataset) {
        (None, Dataset::Mnist) => Outline::of_images(SHAPE, IMAGES),
        _ => {
            let data = game::load_data(&config, &mut |_, _| Ok(()))?;
            if let Some(warning) = data.warning() {
                to_stderr(&format!("warning: {warning}"));
            }
            Outline::of(&data)
        }
    };
    let gan = Gan::new(game::settings(&config, outline)?);
    let opened = device::open(gan.plan.clone(), Asked::by(&config), &[])?;
    to_stderr(&opened.sentence(&config.device));
    let executor = opened.executor;
    let variant = |id: ProgramId, call: usize| executor.variant(id, call).to_string();
    let [gradients, _, last_update] = gan.generator_step;
    let steps = [
        ("critic", gan.critic_step.to_vec()),
        ("generator", vec![gradients, last_update]),
    ];
    let sections = steps.map(|(name, programs)| {
        format!("{name} step\n\n{}\n", table(&gan.plan, &programs, &variant))
    });
    output::print(&sections.join("\n"))
}
