//! The calls that a convolution records, one way and the other.

use super::{Conv, Direction};
use crate::nn::{Backward, Forward, Tangent, sum};
use crate::plan::codes::Activation;
use crate::plan::{CallBuilder, Kernel, Recorder, Tensor, kernel};

/// The kernels that a pass may end in.
struct Ends<'a> {
    /// What scratch tensors are called.
    name: &'a str,
    down: &'static Kernel,
    up: &'static Kernel,
    /// After `conv/windows`.
    fold: &'static Kernel,
}

/// A linear pass that ends in a slope: the input gradient of a layer, and the tangent of one that
/// goes the other way.
struct Sloped<'a> {
    /// What scratch tensors are called.
    name: &'a str,
    weight: Tensor,
    of: Tensor,
    /// What the activation made.
    x: Tensor,
    activation: Activation,
}

impl Conv {
    /// Begins a call on `rows` samples.
    fn call<'a>(
        &self,
        r: &'a mut Recorder,
        kernel: &'static Kernel,
        rows: usize,
    ) -> CallBuilder<'a> {
        r.call(kernel)
            .set("rows", rows)
            .set("height", self.big[0])
            .set("width", self.big[1])
            .set("inputs", self.big[2])
            .set("small_height", self.small[0])
            .set("small_width", self.small[1])
            .set("outputs", self.small[2])
            .set("kernel", self.kernel)
            .set("stride", self.stride)
            .set("padding", self.padding)
    }

    /// Whether big images have so few channels that a product that makes their pixels directly
    /// would leave most of every block of columns empty.
    pub(super) fn is_thin(&self) -> bool {
        !self.big[2].is_multiple_of(4)
    }

    /// Begins the call that ends a pass towards `direction`, with the port of what comes in.
    fn pass<'a>(
        &self,
        r: &'a mut Recorder,
        direction: Direction,
        ends: Ends,
        (port, x): (&'static str, Tensor),
        weight: Tensor,
    ) -> CallBuilder<'a> {
        let rows = r.rows(x);
        let ([height, width, channels], s) = (self.big, self.stride);
        if direction == Direction::Up && self.is_thin() {
            let windows = self.windows(r, ends.name, x, weight);
            let call = self.call(r, ends.fold, rows).read("windows", windows);
            let len = rows * height * width * channels;
            return call
                .extent(len, 1, 1)
                .flops(self.pixels(rows) * self.window());
        }
        let (kernel, extent) = match direction {
            Direction::Down => (ends.down, [self.small[2], self.pixels(rows), 1]),
            // A phase is a slice; the first is the largest.
            Direction::Up => {
                let pixels = rows * height.div_ceil(s) * width.div_ceil(s);
                (ends.up, [channels, pixels, s * s])
            }
        };
        let [x_extent, y_extent, z_extent] = extent;
        self.call(r, kernel, rows)
            .read(port, x)
            .read("weight", weight)
            .extent(x_extent, y_extent, z_extent)
            .flops(self.flops(rows))
    }

    /// Records what every small pixel adds to a big image: \[N, h·w·K·K·I\].
    fn windows(&self, r: &mut Recorder, name: &str, small: Tensor, weight: Tensor) -> Tensor {
        let rows = r.rows(small);
        let pixels = self.pixels(rows);
        let shape = [rows, pixels / rows * self.window()];
        let windows = r.scratch(&format!("{name}.windows"), &shape);
        r.call(&kernel::CONV_WINDOWS)
            .read("small", small)
            .read("weight", weight)
            .write("windows", windows)
            .set("rows", pixels)
            .set("inputs", self.window())
            .set("outputs", self.small[2])
            .extent(self.window(), pixels, 1)
            .flops(self.flops(rows))
            .record();
        windows
    }

    /// Records φ(the linear part of x + bias).
    pub(super) fn linear(&self, r: &mut Recorder, pass: &Forward, bias: Tensor) {
        let ends = Ends {
            name: pass.name,
            down: &kernel::CONV_DOWN,
            up: &kernel::CONV_UP,
            fold: &kernel::CONV_FOLD,
        };
        self.pass(r, self.direction, ends, ("x", pass.x), pass.parameters[0])
            .read("bias", bias)
            .write("y", pass.y)
            .set("activation", self.activation.code())
            .set("leak", self.activation.leak())
            .record();
    }

    /// Records the gradient at the pre-activation below.
    pub(super) fn back(&self, r: &mut Recorder, pass: &Backward, below: Activation) -> Tensor {
        let back = match self.direction {
            Direction::Down => Direction::Up,
            Direction::Up => Direction::Down,
        };
        let sloped = Sloped {
            name: pass.name,
            weight: pass.parameters[0],
            of: pass.da,
            x: pass.x,
            activation: below,
        };
        self.sloped(r, back, sloped)
    }

    /// Records the tangent of the output.
    pub(super) fn forth(&self, r: &mut Recorder, pass: &Tangent) -> Tensor {
        let sloped = Sloped {
            name: pass.name,
            weight: pass.parameters[0],
            of: pass.tx,
            x: pass.y,
            activation: pass.end,
        };
        self.sloped(r, self.direction, sloped)
    }

    /// Records (the linear part of `of`, towards `direction`) ∘ φ'(x).
    fn sloped(&self, r: &mut Recorder, direction: Direction, pass: Sloped) -> Tensor {
        let len: usize = match direction {
            Direction::Down => self.small.iter().product(),
            Direction::Up => self.big.iter().product(),
        };
        let dx = r.scratch(pass.name, &[r.rows(pass.of), len]);
        let ends = Ends {
            name: pass.name,
            down: &kernel::CONV_DOWN_SLOPE,
            up: &kernel::CONV_UP_SLOPE,
            fold: &kernel::CONV_FOLD_SLOPE,
        };
        self.pass(r, direction, ends, ("da", pass.of), pass.weight)
            .read("x", pass.x)
            .write("dx", dx)
            .set("activation", pass.activation.code())
            .set("leak", pass.activation.leak())
            .record();
        dx
    }

    /// Records the gradient of the weight.
    pub(super) fn weights(&self, r: &mut Recorder, pass: &Backward) {
        let (rows, dweight) = (r.rows(pass.x), pass.gradients[0]);
        let (small, image) = match self.direction {
            Direction::Down => (pass.da, pass.x),
            Direction::Up => (pass.x, pass.da),
        };
        let parts = [self.splits(rows), self.small[2], self.window()];
        let record = |r: &mut Recorder, dweight, accumulate| {
            let [splits, maps, window] = parts;
            self.call(r, &kernel::CONV_WEIGHT, rows)
                .read("small", small)
                .read("image", image)
                .put("dweight", dweight, accumulate)
                .set("splits", splits)
                .set("accumulate", u32::from(accumulate))
                .extent(window, maps, splits)
                .flops(self.flops(rows))
                .record();
        };
        sum::sliced(r, pass.name, &parts, dweight, pass.accumulates(), record);
    }
}
