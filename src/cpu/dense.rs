//! Dense layers: `shaders/dense/`. The products go to gemm, the rest is done on its result while
//! that is still in the cache.

use rayon::prelude::*;

use super::activation::{activate, multiply_by_slope};
use super::args::Args;
use super::real::{Matrix, Real};
use crate::plan::codes::Activation;

/// Rows that a thread works on at a time in what follows a product.
const ROWS: usize = 16;

fn activation<T>(args: &Args<'_, T>) -> Activation {
    Activation::from_code(args.int("activation") as u32, args.float("leak"))
}

/// y\[N,O\] = φ(x\[N,I\] · weight\[O,I\]ᵀ + bias\[O\])
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let (x, weight, bias) = (args.floats("x"), args.floats("weight"), args.floats("bias"));
    let (y, activation) = (args.floats_mut("y"), activation(args));
    let weight = Matrix::row_major(weight, i).transposed();
    T::product([n, o, i], Matrix::row_major(x, i), weight, y, false);
    y.par_chunks_mut(ROWS * o).for_each(|rows| {
        for row in rows.chunks_exact_mut(o) {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y += *b);
        }
        activate(activation, rows);
    });
}

/// dx\[N,I\] = (da\[N,O\] · weight\[O,I\]) ∘ φ'(x)
pub fn backward_input<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let (da, weight, x) = (args.floats("da"), args.floats("weight"), args.floats("x"));
    let (dx, activation) = (args.floats_mut("dx"), activation(args));
    let (da, weight) = (Matrix::row_major(da, o), Matrix::row_major(weight, i));
    T::product([n, i, o], da, weight, dx, false);
    dx.par_chunks_mut(ROWS * i)
        .zip(x.par_chunks(ROWS * i))
        .for_each(|(dx, x)| multiply_by_slope(activation, dx, x));
}

/// dweight\[S,O,I\] (+)= da\[N,O\]ᵀ · x\[N,I\], the rows cut into S slices of ⌈N/S⌉
pub fn backward_weight<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let (splits, accumulate) = (args.int("splits"), args.int("accumulate") != 0);
    let (da, x, dweight) = (
        args.floats("da"),
        args.floats("x"),
        args.floats_mut("dweight"),
    );
    let rows = n.div_ceil(splits);
    for (slice, out) in dweight.chunks_exact_mut(o * i).enumerate() {
        let (from, to) = (slice * rows, ((slice + 1) * rows).min(n));
        if from >= to {
            if !accumulate {
                out.fill(T::zero());
            }
            continue;
        }
        let da = Matrix::row_major(&da[from * o..to * o], o).transposed();
        let x = Matrix::row_major(&x[from * i..to * i], i);
        T::product([o, i, to - from], da, x, out, accumulate);
    }
}

/// dbias\[O\] (+)= Σ over rows of da\[N,O\]
pub fn backward_bias<T: Real>(args: &mut Args<'_, T>) {
    super::reduce::columns(args);
}
