//! The numbers that the mirror computes with: f32 as an executor, f64 as the arbiter.

use num_traits::{Float, NumAssign};

/// Rows, columns and the distance between neighbours along both, of a matrix in a slice.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    pub data: &'a [T],
    pub row_stride: usize,
    pub column_stride: usize,
}

/// f32 or f64.
pub trait Real: Float + NumAssign + Default + Send + Sync + std::fmt::Debug + 'static {
    fn of(value: f64) -> Self;

    fn to_f64(self) -> f64;

    /// out\[m,n\] (+)= a\[m,k\] · b\[k,n\], `out` being row-major.
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
