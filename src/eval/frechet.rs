//! The Fréchet distance of normal distributions that are fitted to two samples (Dowson and Landau 1982):
//! on features of a classifier it is what Heusel et al. 2017 call FID.
//!
//! It is biased: a small sample is further away than a large one of the same distribution. Compare
//! numbers of equal sample sizes only, and with those of two real samples.

use super::eigen::{product, symmetric};
use super::gaussian::{covariance, mean};
use super::points::Points;

/// Mean\[d\] and covariance\[d, d\].
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    pub mean: Vec<f64>,
    pub covariance: Vec<f64>,
}

impl Fit {
    /// To a sample; the covariance by n − 1.
    ///
    /// # Panics
    /// If there is no point.
    pub fn of(points: Points) -> Fit {
        assert!(!points.is_empty());
        let mean = mean(points);
        let covariance = covariance(points, &mean);
        Fit { mean, covariance }
    }
}

/// |m₁ − m₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁½ Σ₂ Σ₁½)½): the squared distance (Dowson and Landau 1982, equation 4),
/// at least 0. The covariances need not be invertible.
///
/// # Panics
/// If the dimensions differ.
pub fn squared_distance(a: &Fit, b: &Fit) -> f64 {
    let dims = a.mean.len();
    assert_eq!(dims, b.mean.len());
    let apart = a.mean.iter().zip(&b.mean);
    let means: f64 = apart.map(|(x, y)| (x - y) * (x - y)).sum();
    // Rounding makes the eigenvalues that are 0 negative now and then, but not what is no number.
    let root = |x: f64| if x < 0.0 { 0.0 } else { x.sqrt() };
    let half = symmetric(&a.covariance, dims).apply(root);
    let inner = product(&product(&half, &b.covariance, dims), &half, dims);
    let overlap: f64 = symmetric(&inner, dims).values.into_iter().map(root).sum();
    let trace = |fit: &Fit| {
        (0..dims)
            .map(|at| fit.covariance[at * dims + at])
            .sum::<f64>()
    };
    let squared = means + trace(a) + trace(b) - 2.0 * overlap;
    if squared < 0.0 { 0.0 } else { squared }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threefry::{open_unit, threefry2x32};

    fn fit(mean: &[f64], covariance: &[f64]) -> Fit {
        Fit {
            mean: mean.into(),
            covariance: covariance.into(),
        }
    }

    fn close(got: f64, wanted: f64) {
        assert!(
            (got - wanted).abs() < 1e-12 * wanted.max(1.0),
            "{got} {wanted}"
        );
    }

    #[test]
    fn on_the_line_it_is_means_and_deviations() {
        // (1 − 4)² + (2 − 5)²
        close(
            squared_distance(&fit(&[1.0], &[4.0]), &fit(&[4.0], &[25.0])),
            18.0,
        );
        close(
            squared_distance(&fit(&[1.0], &[4.0]), &fit(&[1.0], &[0.0])),
            4.0,
        );
    }

    #[test]
    fn covariances_that_commute_are_compared_axis_by_axis() {
        let a = fit(&[0.0; 3], &[1.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
        let b = fit(
            &[1.0, 0.0, 2.0],
            &[9.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 2.0],
        );
        close(squared_distance(&a, &b), 5.0 + 4.0 + 1.0 + 2.0);
        close(squared_distance(&b, &a), 12.0);
    }

    /// Of two dimensions tr (AB)½ = √(tr AB + 2√(det A det B)).
    #[test]
    fn covariances_that_do_not_commute_have_a_closed_form_in_the_plane() {
        let (a, b) = ([3.0, 1.2, 1.2, 0.9], [2.0, -0.7, -0.7, 4.0]);
        let det = |m: [f64; 4]| m[0] * m[3] - m[1] * m[2];
        let trace = a[0] * b[0] + a[1] * b[2] + a[2] * b[1] + a[3] * b[3];
        let overlap = (trace + 2.0 * (det(a) * det(b)).sqrt()).sqrt();
        let wanted = 3.9 + 6.0 - 2.0 * overlap;
        let (a, b) = (fit(&[0.0; 2], &a), fit(&[0.0; 2], &b));
        close(squared_distance(&a, &b), wanted);
        close(squared_distance(&b, &a), wanted);
        assert!(wanted > 1.0);
    }

    #[test]
    fn a_sample_is_at_no_distance_from_itself_and_a_shift_at_its_length() {
        let dims = 64;
        let value = |at: u32| open_unit(threefry2x32([2, 0], [at, 0])[0]);
        // Fewer points than coordinates: the covariance has no inverse.
        let sample: Vec<f64> = (0..40 * dims as u32).map(value).collect();
        let moved: Vec<f64> = sample.iter().map(|x| x + 0.5).collect();
        let [a, b] = [&sample, &moved].map(|values| Fit::of(Points::new(values, dims)));
        // Half of the digits: a root of a rounding error.
        assert!(squared_distance(&a, &a) < 1e-6);
        assert!((squared_distance(&a, &b) - 16.0).abs() < 1e-6);
        let spoiled = fit(&[f64::NAN; 64], &a.covariance);
        assert!(squared_distance(&a, &spoiled).is_nan());
    }
}
