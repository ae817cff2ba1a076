//! The way into a critic that sees several images at once (Lin et al. 2018, PacGAN): images that lie
//! one after the other become one image with the channels of all.
//!
//! It is not for dense critics, which know no pixels: to them, images one after the other are one long
//! row.

use super::{Backward, Forward, Layer, Module, Parameter, Tangent};
use crate::plan::codes::Activation;
use crate::plan::{CallBuilder, Recorder, Tensor, kernel};

/// From \[N, M, H·W, C\] to \[N, H·W, M, C\]. In PyTorch, where channels come first, it is
/// `x.reshape(N, M * C, H, W)` and no module.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// H, W, C of one image.
    pub shape: [usize; 3],
    /// M.
    pub count: usize,
}

impl Pack {
    fn extents<'a>(&self, call: CallBuilder<'a>, rows: usize) -> CallBuilder<'a> {
        let [height, width, channels] = self.shape;
        call.set("rows", rows)
            .set("count", self.count)
            .set("pixels", height * width)
            .set("channels", channels)
            .extent(rows * self.inputs(), 1, 1)
    }
}

impl Layer for Pack {
    fn modules(&self) -> Vec<Module> {
        Vec::new()
    }

    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    fn inputs(&self) -> usize {
        self.count * self.shape.iter().product::<usize>()
    }

    fn outputs(&self) -> usize {
        self.inputs()
    }

    fn image(&self) -> Option<[usize; 3]> {
        let [height, width, channels] = self.shape;
        Some([height, width, self.count * channels])
    }

    fn activation(&self) -> Activation {
        Activation::Identity
    }

    fn largest(&self, rows: usize) -> u128 {
        rows as u128 * self.inputs() as u128
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let rows = r.rows(pass.x);
        let call = r.call(&kernel::PACK_FORWARD);
        let call = call.read("x", pass.x).write("y", pass.y);
        self.extents(call, rows).record();
        Vec::new()
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        let below = pass.below?;
        let rows = r.rows(pass.x);
        let dx = r.scratch(pass.name, &[rows, self.inputs()]);
        let call = r
            .call(&kernel::PACK_BACKWARD)
            .read("da", pass.da)
            .read("x", pass.x)
            .write("dx", dx)
            .set("activation", below.code())
            .set("leak", below.leak());
        self.extents(call, rows)
            .flops(rows * self.inputs())
            .record();
        Some(dx)
    }

    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        pass.through(r, self)
    }
}
