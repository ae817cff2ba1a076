//! The activations and their slopes, as in `shaders/lib/activation.wgsl`.

use super::real::Real;
use crate::plan::codes::Activation;

/// φ(x) for every element.
#[inline(always)] // into loops that are compiled for wide vectors
pub fn activate<T: Real>(activation: Activation, values: &mut [T]) {
    let (zero, one, half) = (T::zero(), T::one(), T::of(0.5));
    match activation {
        Activation::Identity => {}
        // Unlike `max`, this keeps NaN.
        Activation::Relu => values
            .iter_mut()
            .for_each(|x| *x = if *x < zero { zero } else { *x }),
        Activation::LeakyRelu(leak) => {
            let leak = T::of(leak);
            let leaky = |x: T| if x > zero { x } else { leak * x };
            values.iter_mut().for_each(|x| *x = leaky(*x));
        }
        Activation::Tanh => values.iter_mut().for_each(|x| *x = x.fast_tanh()),
        Activation::Sigmoid => {
            let sigmoid = |x: T| half * (one + (half * x).fast_tanh());
            values.iter_mut().for_each(|x| *x = sigmoid(*x));
        }
    }
}

/// Multiplies every gradient by φ', found from the output y = φ(x).
#[inline(always)]
pub fn multiply_by_slope<T: Real>(activation: Activation, gradients: &mut [T], outputs: &[T]) {
    let (zero, one) = (T::zero(), T::one());
    let pairs = gradients.iter_mut().zip(outputs);
    match activation {
        Activation::Identity => {}
        Activation::Relu => pairs.for_each(|(g, y)| *g = if *y > zero { *g } else { zero }),
        Activation::LeakyRelu(leak) => {
            let leak = T::of(leak);
            pairs.for_each(|(g, y)| *g = if *y > zero { *g } else { leak * *g });
        }
        Activation::Tanh => pairs.for_each(|(g, y)| *g *= one - *y * *y),
        Activation::Sigmoid => pairs.for_each(|(g, y)| *g *= *y * (one - *y)),
    }
}
