//! Gaussian densities in several dimensions, and the little linear algebra that they need.

use std::f64::consts::TAU;

use rayon::prelude::*;

use super::points::Points;

/// The lower triangle L with L Lᵀ = a\[d, d\], row-major; None unless `a` is positive definite in f64.
pub fn cholesky(a: &[f64], dims: usize) -> Option<Vec<f64>> {
    let mut l = vec![0.0; dims * dims];
    for row in 0..dims {
        for column in 0..=row {
            let dot: f64 = (0..column)
                .map(|at| l[row * dims + at] * l[column * dims + at])
                .sum();
            let rest = a[row * dims + column] - dot;
            l[row * dims + column] = match row == column {
                true if rest > 1e-14 * a[row * dims + row] && rest.is_finite() => rest.sqrt(),
                true => return None,
                false => rest / l[column * dims + column],
            };
        }
    }
    Some(l)
}

/// A square root of a covariance.
#[derive(Clone, Debug, PartialEq)]
pub enum Root {
    /// The triangle of Cholesky, \[d, d\].
    Full(Vec<f64>),
    /// Standard deviations, \[d\].
    Diagonal(Vec<f64>),
}

impl Root {
    /// log of the determinant of the root: half that of the covariance.
    pub fn log_determinant(&self) -> f64 {
        match self {
            Root::Full(l) => {
                let dims = l.len().isqrt();
                (0..dims).map(|at| l[at * dims + at].ln()).sum()
            }
            Root::Diagonal(deviations) => deviations.iter().map(|s| s.ln()).sum(),
        }
    }

    /// `x` becomes root⁻¹ x, in which the covariance is I.
    pub fn whiten(&self, x: &mut [f64]) {
        match self {
            Root::Full(l) => {
                let dims = x.len();
                for row in 0..dims {
                    let dot: f64 = (0..row).map(|at| l[row * dims + at] * x[at]).sum();
                    x[row] = (x[row] - dot) / l[row * dims + row];
                }
            }
            Root::Diagonal(deviations) => {
                x.iter_mut().zip(deviations).for_each(|(x, s)| *x /= s);
            }
        }
    }

    /// log N(`x`; `mean`, covariance), with `scratch`\[d\] for the difference.
    pub fn log_density(&self, x: &[f64], mean: &[f64], scratch: &mut [f64]) -> f64 {
        let differences = x.iter().zip(mean).map(|(x, m)| x - m);
        scratch
            .iter_mut()
            .zip(differences)
            .for_each(|(to, from)| *to = from);
        self.whiten(scratch);
        let squared: f64 = scratch.iter().map(|z| z * z).sum();
        -0.5 * (squared + x.len() as f64 * TAU.ln()) - self.log_determinant()
    }
}

/// Mean\[d\] of points.
pub fn mean(points: Points) -> Vec<f64> {
    let mut mean = vec![0.0; points.dims()];
    for row in points.rows() {
        mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    mean.iter_mut().for_each(|sum| *sum /= points.len() as f64);
    mean
}

/// Covariance\[d, d\] of points around `mean`, by n − 1.
pub fn covariance(points: Points, mean: &[f64]) -> Vec<f64> {
    let dims = points.dims();
    let rows: Vec<Vec<f64>> = (0..dims)
        .into_par_iter()
        .map(|i| {
            let mut sums = vec![0.0; dims];
            for row in points.rows() {
                let of_i = row[i] - mean[i];
                let others = sums.iter_mut().zip(row).zip(mean);
                others.for_each(|((sum, x), m)| *sum += of_i * (x - m));
            }
            let scale = 1.0 / (points.len() as f64 - 1.0).max(1.0);
            sums.iter().map(|sum| sum * scale).collect()
        })
        .collect();
    rows.concat()
}

/// log Σ exp of logarithms.
pub fn log_sum_exp(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !most.is_finite() {
        return most;
    }
    most + values.iter().map(|x| (x - most).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 9] = [4.0, 2.0, -1.0, 2.0, 5.0, 0.5, -1.0, 0.5, 3.0];

    #[test]
    fn the_triangle_times_its_transpose_is_the_matrix() {
        let l = cholesky(&A, 3).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..3).map(|k| l[i * 3 + k] * l[j * 3 + k]).sum();
                assert!((product - A[i * 3 + j]).abs() < 1e-14);
            }
        }
        assert_eq!(cholesky(&[1.0, 2.0, 2.0, 4.0], 2), None);
        assert_eq!(cholesky(&[1.0, 2.0, 2.0, 1.0], 2), None);
        assert_eq!(cholesky(&[f64::NAN], 1), None);
    }

    #[test]
    fn densities_are_those_of_the_formula() {
        // det A = 43.
        let (x, m) = ([1.0, -2.0, 0.5], [0.5, 0.0, 0.0]);
        let l = cholesky(&A, 3).unwrap();
        let root = Root::Full(l);
        assert!((root.log_determinant() - 0.5 * determinant().ln()).abs() < 1e-13);
        let mut z = [0.5, -2.0, 0.5];
        root.whiten(&mut z);
        // The inverse by cofactors.
        let squared = 0.5 * 0.5 * 14.75
            + 4.0 * 11.0
            + 0.25 * 16.0
            + 2.0 * (0.5 * -2.0 * -6.5 + 0.5 * 0.5 * 6.0 + -2.0 * 0.5 * -4.0);
        let expected = -0.5 * (squared / determinant() + 3.0 * TAU.ln() + determinant().ln());
        let got = root.log_density(&x, &m, &mut [0.0; 3]);
        assert!((got - expected).abs() < 1e-12, "{got} {expected}");
        let flat = Root::Diagonal(vec![2.0, 0.5, 1.0]);
        let full = Root::Full(vec![2.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 1.0]);
        let of = |root: &Root| root.log_density(&x, &m, &mut [0.0; 3]);
        assert!((of(&flat) - of(&full)).abs() < 1e-14);
    }

    fn determinant() -> f64 {
        4.0 * (15.0 - 0.25) - 2.0 * (6.0 + 0.5) - (1.0 + 5.0)
    }

    #[test]
    fn sums_of_exponentials_do_not_overflow() {
        assert!((log_sum_exp(&[1e4, 1e4]) - (1e4 + 2f64.ln())).abs() < 1e-9);
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 2]), f64::NEG_INFINITY);
        let points = [1.0, 2.0, 3.0, 6.0];
        let points = Points::new(&points, 2);
        assert_eq!(mean(points), [2.0, 4.0]);
        assert_eq!(covariance(points, &[2.0, 4.0]), [2.0, 4.0, 4.0, 8.0]);
    }
}
