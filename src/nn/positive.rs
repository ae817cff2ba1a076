//! A layer whose weight is positive by construction: softplus of what is learned, over the root of
//! the inputs. A chain of such dense layers with increasing activations between is an increasing
//! function of each input.

use super::{Backward, Dense, Forward, Grads, Layer, Module, Parameter, Tangent};
use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor, kernel};

/// A dense layer with the weight log(1 + exp(weight_raw))/√inputs; the bias is free.
#[derive(Debug)]
pub struct Positive {
    layer: Dense,
}

impl Positive {
    /// The layer with its weight made positive.
    pub fn new(layer: Dense) -> Positive {
        Positive { layer }
    }

    fn scale(&self) -> f64 {
        1.0 / (self.layer.inputs as f64).sqrt()
    }
}

impl Layer for Positive {
    fn modules(&self) -> Vec<Module> {
        let mut modules = self.layer.modules();
        let holder = &mut modules[self.layer.holder()];
        let module = Box::new(holder.clone());
        let scale = self.scale();
        *holder = Module::Positive { module, scale };
        modules
    }

    fn holder(&self) -> usize {
        self.layer.holder()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = self.layer.parameters();
        parameters[0].name = "weight_raw";
        parameters
    }

    fn inputs(&self) -> usize {
        self.layer.inputs()
    }

    fn outputs(&self) -> usize {
        self.layer.outputs()
    }

    fn activation(&self) -> Activation {
        self.layer.activation()
    }

    fn largest(&self, rows: usize) -> u128 {
        self.layer.largest(rows)
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let raw = pass.parameters[0];
        let (shape, len) = (r.info(raw).shape.clone(), r.info(raw).len());
        let weight = r.scratch(&format!("{}.weight", pass.name), &shape);
        r.call(&kernel::POSITIVE_FORWARD)
            .read("raw", raw)
            .write("weight", weight)
            .set("len", len)
            .set("scale", self.scale())
            .extent(len, 1, 1)
            .flops(4 * len)
            .record();
        let parameters = [&[weight], &pass.parameters[1..]].concat();
        let own = Forward {
            parameters: &parameters,
            ..pass
        };
        let mut saved = vec![weight];
        saved.extend(self.layer.forward(r, own));
        saved
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        if pass.grads != Grads::Ignore {
            self.weight_gradient(r, &pass);
            self.bias_gradient(r, &pass);
        }
        let own = Backward {
            parameters: &[&pass.saved[..1], &pass.parameters[1..]].concat(),
            ..pass
        };
        self.layer.input_gradient(r, &own)
    }

    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        let own = Tangent {
            parameters: &[&pass.saved[..1], &pass.parameters[1..]].concat(),
            ..pass
        };
        self.layer.tangent(r, own)
    }

    fn weight_gradient(&self, r: &mut Recorder, pass: &Backward) {
        let shape = r.info(pass.gradients[0]).shape.clone();
        let dweight = r.scratch(&format!("{}.dweight", pass.name), &shape);
        // What an earlier pass left is added to by the kernel of the raw weight.
        let own = Backward {
            gradients: &[dweight],
            grads: Grads::Overwrite,
            ..*pass
        };
        self.layer.weight_gradient(r, &own);
        let (len, accumulate) = (r.info(dweight).len(), pass.accumulates());
        r.call(&kernel::POSITIVE_BACKWARD)
            .read("dweight", dweight)
            .read("raw", pass.parameters[0])
            .put("draw", pass.gradients[0], accumulate)
            .set("len", len)
            .set("scale", self.scale())
            .set("accumulate", u32::from(accumulate))
            .extent(len, 1, 1)
            .flops(4 * len)
            .record();
    }

    fn bias_gradient(&self, r: &mut Recorder, pass: &Backward) {
        self.layer.bias_gradient(r, pass);
    }
}
