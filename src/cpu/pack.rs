//! Several images as one of more channels: `shaders/pack/`.

use rayon::prelude::*;

use super::activation::multiply_by_slope;
use super::args::Args;
use super::real::Real;
use crate::plan::codes::Activation;

/// count, pixels, channels
fn extents<T>(args: &Args<'_, T>) -> [usize; 3] {
    ["count", "pixels", "channels"].map(|name| args.int(name))
}

/// y\[N,P,M,C\] = x\[N,M,P,C\]
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let [count, pixels, channels] = extents(args);
    let (x, y) = (args.floats("x"), args.floats_mut("y"));
    let pack = count * pixels * channels;
    y.par_chunks_mut(pack)
        .zip(x.par_chunks(pack))
        .for_each(|(y, x)| {
            for (line, y) in y.chunks_exact_mut(channels).enumerate() {
                let (pixel, sample) = (line / count, line % count);
                y.copy_from_slice(&x[(sample * pixels + pixel) * channels..][..channels]);
            }
        });
}

/// dx\[N,M,P,C\] = da\[N,P,M,C\] ∘ φ'(x)
pub fn backward<T: Real>(args: &mut Args<'_, T>) {
    let [count, pixels, channels] = extents(args);
    let activation = Activation::from_code(args.int("activation") as u32, args.float("leak"));
    let (da, x, dx) = (args.floats("da"), args.floats("x"), args.floats_mut("dx"));
    let pack = count * pixels * channels;
    dx.par_chunks_mut(pack)
        .zip(da.par_chunks(pack))
        .zip(x.par_chunks(pack))
        .for_each(|((dx, da), x)| {
            for (line, dx) in dx.chunks_exact_mut(channels).enumerate() {
                let (sample, pixel) = (line / pixels, line % pixels);
                dx.copy_from_slice(&da[(pixel * count + sample) * channels..][..channels]);
            }
            multiply_by_slope(activation, dx, x);
        });
}
