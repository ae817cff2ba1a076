//! Dropout: `shaders/dropout/`.

use rayon::prelude::*;

use super::activation::multiply_by_slope;
use super::args::Args;
use super::real::Real;
use crate::plan::codes::Counter;
use crate::threefry::{Words, threefry2x32};

/// Pairs that a thread makes at a time.
const PAIRS: usize = 512;

/// Which elements are kept, and what those are multiplied by.
struct Mask<T> {
    key: Words,
    draw: u32,
    least: u32,
    scale: T,
}

impl<T: Real> Mask<T> {
    fn of(args: &mut Args<'_, T>) -> Mask<T> {
        let word = |name| args.int(name) as u32;
        let [key0, key1, draw, least] = ["key0", "key1", "draw", "least"].map(word);
        let scale = T::of(args.float("scale"));
        let drawn = args.words("clock")[Counter::Dropout as usize];
        Mask {
            key: [key0, key1],
            draw: drawn.wrapping_add(draw),
            least,
            scale,
        }
    }

    /// Multiplies the elements from `2 * first` on.
    fn apply(&self, first: usize, values: &mut [T]) {
        for (at, values) in values.chunks_mut(2).enumerate() {
            let words = threefry2x32(self.key, [self.draw, (first + at) as u32]);
            for (value, word) in values.iter_mut().zip(words) {
                *value *= match word >> 8 >= self.least {
                    true => self.scale,
                    false => T::zero(),
                };
            }
        }
    }
}

/// y\[L\] = x\[L\] ∘ mask · scale
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let (len, mask) = (args.int("len"), Mask::of(args));
    let (x, y) = (args.floats("x"), args.floats_mut("y"));
    let chunks = y[..len].par_chunks_mut(2 * PAIRS).enumerate();
    chunks.for_each(|(chunk, y)| {
        y.copy_from_slice(&x[chunk * 2 * PAIRS..][..y.len()]);
        mask.apply(chunk * PAIRS, y);
    });
}

/// dx\[L\] = da\[L\] ∘ mask · scale ∘ φ'(x)
pub fn backward<T: Real>(args: &mut Args<'_, T>) {
    let (len, mask) = (args.int("len"), Mask::of(args));
    let activation = args.activation();
    let (da, x, dx) = (args.floats("da"), args.floats("x"), args.floats_mut("dx"));
    let chunks = dx[..len].par_chunks_mut(2 * PAIRS).enumerate();
    chunks.for_each(|(chunk, dx)| {
        let from = chunk * 2 * PAIRS;
        dx.copy_from_slice(&da[from..][..dx.len()]);
        mask.apply(chunk * PAIRS, dx);
        multiply_by_slope(activation, dx, &x[from..]);
    });
}
