//! Plays a recorded game on an executor: initial state, turns, metrics, samples.
//!
//! It deliberately knows no files: `run` keeps what this hands out.

use super::{Gan, Settings, checkpoint};
use crate::Result;
use crate::nn::Planes;
use crate::plan::codes::{Counter, Metric, Watched};
use crate::plan::{Contents, Executor, Tensor};
use crate::random::HostRng;
use crate::threefry::Stream;

/// Means over the turns between two read-backs; of several updates in a turn, the last counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub loss_critic: f64,
    pub loss_generator: f64,
    /// Mean σ(score), where that is the critic's probability of "real"; NaN elsewhere.
    pub p_real: f64,
    pub p_fake: f64,
    pub accuracy: f64,
    pub score_real: f64,
    pub score_fake: f64,
    /// See [`Objective::bound`](crate::plan::objective::Objective::bound).
    pub bound: f64,
    /// What the critic pays for its slope, over the turns in which it does; NaN where in none. The two
    /// above are without it.
    pub penalty: f64,
    /// Mean norm of the gradients that the penalty is about, likewise.
    pub gradient_norm: f64,
    /// Losses and gradients that were not finite, since the run began.
    pub nonfinite: u64,
}

impl Interval {
    /// From the means of the columns of the metrics ring.
    pub fn new(settings: &Settings, mean: impl Fn(Metric) -> f64, nonfinite: u64) -> Interval {
        let (objective, smoothing) = (settings.objective, settings.label_smoothing);
        let probability = |metric| match objective.scores_are_logits() {
            true => mean(metric),
            false => f64::NAN,
        };
        let paid = |metric| match settings.penalty {
            Some(_) => mean(metric),
            None => f64::NAN,
        };
        let (loss_critic, score_real) = (mean(Metric::LossCritic), mean(Metric::ScoreReal));
        Interval {
            loss_critic,
            loss_generator: mean(Metric::LossGenerator),
            p_real: probability(Metric::PReal),
            p_fake: probability(Metric::PFake),
            accuracy: mean(Metric::Accuracy),
            score_real,
            score_fake: mean(Metric::ScoreFake),
            bound: objective.bound(loss_critic, score_real, smoothing),
            penalty: paid(Metric::Penalty),
            gradient_norm: paid(Metric::GradientNorm),
            nonfinite,
        }
    }
}

/// The first value that was not finite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The turn in which it arose, counted from 0.
    pub turn: u64,
    /// `critic.loss`, or a gradient such as `generator.2.weight.grad`.
    pub tensor: String,
}

/// How far the random streams of a run have been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Positions {
    pub data: u64,
    pub latent: u64,
    pub mix: u64,
    pub dropout: u64,
    pub noise: u64,
}

/// A game under way.
pub struct Trainer {
    gan: Gan,
    executor: Box<dyn Executor>,
    turns: u64,
}

impl Trainer {
    /// Puts the data set and the initial weights on the device. `data` are the bytes of images
    /// \[count, H, W, C\], or the floats of [`Points::table_shape`](crate::random::Points).
    pub fn new(
        gan: Gan,
        mut executor: Box<dyn Executor>,
        data: impl Into<Contents>,
    ) -> Result<Trainer> {
        executor.write(gan.data, &data.into())?;
        let unseen = [0, Watched::NONE, Watched::NONE].repeat(Watched::ALL.len());
        executor.write(gan.guard, &Contents::U32(unseen))?;
        let mut rng = HostRng::new(gan.settings.seed, Stream::Init);
        for (player, copy) in [(&gan.generator, &gan.generator_ema), (&gan.critic, &None)] {
            let values = player.network.initial(gan.settings.init, &mut rng);
            for network in [&player.network].into_iter().chain(copy) {
                for ((tensor, planes), values) in network.state().into_iter().zip(&values) {
                    let values = Contents::F32(values.clone());
                    checkpoint::write(executor.as_mut(), tensor, planes, &values)?;
                }
            }
        }
        Ok(Trainer {
            gan,
            executor,
            turns: 0,
        })
    }

    /// The recorded game.
    pub fn gan(&self) -> &Gan {
        &self.gan
    }

    /// What the game is played on.
    pub fn executor(&mut self) -> &mut dyn Executor {
        self.executor.as_mut()
    }

    /// Turns of the schedule that were handed to the device.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// Plays at most `most` turns and returns how many; few enough to look at the clock between.
    pub fn play(&mut self, most: u64) -> Result<u64> {
        let turn = self.gan.turn_at(self.turns);
        let alike = self.gan.alike(self.turns);
        let done = self.executor.run(&turn, most.min(alike))?;
        self.turns += done;
        Ok(done)
    }

    /// Means over the last `turns` turns, at most the ring's length.
    pub fn interval(&mut self, turns: u64) -> Result<Interval> {
        let ring = self.floats(self.gan.metrics)?;
        let rows = self.gan.settings.ring as u64;
        let turns = turns.clamp(1, rows.min(self.turns.max(1)));
        let guard = self.words(self.gan.guard)?;
        let mean = |metric: Metric| {
            let row = |turn: u64| ((turn % rows) as usize) * Metric::COUNT;
            let of_penalty = matches!(metric, Metric::Penalty | Metric::GradientNorm);
            let last = self.turns.saturating_sub(turns)..self.turns.max(1);
            let counted = last.filter(|turn| !of_penalty || self.gan.pays_in(*turn));
            let (mut sum, mut count) = (0.0, 0u32);
            for turn in counted {
                sum += f64::from(ring[row(turn) + metric as usize]);
                count += 1;
            }
            sum / f64::from(count)
        };
        let counts = guard
            .chunks(Watched::WORDS)
            .map(|words| u64::from(words[0]));
        Ok(Interval::new(&self.gan.settings, mean, counts.sum()))
    }

    /// What was not finite first, if anything was.
    pub fn fault(&mut self) -> Result<Option<Fault>> {
        let guard = self.words(self.gan.guard)?;
        let seen = Watched::ALL.into_iter().zip(guard.chunks(Watched::WORDS));
        let first = seen
            .filter(|(_, words)| words[0] > 0)
            .min_by_key(|(_, words)| words[1]);
        Ok(first.map(|(watched, words)| Fault {
            turn: u64::from(words[1]),
            tensor: self.tensor_at(watched, words[2] as usize),
        }))
    }

    /// The name of what the guard means by a watched thing and an index.
    fn tensor_at(&self, watched: Watched, index: usize) -> String {
        let gradients = match watched {
            Watched::CriticLoss => return "critic.loss".to_string(),
            Watched::GeneratorLoss => return "generator.loss".to_string(),
            Watched::CriticGradients => &self.gan.critic.gradients,
            Watched::GeneratorGradients => &self.gan.generator.gradients,
        };
        let infos = gradients.parts.iter().map(|part| self.gan.plan.info(*part));
        let found = infos.rev().find(|info| info.offset <= index);
        found.map_or_else(|| "gradients".to_string(), |info| info.name.clone())
    }

    /// Images\[samples, features\] of the latents that stay the same.
    pub fn sample(&mut self) -> Result<Vec<f32>> {
        self.executor.run(&[self.gan.sample_program], 1)?;
        self.floats(self.gan.sample)
    }

    /// How far the random streams have been used.
    pub fn positions(&mut self) -> Result<Positions> {
        let clock = self.words(self.gan.clock)?;
        let at = |counter: Counter| u64::from(clock[counter as usize]);
        let images = self.gan.settings.images as u64;
        Ok(Positions {
            data: at(Counter::Epoch) * images + at(Counter::Position),
            latent: at(Counter::Latent),
            mix: at(Counter::Mix),
            noise: at(Counter::Noise),
            dropout: at(Counter::Dropout),
        })
    }

    /// Everything that a checkpoint keeps: the model, then the optimiser and the engine's state.
    pub fn state(&mut self) -> Result<checkpoint::Snapshot> {
        let model = checkpoint::model(&self.gan);
        let rest = checkpoint::rest(&self.gan);
        let mut entries = |tensors: Vec<_>| -> Result<Vec<_>> {
            let entry = |(tensor, planes)| self.entry(tensor, planes);
            tensors.into_iter().map(entry).collect()
        };
        Ok(checkpoint::Snapshot {
            model: entries(model)?,
            optimizer: entries(rest)?,
        })
    }

    fn entry(&mut self, tensor: Tensor, planes: Option<Planes>) -> Result<checkpoint::Entry> {
        let info = self.gan.plan.info(tensor);
        let (name, shape) = (info.name.clone(), info.shape.clone());
        let contents = checkpoint::read(self.executor.as_mut(), tensor, planes)?;
        Ok(checkpoint::Entry {
            name,
            shape,
            contents,
        })
    }

    /// Takes over a snapshot whose names and shapes were checked against those of `state`.
    pub fn restore(&mut self, snapshot: &checkpoint::Snapshot) -> Result<()> {
        let (gan, executor) = (&self.gan, self.executor.as_mut());
        let (model, rest) = (checkpoint::model(gan), checkpoint::rest(gan));
        checkpoint::restore(&gan.plan, executor, &model, &snapshot.model)?;
        checkpoint::restore(&gan.plan, executor, &rest, &snapshot.optimizer)?;
        let clock = self.words(self.gan.clock)?;
        self.turns = u64::from(clock[Counter::Step as usize]);
        Ok(())
    }

    fn floats(&mut self, tensor: Tensor) -> Result<Vec<f32>> {
        match self.executor.read(tensor)? {
            Contents::F32(values) => Ok(values),
            _ => panic!("{} holds no floats", self.gan.plan.info(tensor).name),
        }
    }

    fn words(&mut self, tensor: Tensor) -> Result<Vec<u32>> {
        match self.executor.read(tensor)? {
            Contents::U32(values) => Ok(values),
            _ => panic!("{} holds no words", self.gan.plan.info(tensor).name),
        }
    }
}
