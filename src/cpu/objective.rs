//! What the two networks play for: `shaders/objective/`.

use super::args::Args;
use super::optim::flush;
use super::real::Real;
use crate::plan::codes::{Counter, Metric, Objective, Watched};

/// A loss of one score, and its slope with respect to the score.
#[derive(Clone, Copy, Debug)]
struct Term<T> {
    value: T,
    slope: T,
}

/// What one score adds to each loss, before the mean is taken.
#[derive(Clone, Copy, Debug)]
struct Terms<T> {
    critic_real: Term<T>,
    critic_fake: Term<T>,
    generator_fake: Term<T>,
}

fn terms<T: Real>(objective: Objective, score: T) -> Terms<T> {
    // What a high score makes small, and what a low one does.
    let high = scaled(softplus(-score), T::one(), -T::one());
    let low = softplus(score);
    match objective {
        Objective::NonSaturating => Terms {
            critic_real: high,
            critic_fake: low,
            generator_fake: high,
        },
        Objective::Minimax => Terms {
            critic_real: high,
            critic_fake: low,
            generator_fake: scaled(low, -T::one(), -T::one()),
        },
    }
}

fn scaled<T: Real>(term: Term<T>, value: T, slope: T) -> Term<T> {
    Term {
        value: term.value * value,
        slope: term.slope * slope,
    }
}

/// log(1 + exp(x)) without overflow and, for very negative x, without cancellation.
fn softplus<T: Real>(x: T) -> Term<T> {
    Term {
        value: x.max(T::zero()) + (-x.abs()).exp().ln_1p(),
        slope: sigmoid(x),
    }
}

fn sigmoid<T: Real>(x: T) -> T {
    let e = (-x.abs()).exp();
    let numerator = if x >= T::zero() { T::one() } else { e };
    numerator / (T::one() + e)
}

/// The sum of a loss over scores of one kind, in f64 and in order, and the slopes of its mean.
fn loss<T: Real>(scores: &[T], slopes: &mut [T], term: impl Fn(T) -> Term<T>) -> f64 {
    let share = T::one() / T::of(scores.len() as f64);
    let mut sum = 0.0;
    for (score, slope) in scores.iter().zip(slopes) {
        let term = term(*score);
        sum += term.value.widen();
        *slope = flush(term.slope * share);
    }
    sum
}

/// The mean of a function of the score.
fn mean<T: Real>(scores: &[T], of: impl Fn(T) -> T) -> f64 {
    let sum: f64 = scores.iter().map(|score| of(*score).widen()).sum();
    sum / scores.len() as f64
}

/// The row of the metrics ring that belongs to the present step.
fn row<'a, T: Real>(args: &mut Args<'a, T>) -> &'a mut [T] {
    let step = args.words("clock")[Counter::Step as usize] as usize;
    let at = step % args.int("ring") * Metric::COUNT;
    &mut args.floats_mut("metrics")[at..at + Metric::COUNT]
}

/// Counts a loss that is not finite, or scores whose loss hides that they are not.
fn watch<T: Real>(args: &mut Args<'_, T>, watched: Watched, scores: &[T], loss: f64) {
    if !loss.is_finite() || scores.iter().any(|score| !score.is_finite()) {
        args.words_mut("guard")[watched as usize * Watched::WORDS] += 1;
    }
}

fn objective<T: Real>(args: &Args<'_, T>) -> Objective {
    Objective::from_code(args.int("objective") as u32)
}

/// From scores\[2B\], real ones first: the slopes of the critic loss and its metrics.
pub fn critic<T: Real>(args: &mut Args<'_, T>) {
    let (batch, objective) = (args.int("batch"), objective(args));
    let (scores, slopes) = (args.floats("scores"), args.floats_mut("slopes"));
    let (real, fake) = scores.split_at(batch);
    let (real_slopes, fake_slopes) = slopes.split_at_mut(batch);
    let sum = loss(real, real_slopes, |s| terms(objective, s).critic_real)
        + loss(fake, fake_slopes, |s| terms(objective, s).critic_fake);
    let value = sum / batch as f64;
    let one_if = |told: bool| if told { T::one() } else { T::zero() };
    let right = mean(real, |s| one_if(s > T::zero())) + mean(fake, |s| one_if(s < T::zero()));

    let row = row(args);
    row[Metric::LossCritic as usize] = T::of(value);
    row[Metric::PReal as usize] = T::of(mean(real, sigmoid));
    row[Metric::PFake as usize] = T::of(mean(fake, sigmoid));
    row[Metric::Accuracy as usize] = T::of(0.5 * right);
    row[Metric::JsdBound as usize] = T::of(0.5 * (4f64.ln() - value));
    watch(args, Watched::CriticLoss, scores, T::of(value).widen());
}

/// From scores\[B\] of generated samples: the slopes of the generator loss and its metric.
pub fn generator<T: Real>(args: &mut Args<'_, T>) {
    let (batch, objective) = (args.int("batch"), objective(args));
    let (scores, slopes) = (args.floats("scores"), args.floats_mut("slopes"));
    let sum = loss(scores, slopes, |s| terms(objective, s).generator_fake);
    let value = T::of(sum / batch as f64);
    row(args)[Metric::LossGenerator as usize] = value;
    watch(args, Watched::GeneratorLoss, scores, value.widen());
}
