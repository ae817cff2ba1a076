//! The game as a plan. `critic_step` and `generator_step` read like algorithm 1 of Goodfellow et
//! al. 2014; each is two programs, so that gradients can be exchanged between machines before the
//! update.

use super::board::{Advance, Board, Draws, packed, unpacked};
use super::game::Player;
use super::join::Join;
use super::penalty::{Payment, Penalty};
use super::{Settings, Update};
use crate::nn::{Grads, Network, Trace};
use crate::optim::{self, ClipWhen};
use crate::plan::codes::{Counter, Watched};
use crate::plan::{ProgramId, Recorder, Tensor};
use crate::threefry::Stream;

/// What the critic was shown in its step, for a generator that learns from the same.
pub(super) struct Shown {
    fakes: Trace,
    join: Join,
    scores: Trace,
}

impl Shown {
    fn new(fakes: Trace, join: Join, scores: Trace) -> Shown {
        Shown {
            fakes,
            join,
            scores,
        }
    }
}

/// Clips the critic, if this is when that is to be done.
fn clip(r: &mut Recorder, settings: &Settings, critic: &Network, when: ClipWhen) {
    if let Some(clip) = settings.clip.filter(|clip| clip.when == when) {
        clip.record(r, critic);
    }
}

impl Board {
    /// Ascends the critic's objective by one update, on real images and fresh samples.
    pub(super) fn critic_step(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        generator: &Player,
        critic: &Player,
    ) -> ([ProgramId; 2], Shown) {
        let gradients = r.program("critic.gradients");
        let penalty = settings.penalty;
        let (draws, shown) = self.critic_gradients(r, settings, generator, critic, penalty);
        let update = r.program("critic.update");
        critic.update(r, self.guard, Watched::CriticGradients);
        clip(r, settings, &critic.network, ClipWhen::After);
        let advance = Advance {
            images: settings.samples_per_update(),
            latents: 1,
            mix: penalty.map_or(0, Penalty::mixes),
            dropout: draws.made,
            noise: penalty.map_or(0, Penalty::noises),
            ..Advance::default()
        };
        self.advance(r, settings, advance);
        ([gradients, update], shown)
    }

    /// The critic's gradients without the penalty, where not every step has it.
    pub(super) fn critic_plain(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        generator: &Player,
        critic: &Player,
    ) -> Option<ProgramId> {
        settings.penalty.filter(|penalty| penalty.every() > 1)?;
        let program = r.program("critic.plain");
        self.critic_gradients(r, settings, generator, critic, None);
        Some(program)
    }

    /// The gradients of the critic's loss, and of what it pays for its slope.
    fn critic_gradients(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        generator: &Player,
        critic: &Player,
        penalty: Option<Penalty>,
    ) -> (Draws, Shown) {
        let rows = settings.samples_per_update();
        let features = settings.architecture.features();
        clip(r, settings, &critic.network, ClipWhen::Before);
        let join = Join::new(r, "critic.x", rows, features);
        self.reals(r, settings, join.real);
        let z = self.latents(r, settings, rows, Stream::Latent, Counter::Latent);
        let mut draws = Draws::default();
        let pass = self.train(settings, &generator.network, 1, &mut draws);
        let fakes = generator.network.forward(r, z, pass.into(join.fake));
        join.close(r);
        let both = packed(r, settings, join.both);
        let pass = self.train(settings, &critic.network, 2, &mut draws);
        let trace = critic.network.forward(r, both, pass.advancing());
        let slopes = self.report().critic(r, settings, trace.output());
        let payment = Payment {
            board: self,
            settings,
            critic,
        };
        if let Some(penalty @ Penalty::AtSamples { .. }) = penalty {
            payment.at_samples(r, penalty, &trace, slopes);
            return (draws, Shown::new(fakes, join, trace));
        }
        let into = Some((&critic.gradients, Grads::Overwrite));
        critic.network.backward(r, &trace, slopes, into, None);
        if let Some(penalty) = penalty {
            let pass = self.train(settings, &critic.network, 1, &mut draws);
            payment.between(r, penalty, &join, pass);
        }
        (draws, Shown::new(fakes, join, trace))
    }

    /// Descends the generator's loss by one update, through a critic that is left alone.
    pub(super) fn generator_step(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        (generator, critic): (&Player, &Player),
        ema: Option<&Network>,
        shown: &Shown,
    ) -> [ProgramId; 3] {
        let gradients = r.program("generator.gradients");
        let advance = match settings.update {
            Update::Alternating => self.answer(r, settings, generator, critic),
            Update::Simultaneous => {
                self.answer_at_once(r, settings, generator, critic, shown);
                Advance::default()
            }
        };
        let mut update = |name, turns| {
            let program = r.program(name);
            generator.update(r, self.guard, Watched::GeneratorGradients);
            if let (Some(average), Some(decay)) = (ema, settings.ema) {
                optim::average(r, &generator.network, average, decay);
            }
            self.advance(r, settings, Advance { turns, ..advance });
            program
        };
        [
            gradients,
            update("generator.update", 0),
            update("generator.last_update", 1),
        ]
    }

    /// The generator's gradients on samples of its own.
    fn answer(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        generator: &Player,
        critic: &Player,
    ) -> Advance {
        let rows = settings.samples_per_update();
        let z = self.latents(r, settings, rows, Stream::Latent, Counter::Latent);
        let mut draws = Draws::default();
        let pass = self.train(settings, &generator.network, 1, &mut draws);
        let fake = generator.network.forward(r, z, pass.advancing());
        let pass = self.train(settings, &critic.network, 1, &mut draws);
        let x = packed(r, settings, fake.output());
        let trace = critic.network.forward(r, x, pass);
        let reals = match settings.objective.is_relativistic() {
            true => self.scores_of_real(r, settings, &critic.network, &mut draws),
            false => trace.output(),
        };
        let slopes = self.report().generator(r, settings, trace.output(), reals);
        let below = Some(generator.network.activation());
        let da = critic.network.backward(r, &trace, slopes, None, below);
        let da = da.expect("the gradient of the images was asked for");
        let da = unpacked(r, settings, da);
        let into = Some((&generator.gradients, Grads::Overwrite));
        generator.network.backward(r, &fake, da, into, None);
        Advance {
            latents: 1,
            dropout: draws.made,
            ..Advance::default()
        }
    }

    /// The generator's gradients on the batch that the critic's were made on, with the masks and the
    /// statistics of that pass: real samples are there, with slopes of 0.
    fn answer_at_once(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        generator: &Player,
        critic: &Player,
        shown: &Shown,
    ) {
        let scores = shown.scores.output();
        let slopes = self.report().generator(r, settings, scores, scores);
        let below = Some(generator.network.activation());
        let da = critic
            .network
            .backward(r, &shown.scores, slopes, None, below);
        let da = da.expect("the gradient of the images was asked for");
        let da = unpacked(r, settings, da);
        let da = shown.join.fakes_of(r, da, "critic.dx.fake");
        let into = Some((&generator.gradients, Grads::Overwrite));
        generator.network.backward(r, &shown.fakes, da, into, None);
    }
    /// The scores of the real samples that the critic gets next.
    fn scores_of_real(
        &self,
        r: &mut Recorder,
        settings: &Settings,
        critic: &Network,
        draws: &mut Draws,
    ) -> Tensor {
        let shape = [
            settings.samples_per_update(),
            settings.architecture.features(),
        ];
        let pass = self.train(settings, critic, 1, draws);
        r.aside("real", |r| {
            let x = r.scratch("x", &shape);
            self.reals(r, settings, x);
            let x = packed(r, settings, x);
            critic.forward(r, x, pass).output()
        })
    }
}
