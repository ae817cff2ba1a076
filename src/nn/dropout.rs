//! Dropout (Srivastava et al. 2014), as torch.nn.Dropout: in training, every element becomes 0 with
//! probability p, and the others are divided by 1 − p. The mask is not kept: the backward pass draws
//! it once more.

use super::{Backward, Forward, Layer, Mode, Module, Noise, Parameter, Tangent, Upsample};
use crate::plan::codes::Activation;
use crate::plan::{CallBuilder, Recorder, Tensor, kernel};

/// torch.nn.Dropout(p) on \[N, features\].
#[derive(Clone, Debug, PartialEq)]
pub struct Dropout {
    pub features: usize,
    /// The share that is dropped, in \[0, 1).
    pub p: f64,
}

impl Dropout {
    /// What it is outside of training: the identity.
    fn identity(&self) -> Upsample {
        Upsample {
            shape: [1, 1, self.features],
            scale: 1,
        }
    }

    /// Element i is kept where word i of the draw, as the number (w + ½)/2²⁴ of its upper 24 bits,
    /// is at least p; this is the smallest such w.
    fn least(&self) -> u32 {
        (self.p * 2f64.powi(24) - 0.5).ceil() as u32
    }

    fn mask<'a>(&self, call: CallBuilder<'a>, noise: &Noise, len: usize) -> CallBuilder<'a> {
        call.read("clock", noise.clock)
            .set("key0", noise.key[0])
            .set("key1", noise.key[1])
            .set("draw", noise.draw)
            .set("least", self.least())
            .set("scale", 1.0 / (1.0 - self.p))
            .set("len", len)
            .extent(len, 1, 1)
            .flops(len)
    }
}

impl Layer for Dropout {
    fn modules(&self) -> Vec<Module> {
        vec![Module::Dropout { p: self.p }]
    }

    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    fn draws(&self) -> usize {
        1
    }

    fn inputs(&self) -> usize {
        self.features
    }

    fn outputs(&self) -> usize {
        self.features
    }

    fn activation(&self) -> Activation {
        Activation::Identity
    }

    fn largest(&self, rows: usize) -> u128 {
        rows as u128 * self.features as u128
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let Mode::Train(training) = pass.mode else {
            return self.identity().forward(r, pass);
        };
        let len = r.info(pass.x).len();
        let call = r
            .call(&kernel::DROPOUT_FORWARD)
            .read("x", pass.x)
            .write("y", pass.y);
        self.mask(call, &training.noise, len).record();
        Vec::new()
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        let Mode::Train(training) = pass.mode else {
            return self.identity().backward(r, pass);
        };
        let below = pass.below?;
        let (rows, len) = (r.rows(pass.x), r.info(pass.x).len());
        let dx = r.scratch(pass.name, &[rows, self.features]);
        let call = r
            .call(&kernel::DROPOUT_BACKWARD)
            .read("da", pass.da)
            .read("x", pass.x)
            .write("dx", dx)
            .set("activation", below.code())
            .set("leak", below.leak());
        self.mask(call, &training.noise, len).record();
        Some(dx)
    }

    /// It is linear, and the mask is the same.
    fn tangent(&self, r: &mut Recorder, pass: Tangent) -> Tensor {
        pass.through(r, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threefry::open_unit;

    #[test]
    fn words_are_kept_by_the_number_that_they_stand_for() {
        for p in [0.0, 1e-9, 2f64.powi(-25), 0.2, 0.5, 0.75, 0.999, 1.0 - 1e-9] {
            let least = Dropout { features: 1, p }.least();
            let number = |word: u32| open_unit(word << 8);
            assert!(least == 1 << 24 || number(least) >= p, "{p}");
            assert!(least == 0 || number(least - 1) < p, "{p}");
        }
    }
}
