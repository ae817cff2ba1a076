//! What a layer learns and keeps, and how PyTorch orders it.

/// A parameter of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// `weight`, `bias`: the name in torch.nn.
    pub name: &'static str,
    /// As in torch.nn.
    pub shape: Vec<usize>,
    pub start: Start,
    /// Where elements lie in another order than in torch.nn.
    pub planes: Option<Planes>,
}

/// How a parameter begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Of a sum over this many inputs, which decides PyTorch's initial spread.
    FanIn(usize),
    /// The scale of a normalisation.
    One,
    /// The shift of a normalisation.
    Zero,
}

/// What a layer keeps without learning it.
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer {
    /// `running_mean`: the name in torch.nn.
    pub name: &'static str,
    pub shape: Vec<usize>,
    pub initial: Initial,
    /// Where elements lie in another order than in torch.nn.
    pub planes: Option<Planes>,
}

/// How a buffer begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    Constant(f64),
    /// A direction drawn at random, of length 1.
    Direction,
}

/// PyTorch keeps images, and what is indexed like them, channel by channel: \[outer, channels,
/// pixels, inner\]. Here all channels of a pixel are neighbours: \[outer, pixels, channels, inner\].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planes {
    pub channels: usize,
    pub pixels: usize,
    pub inner: usize,
}

impl Planes {
    /// PyTorch's order from ours.
    pub fn to_torch(self, values: &[f32]) -> Vec<f32> {
        swap(values, self.pixels, self.channels, self.inner)
    }

    /// Our order from PyTorch's.
    pub fn from_torch(self, values: &[f32]) -> Vec<f32> {
        swap(values, self.channels, self.pixels, self.inner)
    }
}

/// \[outer, first, second, inner\] as \[outer, second, first, inner\].
fn swap(values: &[f32], first: usize, second: usize, inner: usize) -> Vec<f32> {
    let mut swapped = Vec::with_capacity(values.len());
    for block in values.chunks_exact(first * second * inner) {
        for b in 0..second {
            for a in 0..first {
                let at = (a * second + b) * inner;
                swapped.extend_from_slice(&block[at..at + inner]);
            }
        }
    }
    swapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_taken_apart_into_planes_and_put_together() {
        let planes = Planes {
            channels: 2,
            pixels: 3,
            inner: 1,
        };
        let ours = [0.0, 10.0, 1.0, 11.0, 2.0, 12.0];
        let torch = [0.0, 1.0, 2.0, 10.0, 11.0, 12.0];
        assert_eq!(planes.to_torch(&ours), torch);
        assert_eq!(planes.from_torch(&torch), ours);
    }

    #[test]
    fn rows_of_a_matrix_move_as_a_whole() {
        let planes = Planes {
            channels: 2,
            pixels: 2,
            inner: 2,
        };
        let ours = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        assert_eq!(
            planes.to_torch(&ours),
            [0.0, 1.0, 4.0, 5.0, 2.0, 3.0, 6.0, 7.0]
        );
        assert_eq!(planes.from_torch(&planes.to_torch(&ours)), ours);
    }
}
