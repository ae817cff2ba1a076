//! What the two networks play for: `shaders/objective/`.

use super::args::Args;
use super::divergence::{Term, duality, sigmoid, softplus};
use super::optim::flush;
use super::real::Real;
use crate::plan::codes::{Counter, Metric, Objective, Tally, Watched};

/// What one score adds to each loss, before the mean is taken.
#[derive(Clone, Copy, Debug)]
struct Terms<T> {
    critic_real: Term<T>,
    critic_fake: Term<T>,
    generator_fake: Term<T>,
}

/// `minimax` makes the generator of f-GAN minimise the estimate of the divergence in place of the
/// critic's output.
fn terms<T: Real>(objective: Objective, minimax: bool, score: T) -> Terms<T> {
    // What a high score makes small, and what a low one does.
    let high = softplus(-score).mirrored();
    let low = softplus(score);
    let linear = Term::new(score, T::one());
    let (critic_real, critic_fake, generator_fake) = match objective {
        Objective::NonSaturating | Objective::Relativistic | Objective::RelativisticAverage => {
            (high, low, high)
        }
        Objective::Minimax => (high, low, low.times(-T::one())),
        Objective::Wgan => (linear.times(-T::one()), linear, linear.times(-T::one())),
        Objective::LeastSquares => {
            let to_one = half_square(score - T::one());
            (to_one, half_square(score), to_one)
        }
        Objective::Hinge => {
            let above = ramp(-score).mirrored();
            (above, ramp(score), linear.times(-T::one()))
        }
        Objective::FGan(divergence) => {
            let dual = duality(divergence, score);
            let played = if minimax { dual.conjugate } else { dual.output };
            (
                dual.output.times(-T::one()),
                dual.conjugate,
                played.times(-T::one()),
            )
        }
    };
    Terms {
        critic_real,
        critic_fake,
        generator_fake,
    }
}

fn half_square<T: Real>(x: T) -> Term<T> {
    Term::new(T::of(0.5) * x * x, x)
}

/// max(0, 1 + x)
fn ramp<T: Real>(x: T) -> Term<T> {
    match x > -T::one() {
        true => Term::new(T::one() + x, T::one()),
        false => Term::new(T::zero(), T::zero()),
    }
}

/// The loss of a real sample towards 1 − smoothing instead of 1, of the objectives with labels:
/// cross entropy and squares differ from the hard target's by a linear function.
fn smoothed<T: Real>(objective: Objective, smoothing: T, hard: Term<T>, score: T) -> Term<T> {
    let offset = match objective {
        Objective::LeastSquares => T::one() - T::of(0.5) * smoothing,
        _ => T::zero(),
    };
    let value = hard.value + smoothing * (score - offset);
    Term::new(value, hard.slope + smoothing)
}

/// The mean of a function of the score, summed in f64 and in order.
fn mean<T: Real>(scores: &[T], of: impl Fn(T) -> T) -> T {
    let sum: f64 = scores.iter().map(|score| of(*score).widen()).sum();
    T::of(sum / scores.len() as f64)
}

/// The row of the metrics ring that belongs to the present step.
pub(super) fn row<'a, T: Real>(args: &mut Args<'a, T>) -> &'a mut [T] {
    let step = args.words("clock")[Counter::Step as usize] as usize;
    let at = step % args.int("ring") * Metric::COUNT;
    &mut args.floats_mut("metrics")[at..at + Metric::COUNT]
}

/// Counts a loss that is not finite, or scores whose loss hides that they are not.
pub(super) fn watch<T: Real>(args: &mut Args<'_, T>, watched: Watched, scores: &[&[T]], loss: T) {
    let mut scores = scores.iter().flat_map(|scores| scores.iter());
    if !loss.is_finite() || scores.any(|score| !score.is_finite()) {
        args.words_mut("guard")[watched as usize * Watched::WORDS] += 1;
    }
}

fn objective<T: Real>(args: &Args<'_, T>) -> Objective {
    Objective::from_code(args.int("objective") as u32, args.float("parameter"))
}

/// What the scores of a pair are compared with: (of the real sample, of the generated one).
fn opponents<T: Real>(objective: Objective, pair: (T, T), means: (T, T)) -> (T, T) {
    match objective {
        Objective::Wgan | Objective::Relativistic => (pair.1, pair.0),
        Objective::RelativisticAverage => (means.1, means.0),
        _ => (T::zero(), T::zero()),
    }
}

/// From scores\[2B\], real ones first: the slopes of the critic loss and its metrics.
pub fn critic<T: Real>(args: &mut Args<'_, T>) {
    let (batch, objective) = (args.int("batch"), objective(args));
    let [smoothing, threshold] = ["smoothing", "threshold"].map(|name| T::of(args.float(name)));
    let (scores, slopes) = (args.floats("scores"), args.floats_mut("slopes"));
    let (real, fake) = scores.split_at(batch);
    let (real_slopes, fake_slopes) = slopes.split_at_mut(batch);
    let means = (mean(real, |s| s), mean(fake, |s| s));
    let in_pairs = matches!(objective, Objective::Wgan | Objective::Relativistic);
    let (share, half) = (T::of(1.0 / batch as f64), T::of(0.5));
    let (mut sum, mut right, mut pulls) = (0.0, 0, (0.0, 0.0));
    for i in 0..batch {
        let against = opponents(objective, (real[i], fake[i]), means);
        let compared = (real[i] - against.0, fake[i] - against.1);
        let hard = terms(objective, false, compared.0).critic_real;
        let mut of_real = smoothed(objective, smoothing, hard, compared.0);
        let mut of_fake = terms(objective, false, compared.1).critic_fake;
        right += usize::from(compared.0 > threshold) + usize::from(compared.1 < threshold);
        if in_pairs {
            // Two halves that are equal, each moved by both scores.
            let slope = half * (of_real.slope - of_fake.slope);
            of_real = Term::new(half * of_real.value, slope);
            of_fake = Term::new(half * of_fake.value, -slope);
        }
        sum += of_real.value.widen() + of_fake.value.widen();
        pulls.0 += of_real.slope.widen();
        pulls.1 += of_fake.slope.widen();
        (real_slopes[i], fake_slopes[i]) = (of_real.slope * share, of_fake.slope * share);
    }
    if objective == Objective::RelativisticAverage {
        // Each score also moves the mean that the others stand against.
        let pull = |sum: f64| T::of(sum) * share * share;
        real_slopes
            .iter_mut()
            .for_each(|slope| *slope -= pull(pulls.1));
        fake_slopes
            .iter_mut()
            .for_each(|slope| *slope -= pull(pulls.0));
    }
    slopes.iter_mut().for_each(|slope| *slope = flush(*slope));

    let (row, value) = (row(args), T::of(sum / batch as f64));
    row[Metric::LossCritic as usize] = value;
    row[Metric::PReal as usize] = mean(real, sigmoid);
    row[Metric::PFake as usize] = mean(fake, sigmoid);
    row[Metric::Accuracy as usize] = T::of(0.5 * right as f64 / batch as f64);
    row[Metric::ScoreReal as usize] = means.0;
    row[Metric::ScoreFake as usize] = means.1;
    watch(args, Watched::CriticLoss, &[scores], value);
}

/// From B scores of generated samples, the first at `first`, and those of real ones for objectives that
/// compare them: the slopes of the generator loss, 0 before `first`, and its metric.
pub fn generator<T: Real>(args: &mut Args<'_, T>) {
    let (batch, objective) = (args.int("batch"), objective(args));
    let minimax = args.int("minimax") > 0;
    let first = args.int("first");
    let (scores, reals) = (&args.floats("scores")[first..], args.floats("reals"));
    let reals = &reals[..batch];
    let (before, slopes) = args.floats_mut("slopes").split_at_mut(first);
    before.fill(T::zero());
    let means = (mean(reals, |s| s), mean(scores, |s| s));
    let share = T::of(1.0 / batch as f64);
    let (mut sum, mut pull) = (0.0, 0.0);
    for i in 0..batch {
        let against = match objective.is_relativistic() {
            true => opponents(objective, (reals[i], scores[i]), means).1,
            false => T::zero(),
        };
        let term = terms(objective, minimax, scores[i] - against).generator_fake;
        sum += term.value.widen();
        slopes[i] = term.slope * share;
        if objective == Objective::RelativisticAverage {
            let of_real = softplus(reals[i] - means.1);
            sum += of_real.value.widen();
            pull += of_real.slope.widen();
        }
    }
    let pull = T::of(pull) * share * share;
    slopes
        .iter_mut()
        .for_each(|slope| *slope = flush(*slope - pull));
    let value = T::of(sum / batch as f64);
    row(args)[Metric::LossGenerator as usize] = value;
    watch(args, Watched::GeneratorLoss, &[scores, reals], value);
}

/// From logits\[N,C\] and the class of each row: the slopes of the mean cross-entropy, that itself, and
/// the number of rows whose class is the first of the largest logits.
pub fn softmax<T: Real>(args: &mut Args<'_, T>) {
    let [rows, classes, ring] = ["rows", "classes", "ring"].map(|name| args.int(name));
    let (logits, labels) = (args.floats("logits"), args.words("labels"));
    let (logits, labels) = (&logits[..rows * classes], &labels[..rows]);
    let slopes = args.floats_mut("slopes");
    let share = T::of(1.0 / rows as f64);
    let (mut sum, mut right, mut known) = (0.0, 0, true);
    let each = logits.chunks_exact(classes).zip(labels);
    for ((logits, label), slopes) in each.zip(slopes.chunks_exact_mut(classes)) {
        let label = *label as usize;
        let (loss, largest) = cross_entropy(logits, label, slopes);
        slopes
            .iter_mut()
            .for_each(|slope| *slope = flush(*slope * share));
        sum += loss.widen();
        right += usize::from(largest == label);
        known &= label < classes;
    }
    let step = args.words("clock")[Counter::Step as usize] as usize;
    let tally = &mut args.floats_mut("tally")[step % ring * Tally::COUNT..];
    let value = T::of(sum / rows as f64);
    tally[Tally::Loss as usize] = value;
    tally[Tally::Right as usize] = T::of(right as f64);
    let guard = args.int("watched") * Watched::WORDS;
    if !known || !value.is_finite() || logits.iter().any(|logit| !logit.is_finite()) {
        args.words_mut("guard")[guard] += 1;
    }
}

/// The cross-entropy of a row of logits, and where the first of the largest is. The exponentials of the
/// other classes are summed apart from that of the label, so that neither a small loss nor a small slope
/// is a difference of large numbers.
fn cross_entropy<T: Real>(logits: &[T], label: usize, slopes: &mut [T]) -> (T, usize) {
    let larger = |best: usize, at: usize| if logits[at] > logits[best] { at } else { best };
    let largest = (0..logits.len()).fold(0, larger);
    let most = logits[largest];
    let (mut others, mut behind) = (T::zero(), T::zero());
    for (at, (slope, logit)) in slopes.iter_mut().zip(logits).enumerate() {
        *slope = (*logit - most).exp();
        match at == label {
            true => behind = most - *logit,
            false => others += *slope,
        }
    }
    let sum = (-behind).exp() + others;
    for (at, slope) in slopes.iter_mut().enumerate() {
        *slope = if at == label {
            -others / sum
        } else {
            *slope / sum
        };
    }
    // With the class ahead, the sum is 1 and what the others add.
    let loss = match behind == T::zero() {
        true => others.ln_1p(),
        false => behind + sum.ln(),
    };
    (loss, largest)
}
