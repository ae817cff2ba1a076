//! Moving data: `shaders/data/`.

use rayon::prelude::*;

use super::args::Args;
use super::real::Real;
use crate::plan::codes::Counter;
use crate::threefry::{permute, threefry2x32};

/// x\[N,F\]: the next N of `count` images in the order of the epoch, bytes mapped to \[−1, 1\].
/// A batch may reach into the next epoch, so N is at most `count`.
pub fn gather<T: Real>(args: &mut Args<'_, T>) {
    let [count, rows, features] = ["count", "rows", "features"].map(|name| args.int(name));
    let key = [args.int("key0") as u32, args.int("key1") as u32];
    let (images, clock) = (args.bytes("images"), args.words("clock"));
    let (first, epoch) = (
        clock[Counter::Position as usize],
        clock[Counter::Epoch as usize],
    );
    let image_of = |row: usize| {
        let position = first as usize + row;
        let later = position >= count;
        let key = threefry2x32(key, [epoch.wrapping_add(u32::from(later)), 0]);
        let position = position - if later { count } else { 0 };
        permute(key, count as u32, position as u32) as usize
    };
    let value: [T; 256] = std::array::from_fn(|byte| T::of(byte as f64 * (2.0 / 255.0) - 1.0));
    let x = &mut args.floats_mut("x")[..rows * features];
    x.par_chunks_mut(features)
        .enumerate()
        .with_min_len(8)
        .for_each(|(row, x)| {
            let image = &images[image_of(row) * features..][..features];
            x.iter_mut()
                .zip(image)
                .for_each(|(x, byte)| *x = value[usize::from(*byte)]);
        });
}

/// destination\[start..start+L\] = source\[L\]
pub fn copy<T: Real>(args: &mut Args<'_, T>) {
    let (start, len) = (args.int("start"), args.int("len"));
    let source = args.floats("source");
    args.floats_mut("destination")[start..start + len].copy_from_slice(&source[..len]);
}
