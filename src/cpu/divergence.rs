//! The f-divergences as training computes them: `shaders/lib/divergence.wgsl`.

use super::real::Real;
use crate::plan::divergence::Divergence;

/// A function of one score, and its slope with respect to the score.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term<T> {
    pub value: T,
    pub slope: T,
}

impl<T: Real> Term<T> {
    pub fn new(value: T, slope: T) -> Term<T> {
        Term { value, slope }
    }

    pub fn plus(self, constant: T) -> Term<T> {
        Term::new(self.value + constant, self.slope)
    }

    pub fn times(self, factor: T) -> Term<T> {
        Term::new(self.value * factor, self.slope * factor)
    }

    /// The same function of −v.
    pub fn mirrored(self) -> Term<T> {
        Term::new(self.value, -self.slope)
    }
}

/// T = g_f(v), and f*(T).
pub(super) struct Duality<T> {
    pub output: Term<T>,
    pub conjugate: Term<T>,
}

/// log(1 + exp(x)) without overflow and, for very negative x, without cancellation.
pub(super) fn softplus<T: Real>(x: T) -> Term<T> {
    Term::new(x.max(T::zero()) + (-x.abs()).exp().ln_1p(), sigmoid(x))
}

pub(super) fn sigmoid<T: Real>(x: T) -> T {
    let e = (-x.abs()).exp();
    let numerator = if x >= T::zero() { T::one() } else { e };
    numerator / (T::one() + e)
}

/// exp(x). Beyond 60, where sums over a batch would soon overflow, it goes on along its tangent,
/// so that losses stay finite and slopes stay those of the loss.
fn grow<T: Real>(x: T) -> Term<T> {
    let far = T::of(60.0);
    let e = x.min(far).exp();
    Term::new(e * (T::one() + (x - far).max(T::zero())), e)
}

/// s = softplus(−v), which for high scores is too small for its logarithm or for quotients.
struct Tail<T> {
    value: T,
    log: T,
    /// σ(−v) / s
    ratio: T,
}

fn tail<T: Real>(v: T) -> Tail<T> {
    let s = softplus(-v);
    let half = T::of(0.5) * (-v).exp();
    let (log, ratio) = match v > T::of(15.0) {
        true => (-v - half, T::one() - half),
        false => (s.value.ln(), s.slope / s.value),
    };
    let value = s.value;
    Tail { value, log, ratio }
}

/// log W(exp(y)), Lambert's function: the root of exp(x) + x = y, by Newton's method.
fn log_lambert<T: Real>(y: T) -> T {
    let mut x = match y > T::one() {
        true => (y - y.ln()).ln(),
        false => -softplus(-y).value,
    };
    for _ in 0..5 {
        let w = x.exp();
        x -= (w + x - y) / (w + T::one());
    }
    x
}

/// f* = w + 1/w + v − 2 with w = W(exp(1 − v)); as log w + w = 1 − v, that is 1/w − 1 − log w.
fn jeffrey<T: Real>(v: T) -> Term<T> {
    let log_w = log_lambert(T::one() - v);
    let inverse = grow(-log_w);
    let slope = (inverse.slope + T::one()) / (T::one() + log_w.exp());
    Term::new(inverse.value - T::one() - log_w, slope)
}

/// f* = (1 − π)(log(1 − π) − log(1 − exp(−a))) with a = softplus(−v)/π.
fn weighted<T: Real>(v: T, pi: T) -> Term<T> {
    let s = tail(v);
    let (a, rest) = (s.value / pi, T::one() - pi);
    let e = (-a).exp();
    if a > T::of(0.7) {
        let slope = rest / pi * sigmoid(-v) * e / (T::one() - e);
        return Term::new(rest * (rest.ln() - (-e).ln_1p()), slope);
    }
    // (1 − exp(−a)) / a
    let q = match a < T::of(1e-9) {
        true => T::one(),
        false => -(-a).exp_m1() / a,
    };
    let value = rest.ln() - (s.log - pi.ln()) - q.ln();
    Term::new(rest * value, rest * s.ratio * e / q)
}

/// f* = (bᵏ − 1)/α with k = α/(α − 1) and b = (1 − α) softplus(−v).
fn alpha_below_one<T: Real>(v: T, alpha: T) -> Term<T> {
    let (s, rest) = (tail(v), T::one() - alpha);
    let power = grow(-alpha / rest * (rest.ln() + s.log));
    let slope = power.slope * s.ratio / rest;
    Term::new((power.value - T::one()) / alpha, slope)
}

/// The same with b = 1 + (α − 1)v, where it is positive.
fn alpha_above_one<T: Real>(v: T, alpha: T) -> Term<T> {
    let more = alpha - T::one();
    let b = T::one() + more * v;
    if b <= T::zero() {
        return Term::new(-T::one() / alpha, T::zero());
    }
    let power = grow(alpha / more * b.ln());
    Term::new((power.value - T::one()) / alpha, power.slope / b)
}

/// tanh(v)/2
fn half_tanh<T: Real>(v: T) -> Term<T> {
    let e = (T::of(-2.0) * v.abs()).exp();
    let sum = T::one() + e;
    let value = T::of(0.5) * v.signum() * (T::one() - e) / sum;
    Term::new(value, T::of(2.0) * e / (sum * sum))
}

/// t²/4 + t down to its least value.
fn parabola<T: Real>(v: T) -> Term<T> {
    match v <= T::of(-2.0) {
        true => Term::new(-T::one(), T::zero()),
        false => Term::new(v * (T::of(0.25) * v + T::one()), T::one() + T::of(0.5) * v),
    }
}

pub(super) fn duality<T: Real>(divergence: Divergence, v: T) -> Duality<T> {
    let score = Term::new(v, T::one());
    let log_sigmoid = || softplus(-v).mirrored().times(-T::one());
    let log_2 = T::of(std::f64::consts::LN_2);
    // −exp(−v)
    let shrinking = || grow(-v).mirrored().times(-T::one());
    let (output, conjugate) = match divergence {
        Divergence::TotalVariation => (half_tanh(v), half_tanh(v)),
        Divergence::Kl => (score, grow(v - T::one())),
        Divergence::ReverseKl => (shrinking(), score.plus(-T::one())),
        Divergence::Pearson => (score, parabola(v)),
        Divergence::Neyman => {
            let root = grow(T::of(-0.5) * v);
            let two = T::of(2.0);
            let conjugate = Term::new(two - two * root.value, root.slope);
            (shrinking().plus(T::one()), conjugate)
        }
        Divergence::SquaredHellinger => (shrinking().plus(T::one()), grow(v).plus(-T::one())),
        Divergence::Jeffrey => (score, jeffrey(v)),
        Divergence::JensenShannon => (log_sigmoid().plus(log_2), softplus(v).plus(-log_2)),
        Divergence::WeightedJensenShannon { pi } => {
            let most = T::of(-pi * pi.ln());
            (log_sigmoid().plus(most), weighted(v, T::of(pi)))
        }
        Divergence::Gan => (log_sigmoid(), softplus(v)),
        Divergence::Alpha { alpha } if alpha > 1.0 => (score, alpha_above_one(v, T::of(alpha))),
        Divergence::Alpha { alpha } => {
            let most = T::of(1.0 / (1.0 - alpha));
            (log_sigmoid().plus(most), alpha_below_one(v, T::of(alpha)))
        }
    };
    Duality { output, conjugate }
}
