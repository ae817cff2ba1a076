//! Tangents: `shaders/tangent/`.

use pulp::Arch;
use rayon::prelude::*;

use super::activation::{multiply_by_curve, multiply_by_slope};
use super::args::Args;
use super::real::Real;

/// Elements that a thread makes at a time.
const CHUNK: usize = 1 << 12;

/// ty\[L\] = ta ∘ φ'(y), and bend\[L\] = da ∘ ta ∘ φ''/φ'
pub fn bend<T: Real>(args: &mut Args<'_, T>) {
    let (len, activation) = (args.int("len"), args.activation());
    let [y, da, ta] = ["y", "da", "ta"].map(|name| args.floats(name));
    let (ty, bend) = (args.floats_mut("ty"), args.floats_mut("bend"));
    let bends = bend[..len].par_chunks_mut(CHUNK);
    let chunks = ty[..len].par_chunks_mut(CHUNK).zip(bends).enumerate();
    chunks.for_each(|(chunk, (ty, bend))| {
        let [y, da, ta] = [y, da, ta].map(|all| &all[chunk * CHUNK..][..ty.len()]);
        ty.copy_from_slice(ta);
        multiply_by_slope(activation, ty, y);
        let terms = bend.iter_mut().zip(da.iter().zip(ta));
        terms.for_each(|(bend, (da, ta))| *bend = *da * *ta);
        multiply_by_curve(activation, bend, y);
    });
}

/// weighed\[L\] = values\[L\], each row of `width` times its weight, plus added\[count\] from `start` on
pub fn weigh<T: Real>(args: &mut Args<'_, T>) {
    let [len, width, start, count] = ["len", "width", "start", "count"].map(|name| args.int(name));
    let [values, weights, added] = ["values", "weights", "added"].map(|name| args.floats(name));
    let rows = args.floats_mut("weighed")[..len].par_chunks_mut(width);
    let rows = rows.enumerate().with_min_len(CHUNK.div_ceil(width));
    rows.for_each(|(row, weighed)| {
        let (at, weight) = (row * width, weights[row]);
        let values = &values[at..][..width];
        Arch::new().dispatch(|| {
            let pairs = weighed.iter_mut().zip(values);
            pairs.for_each(|(weighed, value)| *weighed = weight * *value);
        });
        if (start..start + count).contains(&at) {
            let added = &added[at - start..][..width];
            Arch::new().dispatch(|| {
                let pairs = weighed.iter_mut().zip(added);
                pairs.for_each(|(weighed, added)| *weighed += *added);
            });
        }
    });
}
