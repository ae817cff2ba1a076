//! What a critic pays for its slope, and the gradient of that, without a second backward pass of a
//! graph: `nn::Sweep` says how.
//!
//! All of these are about the critic's output D(x), before any function of the objective, and about its
//! gradient with respect to x. Where an objective compares scores, the gradient of D(x) − D(y) with
//! respect to x is that of D(x), so that they mean the same there.

use super::Settings;
use super::board::Board;
use super::game::Player;
use super::join::Join;
use crate::nn::{self, Layer, Obstacle, Pass, Sweep, Trace};
use crate::plan::codes::Norm;
use crate::plan::{DType, Recorder, Role, Tensor, kernel};
use crate::threefry::{Stream, stream_key};
use crate::{Error, Result};

/// What is added to the critic's loss. Reported losses and bounds are without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Penalty {
    /// weight · E(|∇D(x̂)| − 1)², x̂ being anywhere between a real and a generated sample (Gulrajani et
    /// al. 2017, algorithm 1); one-sided: where the norm is above 1.
    Between { weight: f64, one_sided: bool },
    /// The same around real samples, with noise of at most half of the batch's standard deviation
    /// (DRAGAN: Kodali et al. 2017, as the authors' program has it).
    AroundReal { weight: f64 },
    /// real/2 · E|∇D(x)|² at real samples and fake/2 · E|∇D(x)|² at generated ones (R1 and R2: Mescheder
    /// et al. 2018), every so many critic steps, and then as many times as strong (Karras et al. 2020).
    AtSamples { real: f64, fake: f64, every: u64 },
}

/// DRAGAN's noise in standard deviations of the batch.
const NOISE: f64 = 0.5;

impl Penalty {
    /// Critic steps from one with the penalty to the next.
    pub fn every(self) -> u64 {
        match self {
            Penalty::AtSamples { every, .. } => every,
            Penalty::Between { .. } | Penalty::AroundReal { .. } => 1,
        }
    }

    /// Draws of the stream `mix` that a critic step makes.
    pub(super) fn mixes(self) -> usize {
        usize::from(!matches!(self, Penalty::AtSamples { .. }))
    }

    /// Draws of the stream `noise` that a critic step makes.
    pub(super) fn noises(self) -> usize {
        usize::from(matches!(self, Penalty::AroundReal { .. }))
    }

    fn name(self) -> &'static str {
        match self {
            Penalty::Between { .. } => "the gradient penalty of wgan-gp",
            Penalty::AroundReal { .. } => "--dragan",
            Penalty::AtSamples { fake: 0.0, .. } => "--r1",
            Penalty::AtSamples { .. } => "--r2",
        }
    }

    /// Refuses a critic whose slope has no gradient that is known here.
    ///
    /// # Errors
    /// `Error::Usage` that names the layer and the remedy.
    pub fn require_fit(self, critic: &[Box<dyn Layer>]) -> Result<()> {
        let mut position = 0;
        for layer in critic {
            let name = format!("critic.{}", position + layer.holder());
            position += layer.modules().len();
            let (why, remedy) = match layer.obstacle() {
                None => continue,
                Some(Obstacle::CoupledSamples) => (
                    "normalises each sample by the rest of the batch",
                    "--critic-norm none",
                ),
                Some(Obstacle::Products) => (
                    "multiplies the numbers of a sample by each other",
                    "another --objective than moment-matching",
                ),
                Some(Obstacle::JumpingCurve) => (
                    "ends in ELU, whose second derivative jumps at 0",
                    "--critic-activation smooth-elu",
                ),
            };
            let what = self.name();
            return Err(Error::Usage(format!(
                "{what} needs the slope of the critic at each sample by itself, smooth or in straight \
                 pieces, but the layer {name} {why}; give {remedy}"
            )));
        }
        Ok(())
    }
}

/// Records penalties of one critic.
pub(super) struct Payment<'a> {
    pub board: &'a Board,
    pub settings: &'a Settings,
    pub critic: &'a Player,
}

/// Who pays how much in a penalty on rows.
struct Rates {
    norm: Norm,
    /// Rows below have the weight `weight`, others `rest`.
    split: usize,
    weight: f64,
    rest: f64,
    boost: f64,
}

impl Payment<'_> {
    /// Adds the gradient of a penalty on points that are no samples: those between the halves of a
    /// batch, or around the real one. `pass` is one of the critic over such points.
    pub(super) fn between(&self, r: &mut Recorder, penalty: Penalty, join: &Join, pass: Pass) {
        let (weight, norm) = match penalty {
            Penalty::Between { weight, one_sided } => match one_sided {
                true => (weight, Norm::AtMostOne),
                false => (weight, Norm::One),
            },
            Penalty::AroundReal { weight } => (weight, Norm::One),
            Penalty::AtSamples { .. } => unreachable!("a penalty at the samples themselves"),
        };
        let rows = self.settings.batch;
        // Nobody reads what the critic says there.
        let scores = r.tensor("penalty.scores", Role::Output, DType::F32, &[rows, 1]);
        r.aside("penalty", |r| {
            let x = match penalty {
                Penalty::AroundReal { .. } => self.perturbed(r, join.real),
                _ => self.interpolated(r, join),
            };
            let trace = self.critic.network.forward(r, x, pass.into(scores));
            let sweep = self.sweep(r, &trace, rows);
            let rates = Rates {
                norm,
                split: rows,
                weight,
                rest: 0.0,
                boost: 1.0,
            };
            let v = self.pull(r, &sweep, rates);
            let into = &self.critic.gradients;
            self.critic.network.slope_gradient(r, &sweep, v, into);
        });
    }

    /// Overwrites the gradients by those of the loss, which has these slopes at the scores of a batch of
    /// real and then generated samples, and of a penalty at the samples: in one product per weight.
    pub(super) fn at_samples(
        &self,
        r: &mut Recorder,
        penalty: Penalty,
        trace: &Trace,
        slopes: Tensor,
    ) {
        let Penalty::AtSamples { real, fake, every } = penalty else {
            unreachable!("a penalty at other points")
        };
        let (network, batch) = (&self.critic.network, self.settings.batch);
        r.aside("penalty", |r| {
            let sweep = self.sweep(r, trace, 2 * batch);
            let (first, last) = (usize::from(real == 0.0), 1 + usize::from(fake > 0.0));
            let rows = first * batch..last * batch;
            let part = network.rows_of(r, &sweep, rows.clone());
            // Where the generated half cannot be had by itself, the real one goes along at weight 0.
            let (first, part) = match part {
                Some(part) => (rows.start, part),
                None => (0, sweep.clone()),
            };
            let rates = Rates {
                norm: Norm::Zero,
                split: batch - first,
                weight: real,
                rest: fake,
                boost: every as f64,
            };
            let v = self.pull(r, &part, rates);
            let into = &self.critic.gradients;
            network.joint_gradient(r, &sweep, slopes, (first, &part, v), into);
        });
    }

    /// The way back from 1 at each of `rows` scores.
    fn sweep(&self, r: &mut Recorder, trace: &Trace, rows: usize) -> Sweep {
        let ones = r.scratch("ones", &[rows, 1]);
        r.call(&kernel::DATA_FILL)
            .write("values", ones)
            .set("len", rows)
            .set("value", 1.0)
            .extent(rows, 1, 1)
            .record();
        self.critic.network.sweep(r, trace, ones)
    }

    /// v, the gradient of the penalty with respect to the gradients of the scores; the penalty itself
    /// goes to the metrics.
    fn pull(&self, r: &mut Recorder, sweep: &Sweep, rates: Rates) -> Tensor {
        let g = self.critic.network.input_gradient(r, sweep);
        let (rows, len) = (r.rows(g), r.info(g).len());
        let squares = r.scratch("squares", &[rows]);
        r.call(&kernel::SPECTRAL_DOTS)
            .read("left", g)
            .read("right", g)
            .write("dots", squares)
            .set("rows", rows)
            .set("columns", len / rows)
            .set("stride", len / rows)
            .extent(rows, 1, 1)
            .flops(2 * len)
            .record();
        let factors = r.scratch("factors", &[rows]);
        r.call(&kernel::PENALTY_NORMS)
            .read("squares", squares)
            .read("clock", self.board.clock)
            .write("factors", factors)
            .update("metrics", self.board.metrics)
            .update("guard", self.board.guard)
            .set("rows", rows)
            .set("split", rates.split)
            .set("norm", rates.norm as u32)
            .set("ring", self.settings.ring)
            .set("weight", rates.weight)
            .set("rest", rates.rest)
            .set("share", 1.0 / self.settings.batch as f64)
            .set("boost", rates.boost)
            .record();
        nn::weigh(r, "v", g, factors, None)
    }

    /// Points between inputs of the critic, one for each pair of a real and a generated one.
    fn interpolated(&self, r: &mut Recorder, join: &Join) -> Tensor {
        let len = r.info(join.real).len();
        let shape = [self.settings.batch, len / self.settings.batch];
        let key = stream_key(self.settings.seed, Stream::Mix);
        let mixed = r.scratch("mixed", &shape);
        r.call(&kernel::PENALTY_INTERPOLATE)
            .read("real", join.real)
            .read("fake", join.fake)
            .read("clock", self.board.clock)
            .write("mixed", mixed)
            .set("key0", key[0])
            .set("key1", key[1])
            .set("len", len)
            .set("features", shape[1])
            .extent(len, 1, 1)
            .flops(3 * len)
            .record();
        mixed
    }

    /// Points around real inputs of the critic.
    fn perturbed(&self, r: &mut Recorder, real: Tensor) -> Tensor {
        let len = r.info(real).len();
        let shape = [self.settings.batch, len / self.settings.batch];
        let spread = spread(r, real);
        let key = stream_key(self.settings.seed, Stream::Mix);
        let noise_key = stream_key(self.settings.seed, Stream::Noise);
        let mixed = r.scratch("mixed", &shape);
        r.call(&kernel::PENALTY_PERTURB)
            .read("x", real)
            .read("spread", spread)
            .read("clock", self.board.clock)
            .write("mixed", mixed)
            .set("key0", key[0])
            .set("key1", key[1])
            .set("noise_key0", noise_key[0])
            .set("noise_key1", noise_key[1])
            .set("len", len)
            .set("features", shape[1])
            .set("scale", NOISE)
            .extent(len, 1, 1)
            .flops(3 * len)
            .record();
        mixed
    }
}

/// The standard deviation of a whole tensor, as one number.
fn spread(r: &mut Recorder, x: Tensor) -> Tensor {
    let lines = r.info(x).len();
    let slices = nn::slices(lines);
    let parts = r.scratch("moments", &[slices, 1, 2, 1]);
    r.call(&kernel::NORM_MOMENTS)
        .read("x", x)
        .write("parts", parts)
        .set("lines", lines)
        .set("channels", 1u32)
        .set("groups", 1u32)
        .set("slices", slices)
        .extent(slices, 1, 1)
        .flops(4 * lines)
        .record();
    let spread = r.scratch("spread", &[1]);
    r.call(&kernel::PENALTY_SPREAD)
        .read("parts", parts)
        .write("spread", spread)
        .set("lines", lines)
        .set("slices", slices)
        .flops(8 * slices)
        .record();
    spread
}
