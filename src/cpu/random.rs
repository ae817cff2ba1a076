//! Random tensors: `shaders/random/`.

use rayon::prelude::*;

use super::args::Args;
use super::real::Real;
use crate::threefry::{Words, open_unit, threefry2x32};

/// Pairs that a thread makes at a time.
const PAIRS: usize = 512;

/// Draw clock\[counter\] of the stream: elements 2j and 2j + 1 from counter (draw, j).
fn fill<T: Real>(args: &mut Args<'_, T>, pair: impl Fn(Words) -> [T; 2] + Sync) {
    let key = [args.int("key0") as u32, args.int("key1") as u32];
    let draw = args.words("clock")[args.int("counter")];
    let values = &mut args.floats_mut("values")[..args.int("len")];
    let chunks = values.par_chunks_mut(2 * PAIRS).enumerate();
    chunks.for_each(|(chunk, values)| {
        for (at, values) in values.chunks_mut(2).enumerate() {
            let made = pair(threefry2x32(key, [draw, (chunk * PAIRS + at) as u32]));
            values.iter_mut().zip(made).for_each(|(v, m)| *v = m);
        }
    });
}

/// values\[L\]: standard normal numbers.
pub fn normal<T: Real>(args: &mut Args<'_, T>) {
    fill(args, T::box_muller);
}

/// values\[L\]: uniform numbers on (−1, 1).
pub fn uniform<T: Real>(args: &mut Args<'_, T>) {
    fill(args, |words| {
        words.map(|word| T::of(2.0 * open_unit(word) - 1.0))
    });
}
