//! Initial weights, drawn on the host.

use rand::Rng;

use super::{Buffer, Initial, Parameter, Start};
use crate::threefry::{box_muller, open_unit};

/// The first values of a buffer.
pub(super) fn buffer(buffer: &Buffer, rng: &mut impl Rng) -> Vec<f32> {
    let len: usize = buffer.shape.iter().product();
    match buffer.initial {
        Initial::Constant(value) => vec![value as f32; len],
        Initial::Direction => {
            let values = normal(len, rng);
            let length = values.iter().map(|z| z * z).sum::<f64>().sqrt();
            values.iter().map(|z| (z / length) as f32).collect()
        }
    }
}

fn normal(len: usize, rng: &mut impl Rng) -> Vec<f64> {
    let pair = |_| box_muller([rng.next_u32(), rng.next_u32()]);
    let pairs = (0..len.div_ceil(2)).flat_map(pair);
    pairs.take(len).collect()
}

/// How weights and biases begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// As torch.nn.Linear: weights and biases uniform on ±1/√fan_in.
    Torch,
    /// Weights normal with this standard deviation, those of normalisations around 1, biases zero
    /// (Radford et al. 2016).
    Normal(f64),
}

impl Init {
    /// The elements of a parameter, in row-major order.
    pub fn draw(self, parameter: &Parameter, rng: &mut impl Rng) -> Vec<f32> {
        let len: usize = parameter.shape.iter().product();
        match (self, parameter.start) {
            (_, Start::Zero) => vec![0.0; len],
            (Init::Torch, Start::One) => vec![1.0; len],
            (Init::Torch, Start::FanIn(inputs)) => {
                let bound = 1.0 / (inputs as f64).sqrt();
                let uniform = |bits| (bound * (2.0 * open_unit(bits) - 1.0)) as f32;
                (0..len).map(|_| uniform(rng.next_u32())).collect()
            }
            (Init::Normal(sigma), Start::One) => around(1.0, sigma, len, rng),
            (Init::Normal(_), _) if parameter.name == "bias" => vec![0.0; len],
            (Init::Normal(sigma), _) => around(0.0, sigma, len, rng),
        }
    }
}

fn around(mean: f64, sigma: f64, len: usize, rng: &mut impl Rng) -> Vec<f32> {
    let values = normal(len, rng).into_iter();
    values.map(|z| (mean + sigma * z) as f32).collect()
}
