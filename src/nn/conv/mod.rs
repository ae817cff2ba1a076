//! Convolutions and transposed convolutions: torch.nn.Conv2d and torch.nn.ConvTranspose2d with an
//! activation. They are one family: what one does forward the other does backward, on the same
//! weights, \[small channels, kernel, kernel, big channels\].
//!
//! Deliberately not here: groups, dilation, kernels and strides that differ between y and x.

mod record;

use super::{
    Backward, Forward, Grads, Layer, Module, Parameter, Planes, Start, Tangent, activation_module,
    sum,
};
use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor};

/// Which image a layer makes of which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A convolution: the small image from the big one.
    Down,
    /// A transposed convolution: the big image from the small one.
    Up,
}

/// A convolution, either way, with what follows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    pub direction: Direction,
    /// Height, width and channels of the image whose windows are seen.
    pub big: [usize; 3],
    /// Windows along y and x, and channels of the other image.
    pub small: [usize; 3],
    /// Pixels of a window along y and x.
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub bias: bool,
    pub activation: Activation,
}

/// Small pixels that one slice of a weight gradient sums over before another slice is worth its
/// traffic, and the most slices.
const PIXELS_PER_SPLIT: usize = 2048;
const MOST_SPLITS: usize = 64;

impl Conv {
    /// torch.nn.Conv2d(x\[2\], maps, kernel, stride, padding) on images of x = \[H, W, C\].
    ///
    /// # Panics
    /// Where a window is larger than the padded image, or the stride is 0.
    pub fn down(x: [usize; 3], maps: usize, kernel: usize, stride: usize, padding: usize) -> Conv {
        let windows = |extent: usize| {
            assert!(extent + 2 * padding >= kernel, "{kernel}² windows on {x:?}");
            (extent + 2 * padding - kernel) / stride + 1
        };
        Conv {
            direction: Direction::Down,
            big: x,
            small: [windows(x[0]), windows(x[1]), maps],
            kernel,
            stride,
            padding,
            bias: true,
            activation: Activation::Identity,
        }
    }

    /// torch.nn.ConvTranspose2d(x\[2\], y\[2\], kernel, stride, padding, output_padding) from images
    /// of x to images of y, both \[H, W, C\]; the output padding is what makes y of x.
    ///
    /// # Panics
    /// Where no output padding below the stride does.
    pub fn up(x: [usize; 3], y: [usize; 3], kernel: usize, stride: usize, padding: usize) -> Conv {
        let conv = Conv {
            direction: Direction::Up,
            small: x,
            ..Conv::down(y, x[2], kernel, stride, padding)
        };
        let back = Conv::down(y, x[2], kernel, stride, padding).small;
        assert_eq!(back, x, "from {x:?} to {y:?} with {kernel}² windows");
        conv
    }

    /// The same layer followed by φ.
    pub fn then(self, activation: Activation) -> Conv {
        Conv { activation, ..self }
    }

    /// The same layer without a bias, for a normalisation to follow.
    pub fn without_bias(self) -> Conv {
        let bias = false;
        Conv { bias, ..self }
    }

    /// Height, width and channels of the input.
    pub fn input(&self) -> [usize; 3] {
        match self.direction {
            Direction::Down => self.big,
            Direction::Up => self.small,
        }
    }

    /// Height, width and channels of the output.
    pub fn output(&self) -> [usize; 3] {
        match self.direction {
            Direction::Down => self.small,
            Direction::Up => self.big,
        }
    }

    fn window(&self) -> usize {
        self.kernel * self.kernel * self.big[2]
    }

    /// Small pixels of `rows` samples.
    fn pixels(&self, rows: usize) -> usize {
        rows * self.small[0] * self.small[1]
    }

    /// Slices of the weight gradient's sum: by shape alone, so that every device sums alike.
    fn splits(&self, rows: usize) -> usize {
        let pixels = self.pixels(rows);
        pixels.div_ceil(PIXELS_PER_SPLIT).min(MOST_SPLITS)
    }

    /// Multiply-adds of a pass over `rows` samples, twice: nothing that is zero by structure, but
    /// also what meets the padding.
    fn flops(&self, rows: usize) -> usize {
        2 * self.pixels(rows) * self.small[2] * self.window()
    }
}

impl Layer for Conv {
    fn modules(&self) -> Vec<Module> {
        let ([.., in_channels], [.., out_channels]) = (self.input(), self.output());
        let (kernel_size, stride, padding, bias) =
            (self.kernel, self.stride, self.padding, self.bias);
        let conv = match self.direction {
            Direction::Down => Module::Conv2d {
                in_channels,
                out_channels,
                kernel_size,
                stride,
                padding,
                bias,
            },
            Direction::Up => Module::ConvTranspose2d {
                in_channels,
                out_channels,
                kernel_size,
                stride,
                padding,
                output_padding: [0, 1].map(|d| {
                    self.big[d] + 2 * padding - kernel_size - (self.small[d] - 1) * stride
                }),
                bias,
            },
        };
        [Some(conv), activation_module(self.activation)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let (maps, channels, kernel) = (self.small[2], self.big[2], self.kernel);
        // PyTorch's fan-in of a transposed convolution is what its weight's shape suggests.
        let start = Start::FanIn(channels * kernel * kernel);
        let weight = Parameter {
            name: "weight",
            shape: vec![maps, channels, kernel, kernel],
            start,
            planes: Some(Planes {
                channels,
                pixels: kernel * kernel,
                inner: 1,
            }),
        };
        let bias = self.bias.then(|| Parameter {
            name: "bias",
            shape: vec![self.output()[2]],
            start,
            planes: None,
        });
        [Some(weight), bias].into_iter().flatten().collect()
    }

    fn inputs(&self) -> usize {
        self.input().iter().product()
    }

    fn outputs(&self) -> usize {
        self.output().iter().product()
    }

    fn image(&self) -> Option<[usize; 3]> {
        Some(self.output())
    }

    fn activation(&self) -> Activation {
        self.activation
    }

    fn largest(&self, rows: usize) -> u128 {
        let (inputs, outputs) = (self.inputs() as u128, self.outputs() as u128);
        let parts = self.splits(rows) as u128 * self.small[2] as u128 * self.window() as u128;
        let windows = match self.is_thin() {
            true => self.pixels(rows) as u128 * self.window() as u128,
            false => 0,
        };
        parts.max(windows).max(rows as u128 * inputs.max(outputs))
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let bias = match self.bias {
            true => pass.parameters[1],
            false => r.zeros(self.output()[2]),
        };
        self.linear(r, &pass, bias);
        Vec::new()
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        if pass.grads != Grads::Ignore {
            self.weight_gradient(r, &pass);
            self.bias_gradient(r, &pass);
        }
        let below = pass.below?;
        Some(self.back(r, &pass, below))
    }

    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        self.forth(r, &pass)
    }

    fn weight_gradient(&self, r: &mut Recorder, pass: &Backward) {
        self.weights(r, pass);
    }

    fn bias_gradient(&self, r: &mut Recorder, pass: &Backward) {
        if self.bias {
            sum::bias_gradient(r, pass, self.output()[2]);
        }
    }
}
