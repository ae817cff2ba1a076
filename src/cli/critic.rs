//! The critic of a run, as its checkpoint keeps it, and scores of any samples.

use std::path::PathBuf;

use gpugan::Result;
use gpugan::gan::checkpoint::restore;
use gpugan::gan::{Scorer, Settings};
use gpugan::plan::Contents;
use gpugan::run::checkpoint::{self, NamedTensor, expect};

use super::device::Asked;
use super::generator::Generator;
use super::{device, game, snapshot};

/// Numbers of the inputs that are scored at a time, and how many inputs these are at most.
const AT_ONCE: usize = 1 << 20;
const MOST_AT_ONCE: usize = 4_096;

/// Maps samples to scores, as the critic does outside of training.
pub struct Critic {
    settings: Settings,
    path: PathBuf,
    tensors: Vec<NamedTensor>,
}

impl Critic {
    /// That of the checkpoint that a generator comes from.
    ///
    /// # Errors
    /// `Error::Checkpoint` where it cannot be read, `Error::Usage` for options that fit no critic.
    pub fn load(generator: &Generator) -> Result<Critic> {
        let saved = checkpoint::load(&generator.path)?;
        let shape = generator.architecture.shape;
        let settings = game::settings(&generator.config, game::Outline::of_images(shape, 1))?;
        let of_critic = |tensor: &NamedTensor| tensor.name.starts_with("critic.");
        Ok(Critic {
            settings,
            path: saved.path,
            tensors: saved.model.into_iter().filter(of_critic).collect(),
        })
    }

    /// Samples that it sees at once.
    pub fn pack(&self) -> usize {
        self.settings.pack
    }

    /// Scores\[N / pack\] of samples\[N, F\], in packs of neighbours; a last pack that is not full has
    /// none.
    ///
    /// # Errors
    /// `Error::Checkpoint` for tensors that do not fit the network, `Error::NoDevice` and `Error::Device`
    /// for the device.
    pub fn scores(&self, samples: &[f32], asked: Asked) -> Result<Vec<f32>> {
        let inputs = self.settings.pack * self.settings.architecture.features();
        let count = samples.len() / inputs;
        if count == 0 {
            return Ok(Vec::new());
        }
        let at_once = (AT_ONCE / inputs).clamp(1, MOST_AT_ONCE).min(count);
        let scorer = Scorer::new(&self.settings, at_once);
        let origin = self.path.display().to_string();
        expect(&origin, &self.tensors, &snapshot::critic_specs(&scorer))?;
        let mut executor = device::open(scorer.plan.clone(), asked, &[])?.executor;
        let tensors = snapshot::from_file(self.tensors.clone());
        let state = scorer.critic.state();
        restore(&scorer.plan, executor.as_mut(), &state, &tensors)?;
        let mut scores = Vec::new();
        for part in samples[..count * inputs].chunks(at_once * inputs) {
            let mut x = part.to_vec();
            x.resize(at_once * inputs, 0.0);
            executor.write(scorer.x, &Contents::F32(x))?;
            executor.run(&[scorer.program], 1)?;
            match executor.read(scorer.scores)? {
                Contents::F32(values) => scores.extend(&values[..part.len() / inputs]),
                other => panic!("scores are floats, not {other:?}"),
            }
        }
        Ok(scores)
    }

    /// Scores\[N\] of samples\[N, F\], each in a pack of nothing but itself.
    ///
    /// # Errors
    /// As [`Critic::scores`].
    pub fn scores_alone(&self, samples: &[f32], asked: Asked) -> Result<Vec<f32>> {
        let samples = samples.chunks_exact(self.settings.architecture.features());
        let packs: Vec<f32> = samples.flat_map(|x| x.repeat(self.pack())).collect();
        self.scores(&packs, asked)
    }
}
