//! Maxout (Goodfellow et al. 2013): the largest of several linear pieces, which a dense layer
//! without an activation makes side by side.

use super::{Backward, Forward, Layer, Module, Parameter, Tangent};
use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor, kernel};

/// From \[N, outputs·pieces\] the largest of each `pieces` neighbours, \[N, outputs\]. Equal ones
/// count as the first, to which the gradient goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Maxout {
    pub outputs: usize,
    pub pieces: usize,
}

impl Layer for Maxout {
    fn modules(&self) -> Vec<Module> {
        vec![Module::Maxout {
            pieces: self.pieces,
        }]
    }

    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    fn inputs(&self) -> usize {
        self.outputs * self.pieces
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn activation(&self) -> Activation {
        Activation::Identity
    }

    fn largest(&self, rows: usize) -> u128 {
        rows as u128 * self.outputs as u128 * self.pieces as u128
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let len = r.rows(pass.x) * self.outputs;
        r.call(&kernel::MAXOUT_FORWARD)
            .read("x", pass.x)
            .write("y", pass.y)
            .set("len", len)
            .set("pieces", self.pieces)
            .extent(len, 1, 1)
            .flops(len * self.pieces)
            .record();
        Vec::new()
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        let below = pass.below?;
        let rows = r.rows(pass.x);
        let len = rows * self.outputs;
        let dx = r.scratch(pass.name, &[rows, self.inputs()]);
        r.call(&kernel::MAXOUT_BACKWARD)
            .read("da", pass.da)
            .read("x", pass.x)
            .write("dx", dx)
            .set("len", len)
            .set("pieces", self.pieces)
            .set("activation", below.code())
            .set("leak", below.leak())
            .extent(len, 1, 1)
            .flops(len * self.pieces)
            .record();
        Some(dx)
    }

    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        let rows = r.rows(pass.tx);
        let len = rows * self.outputs;
        let ty = r.scratch(pass.name, &[rows, self.outputs]);
        r.call(&kernel::MAXOUT_TANGENT)
            .read("tx", pass.tx)
            .read("x", pass.x)
            .write("ty", ty)
            .set("len", len)
            .set("pieces", self.pieces)
            .extent(len, 1, 1)
            .flops(len * self.pieces)
            .record();
        ty
    }
}
