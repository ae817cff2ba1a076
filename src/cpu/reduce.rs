//! Sums in a fixed order, whatever the number of threads: `shaders/reduce/` and the sum over rows
//! of `shaders/dense/backward_bias.wgsl`.

use rayon::prelude::*;

use super::args::Args;
use super::real::Real;

/// Columns that a thread sums at a time.
const COLUMNS: usize = 64;

/// Sums that a thread makes at a time.
const CHUNK: usize = 1 << 12;

fn put<T: Real>(totals: &mut [T], sums: &[T], accumulate: bool) {
    match accumulate {
        true => totals
            .iter_mut()
            .zip(sums)
            .for_each(|(total, sum)| *total += *sum),
        false => totals.copy_from_slice(sums),
    }
}

fn add<T: Real>(sums: &mut [T], values: &[T]) {
    sums.iter_mut()
        .zip(values)
        .for_each(|(sum, value)| *sum += *value);
}

/// dbias\[O\] (+)= Σ over rows of da\[N,O\]
pub fn columns<T: Real>(args: &mut Args<'_, T>) {
    let [rows, outputs] = ["rows", "outputs"].map(|name| args.int(name));
    let accumulate = args.int("accumulate") != 0;
    let da = &args.floats("da")[..rows * outputs];
    let dbias = &mut args.floats_mut("dbias")[..outputs];
    dbias
        .par_chunks_mut(COLUMNS)
        .enumerate()
        .for_each(|(chunk, dbias)| {
            let (from, len) = (chunk * COLUMNS, dbias.len());
            let mut sums = [T::zero(); COLUMNS];
            for row in da.chunks_exact(outputs) {
                add(&mut sums[..len], &row[from..from + len]);
            }
            put(dbias, &sums[..len], accumulate);
        });
}

/// total\[L\] (+)= Σ over slices of parts\[S,L\], in order
pub fn splits<T: Real>(args: &mut Args<'_, T>) {
    let [splits, len] = ["splits", "len"].map(|name| args.int(name));
    let accumulate = args.int("accumulate") != 0;
    let parts = &args.floats("parts")[..splits * len];
    let total = &mut args.floats_mut("total")[..len];
    total
        .par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk, total)| {
            let (from, to) = (chunk * CHUNK, chunk * CHUNK + total.len());
            let mut sums = parts[from..to].to_vec();
            for slice in parts.chunks_exact(len).skip(1) {
                add(&mut sums, &slice[from..to]);
            }
            put(total, &sums, accumulate);
        });
}
