//! Products of coordinates: `shaders/moments/`.

use rayon::prelude::*;

use super::activation::multiply_by_slope;
use super::args::Args;
use super::real::Real;
use crate::plan::codes::Activation;

/// The coordinates of sequence `k`, the last first: numbers in base `dims` that have no zero.
fn sequence(k: usize, dims: usize) -> impl Iterator<Item = usize> {
    let mut left = k + 1;
    std::iter::from_fn(move || {
        let digit = left.checked_sub(1)?;
        left = digit / dims;
        Some(digit % dims)
    })
}

/// y\[N,K\] = the products of 1 to `degree` coordinates of x\[N,D\], every sequence by itself
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let [dims, features] = ["dims", "features"].map(|name| args.int(name));
    let (x, y) = (args.floats("x"), args.floats_mut("y"));
    y.par_chunks_mut(features)
        .zip(x.par_chunks(dims))
        .for_each(|(y, x)| {
            for (k, y) in y.iter_mut().enumerate() {
                *y = sequence(k, dims).fold(T::one(), |product, at| product * x[at]);
            }
        });
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
            for (own, dx) in dx.iter_mut().enumerate() {
                *dx = T::zero();
                for (k, da) in da.iter().enumerate() {
                    // (uv)' = u'v + uv'
                    let (mut product, mut derivative) = (T::one(), T::zero());
                    for at in sequence(k, dims) {
                        let inner = if at == own { product } else { T::zero() };
                        derivative = derivative * x[at] + inner;
                        product *= x[at];
                    }
                    *dx += *da * derivative;
                }
            }
            multiply_by_slope(activation, dx, x);
        });
}
