//! A recorded game: both networks with what their training needs, the plan, and where to find things in
//! it.

use super::board::Board;
use super::{Penalty, Settings, Update};
use crate::nn::{Gradients, Network};
use crate::optim::{Optimizer, Rule};
use crate::plan::codes::{Counter, Metric, Watched};
use crate::plan::{DType, Plan, ProgramId, Recorder, Role, Tensor};
use crate::rates::Course;

/// What the moving average of the generator is called.
pub const EMA: &str = "generator_ema";

/// Turns that are looked at for whether they have the same programs.
const MOST_ALIKE: u64 = 1 << 10;

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
    /// `metrics`\[ring, 9\]: see `Metric`.
    pub metrics: Tensor,
    /// `guard`\[4, 3\]: see `Watched`.
    pub guard: Tensor,
    /// `images`\[count, H, W, C\], bytes; or the table of the settings' points, floats.
    pub data: Tensor,
    /// `sample`\[samples, features\], written by the sample program.
    pub sample: Tensor,
    /// Gradients, update.
    pub critic_step: [ProgramId; 2],
    /// The gradients without the penalty, where not every step has it.
    pub critic_plain: Option<ProgramId>,
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
                    let shape = [settings.images, h, w, c / settings.stack];
                    r.tensor("images", Role::Input, DType::U8, &shape)
                }
                Some(points) => {
                    let shape = points.table_shape(settings.images, h * w * c);
                    r.tensor("points", Role::Input, DType::F32, &shape)
                }
            },
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
        let critic_plain = board.critic_plain(&mut r, &settings, &generator, &critic);
        let players = (&generator, &critic);
        let generator_step = board.generator_step(&mut r, &settings, players, ema, &shown);
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
            critic_plain,
            generator_step,
            sample_program,
        }
    }

    /// The programs of a usual turn, the first step of which has the penalty, if there is one.
    pub fn turn(&self) -> Vec<ProgramId> {
        self.turn_from(0, self.settings.critic_steps.usual())
    }

    /// The programs of turn number `turn`, counted from 0.
    pub fn turn_at(&self, turn: u64) -> Vec<ProgramId> {
        let steps = &self.settings.critic_steps;
        self.turn_from(steps.total(turn), steps.at(turn))
    }

    /// How many turns from `turn` on have the same programs, at least.
    pub fn alike(&self, turn: u64) -> u64 {
        let most = self.settings.critic_steps.alike(turn);
        if self.critic_plain.is_none() {
            return most;
        }
        let (most, programs) = (most.min(MOST_ALIKE), self.turn_at(turn));
        let other = (1..most).find(|later| self.turn_at(turn + later) != programs);
        other.unwrap_or(most)
    }

    /// Whether the critic pays for its slope in turn number `turn`.
    pub fn pays_in(&self, turn: u64) -> bool {
        let steps = &self.settings.critic_steps;
        let paid = |turns, every| steps.total(turns).div_ceil(every);
        self.settings.penalty.is_some_and(|penalty| {
            let every = penalty.every();
            paid(turn + 1, every) > paid(turn, every)
        })
    }

    /// The programs of one turn: k critic steps, `first` before which were made in all, then the
    /// generator's.
    fn turn_from(&self, first: u64, k: usize) -> Vec<ProgramId> {
        if self.settings.update == Update::Simultaneous {
            return self.at_once();
        }
        let [gradients, update] = self.critic_step;
        let plain = self.critic_plain.unwrap_or(gradients);
        let every = self.settings.penalty.map_or(1, Penalty::every);
        let of_step = |step: u64| match step.is_multiple_of(every) {
            true => [gradients, update],
            false => [plain, update],
        };
        let mut programs: Vec<_> = (first..first + k as u64).flat_map(of_step).collect();
        let [gradients, update, last_update] = self.generator_step;
        for _ in 1..self.settings.generator_steps {
            programs.extend([gradients, update]);
        }
        programs.extend([gradients, last_update]);
        programs
    }

    /// A turn in which both learn from one batch: both gradients, then both updates.
    fn at_once(&self) -> Vec<ProgramId> {
        let [critic_gradients, critic_update] = self.critic_step;
        let [gradients, _, last_update] = self.generator_step;
        vec![critic_gradients, gradients, critic_update, last_update]
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
