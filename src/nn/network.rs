//! A chain of layers with its parameters in one flat tensor, its gradients in another, and its
//! buffers in a third.

mod sweep;

pub use sweep::Sweep;
pub(crate) use sweep::weigh;

use super::{
    Backward, Buffer, Forward, Grads, Init, Layer, Mode, Module, Parameter, Planes, Training,
};
use crate::plan::codes::Activation;
use crate::plan::{DType, Recorder, Role, Tensor};
use crate::random::HostRng;

/// What a forward pass leaves for the backward pass: the input, then every layer's output; and what
/// else each layer saved.
#[derive(Clone, Debug)]
pub struct Trace {
    mode: Mode,
    values: Vec<Tensor>,
    saved: Vec<Vec<Tensor>>,
}

impl Trace {
    /// What the last layer made.
    pub fn output(&self) -> Tensor {
        self.values[self.values.len() - 1]
    }

    /// What the last layer was given.
    pub fn before_last(&self) -> Tensor {
        self.values[self.values.len() - 2]
    }
}

/// What a pass is for, and where its result goes.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    pub mode: Mode,
    /// A tensor that the last layer writes instead of a scratch tensor.
    pub output: Option<Tensor>,
}

impl Pass {
    /// With running statistics and without chance.
    pub const EVAL: Pass = Pass {
        mode: Mode::Eval,
        output: None,
    };

    /// The same pass, in which power iterations go on. Others of the same program come after it.
    pub fn advancing(self) -> Pass {
        let mode = match self.mode {
            Mode::Eval => Mode::Eval,
            Mode::Train(training) => Mode::Train(Training {
                advance: true,
                ..training
            }),
        };
        Pass { mode, ..self }
    }

    /// The same pass into `output`.
    pub fn into(self, output: Tensor) -> Pass {
        let output = Some(output);
        Pass { output, ..self }
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
    /// All buffers as one tensor, where there are any.
    pub buffers: Option<Tensor>,
    /// The buffers one by one, in the order of `describe_buffers`.
    pub buffer_tensors: Vec<Tensor>,
    /// Where each layer's parameters and buffers begin in the lists above, and the ends.
    starts: Vec<[usize; 2]>,
}

/// All gradients of a network as one tensor, and one by one.
#[derive(Clone, Debug)]
pub struct Gradients {
    pub whole: Tensor,
    pub parts: Vec<Tensor>,
}

impl Network {
    /// Allocates parameters and buffers, named `name.position.weight` after the position of the
    /// module in the equivalent torch.nn.Sequential, activations counted.
    pub fn new(r: &mut Recorder, name: &str, layers: Vec<Box<dyn Layer>>) -> Network {
        for pair in layers.windows(2) {
            assert_eq!(pair[0].outputs(), pair[1].inputs(), "{name}: {pair:?}");
        }
        let mut network = Network {
            name: name.to_string(),
            layers,
            parameters: Tensor(0),
            parameter_tensors: Vec::new(),
            buffers: None,
            buffer_tensors: Vec::new(),
            starts: vec![[0; 2]],
        };
        for layer in &network.layers {
            let [parameters, buffers] = network.starts[network.starts.len() - 1];
            let parameters = parameters + layer.parameters().len();
            let buffers = buffers + layer.buffers().len();
            network.starts.push([parameters, buffers]);
        }
        let parts = network.parts("");
        let whole = format!("{name}.parameters");
        (network.parameters, network.parameter_tensors) =
            r.pack(&whole, Role::State, DType::F32, &parts);
        let shapes = network.describe_buffers().into_iter();
        let parts: Vec<_> = shapes.map(|(name, buffer)| (name, buffer.shape)).collect();
        if !parts.is_empty() {
            let whole = format!("{name}.buffers");
            let (whole, tensors) = r.pack(&whole, Role::State, DType::F32, &parts);
            (network.buffers, network.buffer_tensors) = (Some(whole), tensors);
        }
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

    /// Every layer with the full name of the module that holds what it learns and keeps.
    fn named(&self) -> impl Iterator<Item = (String, &dyn Layer)> {
        let mut position = 0;
        self.layers.iter().map(move |layer| {
            let name = format!("{}.{}", self.name, position + layer.holder());
            position += layer.modules().len();
            (name, layer.as_ref())
        })
    }

    /// Every parameter with its full name.
    pub fn describe(&self) -> Vec<(String, Parameter)> {
        let of_layer = |(name, layer): (String, &dyn Layer)| {
            let parameters = layer.parameters().into_iter();
            let named = parameters.map(move |p| (format!("{name}.{}", p.name), p));
            named.collect::<Vec<_>>()
        };
        self.named().flat_map(of_layer).collect()
    }

    /// Every buffer with its full name.
    pub fn describe_buffers(&self) -> Vec<(String, Buffer)> {
        let of_layer = |(name, layer): (String, &dyn Layer)| {
            let buffers = layer.buffers().into_iter();
            let named = buffers.map(move |b| (format!("{name}.{}", b.name), b));
            named.collect::<Vec<_>>()
        };
        self.named().flat_map(of_layer).collect()
    }

    /// What a state_dict of the equivalent torch.nn.Sequential has: parameters, then buffers, and
    /// how PyTorch orders each.
    pub fn state(&self) -> Vec<(Tensor, Option<Planes>)> {
        let planes = self.describe().into_iter().map(|(_, p)| p.planes);
        let parameters = self.parameter_tensors.iter().copied().zip(planes);
        let planes = self.describe_buffers().into_iter().map(|(_, b)| b.planes);
        let buffers = self.buffer_tensors.iter().copied().zip(planes);
        parameters.chain(buffers).collect()
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

    /// Draws of the stream `dropout` that a training pass makes.
    pub fn draws(&self) -> usize {
        self.layers().map(|layer| layer.draws()).sum()
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

    /// Initial values of all that `state` lists, in its order and in PyTorch's.
    pub fn initial(&self, init: Init, rng: &mut HostRng) -> Vec<Vec<f32>> {
        let parameters = self.describe().into_iter();
        let mut values: Vec<_> = parameters.map(|(_, p)| init.draw(&p, rng)).collect();
        let buffers = self.describe_buffers().into_iter();
        values.extend(buffers.map(|(_, b)| super::init::buffer(&b, rng)));
        values
    }

    /// Records the network on x\[N, inputs\].
    pub fn forward(&self, r: &mut Recorder, x: Tensor, pass: Pass) -> Trace {
        let rows = r.rows(x);
        let (mut values, mut saved) = (vec![x], Vec::new());
        let mut mode = pass.mode;
        for (at, layer) in self.layers.iter().enumerate() {
            let name = format!("{}.layer{at}.y", self.name);
            let y = match pass.output {
                Some(output) if at + 1 == self.layers.len() => output,
                _ => r.scratch(&name, &[rows, layer.outputs()]),
            };
            let ([p, b], [p_end, b_end]) = (self.starts[at], self.starts[at + 1]);
            let forward = Forward {
                name: &name,
                parameters: &self.parameter_tensors[p..p_end],
                buffers: &self.buffer_tensors[b..b_end],
                mode,
                x: values[at],
                y,
            };
            saved.push(layer.forward(r, forward));
            values.push(y);
            mode = mode.after(layer.draws());
        }
        Trace {
            mode: pass.mode,
            values,
            saved,
        }
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
            let below = match at {
                0 => below,
                // Nothing learns from the gradient below the first parameter.
                _ if below.is_none() && self.starts[at][0] == 0 => None,
                _ => Some(self.layers[at - 1].activation()),
            };
            let name = format!("{}.layer{at}.dx", self.name);
            let pass = self.pass(at, &name, trace, gradients);
            da = layer.backward(r, Backward { da, below, ..pass })?;
        }
        Some(da)
    }

    /// What the backward pass of layer `at` is given; the gradient that comes in, and where it goes to
    /// are left to the caller.
    fn pass<'a>(
        &'a self,
        at: usize,
        name: &'a str,
        trace: &'a Trace,
        gradients: Option<(&'a Gradients, Grads)>,
    ) -> Backward<'a> {
        let range = self.starts[at][0]..self.starts[at + 1][0];
        Backward {
            name,
            parameters: &self.parameter_tensors[range.clone()],
            gradients: gradients.map_or(&[], |(g, _)| &g.parts[range]),
            grads: gradients.map_or(Grads::Ignore, |(_, grads)| grads),
            mode: self.mode_at(at, trace),
            x: trace.values[at],
            saved: &trace.saved[at],
            da: trace.output(),
            below: None,
        }
    }

    /// The mode of layer `at`: what comes before it has drawn already.
    fn mode_at(&self, at: usize, trace: &Trace) -> Mode {
        let earlier = self.layers[..at].iter().map(|layer| layer.draws());
        trace.mode.after(earlier.sum())
    }
}
