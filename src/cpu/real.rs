//! The numbers that the mirror computes with: f32 as an executor, f64 as the arbiter.
//! The only place that names the gemm crates.

use gemm_common::Parallelism;
use num_traits::{Float, NumAssign};

/// A matrix in a slice: the distances between neighbours along a column and along a row.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    pub data: &'a [T],
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// Rows one after the other, `columns` long.
    pub fn row_major(data: &'a [T], columns: usize) -> Self {
        Matrix {
            data,
            row_stride: columns,
            column_stride: 1,
        }
    }

    /// The transpose, without moving anything.
    pub fn transposed(self) -> Self {
        Matrix {
            data: self.data,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// The elements that a matrix of this many rows and columns reaches.
    fn span(&self, rows: usize, columns: usize) -> usize {
        (rows - 1) * self.row_stride + (columns - 1) * self.column_stride + 1
    }
}

/// f32 or f64.
pub trait Real: Float + NumAssign + Default + Send + Sync + std::fmt::Debug + 'static {
    fn of(value: f64) -> Self;

    fn widen(self) -> f64;

    /// out\[m,n\] (+)= a\[m,k\] · b\[k,n\], with `extents` = \[m, n, k\] and `out` row-major.
    fn product(
        extents: [usize; 3],
        a: Matrix<Self>,
        b: Matrix<Self>,
        out: &mut [Self],
        accumulate: bool,
    );

    /// tanh, in f32 by a rational function that vectorises.
    fn fast_tanh(self) -> Self;
}

/// Products below this many multiply-adds are not worth waking other threads for.
const PARALLEL_FROM: usize = 1 << 18;

macro_rules! product {
    ($gemm:path, $t:ty) => {
        fn product(
            [m, n, k]: [usize; 3],
            a: Matrix<$t>,
            b: Matrix<$t>,
            out: &mut [$t],
            accumulate: bool,
        ) {
            assert!(m > 0 && n > 0 && k > 0);
            assert!(out.len() >= m * n);
            assert!(a.data.len() >= a.span(m, k) && b.data.len() >= b.span(k, n));
            let threads = rayon::current_num_threads();
            let parallelism = match threads > 1 && m * n * k >= PARALLEL_FROM {
                true => Parallelism::Rayon(threads),
                false => Parallelism::None,
            };
            let strides =
                |matrix: Matrix<$t>| (matrix.column_stride as isize, matrix.row_stride as isize);
            let ((a_columns, a_rows), (b_columns, b_rows)) = (strides(a), strides(b));
            // SAFETY: the asserts above hold every element that the product touches inside the
            // slices, and `out` is borrowed exclusively.
            unsafe {
                $gemm()(
                    m,
                    n,
                    k,
                    out.as_mut_ptr(),
                    1,
                    n as isize,
                    accumulate,
                    a.data.as_ptr(),
                    a_columns,
                    a_rows,
                    b.data.as_ptr(),
                    b_columns,
                    b_rows,
                    1.0,
                    1.0,
                    false,
                    false,
                    false,
                    parallelism,
                );
            }
        }
    };
}

impl Real for f32 {
    fn of(value: f64) -> f32 {
        value as f32
    }

    fn widen(self) -> f64 {
        f64::from(self)
    }

    product!(gemm_f32::gemm::f32::get_gemm_fn, f32);

    /// (1 − e)/(1 + e) with e = exp(−2|x|), and a series near 0, where that would cancel.
    fn fast_tanh(self) -> f32 {
        let x = self.clamp(-40.0, 40.0);
        let y = x * x;
        let series =
            1.0 + y * (-1.0 / 3.0 + y * (2.0 / 15.0 + y * (-17.0 / 315.0 + y * 0.021_869_49)));
        let e = exp_of_negative(-2.0 * x.abs());
        // The product is 0, or NaN where x is, which the exponent's bits would hide.
        let far = ((1.0 - e) / (1.0 + e)).copysign(x) + 0.0 * x;
        if y < 0.04 { x * series } else { far }
    }
}

/// exp(x) for −80 ≤ x ≤ 0 within 2 units in the last place, without a branch or a table, so that
/// loops over it vectorise: x = n·ln 2 + r, a polynomial for exp(r), n added to the exponent.
fn exp_of_negative(x: f32) -> f32 {
    // Adding 1.5·2²³ rounds to an integer, which is then found in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * 0.693_145_75) - n * 1.428_606_8e-6;
    let tail = r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0)));
    let exp_r = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + tail)));
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()) << 23;
    f32::from_bits(exp_r.to_bits().wrapping_add(exponent))
}

impl Real for f64 {
    fn of(value: f64) -> f64 {
        value
    }

    fn widen(self) -> f64 {
        self
    }

    product!(gemm_f64::gemm::f64::get_gemm_fn, f64);

    fn fast_tanh(self) -> f64 {
        self.tanh()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_tanh_is_tanh() {
        for at in -40_000..=40_000 {
            let x = at as f32 * 3e-4;
            let (got, want) = (f64::from(x.fast_tanh()), f64::from(x).tanh());
            assert!(
                (got - want).abs() <= 3e-7 * want.abs() + 1e-12,
                "{x}: {got} {want}"
            );
        }
        assert_eq!(1e9f32.fast_tanh(), 1.0);
        assert_eq!(f32::NEG_INFINITY.fast_tanh(), -1.0);
        assert!(f32::NAN.fast_tanh().is_nan());
    }

    #[test]
    fn products_of_transposes_agree_with_the_sum() {
        let a: Vec<f64> = (0..6).map(f64::from).collect();
        let b: Vec<f64> = (0..8).map(|i| f64::from(i) - 3.0).collect();
        let mut out = vec![1.0; 12];
        let (left, right) = (
            Matrix::row_major(&a, 3).transposed(),
            Matrix::row_major(&b, 4),
        );
        f64::product([3, 4, 2], left, right, &mut out, true);
        for m in 0..3 {
            for n in 0..4 {
                let sum: f64 = (0..2).map(|k| a[k * 3 + m] * b[k * 4 + n]).sum();
                assert_eq!(out[m * 4 + n], 1.0 + sum);
            }
        }
    }
}
