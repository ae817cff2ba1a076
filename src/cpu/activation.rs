//! The activations and their slopes, as in `shaders/lib/activation.wgsl`.

use pulp::{Arch, Simd, WithSimd};

use super::args::Args;
use super::real::Real;
use crate::plan::codes::Activation;

/// What becomes of the sums of a product.
#[derive(Clone, Copy)]
pub enum End<'a, T> {
    Nothing,
    /// φ(sum + bias\[row's length\])
    Bias(Activation, &'a [T]),
    /// sum ∘ φ'(x), x being as large as the result.
    Slope(Activation, &'a [T]),
}

impl<'a, T: Real> End<'a, T> {
    /// φ(sum + bias) of a call.
    pub fn bias(args: &mut Args<'a, T>) -> Self {
        End::Bias(activation(args), args.floats("bias"))
    }

    /// sum ∘ φ'(x) of a call.
    pub fn slope(args: &mut Args<'a, T>) -> Self {
        End::Slope(activation(args), args.floats("x"))
    }

    /// Ends `values`, which begin at element `at` of the result: a part of a row, or whole rows.
    pub fn apply(self, at: usize, values: &mut [T]) {
        let end = self;
        Arch::new().dispatch(Ending { end, at, values });
    }
}

fn activation<T>(args: &Args<'_, T>) -> Activation {
    Activation::from_code(args.int("activation") as u32, args.float("leak"))
}

/// A type and no closure: those are compiled for wide vectors only where they are short.
struct Ending<'a, 'b, T> {
    end: End<'a, T>,
    at: usize,
    values: &'b mut [T],
}

impl<T: Real> WithSimd for Ending<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        match self.end {
            End::Nothing => {}
            End::Bias(activation, bias) => {
                let column = self.at % bias.len();
                let len = bias.len() - column;
                for values in self.values.chunks_mut(len) {
                    let pairs = values.iter_mut().zip(&bias[column..]);
                    pairs.for_each(|(y, b)| *y += *b);
                }
                activate(activation, self.values);
            }
            End::Slope(activation, x) => {
                multiply_by_slope(activation, self.values, &x[self.at..]);
            }
        }
    }
}

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
