//! What the programs of a step have in common: the clock, the data, draws of latents and of real
//! samples, and how packs are laid out.

use super::Settings;
use super::objective::Report;
use crate::nn::{Mode, Network, Noise, Pass, Training};
use crate::plan::codes::Counter;
use crate::plan::{DType, ProgramId, Recorder, Role, Tensor, kernel};
use crate::random::gather;
use crate::threefry::{Stream, stream_key};

/// What both steps refer to.
#[derive(Debug)]
pub(super) struct Board {
    pub clock: Tensor,
    pub metrics: Tensor,
    pub guard: Tensor,
    pub data: Tensor,
}

/// What a program moves on the clock when it ends.
#[derive(Clone, Copy, Default)]
pub(super) struct Advance {
    pub turns: usize,
    pub images: usize,
    pub latents: usize,
    pub mix: usize,
    pub dropout: usize,
    pub noise: usize,
}

/// Draws of the stream `dropout` that a program has made.
#[derive(Default)]
pub(super) struct Draws {
    pub made: usize,
}

/// x\[N·pack, F\] as the critic sees it, \[N, pack·F\].
pub(super) fn packed(r: &mut Recorder, settings: &Settings, x: Tensor) -> Tensor {
    match settings.pack {
        1 => x,
        pack => repacked(r, x, |rows, features| [rows / pack, features * pack]),
    }
}

/// What is \[N, pack·F\] sample by sample, \[N·pack, F\].
pub(super) fn unpacked(r: &mut Recorder, settings: &Settings, x: Tensor) -> Tensor {
    match settings.pack {
        1 => x,
        pack => repacked(r, x, |rows, features| [rows * pack, features / pack]),
    }
}

fn repacked(r: &mut Recorder, x: Tensor, shape: impl Fn(usize, usize) -> [usize; 2]) -> Tensor {
    let info = r.info(x);
    let (rows, len) = (info.shape[0], info.len());
    let name = info.name.rsplit('/').next().unwrap_or("x").to_string();
    let shape = shape(rows, len / rows);
    r.reshape(x, &format!("{name}.packs.{}", shape[0]), &shape)
}

impl Board {
    /// Images from the latents that stay the same all through a run.
    pub(super) fn sample(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        generator: &Network,
    ) -> (ProgramId, Tensor) {
        let features = settings.architecture.features();
        let sample = r.tensor(
            "sample",
            Role::Output,
            DType::F32,
            &[settings.samples, features],
        );
        let program = r.program("sample");
        let z = self.latents(
            r,
            settings,
            settings.samples,
            Stream::Sample,
            Counter::Sample,
        );
        generator.forward(r, z, Pass::EVAL.into(sample));
        (program, sample)
    }

    /// A training pass of a network over this many kinds of samples, one after the other.
    pub(super) fn train(
        &self,
        settings: &Settings,
        network: &Network,
        groups: usize,
        draws: &mut Draws,
    ) -> Pass {
        let noise = Noise {
            clock: self.clock,
            key: stream_key(settings.seed, Stream::Dropout),
            draw: draws.made,
        };
        draws.made += network.draws();
        Pass {
            mode: Mode::Train(Training {
                groups,
                advance: false,
                noise,
            }),
            output: None,
        }
    }

    /// Fills x\[N, features\] with the real samples that the clock stands at.
    pub(super) fn reals(&self, r: &mut Recorder, settings: &Settings, x: Tensor) {
        let (seed, flip) = (settings.seed, settings.flip);
        match settings.points {
            None => gather(r, self.data, self.clock, seed, flip, x),
            Some(points) => points.draw(r, self.data, self.clock, seed, x),
        }
    }

    pub(super) fn latents(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        rows: usize,
        stream: Stream,
        counter: Counter,
    ) -> Tensor {
        let z = r.scratch("z", &[rows, settings.architecture.latent_dim]);
        settings
            .latent
            .draw(r, self.clock, settings.seed, stream, counter, z);
        z
    }

    /// Where objectives write.
    pub(super) fn report(&self) -> Report {
        Report {
            clock: self.clock,
            metrics: self.metrics,
            guard: self.guard,
        }
    }

    pub(super) fn advance(&self, r: &mut Recorder, settings: &Settings, by: Advance) {
        r.call(&kernel::CLOCK_ADVANCE)
            .update("clock", self.clock)
            .update("guard", self.guard)
            .set("step", by.turns)
            .set("images", by.images)
            .set("count", settings.images)
            .set("latent", by.latents)
            .set("mix", by.mix)
            .set("dropout", by.dropout)
            .set("noise", by.noise)
            .record();
    }
}
