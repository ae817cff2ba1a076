//! Sums of isotropic Gaussian kernels: what kernel density estimates and Parzen windows are made of.

use std::f64::consts::TAU;

use super::pairs::fold;
use super::points::Points;
use crate::cpu::Real;

/// exp(−60) is nothing beside the 1 of the nearest point, even 10⁹ times.
const NOTHING: f64 = -60.0;

/// log of the mean over `samples` of N(x; sample, h²I) at every x in `at`, for each h of `bandwidths`:
/// \[bandwidths\]\[at\].
///
/// # Panics
/// If there is no sample, the dimensions differ or a bandwidth is not positive.
pub fn log_densities<T: Real>(
    samples: Points<T>,
    at: Points<T>,
    bandwidths: &[f64],
) -> Vec<Vec<f64>> {
    assert!(!samples.is_empty() && bandwidths.iter().all(|h| *h > 0.0));
    let (n, d) = (samples.len() as f64, samples.dims() as f64);
    // The widest first: a pair that is nothing to one is nothing to all that follow.
    let mut order: Vec<usize> = (0..bandwidths.len()).collect();
    order.sort_by(|a, b| bandwidths[*b].total_cmp(&bandwidths[*a]));
    let scales: Vec<f64> = order
        .iter()
        .map(|at| 0.5 / bandwidths[*at].powi(2))
        .collect();
    let start = |_| Sums {
        least: f64::INFINITY,
        sums: vec![0.0; scales.len()],
    };
    let states = fold(at, samples, start, |sums, _, distances| {
        sums.add(&scales, distances)
    });
    let mut densities = vec![Vec::new(); bandwidths.len()];
    for (place, scale) in order
        .iter()
        .zip(&scales)
        .enumerate()
        .map(|(i, (p, s))| ((i, *p), *s))
    {
        let (sorted, given) = place;
        let norm = n.ln() + 0.5 * d * (TAU * 0.5 / scale).ln();
        let log = |state: &Sums| state.sums[sorted].ln() - scale * state.least - norm;
        densities[given] = states.iter().map(log).collect();
    }
    densities
}

/// Of one point: Σ exp(−scale · (distance − least)) for several scales.
struct Sums {
    /// The least squared distance so far.
    least: f64,
    sums: Vec<f64>,
}

impl Sums {
    /// `scales` fall in no place: the narrower a kernel, the greater.
    fn add<T: Real>(&mut self, scales: &[f64], distances: &[T]) {
        let nearer = distances.iter().fold(
            T::infinity(),
            |least, d| if *d < least { *d } else { least },
        );
        let nearer = nearer.widen();
        if nearer < self.least {
            if self.least < f64::INFINITY {
                for (sum, scale) in self.sums.iter_mut().zip(scales) {
                    *sum *= (scale * (nearer - self.least)).exp();
                }
            }
            self.least = nearer;
        }
        // Beyond this distance the widest kernel is nothing, either.
        let reach = self.least - NOTHING / scales[0];
        for distance in distances {
            let distance = distance.widen();
            if distance > reach {
                continue;
            }
            let further = self.least - distance;
            for (sum, scale) in self.sums.iter_mut().zip(scales) {
                let exponent = scale * further;
                if exponent < NOTHING {
                    break;
                }
                *sum += exponent.exp();
            }
        }
    }
}

/// Mean and its standard error s/√n.
pub fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0) / n).sqrt())
}

/// `count` numbers from `least` to `most` whose logarithms are evenly spaced.
pub fn log_spaced(least: f64, most: f64, count: usize) -> Vec<f64> {
    let step = (most / least).ln() / (count.max(2) - 1) as f64;
    (0..count)
        .map(|at| least * (step * at as f64).exp())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(samples: Points, x: &[f64], h: f64) -> f64 {
        let d = samples.dims() as i32;
        let kernel = |s: &[f64]| {
            let squared: f64 = s.iter().zip(x).map(|(a, b)| (a - b).powi(2)).sum();
            (-0.5 * squared / (h * h)).exp() / (TAU.sqrt() * h).powi(d)
        };
        (samples.rows().map(kernel).sum::<f64>() / samples.len() as f64).ln()
    }

    #[test]
    fn the_sum_in_blocks_is_the_sum() {
        let word = |at: usize| crate::threefry::threefry2x32([7, 0], [at as u32, 0])[0];
        let value = |at| 4.0 * crate::threefry::open_unit(word(at)) - 2.0;
        for (n, dims) in [(1, 1), (2_500, 1), (1_500, 3), (1_100, 20)] {
            let samples: Vec<f64> = (0..n * dims).map(value).collect();
            let at: Vec<f64> = (0..5 * dims).map(|i| value(i + 1_000_000)).collect();
            let (samples, at) = (Points::new(&samples, dims), Points::new(&at, dims));
            let bandwidths = [0.4, 1.5, 0.7];
            let found = log_densities(samples, at, &bandwidths);
            for (h, found) in bandwidths.iter().zip(&found) {
                for (x, found) in at.rows().zip(found) {
                    let expected = naive(samples, x, *h);
                    let message = format!("{n} {dims} {h}: {found}, not {expected}");
                    assert!((found - expected).abs() < 1e-9, "{message}");
                }
            }
        }
    }

    #[test]
    fn far_from_all_samples_the_logarithm_is_still_finite() {
        let (samples, at) = ([0.0, 1.0], [1e4]);
        let found = log_densities(Points::new(&samples, 1), Points::new(&at, 1), &[0.01])[0][0];
        let expected = -0.5 * (9_999.0f64 / 0.01).powi(2) - (2.0 * TAU.sqrt() * 0.01).ln();
        assert!((found - expected).abs() < 1e-3, "{found}, not {expected}");
    }

    #[test]
    fn the_error_of_a_mean_is_that_of_n_less_one() {
        let (mean, error) = mean_and_error(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(mean, 3.0);
        assert!((error - (14.0f64 / 3.0 / 4.0).sqrt()).abs() < 1e-15);
        let grid = log_spaced(0.1, 1.0, 3);
        assert!((grid[1] - 0.1f64.sqrt()).abs() < 1e-15 && (grid[2] - 1.0).abs() < 1e-15);
    }
}
