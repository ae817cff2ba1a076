//! Convolutions: `shaders/conv/`. The windows of a few samples at a time are laid out as a matrix
//! that fits into a core's cache; what is zero because it lies outside the image is multiplied, too.

use std::ops::Range;

use pulp::Arch;
use rayon::prelude::*;

use super::activation::{activate, multiply_by_slope};
use super::args::Args;
use super::product::Matrix;
use super::real::Real;
use crate::plan::codes::Activation;

/// Elements of the windows that a thread lays out at a time.
const WINDOWS: usize = 1 << 18;

/// The extents of `shaders/lib/conv.wgsl`.
#[derive(Clone, Copy)]
struct Geometry {
    /// Height, width, channels.
    big: [usize; 3],
    small: [usize; 3],
    kernel: usize,
    stride: usize,
    padding: usize,
}

impl Geometry {
    fn of<T>(args: &Args<'_, T>) -> Geometry {
        Geometry {
            big: ["height", "width", "inputs"].map(|name| args.int(name)),
            small: ["small_height", "small_width", "outputs"].map(|name| args.int(name)),
            kernel: args.int("kernel"),
            stride: args.int("stride"),
            padding: args.int("padding"),
        }
    }

    /// Elements of a big image.
    fn image(&self) -> usize {
        self.big.iter().product()
    }

    /// Windows of an image.
    fn pixels(&self) -> usize {
        self.small[0] * self.small[1]
    }

    /// Elements of one row of a window, which are neighbours in the image.
    fn row(&self) -> usize {
        self.kernel * self.big[2]
    }

    /// Elements of a window.
    fn window(&self) -> usize {
        self.kernel * self.row()
    }

    /// Samples that are worked on at a time, `len` elements of windows per pixel: by shape alone.
    fn chunk(&self, len: usize) -> usize {
        (WINDOWS / (self.pixels() * len)).max(1)
    }

    /// Where row `ky` of the window at (y, x) meets the image: elements of the row before it, the
    /// element of the image, and how many there are.
    #[inline(always)] // into loops that are compiled for wide vectors
    fn meet(&self, y: usize, x: usize, ky: usize) -> [usize; 3] {
        let ([height, width, channels], padding) = (self.big, self.padding);
        let (top, left) = (y * self.stride + ky, x * self.stride);
        let first = padding.saturating_sub(left).min(self.kernel);
        let end = (width + padding).saturating_sub(left).min(self.kernel);
        if top < padding || top - padding >= height || end <= first {
            return [0; 3];
        }
        let pixel = (top - padding) * width + left + first - padding;
        [first, pixel, end - first].map(|pixels| pixels * channels)
    }

    /// Lays out the rows `kys` of all windows of an image: windows\[h·w, rows, K·I\].
    #[inline(always)]
    fn lay_out<T: Real>(&self, kys: Range<usize>, image: &[T], windows: &mut [T]) {
        let row = self.row();
        let mut rows = windows.chunks_exact_mut(row);
        for y in 0..self.small[0] {
            for x in 0..self.small[1] {
                for ky in kys.clone() {
                    let [before, from, len] = self.meet(y, x, ky);
                    let to = rows.next().expect("a row per window and ky");
                    to[..before].fill(T::zero());
                    let inside = to[before..before + len].iter_mut();
                    let pairs = inside.zip(&image[from..from + len]);
                    pairs.for_each(|(to, from)| *to = *from);
                    to[before + len..].fill(T::zero());
                }
            }
        }
    }

    /// Adds windows\[h·w, K, K·I\] up in an image.
    #[inline(always)]
    fn fold<T: Real>(&self, windows: &[T], image: &mut [T]) {
        let mut rows = windows.chunks_exact(self.row());
        for y in 0..self.small[0] {
            for x in 0..self.small[1] {
                for ky in 0..self.kernel {
                    let [before, to, len] = self.meet(y, x, ky);
                    let from = rows.next().expect("a row per window and ky");
                    let inside = from[before..before + len].iter();
                    let pairs = image[to..to + len].iter_mut().zip(inside);
                    pairs.for_each(|(to, from)| *to += *from);
                }
            }
        }
    }
}

fn activation<T>(args: &Args<'_, T>) -> Activation {
    Activation::from_code(args.int("activation") as u32, args.float("leak"))
}

/// small\[N,h,w,O\] = the windows of big\[N,H,W,I\] · weight\[O,K,K,I\]ᵀ; `finish(at, values)` gets the
/// results of several samples, which begin at element `at`.
fn down_product<T: Real>(
    geometry: Geometry,
    big: &[T],
    weight: &[T],
    small: &mut [T],
    finish: impl Fn(usize, &mut [T]) + Sync,
) {
    let (pixels, outputs, window) = (geometry.pixels(), geometry.small[2], geometry.window());
    // Outputs side by side, as a product wants them, once for all samples.
    let weight: Vec<T> = (0..window * outputs)
        .map(|at| weight[at % outputs * window + at / outputs])
        .collect();
    let weight = Matrix::row_major(&weight, outputs);
    let samples = geometry.chunk(window);
    let images = big.par_chunks(samples * geometry.image());
    let results = small.par_chunks_mut(samples * pixels * outputs);
    let buffer = || vec![T::zero(); samples * pixels * window];
    let chunks = images.zip(results).enumerate();
    chunks.for_each_init(buffer, |windows, (chunk, (images, small))| {
        let images = images.chunks_exact(geometry.image());
        let extents = [images.len() * pixels, outputs, window];
        Arch::new().dispatch(|| {
            let pairs = images.zip(windows.chunks_exact_mut(pixels * window));
            pairs.for_each(|(image, to)| geometry.lay_out(0..geometry.kernel, image, to));
        });
        let windows = Matrix::row_major(windows, window);
        T::product_alone(extents, windows, weight, small, false);
        Arch::new().dispatch(|| finish(chunk * samples * pixels * outputs, small));
    });
}

/// big\[N,H,W,I\] = the sum of the windows that small\[N,h,w,O\] · weight\[O,K,K,I\] makes; `finish` as
/// above.
fn up_product<T: Real>(
    geometry: Geometry,
    small: &[T],
    weight: &[T],
    big: &mut [T],
    finish: impl Fn(usize, &mut [T]) + Sync,
) {
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
        Arch::new().dispatch(|| {
            big.fill(T::zero());
            let images = big.chunks_exact_mut(geometry.image());
            let pairs = images.zip(windows.chunks_exact(pixels * window));
            pairs.for_each(|(image, windows)| geometry.fold(windows, image));
            finish(chunk * samples * geometry.image(), big);
        });
    });
}

#[inline(always)]
fn add_bias<T: Real>(values: &mut [T], bias: &[T]) {
    for values in values.chunks_exact_mut(bias.len()) {
        values.iter_mut().zip(bias).for_each(|(y, b)| *y += *b);
    }
}

/// y\[N,h,w,O\] = φ(windows of x\[N,H,W,I\] · weight\[O,K,K,I\]ᵀ + bias\[O\])
pub fn down<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, activation) = (Geometry::of(args), activation(args));
    let (x, weight, bias) = (args.floats("x"), args.floats("weight"), args.floats("bias"));
    down_product(geometry, x, weight, args.floats_mut("y"), |_, y| {
        add_bias(y, bias);
        activate(activation, y);
    });
}

/// dx\[N,h,w,O\] = (windows of da\[N,H,W,I\] · weight\[O,K,K,I\]ᵀ) ∘ φ'(x)
pub fn down_slope<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, activation) = (Geometry::of(args), activation(args));
    let (da, weight, x) = (args.floats("da"), args.floats("weight"), args.floats("x"));
    down_product(geometry, da, weight, args.floats_mut("dx"), |at, dx| {
        multiply_by_slope(activation, dx, &x[at..]);
    });
}

/// y\[N,H,W,I\] = φ(sum of the windows x\[N,h,w,O\] · weight\[O,K,K,I\] + bias\[I\])
pub fn up<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, activation) = (Geometry::of(args), activation(args));
    let (x, weight, bias) = (args.floats("x"), args.floats("weight"), args.floats("bias"));
    up_product(geometry, x, weight, args.floats_mut("y"), |_, y| {
        add_bias(y, bias);
        activate(activation, y);
    });
}

/// dx\[N,H,W,I\] = (sum of the windows da\[N,h,w,O\] · weight\[O,K,K,I\]) ∘ φ'(x)
pub fn up_slope<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, activation) = (Geometry::of(args), activation(args));
    let (da, weight, x) = (args.floats("da"), args.floats("weight"), args.floats("x"));
    up_product(geometry, da, weight, args.floats_mut("dx"), |at, dx| {
        multiply_by_slope(activation, dx, &x[at..]);
    });
}

/// windows\[M,I\] = small\[M,O\] · weight\[O,I\]
pub fn windows<T: Real>(args: &mut Args<'_, T>) {
    let extents = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let [_, inputs, outputs] = extents;
    let small = Matrix::row_major(args.floats("small"), outputs);
    let weight = Matrix::row_major(args.floats("weight"), inputs);
    let windows = args.floats_mut("windows");
    T::product(extents, small, weight, windows, false, |_, _, _| {});
}

/// big\[N,H,W,I\] = the sum of windows\[N,h,w,K,K,I\]; `finish(at, values)` gets the results of a
/// sample, which begin at element `at`.
fn fold_windows<T: Real>(
    geometry: Geometry,
    windows: &[T],
    big: &mut [T],
    finish: impl Fn(usize, &mut [T]) + Sync,
) {
    let len = geometry.pixels() * geometry.window();
    let images = big.par_chunks_mut(geometry.image());
    let pairs = images.zip(windows.par_chunks(len)).enumerate();
    pairs.for_each(|(sample, (image, windows))| {
        Arch::new().dispatch(|| {
            image.fill(T::zero());
            geometry.fold(windows, image);
            finish(sample * geometry.image(), image);
        });
    });
}

/// y\[N,H,W,I\] = φ(sum of windows\[N,h,w,K,K,I\] + bias\[I\])
pub fn fold<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, activation) = (Geometry::of(args), activation(args));
    let (windows, bias) = (args.floats("windows"), args.floats("bias"));
    fold_windows(geometry, windows, args.floats_mut("y"), |_, y| {
        add_bias(y, bias);
        activate(activation, y);
    });
}

/// dx\[N,H,W,I\] = (sum of windows\[N,h,w,K,K,I\]) ∘ φ'(x)
pub fn fold_slope<T: Real>(args: &mut Args<'_, T>) {
    let (geometry, activation) = (Geometry::of(args), activation(args));
    let (windows, x) = (args.floats("windows"), args.floats("x"));
    fold_windows(geometry, windows, args.floats_mut("dx"), |at, dx| {
        multiply_by_slope(activation, dx, &x[at..]);
    });
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
        Arch::new().dispatch(|| {
            let images = images.chunks_exact(geometry.image());
            let pairs = images.zip(rows.chunks_exact_mut(pixels * row));
            pairs.for_each(|(image, rows)| geometry.lay_out(ky..ky + 1, image, rows));
        });
        let (begin, end) = (range.start.max(from * pixels), range.end.min(to * pixels));
        let small = Matrix::row_major(&small[begin * outputs..end * outputs], outputs);
        let rows = Matrix::row_major(&rows[(begin - from * pixels) * row..], row);
        let extents = [outputs, row, end - begin];
        T::product_alone(extents, small.transposed(), rows, &mut sums, true);
    }
    sums
}
