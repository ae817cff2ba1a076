//! Convolutions: `shaders/conv/`. The windows of a few samples at a time are laid out as a matrix
//! that fits into a core's cache; what is zero because it lies outside the image is multiplied, too.

mod geometry;

use std::ops::Range;

use pulp::Arch;
use rayon::prelude::*;

use super::activation::End;
use super::args::Args;
use super::product::Matrix;
use super::real::Real;
use geometry::{Fold, Geometry, LayOut};

/// small\[N,h,w,O\] = the windows of big\[N,H,W,I\] · weight\[O,K,K,I\]ᵀ.
fn down_product<T: Real>(
    geometry: Geometry,
    big: &[T],
    weight: &[T],
    small: &mut [T],
    end: End<T>,
) {
    let (pixels, outputs, window) = (geometry.pixels(), geometry.small[2], geometry.window());
    // Outputs side by side, as a product wants them, once for all samples.
    let of_tap = |k: usize| weight[k..].iter().step_by(window).copied();
    let weight: Vec<T> = (0..window).flat_map(of_tap).collect();
    let weight = Matrix::row_major(&weight, outputs);
    let samples = geometry.chunk(window);
    let images = big.par_chunks(samples * geometry.image());
    let results = small.par_chunks_mut(samples * pixels * outputs);
    let buffer = || vec![T::zero(); samples * pixels * window];
    let chunks = images.zip(results).enumerate();
    chunks.for_each_init(buffer, |windows, (chunk, (images, small))| {
        let extents = [small.len() / outputs, outputs, window];
        Arch::new().dispatch(LayOut {
            geometry,
            rows: 0..geometry.kernel,
            images,
            windows,
        });
        let windows = Matrix::row_major(windows, window);
        T::product_alone(extents, windows, weight, small, false);
        end.apply(chunk * samples * pixels * outputs, small);
    });
}

/// big\[N,H,W,I\] = the sum of the windows that small\[N,h,w,O\] · weight\[O,K,K,I\] makes.
fn up_product<T: Real>(geometry: Geometry, small: &[T], weight: &[T], big: &mut [T], end: End<T>) {
    let (pixels, outputs, window) = (geometry.pixels(), geometry.small[2], geometry.window());
    let weight = Matrix::row_major(weight, window);
    let samples = geometry.chunk(window);
    let results = big.par_chunks_mut(samples * geometry.image());
    let images = small.par_chunks(samples * pixels * outputs);
    let buffer = || vec![T::zero(); samples * pixels * window];
    let chunks = images.zip(results).enumerate();
    chunks.for_each_init(buffer, |windows, (chunk, (small, big))| {
        let extents = [small.len() / outputs, window, outputs];
        let small = Matrix::row_major(small, outputs);
        T::product_alone(extents, small, weight, windows, false);
        Arch::new().dispatch(Fold {
            geometry,
            windows,
            images: big,
        });
        end.apply(chunk * samples * geometry.image(), big);
    });
}

/// y\[N,h,w,O\] = φ(windows of x\[N,H,W,I\] · weight\[O,K,K,I\]ᵀ + bias\[O\])
pub fn down<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, end) = (Geometry::of(args), End::bias(args));
    let (x, weight) = (args.floats("x"), args.floats("weight"));
    down_product(geometry, x, weight, args.floats_mut("y"), end);
}

/// dx\[N,h,w,O\] = (windows of da\[N,H,W,I\] · weight\[O,K,K,I\]ᵀ) ∘ φ'(x)
pub fn down_slope<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, end) = (Geometry::of(args), End::slope(args));
    let (da, weight) = (args.floats("da"), args.floats("weight"));
    down_product(geometry, da, weight, args.floats_mut("dx"), end);
}

/// y\[N,H,W,I\] = φ(sum of the windows x\[N,h,w,O\] · weight\[O,K,K,I\] + bias\[I\])
pub fn up<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, end) = (Geometry::of(args), End::bias(args));
    let (x, weight) = (args.floats("x"), args.floats("weight"));
    up_product(geometry, x, weight, args.floats_mut("y"), end);
}

/// dx\[N,H,W,I\] = (sum of the windows da\[N,h,w,O\] · weight\[O,K,K,I\]) ∘ φ'(x)
pub fn up_slope<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, end) = (Geometry::of(args), End::slope(args));
    let (da, weight) = (args.floats("da"), args.floats("weight"));
    up_product(geometry, da, weight, args.floats_mut("dx"), end);
}

/// windows\[M,I\] = small\[M,O\] · weight\[O,I\]
pub fn windows<T: Real>(args: &mut Args<'_, T>) {
    let extents = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let [_, inputs, outputs] = extents;
    let small = Matrix::row_major(args.floats("small"), outputs);
    let weight = Matrix::row_major(args.floats("weight"), inputs);
    let windows = args.floats_mut("windows");
    T::product(extents, small, weight, windows, false, End::Nothing);
}

/// big\[N,H,W,I\] = the sum of windows\[N,h,w,K,K,I\].
fn fold_windows<T: Real>(geometry: Geometry, windows: &[T], big: &mut [T], end: End<T>) {
    let len = geometry.pixels() * geometry.window();
    let images = big.par_chunks_mut(geometry.image());
    let pairs = images.zip(windows.par_chunks(len)).enumerate();
    pairs.for_each(|(sample, (image, windows))| {
        Arch::new().dispatch(Fold {
            geometry,
            windows,
            images: image,
        });
        end.apply(sample * geometry.image(), image);
    });
}

/// y\[N,H,W,I\] = φ(sum of windows\[N,h,w,K,K,I\] + bias\[I\])
pub fn fold<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, end) = (Geometry::of(args), End::bias(args));
    let windows = args.floats("windows");
    fold_windows(geometry, windows, args.floats_mut("y"), end);
}

/// dx\[N,H,W,I\] = (sum of windows\[N,h,w,K,K,I\]) ∘ φ'(x)
pub fn fold_slope<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, end) = (Geometry::of(args), End::slope(args));
    let windows = args.floats("windows");
    fold_windows(geometry, windows, args.floats_mut("dx"), end);
}

/// dweight\[S,O,K,K,I\] (+)= small\[N,h,w,O\]ᵀ · windows of image\[N,H,W,I\], the small pixels cut
/// into S slices of ⌈N·h·w/S⌉
pub fn weight<T: Real>(args: &mut Args<'_, T>) {
    let geometry = Geometry::of(args);
    let (splits, accumulate) = (args.int("splits"), args.int("accumulate") != 0);
    let (small, image) = (args.floats("small"), args.floats("image"));
    let dweight = args.floats_mut("dweight");
    let (outputs, row, kernel) = (geometry.small[2], geometry.row(), geometry.kernel);
    let all = small.len() / outputs;
    let share = all.div_ceil(splits);
    // Of one slice and one row of the windows each: \[O, K·I\].
    let sums: Vec<Vec<T>> = (0..splits * kernel)
        .into_par_iter()
        .map(|task| {
            let (slice, ky) = (task / kernel, task % kernel);
            let range = (slice * share).min(all)..((slice + 1) * share).min(all);
            weight_row(geometry, ky, range, small, image)
        })
        .collect();
    let windows = dweight.par_chunks_mut(geometry.window()).enumerate();
    windows.for_each(|(at, window)| {
        let (slice, output) = (at / outputs, at % outputs);
        for (ky, to) in window.chunks_exact_mut(row).enumerate() {
            let from = &sums[slice * kernel + ky][output * row..][..row];
            match accumulate {
                true => to.iter_mut().zip(from).for_each(|(to, sum)| *to += *sum),
                false => to.copy_from_slice(from),
            }
        }
    });
}

/// The weight gradient of row `ky` of the windows, of some of the small pixels: \[O, K·I\].
fn weight_row<T: Real>(
    geometry: Geometry,
    ky: usize,
    range: Range<usize>,
    small: &[T],
    image: &[T],
) -> Vec<T> {
    let (pixels, outputs, row) = (geometry.pixels(), geometry.small[2], geometry.row());
    let mut sums = vec![T::zero(); outputs * row];
    if range.is_empty() {
        return sums;
    }
    let samples = geometry.chunk(row);
    let (first, end) = (range.start / pixels, range.end.div_ceil(pixels));
    let mut rows = vec![T::zero(); samples.min(end - first) * pixels * row];
    for from in (first..end).step_by(samples) {
        let to = (from + samples).min(end);
        let images = &image[from * geometry.image()..to * geometry.image()];
        Arch::new().dispatch(LayOut {
            geometry,
            rows: ky..ky + 1,
            images,
            windows: &mut rows,
        });
        let (begin, end) = (range.start.max(from * pixels), range.end.min(to * pixels));
        let small = Matrix::row_major(&small[begin * outputs..end * outputs], outputs);
        let rows = Matrix::row_major(&rows[(begin - from * pixels) * row..], row);
        let extents = [outputs, row, end - begin];
        T::product_alone(extents, small.transposed(), rows, &mut sums, true);
    }
    sums
}
