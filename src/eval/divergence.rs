//! Divergences between two known densities, by quadrature.
//!
//! The formulas f(u) are those of [`plan::divergence`](crate::plan::divergence): here is only what
//! becomes of q f(p/q) where one density is nothing beside the other. Densities come as logarithms, so
//! that tails do not vanish; −∞ is a density of 0.

use serde::Serialize;

use super::graded::{graded, integrate_plane, unless_endless};
use super::quadrature::{Integral, integrate, integrate_parts};
use crate::plan::divergence::Divergence::{self, *};

/// Absolute, of the whole integral.
const TOLERANCE: f64 = 1e-9;
/// From this |log p/q| on, one density is nothing beside the other in f64, whatever is done to u.
const FAR: f64 = 200.0;

/// How far beyond all landmarks one looks, in their widths: the peak of p²/q can be far outside of what
/// either density holds.
const REACH: f64 = 16_777_216.0;
/// The same in the plane, where it costs more.
const REACH_IN_PLANE: f64 = 65_536.0;

/// D_f(P‖Q) = ∫ q f(p/q) over the line. The `landmarks` are \[centre, width\] of all that the densities
/// consist of, such as μ and σ of normal distributions, and where they jump.
pub fn between(
    divergence: Divergence,
    log_p: impl Fn(f64) -> f64,
    log_q: impl Fn(f64) -> f64,
    landmarks: &[[f64; 2]],
) -> Integral {
    let f = |x| integrand(divergence, log_p(x), log_q(x));
    let edges = graded(landmarks, REACH);
    let last = edges.len() - 1;
    let end = |from: usize| integrate(f, [edges[from], edges[from + 1]], TOLERANCE).value;
    unless_endless(
        integrate_parts(f, &edges, TOLERANCE),
        end(0) + end(last - 1),
    )
}

/// As [`between`], of several divergences of densities of two variables; landmarks along each axis.
pub fn between_in_plane(
    divergences: &[Divergence],
    log_p: impl Fn(f64, f64) -> f64 + Sync,
    log_q: impl Fn(f64, f64) -> f64 + Sync,
    landmarks: [&[[f64; 2]]; 2],
) -> Vec<Integral> {
    let [x, y] = landmarks.map(|axis| graded(axis, REACH_IN_PLANE));
    let f = |x: f64, y: f64, values: &mut [f64]| {
        let (p, q) = (log_p(x, y), log_q(x, y));
        for (value, divergence) in values.iter_mut().zip(divergences) {
            *value = integrand(*divergence, p, q);
        }
    };
    integrate_plane(f, divergences.len(), [&x, &y])
}

/// A divergence by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// As on the command line; `jensen-shannon-half` is KL(P‖M)/2 + KL(Q‖M)/2, as most authors have it,
    /// and `jensen-shannon` twice that, as f-GAN has it.
    pub name: &'static str,
    #[serde(flatten)]
    pub integral: Integral,
}

/// Those that a table shows where densities are known.
pub const SHOWN: [Divergence; 8] = [
    Kl,
    ReverseKl,
    JensenShannon,
    TotalVariation,
    SquaredHellinger,
    Pearson,
    Neyman,
    Jeffrey,
];

/// The rows of a table of divergences that were computed, the Jensen-Shannon divergence by both conventions.
pub fn rows(divergences: &[Divergence], found: &[Integral]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (divergence, integral) in divergences.iter().zip(found) {
        rows.push(Row {
            name: divergence.name(),
            integral: *integral,
        });
        if *divergence == JensenShannon {
            rows.push(Row {
                name: "jensen-shannon-half",
                integral: Integral {
                    value: integral.value / 2.0,
                    error: integral.error / 2.0,
                },
            });
        }
    }
    rows
}

/// D_f(P‖Q) of two histograms over the same bins, from counts; bins that are empty in both do not
/// count. It is infinite where a divergence is and one histogram has a gap.
///
/// # Panics
/// If a histogram is empty or the bins differ.
pub fn between_histograms(divergence: Divergence, p: &[f64], q: &[f64]) -> f64 {
    assert_eq!(p.len(), q.len());
    let (all_p, all_q): (f64, f64) = (p.iter().sum(), q.iter().sum());
    assert!(all_p > 0.0 && all_q > 0.0);
    let terms = p.iter().zip(q);
    terms
        .map(|(p, q)| integrand(divergence, (p / all_p).ln(), (q / all_q).ln()))
        .sum()
}

/// q f(p/q) from log p and log q.
pub fn integrand(divergence: Divergence, log_p: f64, log_q: f64) -> f64 {
    let ratio = log_p - log_q;
    if log_p == f64::NEG_INFINITY && log_q == f64::NEG_INFINITY {
        0.0
    } else if ratio.abs() < FAR {
        log_q.exp() * divergence.f(ratio.exp())
    } else if ratio > 0.0 {
        without_q(divergence, log_p, ratio)
    } else {
        without_p(divergence, log_q, ratio)
    }
}

/// q f(u) for u = exp(`ratio`) → ∞, up to terms of the order of q.
fn without_q(divergence: Divergence, log_p: f64, ratio: f64) -> f64 {
    let p = log_p.exp();
    match divergence {
        TotalVariation => p / 2.0,
        Kl | Jeffrey => product(p, ratio),
        ReverseKl | Gan => 0.0,
        Pearson => (log_p + ratio).exp(),
        Neyman | SquaredHellinger => p,
        JensenShannon => p * 2f64.ln(),
        WeightedJensenShannon { pi } => -p * pi * pi.ln(),
        Alpha { alpha } if alpha > 1.0 => {
            (log_p + (alpha - 1.0) * ratio).exp() / (alpha * (alpha - 1.0))
        }
        Alpha { alpha } => p / (1.0 - alpha),
    }
}

/// q f(u) for u = exp(`ratio`) → 0.
fn without_p(divergence: Divergence, log_q: f64, ratio: f64) -> f64 {
    let q = log_q.exp();
    match divergence {
        TotalVariation => q / 2.0,
        Kl | Gan => 0.0,
        ReverseKl | Jeffrey => product(q, -ratio),
        Pearson | SquaredHellinger => q,
        Neyman => (log_q - ratio).exp(),
        JensenShannon => q * 2f64.ln(),
        WeightedJensenShannon { pi } => -q * (1.0 - pi) * (1.0 - pi).ln(),
        Alpha { alpha } if alpha < 0.0 => (log_q + alpha * ratio).exp() / (alpha * (alpha - 1.0)),
        Alpha { alpha } => q / alpha,
    }
}

/// A density by a logarithm; nothing by infinity is infinity, since what vanished in f64 was there.
fn product(density: f64, log: f64) -> f64 {
    match log.is_infinite() {
        true => f64::INFINITY,
        false => density * log,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn gaussian(mu: f64, sigma: f64) -> impl Fn(f64) -> f64 {
        move |x| -0.5 * ((x - mu) / sigma).powi(2) - (sigma * TAU.sqrt()).ln()
    }

    fn kl(mu: f64, s: f64, nu: f64, t: f64) -> f64 {
        (t / s).ln() + (s * s + (mu - nu).powi(2)) / (2.0 * t * t) - 0.5
    }

    fn close(got: f64, expected: f64, what: &str) {
        let tolerance = 1e-8 * expected.abs().max(1.0);
        assert!(
            (got - expected).abs() < tolerance,
            "{what}: {got}, not {expected}"
        );
    }

    #[test]
    fn gaussians_have_closed_forms() {
        let (mu, s, nu, t): (f64, f64, f64, f64) = (0.4, 1.0, -0.7, 1.1);
        let get = |d| between(d, gaussian(mu, s), gaussian(nu, t), &[[mu, s], [nu, t]]).value;
        let (forth, back) = (kl(mu, s, nu, t), kl(nu, t, mu, s));
        close(get(Kl), forth, "KL");
        close(get(ReverseKl), back, "reverse KL");
        close(get(Jeffrey), forth + back, "Jeffrey");
        let spread = s * s + t * t;
        let affinity = (2.0 * s * t / spread).sqrt() * (-0.25 * (mu - nu).powi(2) / spread).exp();
        close(get(SquaredHellinger), 2.0 - 2.0 * affinity, "Hellinger");
        // ∫ p²/q of Gaussians, for 2t² > s².
        let v = 2.0 * t * t - s * s;
        let chi = t * t / (s * v.sqrt()) * ((mu - nu).powi(2) / v).exp() - 1.0;
        close(get(Pearson), chi, "Pearson");
        let w = 2.0 * s * s - t * t;
        let chi = s * s / (t * w.sqrt()) * ((mu - nu).powi(2) / w).exp() - 1.0;
        close(get(Neyman), chi, "Neyman");
        close(get(Alpha { alpha: 2.0 }), get(Pearson) / 2.0, "α = 2");
        close(get(Alpha { alpha: -1.0 }), get(Neyman) / 2.0, "α = −1");
        close(
            get(Alpha { alpha: 0.5 }),
            2.0 * get(SquaredHellinger),
            "α = 1/2",
        );
        close(
            get(WeightedJensenShannon { pi: 0.5 }),
            get(JensenShannon) / 2.0,
            "π = 1/2",
        );
        close(get(Gan), get(JensenShannon) - 4f64.ln(), "GAN");
    }

    #[test]
    fn total_variation_of_a_shift_is_an_error_function() {
        // Φ(1/2) − Φ(−1/2) for a shift by one deviation.
        let got = between(
            TotalVariation,
            gaussian(0.0, 1.0),
            gaussian(1.0, 1.0),
            &[[0.0, 1.0], [1.0, 1.0]],
        );
        close(got.value, 0.382_924_922_548_026, "TV");
    }

    #[test]
    fn far_apart_every_bounded_divergence_is_at_its_bound() {
        let landmarks = [[-50.0, 0.5], [50.0, 0.5]];
        let get = |d| between(d, gaussian(-50.0, 0.5), gaussian(50.0, 0.5), &landmarks).value;
        close(get(TotalVariation), 1.0, "TV");
        close(get(SquaredHellinger), 2.0, "Hellinger");
        close(get(JensenShannon), 4f64.ln(), "JS");
        close(get(Gan), 0.0, "GAN");
        // Far beyond the largest ratio that f64 holds.
        close(get(Kl), kl(-50.0, 0.5, 50.0, 0.5), "KL");
        close(get(ReverseKl), kl(-50.0, 0.5, 50.0, 0.5), "reverse KL");
        assert_eq!(get(Pearson), f64::INFINITY);
    }

    #[test]
    fn peaks_in_the_tails_are_found_and_what_grows_without_end_is_infinite() {
        let get = |d, [mu, s]: [f64; 2], [nu, t]: [f64; 2]| {
            between(d, gaussian(mu, s), gaussian(nu, t), &[[mu, s], [nu, t]]).value
        };
        // ∫ q²/p of Gaussians, for v = 2s² − t² > 0, peaks at (2νs² − μt²)/v.
        let neyman = |[mu, s]: [f64; 2], [nu, t]: [f64; 2]| {
            let v = 2.0 * s * s - t * t;
            s * s / (t * v.sqrt()) * ((mu - nu) * (mu - nu) / v).exp() - 1.0
        };
        for (p, q) in [([2.0, 1.0], [1.0, 1.41]), ([0.0, 3.0], [0.3, 4.24])] {
            let (got, expected) = (get(Neyman, p, q), neyman(p, q));
            assert!((got / expected - 1.0).abs() < 1e-6, "{got} {expected}");
        }
        for (p, q) in [([2.0, 1.0], [1.0, 1.42]), ([0.0, 1.0], [0.0, 3.0])] {
            assert_eq!(get(Neyman, p, q), f64::INFINITY);
            assert_eq!(get(Pearson, q, p), f64::INFINITY);
        }
        let far = [[0.0, 1.0], [1e6, 1.0]];
        close(get(JensenShannon, far[0], far[1]), 4f64.ln(), "far apart");
        let wide = kl(0.0, 1.0, 1.0, 700.0);
        close(get(Kl, [0.0, 1.0], [1.0, 700.0]), wide, "wide apart");
        let narrow = kl(1.0, 700.0, 0.0, 1.0);
        let got = get(ReverseKl, [0.0, 1.0], [1.0, 700.0]);
        assert!((got / narrow - 1.0).abs() < 1e-8, "{got} {narrow}");
    }

    #[test]
    fn where_one_density_ends_some_divergences_are_infinite() {
        let inside = |x: f64| {
            if (0.0..=1.0).contains(&x) {
                0.0
            } else {
                f64::NEG_INFINITY
            }
        };
        let wide = |x: f64| {
            if (0.0..=2.0).contains(&x) {
                -(2f64.ln())
            } else {
                f64::NEG_INFINITY
            }
        };
        let landmarks = [[0.0, 0.1], [1.0, 0.1], [2.0, 0.1]];
        let forth = |d| between(d, inside, wide, &landmarks).value;
        close(forth(Kl), 2f64.ln(), "KL");
        close(forth(Pearson), 1.0, "Pearson");
        close(forth(TotalVariation), 0.5, "TV");
        let m = |p: f64, q: f64| p * (2.0 * p / (p + q)).ln();
        let js = m(1.0, 0.5) + m(0.5, 1.0) + 0.5 * 2f64.ln();
        close(forth(JensenShannon), js, "JS");
        for infinite in [ReverseKl, Neyman, Jeffrey] {
            assert_eq!(forth(infinite), f64::INFINITY, "{infinite:?}");
        }
        assert_eq!(between(Kl, wide, inside, &landmarks).value, f64::INFINITY);
    }

    #[test]
    fn the_far_forms_continue_the_near_ones() {
        let others = [-1.0, 0.3, 1.5, 2.0].map(|alpha| Alpha { alpha });
        for d in [&Divergence::ALL[..], &others].concat() {
            for (near, far) in [(FAR - 1e-9, FAR + 1e-9), (1e-9 - FAR, -FAR - 1e-9)] {
                // The greater density is 1.
                let at = |ratio: f64| integrand(d, ratio.min(0.0), -ratio.max(0.0));
                let (near, far) = (at(near), at(far));
                assert!(
                    (near - far).abs() <= 1e-6 * near.abs() + 1e-60,
                    "{d:?}: {near} {far}"
                );
            }
        }
    }

    #[test]
    fn the_plane_adds_what_independent_coordinates_have() {
        let (p, q) = (gaussian(0.3, 0.9), gaussian(-0.2, 1.0));
        let landmarks = [[0.3, 0.9], [-0.2, 1.0]];
        let log_p = |x: f64, y: f64| p(x) + p(y);
        let log_q = |x: f64, y: f64| q(x) + q(y);
        let got = between_in_plane(&[Kl, Pearson], log_p, log_q, [&landmarks, &landmarks]);
        close(got[0].value, 2.0 * kl(0.3, 0.9, -0.2, 1.0), "KL");
        // 1 + χ² of independent coordinates multiply.
        let one = between(Pearson, &p, &q, &landmarks).value;
        close(got[1].value, (1.0 + one).powi(2) - 1.0, "Pearson");
    }

    #[test]
    fn histograms_are_densities_that_are_constant_in_parts() {
        let (p, q) = ([3.0, 1.0, 0.0], [2.0, 2.0, 0.0]);
        let expected = 0.75 * 1.5f64.ln() + 0.25 * 0.5f64.ln();
        close(between_histograms(Kl, &p, &q), expected, "KL");
        close(between_histograms(TotalVariation, &p, &q), 0.25, "TV");
        assert_eq!(
            between_histograms(Kl, &[1.0, 1.0], &[1.0, 0.0]),
            f64::INFINITY
        );
    }

    #[test]
    fn both_conventions_of_jensen_and_shannon_are_named() {
        let landmarks = [[0.0, 1.0], [1.0, 1.0]];
        let of = |d: &Divergence| between(*d, gaussian(0.0, 1.0), gaussian(1.0, 1.0), &landmarks);
        let rows = rows(&SHOWN, &SHOWN.each_ref().map(of));
        let value = |name| {
            rows.iter()
                .find(|row| row.name == name)
                .unwrap()
                .integral
                .value
        };
        close(
            value("jensen-shannon"),
            2.0 * value("jensen-shannon-half"),
            "JS",
        );
    }
}
