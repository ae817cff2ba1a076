//! The generator of a run, as its checkpoint keeps it, and samples of it.

use std::path::{Path, PathBuf};

use gpugan::gan::arch::Architecture;
use gpugan::gan::checkpoint::restore;
use gpugan::gan::{EMA, Sampler};
use gpugan::plan::codes::Counter;
use gpugan::plan::{Contents, Executor, Tensor};
use gpugan::run::Config;
use gpugan::run::checkpoint::{self, Checkpoint, NamedTensor, TensorData, expect};
use gpugan::run::log::to_stderr;
use gpugan::{Error, Result};
use serde::Deserialize;

use super::device::Asked;
use super::{device, game, snapshot};

/// What samples are drawn with: the moving average of the generator, where there is one.
pub struct Generator {
    pub config: Config,
    pub architecture: Architecture,
    /// The directory of the checkpoint.
    pub path: PathBuf,
    pub step: u64,
    /// Of the run.
    pub seed: u64,
    /// The network's name in the tensors.
    name: &'static str,
    tensors: Vec<NamedTensor>,
}

/// The network that learns.
const GENERATOR: &str = "generator";

/// Samples and what they were made from.
pub struct Drawn {
    /// \[N, H, W, C\] in \[−1, 1\], or points\[N, D\].
    pub values: Vec<f32>,
    /// \[N, Z\]
    pub latents: Vec<f32>,
}

impl Generator {
    /// From a run directory, whose last checkpoint is taken, or a checkpoint directory.
    ///
    /// # Errors
    /// `Error::Checkpoint` where there is none or it does not fit.
    pub fn load(from: &Path) -> Result<Generator> {
        Generator::named(from, &[EMA, GENERATOR])
    }

    /// The same with the weights of the last update, even if there is an average of them.
    ///
    /// # Errors
    /// As [`Generator::load`].
    pub fn without_average(from: &Path) -> Result<Generator> {
        Generator::named(from, &[GENERATOR])
    }

    /// With the first of these networks that the checkpoint has.
    fn named(from: &Path, names: &[&'static str]) -> Result<Generator> {
        let found = checkpoint::find(from)?;
        if let Some(warning) = &found.warning {
            to_stderr(&format!("warning: {warning}"));
        }
        let saved = checkpoint::load(&found.path)?;
        let origin = saved.path.display().to_string();
        let config = Config::parse(&saved.state.config, &format!("{origin}/state.json"))?;
        let architecture = architecture(&config, &saved, &origin)?;
        let has = |name: &&&str| saved.model.iter().any(|tensor| is_of(tensor, name));
        let name = names.iter().find(has).copied().unwrap_or(GENERATOR);
        let tensors = saved.model.into_iter().filter(|t| is_of(t, name));
        Ok(Generator {
            config,
            architecture,
            path: saved.path,
            step: saved.state.step,
            seed: saved.state.seed,
            name,
            tensors: tensors.collect(),
        })
    }

    /// `count` samples of this seed, `at_once` of them at a time: draw number i of the stream `sample`
    /// makes the i-th so many.
    ///
    /// # Errors
    /// `Error::Usage` for more at once than a device counts, `Error::Checkpoint` for tensors that do not
    /// fit the network, `Error::NoDevice` and `Error::Device` for the device.
    pub fn draw(&self, count: usize, at_once: usize, seed: u64, asked: Asked) -> Result<Drawn> {
        let at_once = at_once.min(count);
        game::refuse_giants("generator", &self.architecture.generator(), at_once)?;
        let latent = self.config.latent;
        let sampler = Sampler::new(&self.architecture, self.name, latent, at_once, seed);
        let origin = self.path.display().to_string();
        expect(&origin, &self.tensors, &snapshot::generator_specs(&sampler))?;
        let opened = device::open(sampler.plan.clone(), asked, &[])?;
        (asked.tell)(&opened.sentence(asked.device));
        let mut executor = opened.executor;
        restore(
            &sampler.plan,
            executor.as_mut(),
            &sampler.generator.state(),
            &snapshot::from_file(self.tensors.clone()),
        )?;
        let mut drawn = Drawn {
            values: Vec::new(),
            latents: Vec::new(),
        };
        for draw in 0..count.div_ceil(at_once) {
            let mut clock = vec![0; Counter::COUNT];
            clock[Counter::Sample as usize] = draw as u32;
            executor.write(sampler.clock, &Contents::U32(clock))?;
            executor.run(&[sampler.program], 1)?;
            drawn
                .values
                .extend(floats(executor.as_mut(), sampler.images)?);
            drawn
                .latents
                .extend(floats(executor.as_mut(), sampler.latents)?);
        }
        drawn.values.truncate(count * self.architecture.features());
        drawn.latents.truncate(count * self.architecture.latent_dim);
        Ok(drawn)
    }

    /// The numbers of one of its tensors, such as `0.weight`.
    pub fn parameter(&self, name: &str) -> Option<&[f32]> {
        let named = |tensor: &&NamedTensor| {
            let rest = tensor.name.strip_prefix(self.name);
            rest.and_then(|rest| rest.strip_prefix('.')) == Some(name)
        };
        match &self.tensors.iter().find(named)?.data {
            TensorData::F32(values) => Some(values),
            TensorData::U32(_) => None,
        }
    }
}

fn is_of(tensor: &NamedTensor, network: &str) -> bool {
    let rest = tensor.name.strip_prefix(network);
    rest.is_some_and(|rest| rest.starts_with('.'))
}

/// The networks of a checkpoint: the options tell their kind, the model file the images' shape.
fn architecture(config: &Config, saved: &Checkpoint, origin: &str) -> Result<Architecture> {
    #[derive(Deserialize)]
    struct Metadata {
        image_shape_hwc: [usize; 3],
    }
    let metadata: Metadata = serde_json::from_str(&saved.model_metadata).map_err(|e| {
        Error::Checkpoint(format!(
            "the model of '{origin}' does not tell its images' shape: {e}"
        ))
    })?;
    let shape = metadata.image_shape_hwc;
    let values = shape
        .iter()
        .try_fold(1, |n: usize, extent| n.checked_mul(*extent));
    match values {
        Some(1..=MOST_VALUES) => Ok(game::architecture(config, shape)),
        _ => Err(Error::Checkpoint(format!(
            "the model of '{origin}' has images of the impossible shape {shape:?}"
        ))),
    }
}

/// Values of one image; a damaged shape must not lead to products that overflow.
const MOST_VALUES: usize = 1 << 30;

fn floats(executor: &mut dyn Executor, tensor: Tensor) -> Result<Vec<f32>> {
    match executor.read(tensor)? {
        Contents::F32(values) => Ok(values),
        other => panic!("images and latents are floats, not {other:?}"),
    }
}
