//! Maxout: `shaders/maxout/`.

use rayon::prelude::*;

use super::activation::multiply_by_slope;
use super::args::Args;
use super::real::Real;

/// Outputs that a thread makes at a time.
const CHUNK: usize = 1 << 10;

/// The index of the first of the largest, NaN being larger than all numbers.
fn largest<T: Real>(pieces: &[T]) -> usize {
    let mut best = 0;
    for (at, x) in pieces.iter().enumerate().skip(1) {
        if !pieces[best].is_nan() && (x.is_nan() || *x > pieces[best]) {
            best = at;
        }
    }
    best
}

/// y\[L\] = the largest of each P neighbours of x\[L,P\]
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let [len, pieces] = ["len", "pieces"].map(|name| args.int(name));
    let (x, y) = (args.floats("x"), args.floats_mut("y"));
    let x = x[..len * pieces].par_chunks(CHUNK * pieces);
    y[..len].par_chunks_mut(CHUNK).zip(x).for_each(|(y, x)| {
        let groups = x.chunks_exact(pieces);
        y.iter_mut()
            .zip(groups)
            .for_each(|(y, x)| *y = x[largest(x)]);
    });
}

/// ty\[L\] = tx\[L,P\] at the first of the largest of each P neighbours of x\[L,P\]
pub fn tangent<T: Real>(args: &mut Args<'_, T>) {
    let [len, pieces] = ["len", "pieces"].map(|name| args.int(name));
    let (tx, x, ty) = (args.floats("tx"), args.floats("x"), args.floats_mut("ty"));
    let rows = ty[..len].par_iter_mut().enumerate().with_min_len(CHUNK);
    rows.for_each(|(row, ty)| {
        let at = row * pieces;
        *ty = tx[at + largest(&x[at..][..pieces])];
    });
}

/// dx\[L,P\] = da\[L\] ∘ φ'(x) at the first of the largest, 0 elsewhere
pub fn backward<T: Real>(args: &mut Args<'_, T>) {
    let [len, pieces] = ["len", "pieces"].map(|name| args.int(name));
    let activation = args.activation();
    let (da, x, dx) = (args.floats("da"), args.floats("x"), args.floats_mut("dx"));
    let chunks = dx[..len * pieces].par_chunks_mut(CHUNK * pieces);
    let x = x.par_chunks(CHUNK * pieces);
    chunks
        .zip(x)
        .zip(da.par_chunks(CHUNK))
        .for_each(|((dx, x), da)| {
            let groups = dx.chunks_exact_mut(pieces).zip(x.chunks_exact(pieces));
            for ((dx, x), da) in groups.zip(da) {
                dx.fill(T::zero());
                let at = largest(x);
                dx[at] = *da;
                multiply_by_slope(activation, &mut dx[at..=at], &x[at..]);
            }
        });
}
