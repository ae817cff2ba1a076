//! A critic alone: scores of any samples.

use super::Settings;
use crate::nn::{Network, Pass};
use crate::plan::{DType, Plan, ProgramId, Recorder, Role, Tensor};

/// A plan that maps samples to scores, outside of training.
#[derive(Debug)]
pub struct Scorer {
    pub plan: Plan,
    pub program: ProgramId,
    pub critic: Network,
    /// \[count, pack·F\], to be written.
    pub x: Tensor,
    /// \[count, 1\]
    pub scores: Tensor,
}

impl Scorer {
    /// Records the critic of these settings for `count` inputs.
    pub fn new(settings: &Settings, count: usize) -> Scorer {
        let mut r = Recorder::new();
        let critic = Network::new(&mut r, "critic", settings.critic());
        let x = r.tensor("x", Role::State, DType::F32, &[count, critic.inputs()]);
        let scores = r.tensor("scores", Role::Output, DType::F32, &[count, 1]);
        let program = r.program("score");
        critic.forward(&mut r, x, Pass::EVAL.into(scores));
        Scorer {
            plan: r.finish(),
            program,
            critic,
            x,
            scores,
        }
    }
}
