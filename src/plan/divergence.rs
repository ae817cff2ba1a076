//! The f-divergences that a critic can estimate, as functions of f64: the formulas of the papers,
//! for tests and for whoever wants to look at them.
//!
//! D_f(P‖Q) = E_Q\[f(p/q)\] with a convex f is, by Nguyen, Wainwright and Jordan 2010, at least
//! E_P\[T\] − E_Q\[f*(T)\] for every function T, and equal to it for T = f'(p/q). Nowozin, Cseke and
//! Tomioka 2016 let a critic's score v be T = g_f(v). All g_f here increase, so that a high score
//! says "real" for every divergence (the first version of that paper has three that decrease).
//!
//! What training computes are the simplified forms in `shaders/lib/divergence.wgsl`, which neither
//! overflow nor cancel; the ones here are exact where f64 can hold them, and no further.

use std::mem::discriminant;

/// A convex function f with the parameter that it may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Divergence {
    TotalVariation,
    Kl,
    ReverseKl,
    Pearson,
    Neyman,
    SquaredHellinger,
    Jeffrey,
    /// KL(P‖M) + KL(Q‖M), twice the divergence that most authors call so.
    JensenShannon,
    /// π KL(P‖M) + (1 − π) KL(Q‖M) with M = π P + (1 − π) Q, 0 < π < 1.
    WeightedJensenShannon {
        pi: f64,
    },
    /// Goodfellow's: `JensenShannon` less log 4.
    Gan,
    /// α neither 0 (where it tends to the reverse KL divergence) nor 1 (where it tends to KL).
    Alpha {
        alpha: f64,
    },
}

use Divergence::*;

impl Divergence {
    /// Every divergence, with the parameter it has unless told.
    pub const ALL: [Divergence; 11] = [
        TotalVariation,
        Kl,
        ReverseKl,
        Pearson,
        Neyman,
        SquaredHellinger,
        Jeffrey,
        JensenShannon,
        WeightedJensenShannon { pi: 0.5 },
        Gan,
        Alpha { alpha: 0.5 },
    ];

    /// The name on the command line, after `f-gan:`.
    pub fn name(self) -> &'static str {
        match self {
            TotalVariation => "total-variation",
            Kl => "kl",
            ReverseKl => "reverse-kl",
            Pearson => "pearson",
            Neyman => "neyman",
            SquaredHellinger => "squared-hellinger",
            Jeffrey => "jeffrey",
            JensenShannon => "jensen-shannon",
            WeightedJensenShannon { .. } => "weighted-jensen-shannon",
            Gan => "gan",
            Alpha { .. } => "alpha",
        }
    }

    /// The place in `ALL`, whatever the parameter.
    pub fn index(self) -> usize {
        let kind = discriminant(&self);
        let at = Divergence::ALL
            .iter()
            .position(|known| discriminant(known) == kind);
        at.expect("all divergences are listed")
    }

    /// π or α; 0 where there is none.
    pub fn parameter(self) -> f64 {
        match self {
            WeightedJensenShannon { pi } => pi,
            Alpha { alpha } => alpha,
            _ => 0.0,
        }
    }

    /// The same divergence with another parameter, if it has one.
    pub fn with_parameter(self, parameter: f64) -> Divergence {
        match self {
            WeightedJensenShannon { .. } => WeightedJensenShannon { pi: parameter },
            Alpha { .. } => Alpha { alpha: parameter },
            other => other,
        }
    }

    /// f(u) for u > 0. f(1) = 0 except for `Gan`.
    pub fn f(self, u: f64) -> f64 {
        match self {
            TotalVariation => (u - 1.0).abs() / 2.0,
            Kl => u * u.ln(),
            ReverseKl => -u.ln(),
            Pearson => (u - 1.0).powi(2),
            Neyman => (1.0 - u).powi(2) / u,
            SquaredHellinger => (u.sqrt() - 1.0).powi(2),
            Jeffrey => (u - 1.0) * u.ln(),
            JensenShannon => u * u.ln() - (u + 1.0) * ((u + 1.0) / 2.0).ln(),
            WeightedJensenShannon { pi } => {
                let mixture = 1.0 - pi + pi * u;
                pi * u * u.ln() - mixture * mixture.ln()
            }
            Gan => u * u.ln() - (u + 1.0) * (u + 1.0).ln(),
            Alpha { alpha } => (u.powf(alpha) - 1.0 - alpha * (u - 1.0)) / (alpha * (alpha - 1.0)),
        }
    }

    /// f'(u) for u > 0: the best T where p/q = u.
    pub fn slope(self, u: f64) -> f64 {
        match self {
            TotalVariation if u == 1.0 => 0.0,
            TotalVariation => (u - 1.0).signum() / 2.0,
            Kl => 1.0 + u.ln(),
            ReverseKl => -1.0 / u,
            Pearson => 2.0 * (u - 1.0),
            Neyman => 1.0 - 1.0 / (u * u),
            SquaredHellinger => 1.0 - 1.0 / u.sqrt(),
            Jeffrey => u.ln() + 1.0 - 1.0 / u,
            JensenShannon => (2.0 * u / (1.0 + u)).ln(),
            WeightedJensenShannon { pi } => pi * (u / (1.0 - pi + pi * u)).ln(),
            Gan => (u / (1.0 + u)).ln(),
            Alpha { alpha } => (u.powf(alpha - 1.0) - 1.0) / (alpha - 1.0),
        }
    }

    /// f*(t) = sup over u ≥ 0 of ut − f(u); ∞ outside of its domain.
    ///
    /// Where the supremum lies at u = 0 it is −f(0), as for `Pearson` at t ≤ −2, where the paper's
    /// table goes on with t²/4 + t; that is larger, and so makes a looser bound.
    pub fn conjugate(self, t: f64) -> f64 {
        let inside = |below: f64, value: f64| if t < below { value } else { f64::INFINITY };
        match self {
            TotalVariation if t > 0.5 => f64::INFINITY,
            TotalVariation => t.max(-0.5),
            Kl => (t - 1.0).exp(),
            ReverseKl => inside(0.0, -1.0 - (-t).ln()),
            Pearson if t <= -2.0 => -1.0,
            Pearson => t * t / 4.0 + t,
            Neyman if t > 1.0 => f64::INFINITY,
            Neyman => 2.0 - 2.0 * (1.0 - t).sqrt(),
            SquaredHellinger => inside(1.0, t / (1.0 - t)),
            Jeffrey => {
                let log_w = log_lambert(1.0 - t);
                (-log_w).exp() - 1.0 - log_w
            }
            JensenShannon => inside(2f64.ln(), -(2.0 - t.exp()).ln()),
            WeightedJensenShannon { pi } => {
                let ratio = (1.0 - pi) / (1.0 - pi * (t / pi).exp());
                inside(-pi * pi.ln(), (1.0 - pi) * ratio.ln())
            }
            Gan => inside(0.0, -(-t.exp()).ln_1p()),
            Alpha { alpha } => {
                let base = 1.0 + t * (alpha - 1.0);
                let power = alpha / (alpha - 1.0);
                match base > 0.0 {
                    true => (base.powf(power) - 1.0) / alpha,
                    false if alpha > 1.0 => -1.0 / alpha,
                    false => f64::INFINITY,
                }
            }
        }
    }

    /// g_f(v): the T that a critic's score stands for. It increases, and stays in the domain of f*.
    pub fn output(self, v: f64) -> f64 {
        let log_sigmoid = || v.min(0.0) - (-v.abs()).exp().ln_1p();
        match self {
            TotalVariation => v.tanh() / 2.0,
            Kl | Pearson | Jeffrey => v,
            ReverseKl => -(-v).exp(),
            Neyman | SquaredHellinger => -(-v).exp_m1(),
            JensenShannon => 2f64.ln() + log_sigmoid(),
            WeightedJensenShannon { pi } => -pi * pi.ln() + log_sigmoid(),
            Gan => log_sigmoid(),
            Alpha { alpha } if alpha < 1.0 => 1.0 / (1.0 - alpha) + log_sigmoid(),
            Alpha { .. } => v,
        }
    }

    /// The T above which p > q: f'(1).
    pub fn threshold(self) -> f64 {
        self.slope(1.0)
    }

    /// The score above which p > q: g_f(v) = f'(1).
    pub fn score_threshold(self) -> f64 {
        // Where log σ(v) = −t.
        let score = |t: f64| -t.exp_m1().ln();
        match self {
            Kl => 1.0,
            WeightedJensenShannon { pi } => score(-pi * pi.ln()),
            Alpha { alpha } if alpha < 1.0 => score(1.0 / (1.0 - alpha)),
            _ => 0.0,
        }
    }
}

/// log W(exp(y)), Lambert's function: the root of exp(x) + x = y, by Newton's method. The first
/// step from either side leads to the right of the root, from where it comes down.
fn log_lambert(y: f64) -> f64 {
    let mut x = if y > 1.0 { y.ln() } else { y };
    for _ in 0..60 {
        x -= (x.exp() + x - y) / (x.exp() + 1.0);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Divergence> {
        let others = [-1.0, 0.3, 1.5, 2.0, 3.0].map(|alpha| Alpha { alpha });
        let weighted = [0.1, 0.7].map(|pi| WeightedJensenShannon { pi });
        [&Divergence::ALL[..], &others, &weighted].concat()
    }

    /// Ratios from 1e-6 to 1e6, close enough together for a supremum.
    fn ratios() -> impl Iterator<Item = f64> {
        (-60_000..=60_000).map(|at| 10f64.powf(f64::from(at) * 1e-4))
    }

    #[test]
    fn the_conjugate_is_the_supremum_over_all_ratios() {
        for d in all() {
            for v in [-3.0, -1.5, -0.3, 0.0, 0.4, 1.0, 2.0] {
                let t = d.output(v);
                let largest = ratios().map(|u| u * t - d.f(u)).fold(f64::MIN, f64::max);
                let (got, scale) = (d.conjugate(t), largest.abs().max(1.0));
                let message = format!("{d:?} at {t}: {got}, not {largest}");
                assert!((got - largest).abs() < 1e-5 * scale, "{message}");
                assert!(got >= largest - 1e-12 * scale, "{message}");
            }
        }
    }

    #[test]
    fn slopes_are_those_of_f_and_the_conjugate_touches_there() {
        const H: f64 = 1e-6;
        for d in all() {
            for u in [0.05, 0.5, 0.9, 1.3, 4.0] {
                let difference = (d.f(u + H) - d.f(u - H)) / (2.0 * H);
                assert!((d.slope(u) - difference).abs() < 1e-6, "{d:?} at {u}");
                let t = d.slope(u);
                // Fenchel's equality, which makes the bound tight.
                assert!((u * t - d.f(u) - d.conjugate(t)).abs() < 1e-9, "{d:?} {u}");
            }
            let zero = if d == Gan { -(4f64.ln()) } else { 0.0 };
            assert!((d.f(1.0) - zero).abs() < 1e-15, "{d:?}");
        }
    }

    #[test]
    fn outputs_increase_inside_the_domain_and_meet_every_optimum() {
        for d in all() {
            let scores = (-200..=200).map(|at| f64::from(at) / 10.0);
            let outputs: Vec<f64> = scores.map(|v| d.output(v)).collect();
            assert!(outputs.windows(2).all(|pair| pair[0] <= pair[1]), "{d:?}");
            let finite = outputs.iter().all(|t| d.conjugate(*t).is_finite());
            assert!(finite, "{d:?} leaves the domain");
            let (least, most) = (d.output(-1e7), d.output(1e7));
            for u in [1e-3, 0.2, 1.0, 3.0, 50.0] {
                let t = d.slope(u);
                assert!(least <= t && t <= most, "{d:?}: no score for {t}");
            }
        }
    }

    #[test]
    fn the_threshold_of_the_score_is_that_of_the_output() {
        for d in all() {
            let (t, v) = (d.threshold(), d.score_threshold());
            assert!((d.output(v) - t).abs() < 1e-12, "{d:?}: {t} {v}");
        }
    }

    #[test]
    fn lamberts_function_solves_its_equation() {
        for y in [-700.0, -30.0, -1.0, 0.0, 0.99, 1.0, 1.01, 7.0, 1e4, 1e8] {
            let x = log_lambert(y);
            assert!((x.exp() + x - y).abs() <= 1e-14 * y.abs().max(1.0), "{y}");
        }
    }
}
