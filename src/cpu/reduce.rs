//! Sums in a fixed order, whatever the number of threads: `shaders/reduce/`.

use pulp::Arch;
use rayon::prelude::*;

use super::args::Args;
use super::real::Real;

/// Columns that a thread sums at a time.
const COLUMNS: usize = 512;

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

#[inline(always)] // into loops that are compiled for wide vectors
fn add<T: Real>(sums: &mut [T], values: &[T]) {
    sums.iter_mut()
        .zip(values)
        .for_each(|(sum, value)| *sum += *value);
}

/// parts\[W\] (+)= Σ over k of values\[i + k·W\], i < W, of L values
pub fn columns<T: Real>(args: &mut Args<'_, T>) {
    let [len, width] = ["len", "width"].map(|name| args.int(name));
    let accumulate = args.int("accumulate") != 0;
    let values = &args.floats("values")[..len];
    let parts = args.floats_mut("parts")[..width].par_chunks_mut(COLUMNS);
    parts.enumerate().for_each(|(chunk, parts)| {
        let mut sums = [T::zero(); COLUMNS];
        Arch::new().dispatch(|| {
            for at in (chunk * COLUMNS..len).step_by(width) {
                let few = parts.len().min(len - at);
                add(&mut sums[..few], &values[at..at + few]);
            }
        });
        put(parts, &sums[..parts.len()], accumulate);
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
