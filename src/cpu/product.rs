//! Matrix products on the processor. The only place that names the gemm crates.

use std::slice::from_raw_parts_mut;

use gemm_common::Parallelism;
use pulp::Arch;
use rayon::prelude::*;

use super::real::Real;

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

    /// The matrix that begins at this element.
    fn from(self, start: usize) -> Self {
        let data = &self.data[start..];
        Matrix { data, ..self }
    }

    /// The elements that a matrix of this many rows and columns reaches.
    fn span(&self, rows: usize, columns: usize) -> usize {
        (rows - 1) * self.row_stride + (columns - 1) * self.column_stride + 1
    }
}

/// Products below this many multiply-adds are not worth waking other threads for.
const PARALLEL_FROM: usize = 1 << 18;
/// Parts begin at a multiple of this, so that full vectors stay full.
const PART: usize = 64;

/// How a row-major result is cut: into columns of all rows, or, where there are few columns, into
/// rows. The last part takes what is left.
struct Parts {
    count: usize,
    rows: usize,
    columns: usize,
}

impl Parts {
    /// At most as many parts as threads. Both operands stay whole along k, and no part is so small
    /// that gemm takes another way than for the whole, so that every element is summed in the same
    /// order, however many threads there are.
    fn of([m, n, k]: [usize; 3]) -> Parts {
        let threads = match m * n * k < PARALLEL_FROM {
            true => 1,
            false => rayon::current_num_threads(),
        };
        let by_columns = n >= PART * threads || n >= m;
        let (extent, other) = if by_columns { (n, m) } else { (m, n) };
        // gemm 0.19 sums results of up to 16·16 along vectors, and blocks k differently where
        // neither extent is above 64.
        let least = (256 / other + 1).max(if other > 64 { 1 } else { 65 });
        let count = (extent / least.next_multiple_of(PART)).clamp(1, threads);
        let share = match count {
            1 => extent,
            _ => extent / count / PART * PART,
        };
        match by_columns {
            true => Parts {
                count,
                rows: m,
                columns: share,
            },
            false => Parts {
                count,
                rows: share,
                columns: n,
            },
        }
    }

    /// First row and column of a part of \[m, n\], and its rows and columns.
    fn part(&self, at: usize, [m, n]: [usize; 2]) -> [usize; 4] {
        let cut = |share: usize, extent: usize| match share == extent {
            true => (0, extent),
            false if at + 1 == self.count => (at * share, extent - at * share),
            false => (at * share, share),
        };
        let ((row, rows), (column, columns)) = (cut(self.rows, m), cut(self.columns, n));
        [row, column, rows, columns]
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
fn outer<T: Real>(
    a: Matrix<T>,
    b: Matrix<T>,
    out: &mut [T],
    n: usize,
    accumulate: bool,
    finish: impl Fn(usize, usize, &mut [T]) + Sync,
) {
    let row_of_b: Vec<T> = (0..n).map(|at| b.data[at * b.column_stride]).collect();
    out.par_chunks_mut(n)
        .enumerate()
        .with_min_len(16)
        .for_each(|(row, out)| {
            let left = a.data[row * a.row_stride];
            Arch::new().dispatch(|| {
                for (out, right) in out.iter_mut().zip(&row_of_b) {
                    let kept = if accumulate { *out } else { T::zero() };
                    *out = kept + left * *right;
                }
                finish(row, 0, out);
            });
        });
}

fn check<T>([m, n, k]: [usize; 3], a: Matrix<T>, b: Matrix<T>, out: &[T]) {
    assert!(m > 0 && n > 0 && k > 0);
    assert!(out.len() >= m * n);
    assert!(a.data.len() >= a.span(m, k) && b.data.len() >= b.span(k, n));
}

macro_rules! product {
    ($name:ident, $alone:ident, $part:ident, $gemm:path, $t:ty) => {
        /// Rows and columns that begin at `out`, in a result whose rows are `stride` apart.
        ///
        /// # Safety
        /// `a`, `b` and `out` reach what the extents say, and nobody else touches that part.
        unsafe fn $part(
            [m, n, k]: [usize; 3],
            a: Matrix<$t>,
            b: Matrix<$t>,
            out: *mut $t,
            stride: usize,
            accumulate: bool,
        ) {
            // The kernels want a column-major result, which the transpose of a row-major one is:
            // outᵀ = bᵀ · aᵀ.
            let [a_row, a_column] = [a.row_stride, a.column_stride].map(|n| n as isize);
            let [b_row, b_column] = [b.row_stride, b.column_stride].map(|n| n as isize);
            let (a, b) = (a.data.as_ptr(), b.data.as_ptr());
            let (no, alone) = (false, Parallelism::None);
            // SAFETY: promised by the caller.
            unsafe {
                $gemm()(
                    n,
                    m,
                    k,
                    out,
                    stride as isize,
                    1,
                    accumulate,
                    b,
                    b_row,
                    b_column,
                    a,
                    a_row,
                    a_column,
                    1.0,
                    1.0,
                    no,
                    no,
                    no,
                    alone,
                );
            }
        }

        /// `Real::product_alone`.
        pub fn $alone(
            [m, n, k]: [usize; 3],
            a: Matrix<$t>,
            b: Matrix<$t>,
            out: &mut [$t],
            accumulate: bool,
        ) {
            check([m, n, k], a, b, out);
            // SAFETY: checked, and `out` is borrowed exclusively.
            unsafe { $part([m, n, k], a, b, out.as_mut_ptr(), n, accumulate) }
        }

        /// `Real::product`.
        pub fn $name(
            [m, n, k]: [usize; 3],
            a: Matrix<$t>,
            b: Matrix<$t>,
            out: &mut [$t],
            accumulate: bool,
            finish: impl Fn(usize, usize, &mut [$t]) + Sync,
        ) {
            check([m, n, k], a, b, out);
            if k == 1 {
                return outer(a, b, &mut out[..m * n], n, accumulate, finish);
            }
            let (parts, out) = (Parts::of([m, n, k]), Shared(out.as_mut_ptr()));
            (0..parts.count).into_par_iter().for_each(|part| {
                let [row, column, m, columns] = parts.part(part, [m, n]);
                let (extents, to) = ([m, columns, k], out.at(row * n + column));
                let (a, b) = (a.from(row * a.row_stride), b.from(column * b.column_stride));
                // SAFETY: checked, `out` is borrowed exclusively, and no two parts overlap.
                unsafe { $part(extents, a, b, to, n, accumulate) };
                Arch::new().dispatch(|| {
                    for row in row..row + m {
                        // SAFETY: as above; this part is done with by the product.
                        let done = unsafe { from_raw_parts_mut(out.at(row * n + column), columns) };
                        finish(row, column, done);
                    }
                });
            });
        }
    };
}

product!(
    product_f32,
    alone_f32,
    part_f32,
    gemm_f32::gemm::f32::get_gemm_fn,
    f32
);
product!(
    product_f64,
    alone_f64,
    part_f64,
    gemm_f64::gemm::f64::get_gemm_fn,
    f64
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_transposes_agree_with_the_sum() {
        let a: Vec<f64> = (0..6).map(f64::from).collect();
        let b: Vec<f64> = (0..8).map(|i| f64::from(i) - 3.0).collect();
        let mut out = vec![1.0; 12];
        let (left, right) = (
            Matrix::row_major(&a, 3).transposed(),
            Matrix::row_major(&b, 4),
        );
        product_f64([3, 4, 2], left, right, &mut out, true, |_, _, _| {});
        for m in 0..3 {
            for n in 0..4 {
                let sum: f64 = (0..2).map(|k| a[k * 3 + m] * b[k * 4 + n]).sum();
                assert_eq!(out[m * 4 + n], 1.0 + sum);
            }
        }
    }
}
