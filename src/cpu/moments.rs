//! Products of coordinates: `shaders/moments/`.

use rayon::prelude::*;

use super::activation::multiply_by_slope;
use super::args::Args;
use super::real::Real;
use crate::plan::codes::Activation;

/// The last coordinate of sequence `k`, and the sequence before it, if there is one: sequences are numbers
/// in base `dims` that have no zero. What the shader multiplies out for every sequence is handed on from
/// one to the next here.
fn parent(k: usize, dims: usize) -> (usize, Option<usize>) {
    (k % dims, (k / dims).checked_sub(1))
}

/// y\[N,K\] = the products of 1 to `degree` coordinates of x\[N,D\], every sequence by itself
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let [dims, features] = ["dims", "features"].map(|name| args.int(name));
    let (x, y) = (args.floats("x"), args.floats_mut("y"));
    y.par_chunks_mut(features)
        .zip(x.par_chunks(dims))
        .for_each(|(y, x)| products(x, y));
}

fn products<T: Real>(x: &[T], y: &mut [T]) {
    for k in 0..y.len() {
        let (last, before) = parent(k, x.len());
        y[k] = before.map_or(x[last], |before| y[before] * x[last]);
    }
}

/// dx\[N,D\] = (Σ over K of da\[N,K\] · ∂y\[N,K\]/∂x\[N,D\]) ∘ φ'(x)
pub fn backward<T: Real>(args: &mut Args<'_, T>) {
    let [dims, features] = ["dims", "features"].map(|name| args.int(name));
    let activation = Activation::from_code(args.int("activation") as u32, args.float("leak"));
    let (da, x, dx) = (args.floats("da"), args.floats("x"), args.floats_mut("dx"));
    dx.par_chunks_mut(dims)
        .zip(da.par_chunks(features))
        .zip(x.par_chunks(dims))
        .for_each(|((dx, da), x)| {
            let mut y = vec![T::zero(); features];
            products(x, &mut y);
            let mut slopes = da.to_vec();
            dx.fill(T::zero());
            for k in (0..features).rev() {
                let (last, before) = parent(k, dims);
                match before {
                    Some(before) => {
                        dx[last] += slopes[k] * y[before];
                        let carried = slopes[k] * x[last];
                        slopes[before] += carried;
                    }
                    None => dx[last] += slopes[k],
                }
            }
            multiply_by_slope(activation, dx, x);
        });
}
