//! Spectral normalisation (Miyato et al. 2018), as torch.nn.utils.spectral_norm: a weight, seen as
//! the matrix W\[O, everything else\], is divided by σ = uᵀWv, which nears its largest singular value.
//!
//! u and v are kept from step to step. A pass that advances improves them by one power iteration,
//! v ← Wᵀu/|Wᵀu| and u ← Wv/|Wv|; all passes take them as constants. It deliberately does not know
//! what the weight is for: the layer that has it gets W/σ in its place.

use super::{
    Backward, Buffer, Forward, Grads, Initial, Layer, Mode, Module, Obstacle, Parameter, Planes,
    Tangent, sum,
};
use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor, kernel};

/// A layer whose weight is normalised. The first dimension of the weight must be that of the outputs
/// (a transposed convolution's is not). A weight of zeros gives NaN, as in PyTorch.
#[derive(Debug)]
pub struct SpectralNorm {
    layer: Box<dyn Layer>,
    /// Which of the layer's parameters is the weight.
    weight: usize,
    rows: usize,
    columns: usize,
}

/// The layers, those normalised that have a weight of two or more dimensions.
pub fn spectral_norm(layers: Vec<Box<dyn Layer>>) -> Vec<Box<dyn Layer>> {
    layers.into_iter().map(SpectralNorm::wrap).collect()
}

impl SpectralNorm {
    fn wrap(layer: Box<dyn Layer>) -> Box<dyn Layer> {
        let parameters = layer.parameters();
        let is_weight = |p: &Parameter| p.name == "weight" && p.shape.len() > 1;
        let Some(weight) = parameters.iter().position(is_weight) else {
            return layer;
        };
        let shape = &parameters[weight].shape;
        Box::new(SpectralNorm {
            layer,
            weight,
            rows: shape[0],
            columns: shape[1..].iter().product(),
        })
    }

    /// How u and v lie, where the weight lies in another order than in PyTorch.
    fn planes(&self) -> [Option<Planes>; 2] {
        match self.layer.parameters()[self.weight].planes {
            None => [None, None],
            Some(planes) if planes.inner < self.columns => [None, Some(planes)],
            Some(planes) => {
                let inner = planes.inner / self.columns;
                [Some(Planes { inner, ..planes }), None]
            }
        }
    }

    /// The parameters, with another tensor for the weight.
    fn with(&self, weight: Tensor, parameters: &[Tensor]) -> Vec<Tensor> {
        let mut parameters = parameters.to_vec();
        parameters[self.weight] = weight;
        parameters
    }

    /// dots\[R\] of the rows of left\[R, C\] with those of right, or with its only one.
    fn dots(&self, r: &mut Recorder, left: Tensor, right: Tensor, dots: Tensor) {
        let (rows, len) = (r.info(dots).len(), r.info(left).len());
        let columns = len / rows;
        let stride = match r.info(right).len() == len {
            true => columns,
            false => 0,
        };
        r.call(&kernel::SPECTRAL_DOTS)
            .read("left", left)
            .read("right", right)
            .write("dots", dots)
            .set("rows", rows)
            .set("columns", columns)
            .set("stride", stride)
            .extent(rows, 1, 1)
            .flops(2 * len)
            .record();
    }

    fn direction(&self, r: &mut Recorder, values: Tensor, direction: Tensor) {
        let len = r.info(values).len();
        r.call(&kernel::SPECTRAL_DIRECTION)
            .read("values", values)
            .write("direction", direction)
            .set("len", len)
            .flops(3 * len)
            .record();
    }

    /// σ\[1\], after a power iteration if the pass advances.
    fn sigma(&self, r: &mut Recorder, pass: &Forward, [u, v]: [Tensor; 2]) -> Tensor {
        let (name, weight) = (pass.name, pass.parameters[self.weight]);
        let advances = matches!(pass.mode, Mode::Train(training) if training.advance);
        if advances {
            let sums = r.scratch(&format!("{name}.wu"), &[self.columns]);
            r.call(&kernel::SPECTRAL_COLUMNS)
                .read("weight", weight)
                .read("u", u)
                .write("sums", sums)
                .set("rows", self.rows)
                .set("columns", self.columns)
                .extent(self.columns, 1, 1)
                .flops(2 * self.rows * self.columns)
                .record();
            self.direction(r, sums, v);
        }
        let image = r.scratch(&format!("{name}.wv"), &[self.rows]);
        self.dots(r, weight, v, image);
        if advances {
            self.direction(r, image, u);
        }
        let sigma = r.scratch(&format!("{name}.sigma"), &[1]);
        self.dots(r, image, u, sigma);
        sigma
    }

    /// The weight's gradient from that of the normalised one.
    fn unscaled(&self, r: &mut Recorder, pass: &Backward, dscaled: Tensor) {
        let [scaled, sigma, u, v] = [0, 1, 2, 3].map(|at| pass.saved[at]);
        let parts = r.scratch(&format!("{}.overlaps", pass.name), &[self.rows]);
        self.dots(r, dscaled, scaled, parts);
        let overlap = r.scratch(&format!("{}.overlap", pass.name), &[1]);
        sum::splits(r, parts, overlap, self.rows, false);
        let accumulate = pass.accumulates();
        let len = self.rows * self.columns;
        r.call(&kernel::SPECTRAL_BACKWARD)
            .read("dscaled", dscaled)
            .read("u", u)
            .read("v", v)
            .read("sigma", sigma)
            .read("overlap", overlap)
            .put("dweight", pass.gradients[self.weight], accumulate)
            .set("rows", self.rows)
            .set("columns", self.columns)
            .set("accumulate", u32::from(accumulate))
            .extent(len, 1, 1)
            .flops(4 * len)
            .record();
    }

    /// Where the layer's own backward pass puts the gradients: all that is to be added to what an
    /// earlier pass left comes after it, as does the weight's.
    fn own_gradients(&self, r: &mut Recorder, pass: &Backward) -> Vec<Tensor> {
        let scratch = |at: usize| at == self.weight || pass.grads == Grads::Accumulate;
        let gradients = pass.gradients.iter().enumerate();
        gradients
            .map(|(at, gradient)| match scratch(at) {
                false => *gradient,
                true => {
                    let shape = r.info(*gradient).shape.clone();
                    r.scratch(&format!("{}.own{at}", pass.name), &shape)
                }
            })
            .collect()
    }
}

impl Layer for SpectralNorm {
    fn modules(&self) -> Vec<Module> {
        let mut modules = self.layer.modules();
        let holder = &mut modules[self.layer.holder()];
        let module = Box::new(holder.clone());
        *holder = Module::SpectralNorm { module };
        modules
    }

    fn holder(&self) -> usize {
        self.layer.holder()
    }

    fn parameters(&self) -> Vec<Parameter> {
        let mut parameters = self.layer.parameters();
        parameters[self.weight].name = "weight_orig";
        parameters
    }

    fn buffers(&self) -> Vec<Buffer> {
        let mut buffers = self.layer.buffers();
        let [u, v] = self.planes();
        let sides = [("weight_u", self.rows, u), ("weight_v", self.columns, v)];
        buffers.extend(sides.map(|(name, len, planes)| Buffer {
            name,
            shape: vec![len],
            initial: Initial::Direction,
            planes,
        }));
        buffers
    }

    fn draws(&self) -> usize {
        self.layer.draws()
    }

    fn inputs(&self) -> usize {
        self.layer.inputs()
    }

    fn outputs(&self) -> usize {
        self.layer.outputs()
    }

    fn image(&self) -> Option<[usize; 3]> {
        self.layer.image()
    }

    fn activation(&self) -> Activation {
        self.layer.activation()
    }

    fn largest(&self, rows: usize) -> u128 {
        self.layer.largest(rows)
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let (buffers, sides) = pass.buffers.split_at(pass.buffers.len() - 2);
        let (u, v) = (sides[0], sides[1]);
        let sigma = self.sigma(r, &pass, [u, v]);
        let weight = pass.parameters[self.weight];
        let (shape, len) = (r.info(weight).shape.clone(), r.info(weight).len());
        let scaled = r.scratch(&format!("{}.weight", pass.name), &shape);
        r.call(&kernel::SPECTRAL_DIVIDE)
            .read("weight", weight)
            .read("sigma", sigma)
            .write("scaled", scaled)
            .set("len", len)
            .extent(len, 1, 1)
            .flops(len)
            .record();
        let own = Forward {
            parameters: &self.with(scaled, pass.parameters),
            buffers,
            ..pass
        };
        let mut saved = vec![scaled, sigma, u, v];
        saved.extend(self.layer.forward(r, own));
        saved
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        let parameters = self.with(pass.saved[0], pass.parameters);
        let gradients = self.own_gradients(r, &pass);
        let grads = match pass.grads {
            Grads::Ignore => Grads::Ignore,
            Grads::Overwrite | Grads::Accumulate => Grads::Overwrite,
        };
        let own = Backward {
            parameters: &parameters,
            gradients: &gradients,
            grads,
            saved: &pass.saved[4..],
            ..pass
        };
        let dx = self.layer.backward(r, own);
        if pass.grads != Grads::Ignore {
            self.unscaled(r, &pass, gradients[self.weight]);
        }
        if pass.grads == Grads::Accumulate {
            let pairs = gradients.iter().zip(pass.gradients).enumerate();
            for (_, (part, total)) in pairs.filter(|(at, _)| *at != self.weight) {
                sum::splits(r, *part, *total, 1, true);
            }
        }
        dx
    }

    fn obstacle(&self) -> Option<Obstacle> {
        self.layer.obstacle()
    }

    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        let own = Tangent {
            parameters: &self.with(pass.saved[0], pass.parameters),
            saved: &pass.saved[4..],
            ..pass
        };
        self.layer.tangent(r, own)
    }

    fn weight_gradient(&self, r: &mut Recorder, pass: &Backward) {
        let shape = r.info(pass.gradients[self.weight]).shape.clone();
        let dscaled = r.scratch(&format!("{}.dscaled", pass.name), &shape);
        let own = Backward {
            parameters: &self.with(pass.saved[0], pass.parameters),
            gradients: &self.with(dscaled, pass.gradients),
            grads: Grads::Overwrite,
            saved: &pass.saved[4..],
            ..*pass
        };
        self.layer.weight_gradient(r, &own);
        self.unscaled(r, pass, dscaled);
    }

    fn bias_gradient(&self, r: &mut Recorder, pass: &Backward) {
        self.layer.bias_gradient(r, pass);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Conv, Dense};
    use super::*;

    fn ours(planes: Option<Planes>, torch: &[f32]) -> Vec<f32> {
        planes.map_or(torch.to_vec(), |planes| planes.from_torch(torch))
    }

    /// Wv row by row; whole numbers, so that every order gives the same.
    fn image(weight: &[f32], v: &[f32]) -> Vec<f32> {
        let rows = weight.chunks_exact(v.len());
        rows.map(|row| row.iter().zip(v).map(|(w, v)| w * v).sum::<f32>())
            .collect()
    }

    /// Whether W, u and v are in PyTorch's order or all in ours is the same to uᵀWv.
    #[test]
    fn the_directions_lie_as_the_weight_does() {
        let whole = |len: usize| (0..len).map(|at| (at * at % 11) as f32).collect::<Vec<_>>();
        let linear = Activation::Identity;
        let layers: [Box<dyn Layer>; 4] = [
            Box::new(Dense::new(6, 5, linear)),
            Box::new(Dense::from_image([2, 2, 3], 5, linear)),
            Box::new(Dense::to_image(5, [2, 2, 3], linear)),
            Box::new(Conv::down([4, 4, 3], 5, 4, 2, 1)),
        ];
        for layer in layers {
            let layer = SpectralNorm::wrap(layer);
            let weight = &layer.parameters()[0];
            let buffers = layer.buffers();
            let [u, v] = [&buffers[0], &buffers[1]];
            let (rows, columns) = (u.shape[0], v.shape[0]);
            assert_eq!(rows * columns, weight.shape.iter().product::<usize>());
            let (torch, side) = (whole(rows * columns), whole(columns));
            let got = image(&ours(weight.planes, &torch), &ours(v.planes, &side));
            assert_eq!(got, ours(u.planes, &image(&torch, &side)), "{layer:?}");
        }
    }

    #[test]
    fn only_matrices_are_normalised() {
        let norm = super::super::BatchNorm::new(3, 4, Activation::Identity);
        let layers: Vec<Box<dyn Layer>> =
            vec![Box::new(Conv::down([4, 4, 3], 5, 4, 2, 1)), Box::new(norm)];
        let kinds = spectral_norm(layers).into_iter().map(|l| l.modules());
        let kinds: Vec<_> = kinds
            .map(|modules| matches!(modules[0], Module::SpectralNorm { .. }))
            .collect();
        assert_eq!(kinds, [true, false]);
    }
}
