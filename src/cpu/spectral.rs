//! Spectral normalisation: `shaders/spectral/`. Every sum has an order of its own, whatever the
//! number of threads.

use rayon::prelude::*;

use super::args::Args;
use super::real::Real;

/// Columns that a thread sums at a time.
const COLUMNS: usize = 256;

/// Elements that a thread scales at a time.
const CHUNK: usize = 1 << 12;

/// Sums side by side, so that they vectorise.
const LANES: usize = 16;

fn dot<T: Real>(left: &[T], right: &[T]) -> T {
    let mut sums = [T::zero(); LANES];
    for (left, right) in left.chunks(LANES).zip(right.chunks(LANES)) {
        let terms = left.iter().zip(right);
        sums.iter_mut()
            .zip(terms)
            .for_each(|(sum, (l, r))| *sum += *l * *r);
    }
    sums.into_iter().fold(T::zero(), |sum, part| sum + part)
}

/// sums\[C\] = weight\[R,C\]ᵀ · u\[R\]
pub fn columns<T: Real>(args: &mut Args<'_, T>) {
    let [rows, columns] = ["rows", "columns"].map(|name| args.int(name));
    let (weight, u) = (args.floats("weight"), args.floats("u"));
    let sums = &mut args.floats_mut("sums")[..columns];
    let chunks = sums.par_chunks_mut(COLUMNS).enumerate();
    chunks.for_each(|(chunk, sums)| {
        sums.fill(T::zero());
        for (row, &u) in u[..rows].iter().enumerate() {
            let weight = &weight[row * columns + chunk * COLUMNS..];
            sums.iter_mut()
                .zip(weight)
                .for_each(|(sum, w)| *sum += u * *w);
        }
    });
}

/// dots\[R\] = left\[R,C\] · right row by row, where right moves on by `stride` per row
pub fn dots<T: Real>(args: &mut Args<'_, T>) {
    let [rows, columns, stride] = ["rows", "columns", "stride"].map(|name| args.int(name));
    let (left, right) = (args.floats("left"), args.floats("right"));
    let dots = args.floats_mut("dots")[..rows].par_iter_mut().enumerate();
    dots.with_min_len(CHUNK.div_ceil(columns))
        .for_each(|(row, value)| {
            let left = &left[row * columns..][..columns];
            *value = dot(left, &right[row * stride..][..columns]);
        });
}

/// direction\[L\] = values\[L\] / max(|values|, 1e-12)
pub fn direction<T: Real>(args: &mut Args<'_, T>) {
    let len = args.int("len");
    let values = &args.floats("values")[..len];
    let length = dot(values, values).sqrt().max(T::of(1e-12));
    let direction = args.floats_mut("direction").iter_mut().zip(values);
    direction.for_each(|(direction, value)| *direction = *value / length);
}

/// scaled\[L\] = weight\[L\] / sigma
pub fn divide<T: Real>(args: &mut Args<'_, T>) {
    let len = args.int("len");
    let (weight, sigma) = (&args.floats("weight")[..len], args.floats("sigma")[0]);
    let scaled = args.floats_mut("scaled")[..len].par_chunks_mut(CHUNK);
    scaled
        .zip(weight.par_chunks(CHUNK))
        .for_each(|(scaled, weight)| {
            let pairs = scaled.iter_mut().zip(weight);
            pairs.for_each(|(scaled, weight)| *scaled = *weight / sigma);
        });
}

/// dweight\[R,C\] (+)= (dscaled\[R,C\] − overlap · u\[R\] v\[C\]ᵀ) / sigma
pub fn backward<T: Real>(args: &mut Args<'_, T>) {
    let [rows, columns] = ["rows", "columns"].map(|name| args.int(name));
    let accumulate = args.int("accumulate") != 0;
    let [dscaled, u, v] = ["dscaled", "u", "v"].map(|name| args.floats(name));
    let [sigma, overlap] = ["sigma", "overlap"].map(|name| args.floats(name)[0]);
    let dweight = args.floats_mut("dweight")[..rows * columns].par_chunks_mut(columns);
    let lines = dweight.zip(dscaled.par_chunks(columns)).zip(u);
    lines.for_each(|((dweight, dscaled), u)| {
        let along = overlap * *u;
        for ((to, from), v) in dweight.iter_mut().zip(dscaled).zip(v) {
            let slope = (*from - along * *v) / sigma;
            *to = if accumulate { *to + slope } else { slope };
        }
    });
}
