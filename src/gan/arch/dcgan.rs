//! The networks of Radford et al. 2016 for images of any height and width: the critic halves the
//! image with convolutions of 4² windows and stride 2 until its shorter side is below eight pixels,
//! doubling the channels; the generator goes the same way back.

use super::Normalisation;
use crate::nn::{BatchNorm, Conv, Dense, Layer};
use crate::plan::codes::Activation;

const KERNEL: usize = 4;
const STRIDE: usize = 2;
const PADDING: usize = 1;

/// A shorter side from which an image is halved once more.
const HALVED_FROM: usize = 8;

/// The shapes \[H, W, C\] that an image goes through, the image first. Half of an odd side is
/// rounded down. Images of less than two pixels a side are not halved at all, others
/// once at least.
fn shapes(image: [usize; 3], width: usize) -> Vec<[usize; 3]> {
    let mut shapes = vec![image];
    loop {
        let depth = shapes.len() - 1;
        let [h, w, _] = shapes[depth];
        let least = if depth == 0 { STRIDE } else { HALVED_FROM };
        if h.min(w) < least {
            return shapes;
        }
        shapes.push([h / STRIDE, w / STRIDE, width << depth]);
    }
}

/// From latents to images in \[−1, 1\].
pub(super) fn generator(
    latent_dim: usize,
    image: [usize; 3],
    width: usize,
    between: Activation,
    normalised: Normalisation,
) -> Vec<Box<dyn Layer>> {
    let shapes = shapes(image, width);
    let [.., first] = shapes[..] else {
        unreachable!("the image is a shape")
    };
    if shapes.len() == 1 {
        return vec![Box::new(Dense::to_image(
            latent_dim,
            image,
            Activation::Tanh,
        ))];
    }
    let dense = |activation| Dense::to_image(latent_dim, first, activation);
    let mut layers: Vec<Box<dyn Layer>> = match normalised {
        Normalisation::Batch => vec![
            Box::new(dense(Activation::Identity).without_bias()),
            norm(first, between),
        ],
        Normalisation::None => vec![Box::new(dense(between))],
    };
    for pair in shapes.windows(2).rev() {
        let up = Conv::up(pair[1], pair[0], KERNEL, STRIDE, PADDING);
        if pair[0] == image {
            layers.push(Box::new(up.then(Activation::Tanh)));
        } else if normalised == Normalisation::None {
            layers.push(Box::new(up.then(between)));
        } else {
            layers.push(Box::new(up.without_bias()));
            layers.push(norm(pair[0], between));
        }
    }
    layers
}

/// From images to a score.
pub(super) fn critic(
    image: [usize; 3],
    width: usize,
    between: Activation,
    normalised: Normalisation,
) -> Vec<Box<dyn Layer>> {
    let shapes = shapes(image, width);
    let mut layers: Vec<Box<dyn Layer>> = Vec::new();
    for pair in shapes.windows(2) {
        let down = Conv::down(pair[0], pair[1][2], KERNEL, STRIDE, PADDING);
        if layers.is_empty() || normalised == Normalisation::None {
            layers.push(Box::new(down.then(between)));
        } else {
            layers.push(Box::new(down.without_bias()));
            layers.push(norm(pair[1], between));
        }
    }
    let last = shapes[shapes.len() - 1];
    layers.push(Box::new(Dense::from_image(last, 1, Activation::Identity)));
    layers
}

fn norm(shape: [usize; 3], activation: Activation) -> Box<dyn Layer> {
    Box::new(BatchNorm::of_images(shape, activation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Module;

    #[test]
    fn images_are_halved_until_a_side_is_below_eight() {
        assert_eq!(
            shapes([28, 28, 1], 64),
            [[28, 28, 1], [14, 14, 64], [7, 7, 128]]
        );
        let last = |shape| *shapes(shape, 64).last().unwrap();
        assert_eq!(last([32, 32, 3]), [4, 4, 256]);
        assert_eq!(last([64, 64, 3]), [4, 4, 512]);
        assert_eq!(last([48, 80, 3]), [6, 10, 256]);
        assert_eq!(last([33, 31, 4]), [8, 7, 128]);
        assert_eq!(last([5, 3, 1]), [2, 1, 64]);
        assert_eq!(last([1, 64, 1]), [1, 64, 1]);
    }

    /// PyTorch refuses images in BatchNorm1d, be they of one pixel.
    #[test]
    fn normalisations_are_of_images_down_to_one_pixel() {
        let layers = generator(10, [3, 2, 1], 4, Activation::Relu, Normalisation::Batch);
        let norm = layers[1].modules().swap_remove(0);
        assert!(matches!(norm, Module::BatchNorm2d { .. }), "{norm:?}");
    }

    #[test]
    fn networks_fit_images_of_any_size() {
        for h in [1, 2, 3, 5, 7, 8, 28, 33] {
            for w in [1, 2, 4, 9, 31, 80] {
                let image = [h, w, 3];
                for norm in [Normalisation::Batch, Normalisation::None] {
                    let generator = generator(10, image, 4, Activation::Relu, norm);
                    let critic = critic(image, 4, Activation::LeakyRelu(0.2), norm);
                    for layers in [&generator, &critic] {
                        for pair in layers.windows(2) {
                            assert_eq!(pair[0].outputs(), pair[1].inputs(), "{image:?}");
                        }
                    }
                    assert_eq!(generator[0].inputs(), 10);
                    assert_eq!(generator.last().unwrap().outputs(), h * w * 3);
                    assert_eq!(critic[0].inputs(), h * w * 3);
                    assert_eq!(critic.last().unwrap().outputs(), 1);
                }
            }
        }
    }
}
