//! One scale and one shift per column: y = φ(weight ∘ x + bias). As a generator it is the family
//! μ + σ·z of location and scale, whose σ is learned freely and may become negative.

use super::{
    Backward, Forward, Grads, Layer, Module, Parameter, Start, Tangent, activation_module, sum,
};
use crate::plan::codes::Activation;
use crate::plan::{CallBuilder, Recorder, Tensor, kernel};

/// Begins as the identity, whatever the initialisation of other layers (but for `normal:SIGMA`, which
/// spreads the scale around 1).
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    pub columns: usize,
    pub activation: Activation,
}

impl Affine {
    fn sizes<'a>(&self, call: CallBuilder<'a>, rows: usize, phi: Activation) -> CallBuilder<'a> {
        let len = rows * self.columns;
        call.set("len", len)
            .set("columns", self.columns)
            .set("activation", phi.code())
            .set("leak", phi.leak())
            .extent(len, 1, 1)
            .flops(2 * len)
    }
}

impl Layer for Affine {
    fn modules(&self) -> Vec<Module> {
        let num_features = self.columns;
        [
            Some(Module::Affine { num_features }),
            activation_module(self.activation),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let parameter = |name, start| Parameter {
            name,
            shape: vec![self.columns],
            start,
            planes: None,
        };
        vec![
            parameter("weight", Start::One),
            parameter("bias", Start::Zero),
        ]
    }

    fn inputs(&self) -> usize {
        self.columns
    }

    fn outputs(&self) -> usize {
        self.columns
    }

    fn activation(&self) -> Activation {
        self.activation
    }

    fn largest(&self, rows: usize) -> u128 {
        rows as u128 * self.columns as u128
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let rows = r.rows(pass.x);
        let call = r
            .call(&kernel::AFFINE_FORWARD)
            .read("x", pass.x)
            .read("weight", pass.parameters[0])
            .read("bias", pass.parameters[1])
            .write("y", pass.y);
        self.sizes(call, rows, self.activation).record();
        Vec::new()
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        if pass.grads != Grads::Ignore {
            self.weight_gradient(r, &pass);
            self.bias_gradient(r, &pass);
        }
        let below = pass.below?;
        let rows = r.rows(pass.x);
        let dx = r.scratch(pass.name, &[rows, self.columns]);
        let call = r
            .call(&kernel::AFFINE_BACKWARD_INPUT)
            .read("da", pass.da)
            .read("weight", pass.parameters[0])
            .read("x", pass.x)
            .write("dx", dx);
        self.sizes(call, rows, below).record();
        Some(dx)
    }

    /// The way back, from the other side: weight ∘ tx ∘ φ'(y).
    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        let rows = r.rows(pass.tx);
        let ty = r.scratch(pass.name, &[rows, self.columns]);
        let call = r
            .call(&kernel::AFFINE_BACKWARD_INPUT)
            .read("da", pass.tx)
            .read("weight", pass.parameters[0])
            .read("x", pass.y)
            .write("dx", ty);
        self.sizes(call, rows, pass.end).record();
        ty
    }

    fn weight_gradient(&self, r: &mut Recorder, pass: &Backward) {
        let len = r.info(pass.x).len();
        let shape = [len / self.columns, self.columns];
        let terms = r.scratch(&format!("{}.terms", pass.name), &shape);
        r.call(&kernel::AFFINE_BACKWARD_WEIGHT)
            .read("da", pass.da)
            .read("x", pass.x)
            .write("terms", terms)
            .set("len", len)
            .extent(len, 1, 1)
            .flops(len)
            .record();
        let name = format!("{}.weight", pass.name);
        let (total, accumulate) = (pass.gradients[0], pass.accumulates());
        sum::rows(r, &name, terms, self.columns, total, accumulate);
    }

    fn bias_gradient(&self, r: &mut Recorder, pass: &Backward) {
        sum::bias_gradient(r, pass, self.columns);
    }
}
