//! Optimisers: one call per network over its flat parameters.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::nn::{Gradients, Network};
use crate::plan::codes::Watched;
use crate::plan::{DType, Recorder, Role, Tensor, kernel};
use crate::rates::Course;

/// The rule of an update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Kingma and Ba 2015, with PyTorch's arithmetic (epsilon outside the corrected root).
    Adam {
        beta1: f64,
        beta2: f64,
        epsilon: f64,
    },
    /// Gradient descent; velocity = momentum·velocity + gradient, as in PyTorch.
    Sgd { momentum: f64 },
    /// Tieleman and Hinton 2012, with PyTorch's arithmetic (epsilon outside the root).
    RmsProp { decay: f64, epsilon: f64 },
    /// Where a loss that is linear in the parameters is least among those of this length: no descent, but
    /// the closed form −radius·gradient/|gradient|.
    Best { radius: f64 },
}

/// The weight clipping of Arjovsky et al. 2017, which keeps the critic's slope bounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    /// Weights and biases stay within \[−limit, limit\].
    pub limit: f64,
    pub when: ClipWhen,
}

/// When the critic is clipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ClipWhen {
    /// Before the critic's samples are scored, as the authors' program does; the generator thus
    /// meets weights that one update may have taken further.
    Before,
    /// After the critic's update, as algorithm 1 has it.
    After,
}

impl Clip {
    /// Records the clipping of a network.
    pub fn record(self, r: &mut Recorder, network: &Network) {
        let len = r.info(network.parameters).len();
        r.call(&kernel::OPTIM_CLIP)
            .update("parameters", network.parameters)
            .set("len", len)
            .set("limit", self.limit)
            .extent(len, 1, 1)
            .record();
    }
}

/// A rule with its learning rate and its state for one network.
#[derive(Debug)]
pub struct Optimizer {
    pub rule: Rule,
    pub learning_rate: f64,
    /// What becomes of learning rate and momentum in the turns of the clock.
    pub course: Course,
    pub clock: Tensor,
    /// Learning rate, bias corrections and momentum of the present update: `NAME.rates`\[4\].
    pub rates: Tensor,
    /// One companion per moment.
    pub moments: Vec<Gradients>,
}

impl Optimizer {
    /// Allocates the state; it begins at zero.
    pub fn new(
        r: &mut Recorder,
        network: &Network,
        rule: Rule,
        (learning_rate, course): (f64, Course),
        clock: Tensor,
    ) -> Optimizer {
        let suffixes: &[&str] = match rule {
            Rule::Adam { .. } => &["m", "v"],
            Rule::Sgd { .. } => &["velocity"],
            Rule::RmsProp { .. } => &["v"],
            Rule::Best { .. } => &[],
        };
        let rates = format!("{}.rates", network.name);
        Optimizer {
            rule,
            learning_rate,
            course,
            clock,
            rates: r.tensor(&rates, Role::State, DType::F32, &[4]),
            moments: suffixes
                .iter()
                .map(|suffix| network.companion(r, suffix, Role::State))
                .collect(),
        }
    }

    /// Records one update from gradients that a backward pass left.
    pub fn update(
        &self,
        r: &mut Recorder,
        network: &Network,
        gradients: &Gradients,
        guard: Tensor,
        watched: Watched,
    ) {
        self.advance(r);
        let len = r.info(network.parameters).len();
        match self.rule {
            Rule::Adam {
                beta1,
                beta2,
                epsilon,
            } => r
                .call(&kernel::OPTIM_ADAM)
                .update("parameters", network.parameters)
                .update("mean", self.moments[0].whole)
                .update("square", self.moments[1].whole)
                .set("beta2", beta2)
                .set("rest1", 1.0 - beta1)
                .set("rest2", 1.0 - beta2)
                .set("epsilon", epsilon)
                .flops(12 * len),
            Rule::Sgd { .. } => r
                .call(&kernel::OPTIM_SGD)
                .update("parameters", network.parameters)
                .update("velocity", self.moments[0].whole)
                .flops(4 * len),
            Rule::RmsProp { decay, epsilon } => r
                .call(&kernel::OPTIM_RMSPROP)
                .update("parameters", network.parameters)
                .update("square", self.moments[0].whole)
                .set("decay", decay)
                .set("rest", 1.0 - decay)
                .set("epsilon", epsilon)
                .flops(7 * len),
            Rule::Best { radius } => {
                return r
                    .call(&kernel::OPTIM_BEST)
                    .write("parameters", network.parameters)
                    .read("gradients", gradients.whole)
                    .update("guard", guard)
                    .set("len", len)
                    .set("radius", radius)
                    .set("watched", watched as u32)
                    .flops(5 * len)
                    .record();
            }
        }
        .read("gradients", gradients.whole)
        .read("rates", self.rates)
        .update("guard", guard)
        .set("len", len)
        .set("watched", watched as u32)
        .extent(len, 1, 1)
        .record();
    }

    fn advance(&self, r: &mut Recorder) {
        let (beta1, beta2, momentum) = match self.rule {
            Rule::Adam { beta1, beta2, .. } => (beta1, beta2, 0.0),
            Rule::Sgd { momentum } => (0.0, 0.0, momentum),
            Rule::RmsProp { .. } | Rule::Best { .. } => (0.0, 0.0, 0.0),
        };
        let Course { schedule, ramp } = self.course;
        let [decay, floor] = schedule.decay();
        let (rise, from, pace) = ramp.map_or((0.0, 0, 0.0), |ramp| {
            let pace = 1.0 / (ramp.until - ramp.from) as f64;
            (ramp.to - momentum, ramp.from, pace)
        });
        r.call(&kernel::OPTIM_ADVANCE)
            .read("clock", self.clock)
            .update("rates", self.rates)
            .set("lr", self.learning_rate)
            .set("slope", schedule.slope())
            .set("decay", decay)
            .set("floor", floor)
            .set("beta1", beta1)
            .set("rest1", 1.0 - beta1)
            .set("beta2", beta2)
            .set("rest2", 1.0 - beta2)
            .set("momentum", momentum)
            .set("rise", rise)
            .set("ramp", from as f64)
            .set("pace", pace)
            .record();
    }
}

/// Records one step of an exponential moving average of `source`'s parameters and buffers; both
/// networks have the same layers.
pub fn average(r: &mut Recorder, source: &Network, average: &Network, decay: f64) {
    let buffers = source.buffers.zip(average.buffers);
    for (source, average) in [(source.parameters, average.parameters)]
        .into_iter()
        .chain(buffers)
    {
        let len = r.info(source).len();
        r.call(&kernel::OPTIM_AVERAGE)
            .read("source", source)
            .update("average", average)
            .set("len", len)
            .set("rest", 1.0 - decay)
            .extent(len, 1, 1)
            .flops(3 * len)
            .record();
    }
}
