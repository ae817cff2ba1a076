//! The numbers that the mirror computes with: f32 as an executor, f64 as the arbiter.
//! The only place that names the gemm crates.

use gemm_common::Parallelism;
use num_traits::{Float, NumAssign};
use rayon::prelude::*;

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
/// Columns of a part are a multiple of this, so that full vectors stay full.
const PART: usize = 64;

/// The part of a row-major result that one thread makes: columns of all rows, or, where there
/// are few columns, rows.
struct Parts {
    rows: usize,
    columns: usize,
}

impl Parts {
    /// As many parts as threads. Both operands stay whole along k, so that every element is summed
    /// in the same order, however many threads there are.
    fn of([m, n, k]: [usize; 3]) -> Parts {
        let threads = rayon::current_num_threads();
        let whole = Parts {
            rows: m,
            columns: n,
        };
        if threads == 1 || m * n * k < PARALLEL_FROM {
            return whole;
        }
        let share = |extent: usize| extent.div_ceil(threads).next_multiple_of(PART);
        match n >= PART * threads || n >= m {
            true => Parts {
                columns: share(n),
                ..whole
            },
            false => Parts {
                rows: share(m),
                ..whole
            },
        }
    }
}

/// A result that several threads write disjoint parts of.
#[derive(Clone, Copy)]
struct Shared<T>(*mut T);

// SAFETY: `product` hands every thread another part of the rows and columns.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    fn at(&self, offset: usize) -> *mut T {
        self.0.wrapping_add(offset)
    }
}

/// out\[m,n\] (+)= a\[m\] ⊗ b\[n\]: what a product of depth 1 is.
fn outer<T: Real>(a: Matrix<T>, b: Matrix<T>, out: &mut [T], n: usize, accumulate: bool) {
    let row_of_b: Vec<T> = (0..n).map(|at| b.data[at * b.column_stride]).collect();
    out.par_chunks_mut(n)
        .enumerate()
        .with_min_len(16)
        .for_each(|(row, out)| {
            let left = a.data[row * a.row_stride];
            for (out, right) in out.iter_mut().zip(&row_of_b) {
                let kept = if accumulate { *out } else { T::zero() };
                *out = kept + left * *right;
            }
        });
}

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
            if k == 1 {
                return outer(a, b, &mut out[..m * n], n, accumulate);
            }
            let (parts, out) = (Parts::of([m, n, k]), Shared(out.as_mut_ptr()));
            let across = n.div_ceil(parts.columns);
            let count = across * m.div_ceil(parts.rows);
            (0..count).into_par_iter().for_each(|part| {
                let (row, column) = (part / across * parts.rows, part % across * parts.columns);
                let (m, columns) = (parts.rows.min(m - row), parts.columns.min(n - column));
                // The kernels want a column-major result, which the transpose of a row-major one
                // is: outᵀ = bᵀ · aᵀ.
                // SAFETY: the asserts above hold every element that the product touches inside
                // the slices, `out` is borrowed exclusively, and no two parts overlap.
                unsafe {
                    $gemm()(
                        columns,
                        m,
                        k,
                        out.at(row * n + column),
                        n as isize,
                        1,
                        accumulate,
                        b.data.as_ptr().add(column * b.column_stride),
                        b.row_stride as isize,
                        b.column_stride as isize,
                        a.data.as_ptr().add(row * a.row_stride),
                        a.row_stride as isize,
                        a.column_stride as isize,
                        1.0,
                        1.0,
                        false,
                        false,
                        false,
                        Parallelism::None,
                    );
                }
            });
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
