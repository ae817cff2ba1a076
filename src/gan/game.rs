//! A recorded game: both networks with what their training needs, the plan, and where to find things in
//! it.

use super::Settings;
use super::step::Board;
use crate::nn::{Gradients, Network, spectral_norm};
use crate::optim::Optimizer;
use crate::plan::codes::{Counter, Metric, Watched};
use crate::plan::{DType, Plan, ProgramId, Recorder, Role, Tensor};

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
    /// `images`\[count, H, W, C\], bytes; or the table of the settings' points, floats.
    pub data: Tensor,
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
            data: match settings.points {
                None => {
                    let shape = [settings.images, h, w, c];
                    r.tensor("images", Role::Input, DType::U8, &shape)
                }
                Some(points) => {
                    let shape = points.table_shape(settings.images, h * w * c);
                    r.tensor("points", Role::Input, DType::F32, &shape)
                }
            },
        };
        let architecture = &settings.architecture;
        let lr = (settings.lr_generator, settings.lr_critic);
        let generator = Network::new(&mut r, "generator", architecture.generator());
        let generator = Player::new(&mut r, generator, &settings, lr.0);
        let layers = match settings.spectral_norm {
            true => spectral_norm(architecture.critic()),
            false => architecture.critic(),
        };
        let critic = Network::new(&mut r, "critic", layers);
        let critic = Player::new(&mut r, critic, &settings, lr.1);
        let layers = settings.ema.map(|_| architecture.generator());
        let generator_ema = layers.map(|layers| Network::new(&mut r, EMA, layers));
        let ema = generator_ema.as_ref();
        let critic_step = board.critic_step(&mut r, &settings, &generator, &critic);
        let generator_step = board.generator_step(&mut r, &settings, &generator, &critic, ema);
        let sampled = ema.unwrap_or(&generator.network);
        let (sample_program, sample) = board.sample(&mut r, &settings, sampled);
        Gan {
            plan: r.finish(),
            clock: board.clock,
            metrics: board.metrics,
            guard: board.guard,
            data: board.data,
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

    pub(super) fn update(&self, r: &mut Recorder, guard: Tensor, watched: Watched) {
        let Player {
            network,
            gradients,
            optimizer,
        } = self;
        optimizer.update(r, network, gradients, guard, watched);
    }
}
