//! Eigenvalues and eigenvectors of small symmetric matrices, by Jacobi's rotations.

/// Sweeps over all pairs; a matrix of 64 rows takes about eight.
const SWEEPS: usize = 64;

/// A symmetric matrix taken apart: Σ values\[k\] · vectors\[k\] vectors\[k\]ᵀ.
#[derive(Clone, Debug)]
pub struct Eigen {
    /// In no order.
    pub values: Vec<f64>,
    /// \[d, d\], a unit vector per row.
    pub vectors: Vec<f64>,
}

/// Takes a\[d, d\] apart, of which the lower triangle counts, to about 1e-15 of its largest eigenvalue
/// (cyclic Jacobi; Golub and Van Loan, section 8.5).
///
/// # Panics
/// If the elements do not fill the matrix.
pub fn symmetric(a: &[f64], dims: usize) -> Eigen {
    assert_eq!(a.len(), dims * dims);
    let mut a: Vec<f64> = (0..dims * dims)
        .map(|at| (at / dims, at % dims))
        .map(|(row, column)| a[row.max(column) * dims + row.min(column)])
        .collect();
    let mut vectors = vec![0.0; dims * dims];
    (0..dims).for_each(|at| vectors[at * dims + at] = 1.0);
    let size: f64 = a.iter().map(|x| x * x).sum();
    for _ in 0..SWEEPS {
        let beside = |at: &usize| at / dims != at % dims;
        let rest: f64 = (0..a.len()).filter(beside).map(|at| a[at] * a[at]).sum();
        // What is left changes no digit of an eigenvalue.
        if rest.is_nan() || rest <= 1e-34 * size {
            break;
        }
        for p in 0..dims {
            for q in p + 1..dims {
                rotate(&mut a, &mut vectors, dims, (p, q));
            }
        }
    }
    let values = (0..dims).map(|at| a[at * dims + at]).collect();
    Eigen { values, vectors }
}

/// Turns the plane of p and q so that a\[p, q\] becomes 0.
fn rotate(a: &mut [f64], vectors: &mut [f64], dims: usize, (p, q): (usize, usize)) {
    let beside = a[p * dims + q];
    if beside == 0.0 {
        return;
    }
    let half = 0.5 * (a[q * dims + q] - a[p * dims + p]) / beside;
    // The smaller of both angles; the square may be infinite, which makes the tangent 0.
    let tangent = half.signum() / (half.abs() + (half * half + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turn = |x: f64, y: f64| (cosine * x - sine * y, sine * x + cosine * y);
    for k in 0..dims {
        let (at_p, at_q) = (p * dims + k, q * dims + k);
        (a[at_p], a[at_q]) = turn(a[at_p], a[at_q]);
        (vectors[at_p], vectors[at_q]) = turn(vectors[at_p], vectors[at_q]);
    }
    for k in 0..dims {
        let (at_p, at_q) = (k * dims + p, k * dims + q);
        (a[at_p], a[at_q]) = turn(a[at_p], a[at_q]);
    }
}

impl Eigen {
    /// Σ f(values\[k\]) · vectors\[k\] vectors\[k\]ᵀ: \[d, d\].
    pub fn apply(&self, f: impl Fn(f64) -> f64) -> Vec<f64> {
        let dims = self.values.len();
        let mut sum = vec![0.0; dims * dims];
        for (value, vector) in self
            .values
            .iter()
            .zip(self.vectors.chunks_exact(dims.max(1)))
        {
            let value = f(*value);
            for (row, x) in sum.chunks_exact_mut(dims).zip(vector) {
                row.iter_mut()
                    .zip(vector)
                    .for_each(|(sum, y)| *sum += value * x * y);
            }
        }
        sum
    }
}

/// a\[d, d\] · b\[d, d\]
pub fn product(a: &[f64], b: &[f64], dims: usize) -> Vec<f64> {
    let mut c = vec![0.0; dims * dims];
    for (row, of_a) in c.chunks_exact_mut(dims).zip(a.chunks_exact(dims)) {
        for (x, of_b) in of_a.iter().zip(b.chunks_exact(dims)) {
            row.iter_mut().zip(of_b).for_each(|(sum, y)| *sum += x * y);
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threefry::{open_unit, threefry2x32};

    /// B Bᵀ of random B\[d, rank\].
    pub fn gram(dims: usize, rank: usize, seed: u32) -> Vec<f64> {
        let b = |row: usize, k: usize| {
            open_unit(threefry2x32([seed, 0], [row as u32, k as u32])[0]) - 0.5
        };
        (0..dims * dims)
            .map(|at| (0..rank).map(|k| b(at / dims, k) * b(at % dims, k)).sum())
            .collect()
    }

    #[test]
    fn the_parts_add_up_to_the_matrix() {
        for (dims, rank) in [(1, 1), (2, 2), (7, 7), (64, 64), (20, 3)] {
            let a = gram(dims, rank, 5);
            let eigen = symmetric(&a, dims);
            let size = eigen.values.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
            for (got, wanted) in eigen.apply(|x| x).iter().zip(&a) {
                assert!((got - wanted).abs() < 1e-13 * size, "{dims} {rank}");
            }
            let nothing = eigen
                .values
                .iter()
                .filter(|x| x.abs() < 1e-13 * size)
                .count();
            assert_eq!(nothing, dims - rank);
            let v = &eigen.vectors;
            for i in 0..dims {
                for j in 0..dims {
                    let dot: f64 = (0..dims).map(|k| v[i * dims + k] * v[j * dims + k]).sum();
                    assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-13);
                }
            }
        }
    }

    #[test]
    fn known_eigenvalues_are_found() {
        let mut values = symmetric(&[2.0, 1.0, 1.0, 2.0], 2).values;
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15);
        // Of the second difference: 2 − 2 cos(πk/(n + 1)).
        let n = 12;
        let second = |at: usize| match (at / n).abs_diff(at % n) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let a: Vec<f64> = (0..n * n).map(second).collect();
        let mut values = symmetric(&a, n).values;
        values.sort_by(f64::total_cmp);
        for (k, value) in values.iter().enumerate() {
            let angle = std::f64::consts::PI * (k + 1) as f64 / (n + 1) as f64;
            assert!((value - (2.0 - 2.0 * angle.cos())).abs() < 1e-14);
        }
    }

    #[test]
    fn nothing_and_extremes_end() {
        assert_eq!(symmetric(&[0.0; 9], 3).values, [0.0; 3]);
        let values = symmetric(&[1e300, 1e-300, 1e-300, 1.0], 2).values;
        assert_eq!(values, [1e300, 1.0]);
        assert!(
            symmetric(&[f64::NAN; 4], 2)
                .values
                .iter()
                .all(|x| x.is_nan())
        );
    }
}
