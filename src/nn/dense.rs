//! Dense layers: y = φ(x·Wᵀ + b), torch.nn.Linear and an activation in one.

use super::{Backward, Forward, Grads, Layer, Module, Parameter, Start, activation_module, sum};
use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor, kernel};

/// torch.nn.Linear(inputs, outputs) and what follows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    pub inputs: usize,
    pub outputs: usize,
    /// Not below a normalisation, which takes any constant away.
    pub bias: bool,
    pub activation: Activation,
}

/// Rows that one slice of a weight gradient sums over before another slice is worth its traffic.
const ROWS_PER_SPLIT: usize = 2048;
const MOST_SPLITS: usize = 16;

impl Dense {
    /// Slices of the weight gradient's sum: by shape alone, so that every device sums alike.
    fn splits(rows: usize) -> usize {
        rows.div_ceil(ROWS_PER_SPLIT).min(MOST_SPLITS)
    }

    fn weight_gradient(&self, r: &mut Recorder, pass: &Backward) {
        let (rows, inputs, outputs) = (r.rows(pass.x), self.inputs, self.outputs);
        let (splits, dweight) = (Dense::splits(rows), pass.gradients[0]);
        let accumulate = pass.grads == Grads::Accumulate;
        let parts = match splits {
            1 => dweight,
            _ => r.scratch(&format!("{}.parts", pass.name), &[splits, outputs, inputs]),
        };
        let call = r
            .call(&kernel::DENSE_BACKWARD_WEIGHT)
            .read("da", pass.da)
            .read("x", pass.x)
            .set("rows", rows)
            .set("inputs", inputs)
            .set("outputs", outputs)
            .set("splits", splits)
            .set("accumulate", u32::from(accumulate && splits == 1))
            .extent(inputs, outputs, splits)
            .flops(2 * rows * inputs * outputs);
        match accumulate && splits == 1 {
            true => call.update("dweight", parts).record(),
            false => call.write("dweight", parts).record(),
        }
        if splits > 1 {
            sum::splits(r, parts, dweight, splits, accumulate);
        }
    }

    fn bias_gradient(&self, r: &mut Recorder, pass: &Backward) {
        let accumulate = pass.grads == Grads::Accumulate;
        let (da, dbias) = (pass.da, pass.gradients[1]);
        sum::rows(r, pass.name, da, self.outputs, dbias, accumulate);
    }
}

impl Layer for Dense {
    fn modules(&self) -> Vec<Module> {
        let linear = Module::Linear {
            in_features: self.inputs,
            out_features: self.outputs,
            bias: self.bias,
        };
        [Some(linear), activation_module(self.activation)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let start = Start::FanIn(self.inputs);
        let parameter = |name, shape| Parameter {
            name,
            shape,
            start,
            planes: None,
        };
        let weight = parameter("weight", vec![self.outputs, self.inputs]);
        let bias = self.bias.then(|| parameter("bias", vec![self.outputs]));
        [Some(weight), bias].into_iter().flatten().collect()
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn activation(&self) -> Activation {
        self.activation
    }

    fn largest(&self, rows: usize) -> u128 {
        let (inputs, outputs) = (self.inputs as u128, self.outputs as u128);
        let parts = Dense::splits(rows) as u128 * inputs * outputs;
        parts.max(rows as u128 * inputs.max(outputs))
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let rows = r.rows(pass.x);
        let bias = match self.bias {
            true => pass.parameters[1],
            false => r.zeros(self.outputs),
        };
        r.call(&kernel::DENSE_FORWARD)
            .read("x", pass.x)
            .read("weight", pass.parameters[0])
            .read("bias", bias)
            .write("y", pass.y)
            .set("rows", rows)
            .set("inputs", self.inputs)
            .set("outputs", self.outputs)
            .set("activation", self.activation.code())
            .set("leak", self.activation.leak())
            .extent(self.outputs, rows, 1)
            .flops(2 * rows * self.inputs * self.outputs)
            .record();
        Vec::new()
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        if pass.grads != Grads::Ignore {
            self.weight_gradient(r, &pass);
            if self.bias {
                self.bias_gradient(r, &pass);
            }
        }
        let below = pass.below?;
        let rows = r.rows(pass.x);
        let dx = r.scratch(pass.name, &[rows, self.inputs]);
        r.call(&kernel::DENSE_BACKWARD_INPUT)
            .read("da", pass.da)
            .read("weight", pass.parameters[0])
            .read("x", pass.x)
            .write("dx", dx)
            .set("rows", rows)
            .set("inputs", self.inputs)
            .set("outputs", self.outputs)
            .set("activation", below.code())
            .set("leak", below.leak())
            .extent(self.inputs, rows, 1)
            .flops(2 * rows * self.inputs * self.outputs)
            .record();
        Some(dx)
    }
}
