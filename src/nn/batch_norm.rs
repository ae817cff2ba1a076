//! Batch normalisation (Ioffe and Szegedy 2015): y = φ(weight·(x − μ)/√(σ² + ε) + bias) per channel,
//! torch.nn.BatchNorm1d or BatchNorm2d and an activation in one.
//!
//! It deliberately does not fold itself into the layer below: in training its statistics need all of
//! that layer's output first.

use super::{
    Backward, Buffer, Forward, Grads, Initial, Layer, Mode, Module, Obstacle, Parameter, Start,
    Tangent, activation_module, sum,
};
use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor, kernel};

/// A normalisation of each channel over the batch and all pixels, with what follows it.
///
/// In training each group of the rows is normalised with its own mean and biased variance; the
/// running statistics take the mean and the unbiased variance of group after group. Where a group
/// has a single value per channel, which PyTorch refuses, its variance counts as 0: y is φ(bias), no
/// gradient passes, and the running variance moves towards 0.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm {
    pub channels: usize,
    /// H·W; 1 after a dense layer.
    pub pixels: usize,
    /// Whether PyTorch sees images here, be it of a single pixel: BatchNorm2d.
    pub is_2d: bool,
    pub activation: Activation,
    /// Added to the variance; 1e-5 in PyTorch.
    pub epsilon: f64,
    /// The share of a batch in the running statistics; 0.1 in PyTorch.
    pub momentum: f64,
}

/// Lines that a thread normalises: what belongs to its channels is loaded once for all.
const LINES_PER_THREAD: usize = 8;

/// How a pass sees a tensor of whole samples: groups of lines, a line being the channels of a pixel.
struct Lines {
    groups: usize,
    /// Of one group.
    lines: usize,
    /// Slices of a sum over the lines of a group.
    slices: usize,
    /// Threads that share the lines of a group.
    blocks: usize,
}

impl BatchNorm {
    /// With PyTorch's ε and momentum.
    pub fn new(channels: usize, pixels: usize, activation: Activation) -> BatchNorm {
        BatchNorm {
            channels,
            pixels,
            is_2d: pixels > 1,
            activation,
            epsilon: 1e-5,
            momentum: 0.1,
        }
    }

    /// Of images of \[H, W, C\], with PyTorch's ε and momentum.
    pub fn of_images([h, w, channels]: [usize; 3], activation: Activation) -> BatchNorm {
        BatchNorm {
            is_2d: true,
            ..BatchNorm::new(channels, h * w, activation)
        }
    }

    fn lines(&self, rows: usize, mode: Mode) -> Lines {
        let groups = match mode {
            Mode::Train(training) => training.groups,
            Mode::Eval => 1,
        };
        assert!(rows.is_multiple_of(groups), "{rows} rows, {groups} groups");
        let lines = rows / groups * self.pixels;
        Lines {
            groups,
            lines,
            slices: sum::slices(lines),
            blocks: lines.div_ceil(LINES_PER_THREAD),
        }
    }

    /// \[G, 2, C\]: mean and 1/√(σ² + ε) of the batch; the running ones are moved on.
    fn statistics(&self, r: &mut Recorder, pass: &Forward, of: &Lines) -> Tensor {
        let (channels, groups, name) = (self.channels, of.groups, pass.name);
        let parts = [of.slices, groups, 2, channels];
        let parts = r.scratch(&format!("{name}.moments"), &parts);
        let stats = r.scratch(&format!("{name}.stats"), &[groups, 2, channels]);
        r.call(&kernel::NORM_MOMENTS)
            .read("x", pass.x)
            .write("parts", parts)
            .set("lines", of.lines)
            .set("channels", channels)
            .set("groups", groups)
            .set("slices", of.slices)
            .extent(of.slices * channels, groups, 1)
            .flops(4 * groups * of.lines * channels)
            .record();
        r.call(&kernel::NORM_STATISTICS)
            .read("parts", parts)
            .write("stats", stats)
            .update("running_mean", pass.buffers[0])
            .update("running_var", pass.buffers[1])
            .set("lines", of.lines)
            .set("channels", channels)
            .set("groups", groups)
            .set("slices", of.slices)
            .set("epsilon", self.epsilon)
            .set("momentum", self.momentum)
            .extent(channels, 1, 1)
            .flops(8 * groups * of.slices * channels)
            .record();
        stats
    }

    /// \[1, 2, C\]: running mean and 1/√(running variance + ε).
    fn running(&self, r: &mut Recorder, pass: &Forward) -> Tensor {
        let stats = r.scratch(&format!("{}.stats", pass.name), &[1, 2, self.channels]);
        r.call(&kernel::NORM_RUNNING)
            .read("running_mean", pass.buffers[0])
            .read("running_var", pass.buffers[1])
            .write("stats", stats)
            .set("channels", self.channels)
            .set("epsilon", self.epsilon)
            .extent(self.channels, 1, 1)
            .flops(3 * self.channels)
            .record();
        stats
    }

    /// \[G, 2, C\]: Σda and Σda·x̂ of each group.
    fn sums(&self, r: &mut Recorder, pass: &Backward, of: &Lines) -> Tensor {
        let (channels, groups) = (self.channels, of.groups);
        let sums = r.scratch(&format!("{}.sums", pass.name), &[groups, 2, channels]);
        let parts = [of.slices, groups, 2, channels];
        sum::sliced(r, pass.name, &parts, sums, false, |r, parts, _| {
            r.call(&kernel::NORM_BACKWARD_SUMS)
                .read("da", pass.da)
                .read("x", pass.x)
                .read("stats", pass.saved[0])
                .write("parts", parts)
                .set("lines", of.lines)
                .set("channels", channels)
                .set("groups", groups)
                .set("slices", of.slices)
                .extent(of.slices * channels, groups, 1)
                .flops(4 * groups * of.lines * channels)
                .record();
        });
        sums
    }

    fn parameter_gradients(&self, r: &mut Recorder, pass: &Backward, of: &Lines, sums: Tensor) {
        let accumulate = pass.accumulates();
        r.call(&kernel::NORM_BACKWARD_PARAMETERS)
            .read("sums", sums)
            .put("dweight", pass.gradients[0], accumulate)
            .put("dbias", pass.gradients[1], accumulate)
            .set("channels", self.channels)
            .set("groups", of.groups)
            .set("accumulate", u32::from(accumulate))
            .extent(self.channels, 1, 1)
            .flops(2 * of.groups * self.channels)
            .record();
    }
}

impl Layer for BatchNorm {
    fn modules(&self) -> Vec<Module> {
        let (num_features, eps, momentum) = (self.channels, self.epsilon, self.momentum);
        let norm = match self.is_2d {
            true => Module::BatchNorm2d {
                num_features,
                eps,
                momentum,
            },
            false => Module::BatchNorm1d {
                num_features,
                eps,
                momentum,
            },
        };
        let modules = [Some(norm), activation_module(self.activation)];
        modules.into_iter().flatten().collect()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let parameter = |name, start| Parameter {
            name,
            shape: vec![self.channels],
            start,
            planes: None,
        };
        vec![
            parameter("weight", Start::One),
            parameter("bias", Start::Zero),
        ]
    }

    fn buffers(&self) -> Vec<Buffer> {
        let buffer = |name, value| Buffer {
            name,
            shape: vec![self.channels],
            initial: Initial::Constant(value),
            planes: None,
        };
        vec![buffer("running_mean", 0.0), buffer("running_var", 1.0)]
    }

    fn inputs(&self) -> usize {
        self.pixels * self.channels
    }

    fn outputs(&self) -> usize {
        self.pixels * self.channels
    }

    fn activation(&self) -> Activation {
        self.activation
    }

    fn largest(&self, rows: usize) -> u128 {
        // Of few lines there is one slice, whose two sums may be more than the lines.
        rows.max(2) as u128 * self.inputs() as u128
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let of = self.lines(r.rows(pass.x), pass.mode);
        let stats = match pass.mode {
            Mode::Train(_) => self.statistics(r, &pass, &of),
            Mode::Eval => self.running(r, &pass),
        };
        r.call(&kernel::NORM_APPLY)
            .read("x", pass.x)
            .read("stats", stats)
            .read("weight", pass.parameters[0])
            .read("bias", pass.parameters[1])
            .write("y", pass.y)
            .set("lines", of.lines)
            .set("channels", self.channels)
            .set("groups", of.groups)
            .set("blocks", of.blocks)
            .set("activation", self.activation.code())
            .set("leak", self.activation.leak())
            .extent(of.groups * of.blocks * self.channels, 1, 1)
            .flops(3 * of.groups * of.lines * self.channels)
            .record();
        vec![stats]
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        let rows = r.rows(pass.x);
        let of = self.lines(rows, pass.mode);
        let training = matches!(pass.mode, Mode::Train(_));
        let learns = pass.grads != Grads::Ignore;
        let wanted = learns || (training && pass.below.is_some());
        let sums = wanted.then(|| self.sums(r, &pass, &of));
        if let (true, Some(sums)) = (learns, sums) {
            self.parameter_gradients(r, &pass, &of, sums);
        }
        let below = pass.below?;
        // Statistics that are constants pass nothing on.
        let (share, sums) = match (training, sums) {
            (true, Some(sums)) => (1.0 / of.lines as f64, sums),
            _ => (0.0, r.zeros(2 * self.channels)),
        };
        let dx = r.scratch(pass.name, &[rows, self.inputs()]);
        r.call(&kernel::NORM_BACKWARD_INPUT)
            .read("da", pass.da)
            .read("x", pass.x)
            .read("stats", pass.saved[0])
            .read("weight", pass.parameters[0])
            .read("sums", sums)
            .write("dx", dx)
            .set("lines", of.lines)
            .set("channels", self.channels)
            .set("groups", of.groups)
            .set("blocks", of.blocks)
            .set("share", share)
            .set("activation", below.code())
            .set("leak", below.leak())
            .extent(of.groups * of.blocks * self.channels, 1, 1)
            .flops(6 * of.groups * of.lines * self.channels)
            .record();
        Some(dx)
    }

    fn obstacle(&self) -> Option<Obstacle> {
        Some(Obstacle::CoupledSamples)
    }

    fn tangent(&self, _: &mut Recorder, _: Tangent) -> Tensor {
        panic!("batch normalisation couples samples")
    }
}
