//! Nearest upsampling: `shaders/upsample/`.

use rayon::prelude::*;

use super::activation::multiply_by_slope;
use super::args::Args;
use super::real::Real;

/// rows, width, channels, scale
fn extents<T>(args: &Args<'_, T>) -> [usize; 4] {
    ["rows", "width", "channels", "scale"].map(|name| args.int(name))
}

/// y\[N,H·S,W·S,C\] = every pixel of x\[N,H,W,C\] S times along both sides
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let [rows, width, channels, scale] = extents(args);
    let (x, y) = (args.floats("x"), args.floats_mut("y"));
    let line = width * channels;
    let blocks = y[..rows * line * scale * scale].par_chunks_mut(line * scale * scale);
    let lines = x[..rows * line].par_chunks(line);
    blocks.zip(lines).for_each(|(block, x)| {
        let (first, others) = block.split_at_mut(line * scale);
        let pixels = x.chunks_exact(channels);
        for (copies, pixel) in first.chunks_exact_mut(channels * scale).zip(pixels) {
            copies
                .chunks_exact_mut(channels)
                .for_each(|y| y.copy_from_slice(pixel));
        }
        others
            .chunks_exact_mut(line * scale)
            .for_each(|y| y.copy_from_slice(first));
    });
}

/// dx\[N,H,W,C\] = Σ over S·S pixels of da\[N,H·S,W·S,C\] ∘ φ'(x)
pub fn backward<T: Real>(args: &mut Args<'_, T>) {
    let [rows, width, channels, scale] = extents(args);
    let activation = args.activation();
    let (da, x, dx) = (args.floats("da"), args.floats("x"), args.floats_mut("dx"));
    let line = width * channels;
    let lines = dx[..rows * line].par_chunks_mut(line);
    let blocks = da.par_chunks(line * scale * scale);
    lines
        .zip(blocks)
        .zip(x.par_chunks(line))
        .for_each(|((dx, block), x)| {
            dx.fill(T::zero());
            for da in block.chunks_exact(line * scale) {
                let pixels = dx.chunks_exact_mut(channels);
                for (dx, copies) in pixels.zip(da.chunks_exact(channels * scale)) {
                    for da in copies.chunks_exact(channels) {
                        dx.iter_mut().zip(da).for_each(|(dx, da)| *dx += *da);
                    }
                }
            }
            multiply_by_slope(activation, dx, x);
        });
}
