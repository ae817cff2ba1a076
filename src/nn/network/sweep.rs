//! Gradients of a function of a network's slope, by hand. With δ the adjoints of a way back from 1
//! per sample, and v the gradient of the function with respect to the slope g = ∇D, which is taken
//! as a constant, ⟨v, g⟩ is how D moves along v: t₀ = v, t = φ' ∘ (W t) from layer to layer. It is
//! linear in each W, so that the gradient is that of an ordinary product, of δ and t. Where φ is
//! curved, its slope moves with t, which goes down once more as an ordinary gradient.
//!
//! Deliberately not here: what the function is; layers that couple samples.

use std::ops::Range;

use super::{Gradients, Network, Trace};
use crate::nn::{Backward, Grads, Obstacle, Tangent, sum};
use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor, kernel};

/// A forward pass, and the gradient at every layer's pre-activation on one way back.
#[derive(Clone, Debug)]
pub struct Sweep {
    trace: Trace,
    /// δ, the first layer's first.
    da: Vec<Tensor>,
}

/// How every layer's input moves, and what curved activations make of that.
struct Tangents {
    inputs: Vec<Tensor>,
    bends: Vec<Option<Tensor>>,
}

impl Network {
    /// What stands in the way of gradients of the slope: the layer's full name, and why.
    pub fn obstacle(&self) -> Option<(String, Obstacle)> {
        let mut found = self.named();
        found.find_map(|(name, layer)| Some((name, layer.obstacle()?)))
    }

    /// Records the way back from `seed`\[N, outputs\] at the output to every layer's pre-activation.
    /// The parameters' gradients are left alone.
    ///
    /// # Panics
    /// Where the last layer has an activation.
    pub fn sweep(&self, r: &mut Recorder, trace: &Trace, seed: Tensor) -> Sweep {
        assert_eq!(self.activation(), Activation::Identity, "{}", self.name);
        let mut da = vec![seed];
        for at in (1..self.layers.len()).rev() {
            da.push(self.down(r, trace, at, da[da.len() - 1]));
        }
        da.reverse();
        let trace = trace.clone();
        Sweep { trace, da }
    }

    /// Records the gradient at the input of layer `at`, or at the pre-activation that made it.
    fn down(&self, r: &mut Recorder, trace: &Trace, at: usize, da: Tensor) -> Tensor {
        let below = match at {
            0 => Activation::Identity,
            _ => self.layers[at - 1].activation(),
        };
        let name = format!("{}.layer{at}.da", self.name);
        let pass = Backward {
            da,
            below: Some(below),
            ..self.pass(at, &name, trace, None)
        };
        let made = self.layers[at].backward(r, pass);
        made.expect("the gradient below was asked for")
    }

    /// Some rows of a sweep as one of their own, or `None` where they cannot be bound, or where noise
    /// is drawn for all rows at once.
    pub fn rows_of(&self, r: &mut Recorder, sweep: &Sweep, rows: Range<usize>) -> Option<Sweep> {
        if rows.start > 0 && self.draws() > 0 {
            return None;
        }
        let mut part = |tensors: &[Tensor], what: &str| {
            let tensors = tensors.iter().enumerate();
            let part = tensors.map(|(at, &tensor)| {
                let name = format!("{}.layer{at}.{what}.part", self.name);
                r.slice_rows(tensor, &name, rows.start, rows.len())
            });
            part.collect::<Option<Vec<_>>>()
        };
        let values = part(&sweep.trace.values, "x")?;
        let da = part(&sweep.da, "da")?;
        let trace = Trace {
            values,
            ..sweep.trace.clone()
        };
        Some(Sweep { trace, da })
    }

    /// Records the gradient at the input: \[N, inputs\].
    pub fn input_gradient(&self, r: &mut Recorder, sweep: &Sweep) -> Tensor {
        self.down(r, &sweep.trace, 0, sweep.da[0])
    }

    /// Adds the gradient of ⟨v, g⟩ to those of the parameters, g being the input gradient of a sweep
    /// that began with 1 per sample, and v\[N, inputs\] a constant.
    pub fn slope_gradient(&self, r: &mut Recorder, sweep: &Sweep, v: Tensor, into: &Gradients) {
        let tangents = self.tangents(r, sweep, v);
        for (at, layer) in self.layers.iter().enumerate() {
            let name = format!("{}.layer{at}.along", self.name);
            let pass = Backward {
                x: tangents.inputs[at],
                da: sweep.da[at],
                ..self.pass(at, &name, &sweep.trace, Some((into, Grads::Accumulate)))
            };
            layer.weight_gradient(r, &pass);
        }
        self.curve_gradient(r, &sweep.trace, &tangents, into);
    }

    /// Overwrites the gradients of the parameters by those of Σ weights\[N\]·D + ⟨v, g⟩. The sweep began
    /// with 1 per sample, and `moved` is a part of it, from the row that comes with it on, with its v.
    ///
    /// As adjoints are linear in what they begin with, both terms are one product: that of δ and
    /// weight·x + t.
    pub fn joint_gradient(
        &self,
        r: &mut Recorder,
        sweep: &Sweep,
        weights: Tensor,
        (first, moved, v): (usize, &Sweep, Tensor),
        into: &Gradients,
    ) {
        let tangents = self.tangents(r, moved, v);
        for (at, layer) in self.layers.iter().enumerate() {
            let parameters = layer.parameters();
            if parameters.is_empty() {
                continue;
            }
            let name = format!("{}.layer{at}.joint", self.name);
            let (x, da) = (sweep.trace.values[at], sweep.da[at]);
            let pass = self.pass(at, &name, &sweep.trace, Some((into, Grads::Overwrite)));
            let x = weigh(
                r,
                &format!("{name}.x"),
                x,
                weights,
                Some((first, tangents.inputs[at])),
            );
            layer.weight_gradient(r, &Backward { x, da, ..pass });
            if parameters.iter().any(|parameter| parameter.name == "bias") {
                let da = weigh(r, &format!("{name}.da"), da, weights, None);
                let pass = self.pass(at, &name, &sweep.trace, Some((into, Grads::Overwrite)));
                layer.bias_gradient(r, &Backward { da, ..pass });
            }
        }
        self.curve_gradient(r, &moved.trace, &tangents, into);
    }

    /// Records t up to the last layer's input.
    fn tangents(&self, r: &mut Recorder, sweep: &Sweep, v: Tensor) -> Tangents {
        let (mut inputs, mut bends) = (vec![v], Vec::new());
        let inner = self.layers.split_last().map_or(&[][..], |(_, inner)| inner);
        for (at, layer) in inner.iter().enumerate() {
            let (activation, y) = (layer.activation(), sweep.trace.values[at + 1]);
            let range = self.starts[at][0]..self.starts[at + 1][0];
            let pass = Tangent {
                name: &format!("{}.layer{at}.t", self.name),
                parameters: &self.parameter_tensors[range],
                mode: self.mode_at(at, &sweep.trace),
                x: sweep.trace.values[at],
                y,
                saved: &sweep.trace.saved[at],
                tx: inputs[at],
                end: match activation.is_curved() {
                    true => Activation::Identity,
                    false => activation,
                },
            };
            let made = layer.tangent(r, pass);
            let (t, bend) = match activation.is_curved() {
                true => {
                    let name = format!("{}.layer{at}", self.name);
                    let (t, bend) = bent(r, &name, activation, [y, sweep.da[at], made]);
                    (t, Some(bend))
                }
                false => (made, None),
            };
            inputs.push(t);
            bends.push(bend);
        }
        Tangents { inputs, bends }
    }

    /// Adds what curved activations make of the tangents to the gradients: from each bend down, as an
    /// ordinary gradient.
    fn curve_gradient(
        &self,
        r: &mut Recorder,
        trace: &Trace,
        tangents: &Tangents,
        into: &Gradients,
    ) {
        let mut above: Option<Tensor> = None;
        for (at, bend) in tangents.bends.iter().enumerate().rev() {
            let da = match (*bend, above) {
                (Some(bend), Some(above)) => {
                    sum::splits(r, above, bend, 1, true);
                    bend
                }
                (Some(da), None) | (None, Some(da)) => da,
                (None, None) => continue,
            };
            let learns_below = self.starts[at][0] > 0;
            let name = format!("{}.layer{at}.curve", self.name);
            let pass = Backward {
                da,
                below: learns_below.then(|| self.layers[at - 1].activation()),
                ..self.pass(at, &name, trace, Some((into, Grads::Accumulate)))
            };
            above = self.layers[at].backward(r, pass);
        }
    }
}

/// Records values\[N, …\], each row times its weight, plus a tensor from the row that comes with it on.
pub(crate) fn weigh(
    r: &mut Recorder,
    name: &str,
    values: Tensor,
    weights: Tensor,
    added: Option<(usize, Tensor)>,
) -> Tensor {
    let (rows, len) = (r.rows(values), r.info(values).len());
    let weighed = r.scratch(name, &[rows, len / rows]);
    let (start, count, added) = match added {
        Some((row, added)) => (row * (len / rows), r.info(added).len(), added),
        None => (0, 0, values),
    };
    r.call(&kernel::TANGENT_WEIGH)
        .read("values", values)
        .read("weights", weights)
        .read("added", added)
        .write("weighed", weighed)
        .set("len", len)
        .set("width", len / rows)
        .set("start", start)
        .set("count", count)
        .extent(len, 1, 1)
        .flops(len + count)
        .record();
    weighed
}

/// Records the tangent behind an activation, and its bend, from y, δ and the tangent before it.
fn bent(
    r: &mut Recorder,
    name: &str,
    activation: Activation,
    [y, da, ta]: [Tensor; 3],
) -> (Tensor, Tensor) {
    let (shape, len) = (r.info(ta).shape.clone(), r.info(ta).len());
    let ty = r.scratch(&format!("{name}.ty"), &shape);
    let bend = r.scratch(&format!("{name}.bend"), &shape);
    r.call(&kernel::TANGENT_BEND)
        .read("y", y)
        .read("da", da)
        .read("ta", ta)
        .write("ty", ty)
        .write("bend", bend)
        .set("len", len)
        .set("activation", activation.code())
        .set("leak", activation.leak())
        .extent(len, 1, 1)
        .flops(4 * len)
        .record();
    (ty, bend)
}
