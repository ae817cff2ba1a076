//! The calls that turn scores into slopes, and into what the metrics ring shows.

use super::Settings;
use crate::plan::objective::GeneratorLoss;
use crate::plan::{CallBuilder, Kernel, Recorder, Tensor, kernel};

/// Where the kernels of the objective write besides the slopes.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    pub clock: Tensor,
    pub metrics: Tensor,
    pub guard: Tensor,
}

impl Report {
    /// The slopes of the critic's loss with respect to scores\[2·batch, 1\], real ones first.
    pub fn critic(self, r: &mut Recorder, settings: &Settings, scores: Tensor) -> Tensor {
        let slopes = r.scratch("slopes", &[r.rows(scores), 1]);
        let threshold = settings.objective.threshold(settings.label_smoothing);
        self.call(r, &kernel::OBJECTIVE_CRITIC, settings)
            .read("scores", scores)
            .write("slopes", slopes)
            .set("smoothing", settings.label_smoothing)
            .set("threshold", threshold)
            .record();
        slopes
    }

    /// The slopes of the generator's loss with respect to scores\[batch, 1\] of its samples, or
    /// \[2·batch, 1\] that begin with as many of real ones, whose slopes are 0. `reals`: scores of real
    /// samples, \[batch, 1\] or more, which only relativistic objectives look at.
    pub fn generator(
        self,
        r: &mut Recorder,
        settings: &Settings,
        scores: Tensor,
        reals: Tensor,
    ) -> Tensor {
        let first = r.rows(scores) - settings.batch;
        let slopes = r.scratch("slopes", &[r.rows(scores), 1]);
        let minimax = settings.generator_loss == GeneratorLoss::Minimax;
        self.call(r, &kernel::OBJECTIVE_GENERATOR, settings)
            .read("scores", scores)
            .read("reals", reals)
            .write("slopes", slopes)
            .set("first", first)
            .set("minimax", u32::from(minimax))
            .record();
        slopes
    }

    fn call<'a>(
        self,
        r: &'a mut Recorder,
        kernel: &'static Kernel,
        settings: &Settings,
    ) -> CallBuilder<'a> {
        r.call(kernel)
            .read("clock", self.clock)
            .update("metrics", self.metrics)
            .update("guard", self.guard)
            .set("batch", settings.batch)
            .set("objective", settings.objective.code())
            .set("parameter", settings.objective.parameter())
            .set("ring", settings.ring)
    }
}
