//! Kernel density estimates with a Gaussian kernel whose covariance is h² times that of the points,
//! as in Scott 1992, section 6.3: the bandwidth h has no unit.

use rand::RngExt;
use serde::Serialize;

use super::gaussian::{Root, cholesky, covariance, mean};
use super::kernel::{log_densities, log_spaced, mean_and_error};
use super::points::Points;
use crate::plan::counted;
use crate::random::HostRng;
use crate::threefry::Stream;
use crate::{Error, Result};

/// How h is chosen for n points of d coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bandwidth {
    /// n^(−1/(d + 4)).
    Scott,
    /// (n (d + 2)/4)^(−1/(d + 4)) (Silverman 1986, section 4.3.2).
    Silverman,
    /// That with the greatest likelihood of points that were held out, in so many parts drawn with
    /// this seed.
    CrossValidated {
        folds: usize,
        seed: u64,
    },
    Fixed(f64),
}

/// Candidates of a cross-validation, and how far below and above Scott's rule they reach.
const CANDIDATES: usize = 24;
const BELOW: f64 = 1e-3;
const ABOVE: f64 = 3.0;

/// A density.
#[derive(Clone, Debug)]
pub struct Kde {
    /// root⁻¹ (x − mean) of every point, \[n, d\].
    whitened: Vec<f64>,
    mean: Vec<f64>,
    root: Root,
    /// h.
    pub bandwidth: f64,
}

/// Of points that the model did not see.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Likelihood {
    /// Mean log-density in nats.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    pub points: usize,
}

impl Likelihood {
    /// Of log-densities.
    pub fn of(log_densities: &[f64]) -> Likelihood {
        let (mean, standard_error) = mean_and_error(log_densities);
        Likelihood {
            mean,
            standard_error,
            points: log_densities.len(),
        }
    }
}

/// The estimate from all of `points`.
///
/// # Errors
/// `Error::Data` for fewer than two points (for folds: than two per fold), or points that lie in less
/// than all of their dimensions, which have no density.
pub fn fit(points: Points, bandwidth: Bandwidth) -> Result<Kde> {
    let (n, dims) = (points.len(), points.dims());
    let least = match bandwidth {
        Bandwidth::CrossValidated { folds, .. } => 2 * folds.max(2),
        _ => 2,
    };
    if n < least {
        return Err(Error::Data(format!(
            "a kernel density estimate wants at least {least} points, not {n}; give more"
        )));
    }
    let mean = mean(points);
    let root = cholesky(&covariance(points, &mean), dims).ok_or_else(|| {
        Error::Data(format!(
            "the {} vary in fewer than their {}, and so have no density; \
             leave out columns that are constant or follow from others",
            counted(n, "point"),
            counted(dims, "dimension")
        ))
    })?;
    let root = Root::Full(root);
    let whitened = whiten(points, &mean, &root);
    let (count, d) = (n as f64, dims as f64);
    let scott = count.powf(-1.0 / (d + 4.0));
    let bandwidth = match bandwidth {
        Bandwidth::Scott => scott,
        Bandwidth::Silverman => (count * (d + 2.0) / 4.0).powf(-1.0 / (d + 4.0)),
        Bandwidth::Fixed(h) => h,
        Bandwidth::CrossValidated { folds, seed } => {
            let parts = folds_of(n, folds, seed);
            cross_validated(&whitened, dims, &parts, scott)
        }
    };
    Ok(Kde {
        whitened,
        mean,
        root,
        bandwidth,
    })
}

fn whiten(points: Points, mean: &[f64], root: &Root) -> Vec<f64> {
    let mut whitened = points.values().to_vec();
    for row in whitened.chunks_exact_mut(points.dims()) {
        row.iter_mut().zip(mean).for_each(|(x, m)| *x -= m);
        root.whiten(row);
    }
    whitened
}

/// The part of each of `n` points, as even as can be, in random order.
fn folds_of(n: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut rng = HostRng::new(seed, Stream::Measure);
    let mut parts: Vec<usize> = (0..n).map(|at| at % folds.max(2)).collect();
    for at in 0..n {
        parts.swap(at, rng.random_range(at..n));
    }
    parts
}

/// The h with the greatest likelihood: the best of a wide grid, then of a grid between its neighbours.
fn cross_validated(whitened: &[f64], dims: usize, parts: &[usize], scott: f64) -> f64 {
    let wide = log_spaced(BELOW * scott, ABOVE * scott, CANDIDATES);
    let best = best_of(&wide, &held_out(whitened, dims, parts, &wide));
    let neighbours = [
        wide[best.saturating_sub(1)],
        wide[(best + 1).min(CANDIDATES - 1)],
    ];
    let narrow = log_spaced(neighbours[0], neighbours[1], CANDIDATES);
    narrow[best_of(&narrow, &held_out(whitened, dims, parts, &narrow))]
}

/// The mean log-density of the points of each part under the others, for each bandwidth.
pub fn held_out<T: crate::cpu::Real>(
    values: &[T],
    dims: usize,
    parts: &[usize],
    bandwidths: &[f64],
) -> Vec<f64> {
    let mut sums = vec![0.0; bandwidths.len()];
    for fold in 0..parts.iter().max().map_or(0, |last| last + 1) {
        let take = |inside: bool| -> Vec<T> {
            let rows = values.chunks_exact(dims).zip(parts);
            let rows = rows.filter(|(_, part)| (**part == fold) == inside);
            rows.flat_map(|(row, _)| row.iter().copied()).collect()
        };
        let (seen, held) = (take(false), take(true));
        let found = log_densities(
            Points::new(&seen, dims),
            Points::new(&held, dims),
            bandwidths,
        );
        sums.iter_mut()
            .zip(found)
            .for_each(|(sum, found)| *sum += found.iter().sum::<f64>());
    }
    sums.iter().map(|sum| sum / parts.len() as f64).collect()
}

/// Where the greatest value lies; what is no number counts as the least.
pub fn best_of(candidates: &[f64], values: &[f64]) -> usize {
    let value = |at: usize| {
        if values[at].is_nan() {
            f64::NEG_INFINITY
        } else {
            values[at]
        }
    };
    let best = (0..candidates.len()).max_by(|a, b| value(*a).total_cmp(&value(*b)));
    best.expect("there are candidates")
}

impl Kde {
    /// log p(x) of every point.
    ///
    /// # Panics
    /// If the dimensions differ.
    pub fn log_densities(&self, points: Points) -> Vec<f64> {
        let dims = self.mean.len();
        let at = whiten(points, &self.mean, &self.root);
        let samples = Points::new(&self.whitened, dims);
        let found = log_densities(samples, Points::new(&at, dims), &[self.bandwidth]);
        let scale = self.root.log_determinant();
        found[0].iter().map(|log| log - scale).collect()
    }

    /// The likelihood of points that were held out.
    pub fn likelihood(&self, points: Points) -> Likelihood {
        Likelihood::of(&self.log_densities(points))
    }
}

#[cfg(test)]
mod tests {
    use super::super::graded::integrate_plane;
    use super::*;
    use crate::threefry::box_muller;
    use rand::Rng;

    fn normal(count: usize, seed: u64) -> Vec<f64> {
        let mut rng = HostRng::new(seed, Stream::Noise);
        let pairs = (0..count / 2).flat_map(|_| box_muller([rng.next_u32(), rng.next_u32()]));
        pairs.collect()
    }

    #[test]
    fn two_points_have_the_density_of_two_kernels() {
        let kde = fit(Points::new(&[-1.0, 3.0], 1), Bandwidth::Fixed(0.5)).unwrap();
        // The deviation of −1 and 3 is √8, half of which is the width.
        let width: f64 = 2f64.sqrt();
        let kernel = |z: f64| (-0.5 * z * z).exp() / (width * std::f64::consts::TAU.sqrt());
        let expected = (0.5 * (kernel(1.5 / width) + kernel(2.5 / width))).ln();
        let got = kde.log_densities(Points::new(&[0.5], 1))[0];
        assert!((got - expected).abs() < 1e-13, "{got} {expected}");
    }

    #[test]
    fn the_density_has_mass_one_in_the_plane_however_it_is_turned() {
        let mut values = normal(120, 1);
        values
            .chunks_exact_mut(2)
            .for_each(|p| p[1] = 0.8 * p[1] + p[0] + 5.0);
        let kde = fit(Points::new(&values, 2), Bandwidth::Silverman).unwrap();
        let f = |x: f64, y: f64, mass: &mut [f64]| {
            mass[0] = kde.log_densities(Points::new(&[x, y], 2))[0].exp();
        };
        let edges = |from: f64| (0..=16).map(|at| from + f64::from(at)).collect::<Vec<_>>();
        let mass = integrate_plane(f, 1, [&edges(-8.0), &edges(-3.0)])[0];
        assert!((mass.value - 1.0).abs() < 1e-4, "{mass:?}");
    }

    #[test]
    fn held_out_likelihood_tends_to_the_entropy_and_finds_narrow_modes() {
        let (train, test) = (normal(4_000, 2), normal(4_000, 3));
        let choose = Bandwidth::CrossValidated { folds: 5, seed: 0 };
        let kde = fit(Points::new(&train, 1), choose).unwrap();
        let entropy = 0.5 * (std::f64::consts::TAU.ln() + 1.0);
        let got = kde.likelihood(Points::new(&test, 1));
        assert!(
            (got.mean + entropy).abs() < 4.0 * got.standard_error + 0.01,
            "{got:?}"
        );
        // Two narrow modes far apart: rules that look at the deviation alone smooth them away.
        let split = |v: &[f64]| {
            v.iter()
                .map(|x| 0.01 * x + x.signum())
                .collect::<Vec<f64>>()
        };
        let (train, test) = (split(&train), split(&test));
        let of = |how| {
            fit(Points::new(&train, 1), how)
                .unwrap()
                .likelihood(Points::new(&test, 1))
                .mean
        };
        let (chosen, scott) = (of(choose), of(Bandwidth::Scott));
        assert!(chosen > scott + 1.0, "{chosen} {scott}");
    }

    #[test]
    fn folds_are_even_and_random() {
        let parts = folds_of(10, 3, 1);
        let sizes: Vec<usize> = (0..3)
            .map(|k| parts.iter().filter(|p| **p == k).count())
            .collect();
        assert_eq!(sizes, [4, 3, 3]);
        assert_ne!(parts, folds_of(10, 3, 2));
    }

    #[test]
    fn points_without_a_density_are_refused() {
        for (values, dims) in [
            (vec![1.0; 8], 1),
            (vec![1.0, 2.0, 2.0, 4.0, 3.0, 6.0], 2),
            (vec![1.0], 1),
        ] {
            let refused = fit(Points::new(&values, dims), Bandwidth::Scott).unwrap_err();
            assert_eq!(refused.exit_code(), 5, "{refused}");
        }
    }
}
