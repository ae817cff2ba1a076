//! The game as a plan. `critic_step` and `generator_step` read like algorithm 1 of Goodfellow et
//! al. 2014; each is two programs, so that gradients can be exchanged between machines before the
//! update.

use super::Settings;
use super::join::Join;
use super::objective::Report;
use crate::nn::{Gradients, Grads, Network};
use crate::optim::{ClipWhen, Optimizer};
use crate::plan::codes::{Counter, Metric, Watched};
use crate::plan::{DType, Plan, ProgramId, Recorder, Role, Tensor, kernel};
use crate::random::gather;
use crate::threefry::Stream;

/// One network with all that its training needs.
#[derive(Debug)]
pub struct Player {
    pub network: Network,
    pub gradients: Gradients,
    pub optimizer: Optimizer,
}

/// What both steps refer to.
#[derive(Debug)]
struct Board {
    clock: Tensor,
    metrics: Tensor,
    guard: Tensor,
    images: Tensor,
}

/// A recorded game: its plan, and where to find things in it.
#[derive(Debug)]
pub struct Gan {
    pub settings: Settings,
    pub plan: Plan,
    pub generator: Player,
    pub critic: Player,
    /// `clock`\[8\]: see `Counter`.
    pub clock: Tensor,
    /// `metrics`\[ring, 8\]: see `Metric`.
    pub metrics: Tensor,
    /// `guard`\[4, 3\]: see `Watched`.
    pub guard: Tensor,
    /// `images`\[count, H, W, C\], bytes.
    pub images: Tensor,
    /// `sample`\[samples, features\], written by the sample program.
    pub sample: Tensor,
    /// Gradients, update.
    pub critic_step: [ProgramId; 2],
    /// Gradients, update, and the update that ends a turn.
    pub generator_step: [ProgramId; 3],
    pub sample_program: ProgramId,
}

impl Gan {
    /// Records the game.
    pub fn new(settings: Settings) -> Gan {
        let mut r = Recorder::new();
        let [h, w, c] = settings.architecture.shape;
        let board = Board {
            clock: r.tensor("clock", Role::State, DType::U32, &[Counter::COUNT]),
            metrics: r.tensor(
                "metrics",
                Role::State,
                DType::F32,
                &[settings.ring, Metric::COUNT],
            ),
            guard: r.tensor(
                "guard",
                Role::State,
                DType::U32,
                &[Watched::ALL.len(), Watched::WORDS],
            ),
            images: r.tensor(
                "images",
                Role::Input,
                DType::U8,
                &[settings.images, h, w, c],
            ),
        };
        let architecture = &settings.architecture;
        let lr = (settings.lr_generator, settings.lr_critic);
        let generator = Network::new(&mut r, "generator", architecture.generator());
        let generator = Player::new(&mut r, generator, &settings, lr.0);
        let critic = Network::new(&mut r, "critic", architecture.critic());
        let critic = Player::new(&mut r, critic, &settings, lr.1);
        let critic_step = board.critic_step(&mut r, &settings, &generator, &critic);
        let generator_step = board.generator_step(&mut r, &settings, &generator, &critic);
        let (sample_program, sample) = board.sample(&mut r, &settings, &generator.network);
        Gan {
            plan: r.finish(),
            clock: board.clock,
            metrics: board.metrics,
            guard: board.guard,
            images: board.images,
            settings,
            generator,
            critic,
            sample,
            critic_step,
            generator_step,
            sample_program,
        }
    }

    /// The programs of a usual turn.
    pub fn turn(&self) -> Vec<ProgramId> {
        self.turn_of(self.settings.critic_steps.usual())
    }

    /// The programs of one turn: k critic steps, then the generator's.
    pub fn turn_of(&self, k: usize) -> Vec<ProgramId> {
        let mut programs = self.critic_step.repeat(k);
        let [gradients, update, last_update] = self.generator_step;
        for _ in 1..self.settings.generator_steps {
            programs.extend([gradients, update]);
        }
        programs.extend([gradients, last_update]);
        programs
    }
}

impl Player {
    fn new(r: &mut Recorder, network: Network, settings: &Settings, lr: f64) -> Player {
        Player {
            gradients: network.companion(r, "grad", Role::Scratch),
            optimizer: Optimizer::new(r, &network, settings.rule, lr),
            network,
        }
    }

    fn update(&self, r: &mut Recorder, guard: Tensor, watched: Watched) {
        let Player {
            network,
            gradients,
            optimizer,
        } = self;
        optimizer.update(r, network, gradients, guard, watched);
    }
}

/// What a program moves on the clock when it ends.
#[derive(Clone, Copy, Default)]
struct Advance {
    turns: usize,
    images: usize,
    latents: usize,
}

impl Board {
    /// Ascends the critic's objective by one update, on real images and fresh samples.
    fn critic_step(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        generator: &Player,
        critic: &Player,
    ) -> [ProgramId; 2] {
        let (batch, features) = (settings.batch, settings.architecture.features());
        let clip = |r: &mut Recorder, when| {
            let clip = settings.clip.filter(|clip| clip.when == when);
            clip.inspect(|clip| clip.record(r, &critic.network));
        };
        let gradients = r.program("critic.gradients");
        clip(r, ClipWhen::Before);
        let join = Join::new(r, "critic.x", batch, features);
        gather(r, self.images, self.clock, settings.seed, join.real);
        let z = self.latents(r, settings, batch, Stream::Latent, Counter::Latent);
        generator.network.forward(r, z, Some(join.fake));
        join.close(r);
        let trace = critic.network.forward(r, join.both, None);
        let slopes = self.report().critic(r, settings, trace.output());
        let into = Some((&critic.gradients, Grads::Overwrite));
        critic.network.backward(r, &trace, slopes, into, None);

        let update = r.program("critic.update");
        critic.update(r, self.guard, Watched::CriticGradients);
        clip(r, ClipWhen::After);
        let advance = Advance {
            turns: 0,
            images: batch,
            latents: 1,
        };
        self.advance(r, settings, advance);
        [gradients, update]
    }

    /// Descends the generator's loss by one update, through a critic that is left alone.
    fn generator_step(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        generator: &Player,
        critic: &Player,
    ) -> [ProgramId; 3] {
        let gradients = r.program("generator.gradients");
        let z = self.latents(r, settings, settings.batch, Stream::Latent, Counter::Latent);
        let fake = generator.network.forward(r, z, None);
        let trace = critic.network.forward(r, fake.output(), None);
        let reals = match settings.objective.is_relativistic() {
            true => self.scores_of_real(r, settings, &critic.network),
            false => trace.output(),
        };
        let slopes = self.report().generator(r, settings, trace.output(), reals);
        let below = Some(generator.network.activation());
        let da = critic.network.backward(r, &trace, slopes, None, below);
        let da = da.expect("the gradient of the images was asked for");
        let into = Some((&generator.gradients, Grads::Overwrite));
        generator.network.backward(r, &fake, da, into, None);

        let mut update = |name, turns| {
            let program = r.program(name);
            generator.update(r, self.guard, Watched::GeneratorGradients);
            let advance = Advance {
                turns,
                images: 0,
                latents: 1,
            };
            self.advance(r, settings, advance);
            program
        };
        [
            gradients,
            update("generator.update", 0),
            update("generator.last_update", 1),
        ]
    }

    /// The scores of the real samples that the critic gets next.
    fn scores_of_real(&self, r: &mut Recorder, settings: &Settings, critic: &Network) -> Tensor {
        let shape = [settings.batch, settings.architecture.features()];
        r.aside("real", |r| {
            let x = r.scratch("x", &shape);
            gather(r, self.images, self.clock, settings.seed, x);
            critic.forward(r, x, None).output()
        })
    }

    /// Images from the latents that stay the same all through a run.
    fn sample(
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
        generator.forward(r, z, Some(sample));
        (program, sample)
    }

    fn latents(
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
    fn report(&self) -> Report {
        Report {
            clock: self.clock,
            metrics: self.metrics,
            guard: self.guard,
        }
    }

    fn advance(&self, r: &mut Recorder, settings: &Settings, by: Advance) {
        r.call(&kernel::CLOCK_ADVANCE)
            .update("clock", self.clock)
            .update("guard", self.guard)
            .set("step", by.turns)
            .set("images", by.images)
            .set("count", settings.images)
            .set("latent", by.latents)
            .set("mix", 0u32)
            .set("dropout", 0u32)
            .set("noise", 0u32)
            .record();
    }
}
