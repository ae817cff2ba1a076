//! `gpugan sample`: new images from the generator of a run.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Args;
use gpugan::run::checkpoint::{NamedTensor, TensorData, encode};
use gpugan::run::config::Seed;
use gpugan::run::log::to_stderr;
use gpugan::run::{Config, atomic, grid};
use gpugan::{Error, Result};
use serde_json::json;

use super::device::TunedOptions;
use super::game::PICTURE_POINTS;
use super::generator::{Drawn, Generator};
use super::picture::Canvas;
use super::{game, output};

/// Draw images or points with the generator of a run.
///
/// The same seed draws the same samples; that of the run draws first those of its sample grids.
/// Stdout gets the path of the file that was written.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// A run directory, whose last checkpoint is taken, or a checkpoint directory
    #[arg(value_name = "RUN|CHECKPOINT")]
    from: PathBuf,
    /// How many samples [default: 64 images, or 2500 points]
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// Seed of the latents [default: that of the run]
    #[arg(long, value_name = "N")]
    seed: Option<Seed>,
    /// A .png file for a grid of images or a plot of points, a .csv file for points, or a .safetensors
    /// file for the tensors images [N, C, H, W] in [-1, 1], or samples [N, D] where they are points,
    /// and latents [N, Z] [default: RUN-step-STEP-seed-SEED.png in this directory]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    device: TunedOptions,
}

const AFTER_HELP: &str = "\
Examples, where RUN is such as runs/00000-mnist-mlp-non-saturating:
  gpugan sample RUN
  gpugan sample RUN/checkpoints/step-00000000 --out untrained.png
  gpugan sample RUN --count 10000 --seed 1 --out many.safetensors";

/// Of a grid where no number is given.
const IMAGES: usize = 64;

/// All are drawn at once, and so are in memory.
const MOST: usize = 65_536;

/// The forms of a file of samples.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Png,
    Csv,
    Safetensors,
}

/// Images\[N, H, W, C\] in \[−1, 1\], or points, and what they were made from.
struct Samples {
    config: Config,
    values: Vec<f32>,
    latents: Vec<f32>,
    count: usize,
    /// H, W, C.
    shape: [usize; 3],
}

/// Draws.
///
/// # Errors
/// Any of `gpugan::Error`; no file is then written.
pub fn run(arguments: &Arguments) -> Result<()> {
    if let Some(count) = arguments.count.filter(|count| !(1..=MOST).contains(count)) {
        let message = format!("--count is {count}; give a number from 1 to {MOST}");
        return Err(Error::Usage(message));
    }
    let form = arguments.out.as_deref().map_or(Ok(Form::Png), form)?;
    let generator = Generator::load(&arguments.from)?;
    let seed = arguments.seed.map_or(generator.seed, |seed| seed.0);
    let out = match &arguments.out {
        Some(path) => path.clone(),
        None => default_name(&generator, seed),
    };
    if out.exists() && !arguments.force {
        let shown = out.display();
        let message = format!("'{shown}' exists; give another --out, or --force to replace it");
        return Err(Error::Usage(message));
    }
    let of_points = generator.config.dataset.is_of_points();
    let usual = if of_points { PICTURE_POINTS } else { IMAGES };
    let count = arguments.count.unwrap_or(usual);
    let asked = arguments.device.asked();
    let Drawn { values, latents } = generator.draw(count, count, seed, asked)?;
    let step = generator.step;
    let samples = Samples {
        shape: generator.architecture.shape,
        config: generator.config,
        values,
        latents,
        count,
    };
    let bytes = match form {
        Form::Png => samples.to_png(seed)?,
        Form::Csv => samples.to_csv()?,
        Form::Safetensors => samples.to_safetensors(step, seed)?,
    };
    atomic::write(&out, &bytes).map_err(|e| Error::Runtime(e.to_string()))?;
    output::print(&out.display().to_string())
}

fn form(path: &Path) -> Result<Form> {
    match path.extension().and_then(OsStr::to_str) {
        Some("png") => Ok(Form::Png),
        Some("csv") => Ok(Form::Csv),
        Some("safetensors") => Ok(Form::Safetensors),
        _ => Err(Error::Usage(format!(
            "--out '{}' is of no known kind; give a name that ends in .png, .csv (points) or .safetensors",
            path.display()
        ))),
    }
}

/// `RUN-step-STEP-seed-SEED.png`, named after the run that the checkpoint lies in.
fn default_name(generator: &Generator, seed: u64) -> PathBuf {
    let path = std::path::absolute(&generator.path).unwrap_or_else(|_| generator.path.clone());
    let inside = path
        .parent()
        .filter(|parent| parent.ends_with("checkpoints"));
    let run = inside.and_then(Path::parent).and_then(Path::file_name);
    let run = run.map_or("sample".into(), OsStr::to_string_lossy);
    format!("{run}-step-{:08}-seed-{seed}.png", generator.step).into()
}

impl Samples {
    /// A grid that is about as high as wide; or points over the data, as far as these are there.
    fn to_png(&self, seed: u64) -> Result<Vec<u8>> {
        if !self.config.dataset.is_of_points() {
            let columns = (self.count as f64).sqrt().ceil() as usize;
            let picture = grid::grid(&self.values, self.count, self.shape, columns)?;
            return grid::encode_png(&picture);
        }
        let data = game::load_data(&self.config, &mut |_, _| Ok(()));
        let canvas = match data {
            Ok(data) => Canvas::of(&data, seed),
            Err(fault) => {
                to_stderr(&format!("warning: no data behind the samples, as {fault}"));
                Canvas::around(&self.values, self.shape)
            }
        };
        canvas.show(&self.values)
    }

    /// A line of names x1, x2, …, then a line per point.
    fn to_csv(&self) -> Result<Vec<u8>> {
        let [_, _, dims] = self.shape;
        if !self.config.dataset.is_of_points() {
            return Err(Error::Usage(
                "--out FILE.csv is for points, and this run learns images; give a .png or a \
                 .safetensors file"
                    .into(),
            ));
        }
        let names: Vec<_> = (1..=dims).map(|at| format!("x{at}")).collect();
        let mut text = names.join(",") + "\n";
        for point in self.values.chunks_exact(dims) {
            let numbers: Vec<_> = point.iter().map(f32::to_string).collect();
            text += &(numbers.join(",") + "\n");
        }
        Ok(text.into_bytes())
    }

    fn to_safetensors(&self, step: u64, seed: u64) -> Result<Vec<u8>> {
        let [h, w, c] = self.shape;
        let tensor = |name: &str, shape: Vec<usize>, values| NamedTensor {
            name: name.to_string(),
            shape,
            data: TensorData::F32(values),
        };
        let latent_dim = self.latents.len() / self.count;
        let samples = match self.config.dataset.is_of_points() {
            true => tensor("samples", vec![self.count, c], self.values.clone()),
            false => tensor("images", vec![self.count, c, h, w], self.channels_first()),
        };
        let tensors = [
            samples,
            tensor(
                "latents",
                vec![self.count, latent_dim],
                self.latents.clone(),
            ),
        ];
        // As text, since many readers of JSON know no integers above 2^53.
        let metadata =
            json!({ "format": "gpugan samples", "step": step, "seed": seed.to_string() });
        encode(&tensors, Some(&metadata.to_string()))
    }

    /// \[N, H, W, C\] as \[N, C, H, W\].
    fn channels_first(&self) -> Vec<f32> {
        let [h, w, channels] = self.shape;
        let mut values = Vec::with_capacity(self.values.len());
        for image in self.values.chunks_exact(h * w * channels) {
            for channel in 0..channels {
                values.extend(image.iter().skip(channel).step_by(channels));
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_come_first_in_tensors() {
        let samples = Samples {
            config: Config::default(),
            values: (0..12).map(|i| i as f32).collect(),
            latents: vec![0.0; 2],
            count: 2,
            shape: [1, 3, 2],
        };
        let expected = [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11];
        assert_eq!(samples.channels_first(), expected.map(|i| i as f32));
    }
}
