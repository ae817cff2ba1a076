//! Convolutions: `shaders/conv/`. The windows of a few samples at a time are laid out as a matrix
//! that fits into a core's cache; what is zero because it lies outside the image is multiplied, too.

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

    /// Samples whose windows are laid out at a time: by shape alone.
    fn chunk(&self) -> usize {
        (WINDOWS / (self.pixels() * self.window())).max(1)
    }

    /// Calls `copy(at, from, len)` for what of row `ky` of every window of an image lies inside: `at`
    /// in rows of windows laid out one after the other, `from` in the image.
    #[inline(always)] // into loops that are compiled for wide vectors
    fn each_row(&self, ky: usize, mut copy: impl FnMut(usize, usize, usize)) {
        let [height, width, channels] = self.big;
        for y in 0..self.small[0] {
            let Some(image_y) = (y * self.stride + ky).checked_sub(self.padding) else {
                continue;
            };
            if image_y >= height {
                continue;
            }
            for x in 0..self.small[1] {
                let (left, padding) = (x * self.stride, self.padding);
                let first = padding.saturating_sub(left);
                let end = (width + padding).saturating_sub(left).min(self.kernel);
                if first < end {
                    let at = (y * self.small[1] + x) * self.row() + first * channels;
                    let from = (image_y * width + left + first - padding) * channels;
                    copy(at, from, (end - first) * channels);
                }
            }
        }
    }

    /// Lays out row `ky` of all windows of an image: rows\[h·w, kernel·channels\].
    #[inline(always)]
    fn lay_out<T: Real>(&self, ky: usize, image: &[T], rows: &mut [T]) {
        rows.fill(T::zero());
        self.each_row(ky, |at, from, len| {
            let pairs = rows[at..at + len].iter_mut().zip(&image[from..from + len]);
            pairs.for_each(|(to, from)| *to = *from);
        });
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
    let (pixels, outputs, row) = (geometry.pixels(), geometry.small[2], geometry.row());
    let samples = geometry.chunk();
    let images = big.par_chunks(samples * geometry.image());
    let results = small.par_chunks_mut(samples * pixels * outputs);
    images
        .zip(results)
        .enumerate()
        .for_each(|(chunk, (images, small))| {
            let count = images.len() / geometry.image();
            let mut rows = vec![T::zero(); count * pixels * row];
            for ky in 0..geometry.kernel {
                Arch::new().dispatch(|| {
                    let pairs = images
                        .chunks_exact(geometry.image())
                        .zip(rows.chunks_exact_mut(pixels * row));
                    pairs.for_each(|(image, rows)| geometry.lay_out(ky, image, rows));
                });
                let weights = Matrix {
                    data: &weight[ky * row..],
                    row_stride: geometry.window(),
                    column_stride: 1,
                };
                let (extents, rows) = (
                    [count * pixels, outputs, row],
                    Matrix::row_major(&rows, row),
                );
                T::product_alone(extents, rows, weights.transposed(), small, ky > 0);
            }
            Arch::new().dispatch(|| finish(chunk * samples * pixels * outputs, small));
        });
}

/// big\[N,H,W,I\] = the sum of the windows that small\[N,h,w,O\] · weight\[O,K,K,I\] makes;
/// `finish` as above.
fn up_product<T: Real>(
    geometry: Geometry,
    small: &[T],
    weight: &[T],
    big: &mut [T],
    finish: impl Fn(usize, &mut [T]) + Sync,
) {
    let (pixels, outputs, window) = (geometry.pixels(), geometry.small[2], geometry.window());
    let row = geometry.row();
    let samples = geometry.chunk();
    let results = big.par_chunks_mut(samples * geometry.image());
    let images = small.par_chunks(samples * pixels * outputs);
    images
        .zip(results)
        .enumerate()
        .for_each(|(chunk, (small, big))| {
            let count = big.len() / geometry.image();
            let mut windows = vec![T::zero(); count * pixels * row];
            big.fill(T::zero());
            for ky in 0..geometry.kernel {
                let weights = Matrix {
                    data: &weight[ky * row..],
                    row_stride: window,
                    column_stride: 1,
                };
                let (extents, small) = (
                    [count * pixels, row, outputs],
                    Matrix::row_major(small, outputs),
                );
                T::product_alone(extents, small, weights, &mut windows, false);
                Arch::new().dispatch(|| {
                    let pairs = big
                        .chunks_exact_mut(geometry.image())
                        .zip(windows.chunks_exact(pixels * row));
                    pairs.for_each(|(image, windows)| {
                        geometry.each_row(ky, |at, to, len| {
                            let pairs = image[to..to + len].iter_mut().zip(&windows[at..at + len]);
                            pairs.for_each(|(to, from)| *to += *from);
                        });
                    });
                });
            }
            Arch::new().dispatch(|| finish(chunk * samples * geometry.image(), big));
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
    // Sums of one slice over one row of the windows: \[O, K·I\].
    let sums: Vec<Vec<T>> = (0..splits * kernel)
        .into_par_iter()
        .map(|task| {
            let (slice, ky) = (task / kernel, task % kernel);
            let range = (slice * share).min(all)..((slice + 1) * share).min(all);
            weight_row(geometry, ky, range, small, image)
        })
        .collect();
    for (task, sums) in sums.iter().enumerate() {
        let (slice, ky) = (task / kernel, task % kernel);
        for (output, sums) in sums.chunks_exact(row).enumerate() {
            let at = ((slice * outputs + output) * kernel + ky) * row;
            let pairs = dweight[at..at + row].iter_mut().zip(sums);
            match accumulate {
                true => pairs.for_each(|(to, sum)| *to += *sum),
                false => pairs.for_each(|(to, sum)| *to = *sum),
            }
        }
    }
}

/// The weight gradient of row `ky` of the windows, of some of the small pixels: \[O, K·I\].
fn weight_row<T: Real>(
    geometry: Geometry,
    ky: usize,
    range: std::ops::Range<usize>,
    small: &[T],
    image: &[T],
) -> Vec<T> {
    let (pixels, outputs, row) = (geometry.pixels(), geometry.small[2], geometry.row());
    let mut sums = vec![T::zero(); outputs * row];
    if range.is_empty() {
        return sums;
    }
    let samples = geometry.chunk();
    let mut rows = vec![T::zero(); samples * pixels * row];
    let (first, end) = (range.start / pixels, range.end.div_ceil(pixels));
    for from in (first..end).step_by(samples) {
        let to = (from + samples).min(end);
        let images = &image[from * geometry.image()..to * geometry.image()];
        Arch::new().dispatch(|| {
            let images = images.chunks_exact(geometry.image());
            let pairs = images.zip(rows.chunks_exact_mut(pixels * row));
            pairs.for_each(|(image, rows)| geometry.lay_out(ky, image, rows));
        });
        let (begin, end) = (range.start.max(from * pixels), range.end.min(to * pixels));
        let small = Matrix::row_major(&small[begin * outputs..end * outputs], outputs);
        let rows = Matrix::row_major(&rows[(begin - from * pixels) * row..], row);
        let extents = [outputs, row, end - begin];
        T::product_alone(extents, small.transposed(), rows, &mut sums, true);
    }
    sums
}
