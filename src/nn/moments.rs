//! All polynomials up to a degree, as the features that a linear critic weighs: the critic class whose
//! integral probability metric is 0 exactly where all moments up to that degree agree.
//!
//! Every sequence of coordinates is a feature of its own, x₁x₂ and x₂x₁ too. The length of the weights is
//! then that of the coefficient tensors, which no rotation of the data changes.

use super::{Backward, Forward, Layer, Module, Obstacle, Parameter, Tangent};
use crate::plan::codes::Activation;
use crate::plan::{Recorder, Tensor, kernel};

/// From \[N, D\] the products of 1 to `degree` coordinates, \[N, D + D² + …\].
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    pub dims: usize,
    pub degree: usize,
}

impl Moments {
    /// More products are refused: a sum over them has to fit in one loop of a shader.
    pub const MOST_FEATURES: usize = 4_096;
    /// Likewise.
    pub const MOST_DEGREE: usize = 12;

    /// D + D² + … up to the degree; `None` where it is more than can be counted.
    pub fn features(dims: usize, degree: usize) -> Option<usize> {
        let mut power = 1usize;
        (0..degree).try_fold(0usize, |sum, _| {
            power = power.checked_mul(dims)?;
            sum.checked_add(power)
        })
    }
}

impl Layer for Moments {
    fn modules(&self) -> Vec<Module> {
        vec![Module::Moments {
            degree: self.degree,
        }]
    }

    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    fn inputs(&self) -> usize {
        self.dims
    }

    fn outputs(&self) -> usize {
        Moments::features(self.dims, self.degree).expect("few features")
    }

    fn activation(&self) -> Activation {
        Activation::Identity
    }

    fn largest(&self, rows: usize) -> u128 {
        rows as u128 * self.outputs() as u128
    }

    fn forward(&self, r: &mut Recorder, pass: Forward) -> Vec<Tensor> {
        let (rows, features) = (r.rows(pass.x), self.outputs());
        r.call(&kernel::MOMENTS_FORWARD)
            .read("x", pass.x)
            .write("y", pass.y)
            .set("rows", rows)
            .set("dims", self.dims)
            .set("features", features)
            .extent(rows * features, 1, 1)
            .flops(rows * features * self.degree)
            .record();
        Vec::new()
    }

    fn backward(&self, r: &mut Recorder, pass: Backward) -> Option<Tensor> {
        let below = pass.below?;
        let (rows, features) = (r.rows(pass.x), self.outputs());
        let dx = r.scratch(pass.name, &[rows, self.dims]);
        r.call(&kernel::MOMENTS_BACKWARD)
            .read("da", pass.da)
            .read("x", pass.x)
            .write("dx", dx)
            .set("rows", rows)
            .set("dims", self.dims)
            .set("features", features)
            .set("activation", below.code())
            .set("leak", below.leak())
            .extent(rows * self.dims, 1, 1)
            .flops(4 * rows * self.dims * features * self.degree)
            .record();
        Some(dx)
    }

    fn obstacle(&self) -> Option<Obstacle> {
        Some(Obstacle::Products)
    }

    fn tangent(&self, _: &mut Recorder, _: Tangent) -> Tensor {
        unreachable!("refused for its obstacle")
    }
}
