//! A chain of layers with its parameters in one flat tensor and its gradients in another.

use super::{Backward, Grads, Init, Layer, Module, Parameter};
use crate::plan::codes::Activation;
use crate::plan::{DType, Recorder, Role, Tensor};
use crate::random::HostRng;

/// What a forward pass leaves for the backward pass: the input, then every layer's output.
#[derive(Clone, Debug)]
pub struct Trace {
    values: Vec<Tensor>,
}

impl Trace {
    /// What the last layer made.
    pub fn output(&self) -> Tensor {
        self.values[self.values.len() - 1]
    }
}

/// The equivalent of a torch.nn.Sequential.
#[derive(Debug)]
pub struct Network {
    /// `generator` or `critic`.
    pub name: String,
    layers: Vec<Box<dyn Layer>>,
    /// All parameters as one tensor, each at an aligned offset, the gaps zero.
    pub parameters: Tensor,
    /// The parameters one by one, in the order of `describe`.
    pub parameter_tensors: Vec<Tensor>,
    /// Where each layer's parameters begin in `parameter_tensors`, and the end.
    starts: Vec<usize>,
}

/// All gradients of a network as one tensor, and one by one.
#[derive(Clone, Debug)]
pub struct Gradients {
    pub whole: Tensor,
    pub parts: Vec<Tensor>,
}

impl Network {
    /// Allocates the parameters, named `name.position.weight` after the position of the module in
    /// the equivalent torch.nn.Sequential, activations counted.
    pub fn new(r: &mut Recorder, name: &str, layers: Vec<Box<dyn Layer>>) -> Network {
        for pair in layers.windows(2) {
            assert_eq!(pair[0].outputs(), pair[1].inputs(), "{name}: {pair:?}");
        }
        let mut network = Network {
            name: name.to_string(),
            layers,
            parameters: Tensor(0),
            parameter_tensors: Vec::new(),
            starts: vec![0],
        };
        for layer in &network.layers {
            let end = network.starts[network.starts.len() - 1] + layer.parameters().len();
            network.starts.push(end);
        }
        let parts = network.parts("");
        let whole = format!("{name}.parameters");
        (network.parameters, network.parameter_tensors) =
            r.pack(&whole, Role::State, DType::F32, &parts);
        network
    }

    /// Allocates a companion of the parameters: the same layout, names ending in `.suffix`.
    pub fn companion(&self, r: &mut Recorder, suffix: &str, role: Role) -> Gradients {
        let parts = self.parts(&format!(".{suffix}"));
        let whole = format!("{}.{suffix}", self.name);
        let (whole, parts) = r.pack(&whole, role, DType::F32, &parts);
        Gradients { whole, parts }
    }

    fn parts(&self, suffix: &str) -> Vec<(String, Vec<usize>)> {
        let named = self.describe().into_iter();
        named
            .map(|(name, parameter)| (format!("{name}{suffix}"), parameter.shape))
            .collect()
    }

    /// Every parameter with its full name.
    pub fn describe(&self) -> Vec<(String, Parameter)> {
        let mut position = 0;
        let mut all = Vec::new();
        for layer in &self.layers {
            for parameter in layer.parameters() {
                all.push((
                    format!("{}.{position}.{}", self.name, parameter.name),
                    parameter,
                ));
            }
            position += layer.modules().len();
        }
        all
    }

    /// The modules of the equivalent torch.nn.Sequential.
    pub fn modules(&self) -> Vec<Module> {
        self.layers
            .iter()
            .flat_map(|layer| layer.modules())
            .collect()
    }

    /// The layers, first to last.
    pub fn layers(&self) -> impl Iterator<Item = &dyn Layer> {
        self.layers.iter().map(Box::as_ref)
    }

    /// Numbers that are learned.
    pub fn parameter_count(&self) -> usize {
        let shapes = self
            .describe()
            .into_iter()
            .map(|(_, parameter)| parameter.shape);
        shapes.map(|shape| shape.iter().product::<usize>()).sum()
    }

    /// Elements of one sample that goes in.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }

    /// Elements of one sample that comes out.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs()
    }

    /// The activation of the last layer.
    pub fn activation(&self) -> Activation {
        self.layers[self.layers.len() - 1].activation()
    }

    /// Initial values of every parameter, in the order of `parameter_tensors`.
    pub fn initial(&self, init: Init, rng: &mut HostRng) -> Vec<Vec<f32>> {
        let all = self.describe().into_iter();
        all.map(|(_, parameter)| init.draw(&parameter, rng))
            .collect()
    }

    /// Records the network on x\[N, inputs\]. The last layer writes `output` where one is given.
    pub fn forward(&self, r: &mut Recorder, x: Tensor, output: Option<Tensor>) -> Trace {
        let rows = r.rows(x);
        let mut values = vec![x];
        for (at, layer) in self.layers.iter().enumerate() {
            let y = match output {
                Some(output) if at + 1 == self.layers.len() => output,
                _ => {
                    let name = format!("{}.layer{at}.y", self.name);
                    r.scratch(&name, &[rows, layer.outputs()])
                }
            };
            let parameters = &self.parameter_tensors[self.starts[at]..self.starts[at + 1]];
            layer.forward(r, parameters, values[at], y);
            values.push(y);
        }
        Trace { values }
    }

    /// Records the way back from `da`, the gradient with respect to the last pre-activation. Where
    /// `below` names the activation that made the input, the gradient with respect to the
    /// pre-activation there is returned. `gradients` may be absent if they are ignored.
    pub fn backward(
        &self,
        r: &mut Recorder,
        trace: &Trace,
        da: Tensor,
        gradients: Option<(&Gradients, Grads)>,
        below: Option<Activation>,
    ) -> Option<Tensor> {
        let mut da = da;
        for (at, layer) in self.layers.iter().enumerate().rev() {
            let range = self.starts[at]..self.starts[at + 1];
            let below = match at {
                0 => below,
                _ => Some(self.layers[at - 1].activation()),
            };
            let pass = Backward {
                parameters: &self.parameter_tensors[range.clone()],
                gradients: gradients.map_or(&[], |(g, _)| &g.parts[range]),
                grads: gradients.map_or(Grads::Ignore, |(_, grads)| grads),
                x: trace.values[at],
                da,
                below,
            };
            let name = format!("{}.layer{at}.dx", self.name);
            da = layer.backward(r, &name, pass)?;
        }
        Some(da)
    }
}
