//! A recorded game: both networks with what their training needs, the plan, and where to find things in
//! it.

use super::step::Board;
use super::{Settings, Update};
use crate::nn::{Gradients, Network};
use crate::optim::{Optimizer, Rule};
use crate::plan::codes::{Counter, Metric, Watched};
use crate::plan::{DType, Plan, ProgramId, Recorder, Role, Tensor};
use crate::rates::Course;

/// What the moving average of the generator is called.
pub const EMA: &str = "generator_ema";

/// One network with all that its training needs.
#[derive(Debug)]
pub struct Player {
    pub network: Network,
    pub gradients: Gradients,
    pub optimizer: Optimizer,
}

/// A recorded game: its plan, and where to find things in it.
#[derive(Debug)]
pub struct Gan {
    pub settings: Settings,
    pub plan: Plan,
    pub generator: Player,
    pub critic: Player,
    /// The moving average of the generator, where the settings ask for it.
    pub generator_ema: Option<Network>,
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
        let generator = Network::new(&mut r, "generator", architecture.generator());
        let course = |lr| (lr, settings.course);
        let update = (settings.rule, course(settings.lr_generator));
        let generator = Player::new(&mut r, generator, update, board.clock);
        let critic = Network::new(&mut r, "critic", settings.critic());
        let update = (settings.critic_rule(), course(settings.lr_critic));
        let critic = Player::new(&mut r, critic, update, board.clock);
        let layers = settings.ema.map(|_| architecture.generator());
        let generator_ema = layers.map(|layers| Network::new(&mut r, EMA, layers));
        let ema = generator_ema.as_ref();
        let (critic_step, shown) = board.critic_step(&mut r, &settings, &generator, &critic);
        let players = (&generator, &critic);
        let generator_step = board.generator_step(&mut r, &settings, players, ema, &shown);
        let sampled = ema.unwrap_or(&generator.network);
        let (sample_program, sample) = board.sample(&mut r, &settings, sampled);
        Gan {
            plan: r.finish(),
            clock: board.clock,
            metrics: board.metrics,
            guard: board.guard,
            images: board.images,
            settings,
            generator,
            critic,
            generator_ema,
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

    /// The programs of one turn: k critic steps, then the generator's; or, where both learn at once, both
    /// gradients and then both updates.
    pub fn turn_of(&self, k: usize) -> Vec<ProgramId> {
        let [gradients, update, last_update] = self.generator_step;
        if self.settings.update == Update::Simultaneous {
            let [critic_gradients, critic_update] = self.critic_step;
            return vec![critic_gradients, gradients, critic_update, last_update];
        }
        let mut programs = self.critic_step.repeat(k);
        for _ in 1..self.settings.generator_steps {
            programs.extend([gradients, update]);
        }
        programs.extend([gradients, last_update]);
        programs
    }
}

impl Player {
    fn new(
        r: &mut Recorder,
        network: Network,
        (rule, lr): (Rule, (f64, Course)),
        clock: Tensor,
    ) -> Player {
        Player {
            gradients: network.companion(r, "grad", Role::Scratch),
            optimizer: Optimizer::new(r, &network, rule, lr, clock),
            network,
        }
    }

    pub(super) fn update(&self, r: &mut Recorder, guard: Tensor, watched: Watched) {
        let Player {
            network,
            gradients,
            optimizer,
        } = self;
        optimizer.update(r, network, gradients, guard, watched);
    }
}
