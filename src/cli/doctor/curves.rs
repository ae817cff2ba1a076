//! What the numbers of a run's log intervals say. Deliberately without networks and samples: it can
//! be asked of a run whose checkpoints are gone.

use gpugan::plan::divergence::Divergence;
use gpugan::plan::objective::Objective;
use gpugan::run::Config;
use gpugan::run::metrics::Record;

use super::finding::{Finding, Number, Severity};
use super::limits::*;
use super::waves::{Waves, waves};

/// A run's records and what they are records of.
pub struct Curves<'a> {
    pub records: &'a [Record],
    pub config: &'a Config,
}

impl Curves<'_> {
    /// All that can be found.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = vec![self.length(), self.divergence()];
        if self.records.len() >= FEWEST_RECORDS {
            let young = self.is_young_at(self.step());
            let of_play = [self.strength()].into_iter().chain(self.oscillation());
            findings.extend(of_play.map(|finding| match young {
                true => finding.while_young(),
                false => finding,
            }));
        }
        findings
    }

    /// Of the last record.
    fn step(&self) -> u64 {
        self.records.last().map_or(0, |record| record.step)
    }

    /// Whether little can be told yet of the run as it was after so many updates: these or the records are too
    /// few, or most of the run lies ahead.
    pub fn is_young_at(&self, step: u64) -> bool {
        let whole = self.config.steps.unwrap_or(0);
        let few = self.records.len() < FEWEST_RECORDS && step < whole;
        step < FEWEST_STEPS || few || (step as f64) < YOUNG_SHARE * whole as f64
    }

    fn objective(&self) -> Objective {
        let Config { alpha, pi, .. } = self.config;
        self.config.objective.objective().with(*alpha, *pi)
    }

    /// The records that count as the end.
    fn last(&self) -> &[Record] {
        let count = (self.records.len() as f64 * LAST_SHARE).ceil() as usize;
        &self.records[self.records.len() - count..]
    }

    /// Mean over the end; NaN where there is no number.
    pub fn end(&self, of: impl Fn(&Record) -> f64) -> f64 {
        let values = self.last().iter().map(of).filter(|x| x.is_finite());
        let values: Vec<f64> = values.collect();
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn length(&self) -> Finding {
        let (step, records) = (self.step(), self.records.len());
        let mut numbers = vec![
            Number::of("generator updates", step as f64),
            Number::of("records", records as f64),
        ];
        numbers.extend(
            self.config
                .steps
                .map(|steps| Number::of("updates of the whole run", steps as f64)),
        );
        if step < FEWEST_STEPS || records < FEWEST_RECORDS {
            let says = format!(
                "{step} generator updates in {records} records are too few to tell; it takes {FEWEST_STEPS} in \
                 {FEWEST_RECORDS}"
            );
            let advice = "go on with gpugan train --resume RUN --steps N, or log more often with --log-every";
            return Finding::ok("length", says, numbers).grave(Severity::Watch, advice);
        }
        if self.is_young_at(step) {
            let says = format!(
                "{step} generator updates are less than {:.0} % of the whole run: it is young, and samples are \
                 still forming",
                100.0 * YOUNG_SHARE
            );
            let advice = "look again when more of the run is done";
            return Finding::ok("length", says, numbers).grave(Severity::Watch, advice);
        }
        let says = format!("{step} generator updates in {records} records are enough to tell");
        Finding::ok("length", says, numbers)
    }

    fn divergence(&self) -> Finding {
        let broken = |record: &&Record| {
            record.nonfinite > 0
                || !record.loss_critic.is_finite()
                || !record.loss_generator.is_finite()
        };
        let advice = "begin anew with a smaller --lr; a critic under --clip 0.01, --spectral-norm or \
                      --objective wgan-gp cannot run away";
        if let Some(first) = self.records.iter().find(broken) {
            let says = format!("values were not finite up to step {}", first.step);
            let count = self.records.last().map_or(0, |record| record.nonfinite);
            let numbers = vec![Number::of(
                "losses and gradients that were not finite",
                count as f64,
            )];
            return Finding::ok("divergence", says, numbers).grave(Severity::Ill, advice);
        }
        // What is added to all scores of a Wasserstein critic changes nothing.
        let score = match self.objective() {
            Objective::Wgan => self.end(|record| (record.score_real - record.score_fake).abs()),
            _ => self.end(|record| record.score_real.abs().max(record.score_fake.abs())),
        };
        let loss = match self.objective() {
            Objective::Wgan => self.end(|record| record.loss_critic.abs()),
            _ => self.end(|record| record.loss_critic.abs().max(record.loss_generator.abs())),
        };
        let severity = MAGNITUDE.judge(score).max(MAGNITUDE.judge(loss));
        let says = match severity {
            Severity::Ok => "all values are finite, and scores and losses moderate",
            _ => "scores or losses explode",
        };
        let numbers = vec![
            Number::within("mean score", score, MAGNITUDE),
            Number::within("loss", loss, MAGNITUDE),
        ];
        Finding::ok("divergence", says, numbers).grave(severity, advice)
    }

    fn strength(&self) -> Finding {
        let accuracy = self.end(|record| record.accuracy);
        if self.objective() == Objective::Wgan {
            let says = "a Wasserstein critic cannot be too strong for its generator";
            return Finding::ok("strength", says, vec![Number::of("accuracy", accuracy)]);
        }
        let mut numbers = vec![Number::within("accuracy", accuracy, ACCURACY)];
        let mut severity = ACCURACY.judge(accuracy);
        if let Some(share) = share(self.objective(), self.end(|record| record.bound)) {
            numbers.push(Number::within(
                "bound, as a share of the most it can be",
                share,
                BOUND,
            ));
            // A critic that sorts well but not surely still tells the generator something.
            severity = severity.min(BOUND.judge(share));
        }
        let says = match severity {
            Severity::Ok if accuracy < 1.0 - ACCURACY.watch => {
                "the generator fools the critic nearly always: the critic is too weak"
            }
            Severity::Ok => "neither player beats the other",
            Severity::Watch => "the critic is ahead of the generator",
            Severity::Ill => "the critic is too strong: it tells nearly all samples from real ones",
        };
        let weak = severity == Severity::Ok && accuracy < 1.0 - ACCURACY.watch;
        if weak {
            let advice = "give the critic more --critic-steps or a greater --lr-critic";
            return Finding::ok("strength", says, numbers).grave(Severity::Watch, advice);
        }
        let advice = "lower --lr-critic or the critic's size, or take --label-smoothing 0.1, --r1 1, or an \
                      objective that bears it: wgan-gp";
        Finding::ok("strength", says, numbers).grave(severity, advice)
    }

    /// Of the losses that mean something beyond a constant.
    fn oscillation(&self) -> Option<Finding> {
        let half = &self.records[self.records.len() / 2..];
        if half.len() < FEWEST_FOR_WAVES {
            return None;
        }
        let of = |pick: fn(&Record) -> f64| waves(&half.iter().map(pick).collect::<Vec<f64>>());
        let critic = of(|record| record.loss_critic);
        let generator = match self.objective() {
            Objective::Wgan => None,
            _ => of(|record| record.loss_generator),
        };
        let named = [("critic", critic), ("generator", generator)];
        let found = named
            .into_iter()
            .filter_map(|(name, waves)| Some((name, waves?)));
        let graver = |a: (&'static str, Waves), b: (&'static str, Waves)| {
            let key = |waves: &Waves| (waves.severity(), waves.amplitude);
            if key(&b.1) > key(&a.1) { b } else { a }
        };
        let (name, worst) = found.reduce(graver)?;
        let severity = worst.severity();
        let says = match severity {
            Severity::Ok if worst.amplitude > AMPLITUDE.watch => {
                format!("the {name}'s loss is noisy from record to record, without waves")
            }
            Severity::Ok => "the losses are steady in the second half".to_string(),
            _ => {
                format!("the {name}'s loss swings in the second half: the players chase each other")
            }
        };
        let numbers = vec![
            Number::within(
                "standard deviation over mean, trend removed",
                worst.amplitude,
                AMPLITUDE,
            ),
            Number::of("crossings of the trend", worst.crossings as f64),
            Number::of(
                "von Neumann's ratio (1: noise; below 0.5: waves; above 1.6: jumps)",
                worst.ratio,
            ),
        ];
        let advice = "lower --lr or --beta1, average the generator with --ema 0.999, or take a penalty such as \
                      --r1 1";
        Some(Finding::ok("oscillation", says, numbers).grave(severity, advice))
    }
}

/// A bound as a share of the most that it can be, of objectives where there is a most.
fn share(objective: Objective, bound: f64) -> Option<f64> {
    let log2 = std::f64::consts::LN_2;
    Some(match objective {
        Objective::NonSaturating | Objective::Minimax | Objective::Relativistic => bound / log2,
        Objective::LeastSquares | Objective::Hinge => bound,
        Objective::RelativisticAverage => bound / (2.0 * log2),
        Objective::FGan(Divergence::JensenShannon) => bound / (2.0 * log2),
        // That of Jensen and Shannon less log 4.
        Objective::FGan(Divergence::Gan) => 1.0 + bound / (2.0 * log2),
        Objective::FGan(Divergence::SquaredHellinger) => bound / 2.0,
        Objective::FGan(_) | Objective::Wgan => return None,
    })
}
