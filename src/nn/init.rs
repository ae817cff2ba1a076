//! Initial weights, drawn on the host.

use rand::Rng;

use super::Parameter;
use crate::threefry::{box_muller, open_unit};

/// How weights and biases begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// As torch.nn.Linear: weights and biases uniform on ±1/√fan_in.
    Torch,
    /// Weights normal with this standard deviation, biases zero (Radford et al. 2016).
    Normal(f64),
}

impl Init {
    /// The elements of a parameter, in row-major order.
    pub fn draw(self, parameter: &Parameter, rng: &mut impl Rng) -> Vec<f32> {
        let len: usize = parameter.shape.iter().product();
        match self {
            Init::Torch => {
                let bound = 1.0 / (parameter.fan_in as f64).sqrt();
                let uniform = |bits| (bound * (2.0 * open_unit(bits) - 1.0)) as f32;
                (0..len).map(|_| uniform(rng.next_u32())).collect()
            }
            Init::Normal(_) if parameter.name == "bias" => vec![0.0; len],
            Init::Normal(sigma) => {
                let pair = |_| box_muller([rng.next_u32(), rng.next_u32()]);
                let pairs = (0..len.div_ceil(2)).flat_map(pair);
                pairs.take(len).map(|z| (sigma * z) as f32).collect()
            }
        }
    }
}
