//! Dense layers: y = φ(x·Wᵀ + b), torch.nn.Linear and an activation in one.

use super::{
    Backward, Forward, Grads, Layer, Module, Parameter, Planes, Start, Tangent, activation_module,
    sum,
};
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
    /// \[H, W, C\] where the input is an image: PyTorch flattens it channel by channel.
    pub from_image: Option<[usize; 3]>,
    /// \[H, W, C\] where the output is taken for an image.
    pub to_image: Option<[usize; 3]>,
}

/// Rows that one slice of a weight gradient sums over before another slice is worth its traffic.
const ROWS_PER_SPLIT: usize = 2048;
const MOST_SPLITS: usize = 16;

impl Dense {
    /// torch.nn.Linear(inputs, outputs) and φ.
    pub fn new(inputs: usize, outputs: usize, activation: Activation) -> Dense {
        Dense {
            inputs,
            outputs,
            bias: true,
            activation,
            from_image: None,
            to_image: None,
        }
    }

    /// From images of \[H, W, C\].
    pub fn from_image(shape: [usize; 3], outputs: usize, activation: Activation) -> Dense {
        let from_image = Some(shape);
        let inputs = shape.iter().product();
        Dense {
            from_image,
            ..Dense::new(inputs, outputs, activation)
        }
    }

    /// To images of \[H, W, C\].
    pub fn to_image(inputs: usize, shape: [usize; 3], activation: Activation) -> Dense {
        let to_image = Some(shape);
        let outputs = shape.iter().product();
        Dense {
            to_image,
            ..Dense::new(inputs, outputs, activation)
        }
    }

    /// Slices of the weight gradient's sum: by shape alone, so that every device sums alike.
    fn splits(rows: usize) -> usize {
        rows.div_ceil(ROWS_PER_SPLIT).min(MOST_SPLITS)
    }

    /// The same layer without a bias, for a normalisation to follow.
    pub fn without_bias(self) -> Dense {
        let bias = false;
        Dense { bias, ..self }
    }

    /// The gradient of the pre-activation below, where it is wanted.
    pub(super) fn input_gradient(&self, r: &mut Recorder, pass: &Backward) -> Option<Tensor> {
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

impl Layer for Dense {
    fn modules(&self) -> Vec<Module> {
        let linear = Module::Linear {
            in_features: self.inputs,
            out_features: self.outputs,
            bias: self.bias,
        };
        let flatten = self.from_image.map(|_| Module::Flatten);
        let unflatten = self.to_image.map(|[h, w, c]| Module::Unflatten {
            dim: 1,
            unflattened_size: [c, h, w],
        });
        let activation = activation_module(self.activation);
        [flatten, Some(linear), unflatten, activation]
            .into_iter()
            .flatten()
            .collect()
    }

    fn holder(&self) -> usize {
        usize::from(self.from_image.is_some())
    }

    fn parameters(&self) -> Vec<Parameter> {
        let start = Start::FanIn(self.inputs);
        let planes = |[h, w, channels]: [usize; 3], inner| Planes {
            channels,
            pixels: h * w,
            inner,
        };
        assert!(
            self.from_image.is_none() || self.to_image.is_none(),
            "{self:?}"
        );
        let of_rows = |inner| self.to_image.map(|shape| planes(shape, inner));
        let of_columns = self.from_image.map(|shape| planes(shape, 1));
        let weight = Parameter {
            name: "weight",
            shape: vec![self.outputs, self.inputs],
            start,
            planes: of_columns.or(of_rows(self.inputs)),
        };
        let bias = self.bias.then(|| Parameter {
            name: "bias",
            shape: vec![self.outputs],
            start,
            planes: of_rows(1),
        });
        [Some(weight), bias].into_iter().flatten().collect()
    }

    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn image(&self) -> Option<[usize; 3]> {
        self.to_image
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
            self.bias_gradient(r, &pass);
        }
        self.input_gradient(r, &pass)
    }

    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        let rows = r.rows(pass.tx);
        let ty = r.scratch(pass.name, &[rows, self.outputs]);
        r.call(&kernel::DENSE_TANGENT)
            .read("tx", pass.tx)
            .read("weight", pass.parameters[0])
            .read("y", pass.y)
            .write("ty", ty)
            .set("rows", rows)
            .set("inputs", self.inputs)
            .set("outputs", self.outputs)
            .set("activation", pass.end.code())
            .set("leak", pass.end.leak())
            .extent(self.outputs, rows, 1)
            .flops(2 * rows * self.inputs * self.outputs)
            .record();
        ty
    }

    fn weight_gradient(&self, r: &mut Recorder, pass: &Backward) {
        let (rows, inputs, outputs) = (r.rows(pass.x), self.inputs, self.outputs);
        let (splits, dweight) = (Dense::splits(rows), pass.gradients[0]);
        let (accumulate, parts) = (pass.accumulates(), [splits, outputs, inputs]);
        let record = |r: &mut Recorder, dweight, accumulate| {
            r.call(&kernel::DENSE_BACKWARD_WEIGHT)
                .read("da", pass.da)
                .read("x", pass.x)
                .put("dweight", dweight, accumulate)
                .set("rows", rows)
                .set("inputs", inputs)
                .set("outputs", outputs)
                .set("splits", splits)
                .set("accumulate", u32::from(accumulate))
                .extent(inputs, outputs, splits)
                .flops(2 * rows * inputs * outputs)
                .record();
        };
        sum::sliced(r, pass.name, &parts, dweight, accumulate, record);
    }

    fn bias_gradient(&self, r: &mut Recorder, pass: &Backward) {
        if self.bias {
            sum::bias_gradient(r, pass, self.outputs);
        }
    }
}
