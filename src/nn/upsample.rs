//! Nearest upsampling: every pixel becomes a block.

use super::{Backward, Forward, Layer, Module, Parameter, Tangent};
use crate::plan::codes::Activation;
use crate::plan::{CallBuilder, Recorder, Tensor, kernel};

/// torch.nn.Upsample(scale_factor=scale) in mode `nearest`, on images of `shape` = \[H, W, C\].
#[derive(Clone, Debug, PartialEq)]
pub struct Upsample {
    pub shape: [usize; 3],
    pub scale: usize,
}

impl Upsample {
    fn extents<'a>(&self, call: CallBuilder<'a>, rows: usize) -> CallBuilder<'a> {
        let [height, width, channels] = self.shape;
        call.set("rows", rows * height)
            .set("width", width)
            .set("channels", channels)
            .set("scale", self.scale)
    }
}

impl Layer for Upsample {
    fn modules(&self) -> Vec<Module> {
        vec![Module::Upsample {
            scale_factor: self.scale,
        }]
    }

    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    fn inputs(&self) -> usize {
        self.shape.iter().product()
    }

    fn outputs(&self) -> usize {
        self.inputs() * self.scale * self.scale
    }

    fn image(&self) -> Option<[usize; 3]> {
        let [height, width, channels] = self.shape;
        Some([height * self.scale, width * self.scale, channels])
    }

    fn activation(&self) -> Activation {
        Activation::Identity
    }

    fn largest(&self, rows: usize) -> u128 {
        let factors = self.shape.into_iter().chain([self.scale, self.scale]);
        factors.fold(rows as u128, |product, n| product * n as u128)
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let rows = r.rows(pass.x);
        let call = r
            .call(&kernel::UPSAMPLE_FORWARD)
            .read("x", pass.x)
            .write("y", pass.y);
        self.extents(call, rows)
            .extent(rows * self.outputs(), 1, 1)
            .record();
        Vec::new()
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        let below = pass.below?;
        let rows = r.rows(pass.x);
        let dx = r.scratch(pass.name, &[rows, self.inputs()]);
        let call = r
            .call(&kernel::UPSAMPLE_BACKWARD)
            .read("da", pass.da)
            .read("x", pass.x)
            .write("dx", dx);
        self.extents(call, rows)
            .set("activation", below.code())
            .set("leak", below.leak())
            .extent(rows * self.inputs(), 1, 1)
            .flops(rows * self.outputs())
            .record();
        Some(dx)
    }

    /// It is linear, and has no constant.
    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        pass.through(r, self)
    }
}
