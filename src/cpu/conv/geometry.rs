//! Where the windows of a convolution lie, and moving them to and from images.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::super::args::Args;
use super::super::real::Real;

/// Elements of the windows that a thread lays out at a time.
const WINDOWS: usize = 1 << 18;

/// The extents of `shaders/lib/conv.wgsl`.
#[derive(Clone, Copy)]
pub struct Geometry {
    /// Height, width, channels.
    pub big: [usize; 3],
    pub small: [usize; 3],
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
}

impl Geometry {
    pub fn of<T>(args: &Args<'_, T>) -> Geometry {
        Geometry {
            big: ["height", "width", "inputs"].map(|name| args.int(name)),
            small: ["small_height", "small_width", "outputs"].map(|name| args.int(name)),
            kernel: args.int("kernel"),
            stride: args.int("stride"),
            padding: args.int("padding"),
        }
    }

    /// Elements of a big image.
    pub fn image(&self) -> usize {
        self.big.iter().product()
    }

    /// Windows of an image.
    pub fn pixels(&self) -> usize {
        self.small[0] * self.small[1]
    }

    /// Elements of one row of a window, which are neighbours in the image.
    pub fn row(&self) -> usize {
        self.kernel * self.big[2]
    }

    /// Elements of a window.
    pub fn window(&self) -> usize {
        self.kernel * self.row()
    }

    /// Samples that are worked on at a time, `len` elements of windows per pixel: by shape alone.
    pub fn chunk(&self, len: usize) -> usize {
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

/// Lays out rows of the windows of some images.
pub struct LayOut<'a, T> {
    pub geometry: Geometry,
    pub rows: Range<usize>,
    pub images: &'a [T],
    pub windows: &'a mut [T],
}

impl<T: Real> WithSimd for LayOut<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let of = self.geometry;
        let len = of.pixels() * self.rows.len() * of.row();
        let images = self.images.chunks_exact(of.image());
        for (image, windows) in images.zip(self.windows.chunks_exact_mut(len)) {
            of.lay_out(self.rows.clone(), image, windows);
        }
    }
}

/// Adds the windows of some images up.
pub struct Fold<'a, T> {
    pub geometry: Geometry,
    pub windows: &'a [T],
    pub images: &'a mut [T],
}

impl<T: Real> WithSimd for Fold<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let of = self.geometry;
        self.images.fill(T::zero());
        let windows = self.windows.chunks_exact(of.pixels() * of.window());
        for (image, windows) in self.images.chunks_exact_mut(of.image()).zip(windows) {
            of.fold(windows, image);
        }
    }
}
