//! A generator alone: images from latents, for any number of samples.

use super::arch::Architecture;
use crate::nn::{Network, Pass};
use crate::plan::codes::Counter;
use crate::plan::{DType, Plan, ProgramId, Recorder, Role, Tensor};
use crate::random::Latent;
use crate::threefry::Stream;

/// A plan that draws `count` latents (stream `sample`, draw 0 unless the clock is set) and maps them to images.
#[derive(Debug)]
pub struct Sampler {
    pub plan: Plan,
    pub program: ProgramId,
    pub generator: Network,
    /// The counters, of which [`Counter::Sample`] is the number of the draw.
    pub clock: Tensor,
    /// `latents`\[count, Z\].
    pub latents: Tensor,
    /// `images`\[count, H·W·C\] in \[−1, 1\].
    pub images: Tensor,
}

impl Sampler {
    /// Records the generator for `count` samples of the run with this seed. `name` is that of the
    /// network: `generator`, or its moving average's.
    pub fn new(
        architecture: &Architecture,
        name: &str,
        latent: Latent,
        count: usize,
        seed: u64,
    ) -> Sampler {
        let mut r = Recorder::new();
        let clock = r.tensor("clock", Role::State, DType::U32, &[Counter::COUNT]);
        let generator = Network::new(&mut r, name, architecture.generator());
        let shape = [count, architecture.latent_dim];
        let latents = r.tensor("latents", Role::Output, DType::F32, &shape);
        let shape = [count, architecture.features()];
        let images = r.tensor("images", Role::Output, DType::F32, &shape);
        let program = r.program("sample");
        latent.draw(
            &mut r,
            clock,
            seed,
            Stream::Sample,
            Counter::Sample,
            latents,
        );
        generator.forward(&mut r, latents, Pass::EVAL.into(images));
        Sampler {
            plan: r.finish(),
            program,
            generator,
            clock,
            latents,
            images,
        }
    }
}
