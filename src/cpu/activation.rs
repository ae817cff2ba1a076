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
        End::Bias(args.activation(), args.floats("bias"))
    }

    /// sum ∘ φ'(x) of a call.
    pub fn slope(args: &mut Args<'a, T>) -> Self {
        End::Slope(args.activation(), args.floats("x"))
    }

    /// Ends `values`, which begin at element `at` of the result: a part of a row, or whole rows.
    pub fn apply(self, at: usize, values: &mut [T]) {
        let end = self;
        Arch::new().dispatch(Ending { end, at, values });
    }
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
        Activation::Softplus => values.iter_mut().for_each(|x| *x = softplus(*x)),
        Activation::SmoothElu => {
            let smooth = |x: T| half * softplus((x + one) + (x + one)) - one;
            values.iter_mut().for_each(|x| *x = smooth(*x));
        }
        Activation::Elu => {
            let elu = |x: T| if x > zero { x } else { x.exp_m1() };
            values.iter_mut().for_each(|x| *x = elu(*x));
        }
    }
}

/// log(1 + eˣ), which keeps NaN.
fn softplus<T: Real>(x: T) -> T {
    let above = if x < T::zero() { T::zero() } else { x };
    above + (-x.abs()).exp().ln_1p()
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
        Activation::Softplus => pairs.for_each(|(g, y)| *g *= -(-*y).exp_m1()),
        Activation::SmoothElu => {
            let slope = |y: T| -(-((y + one) + (y + one))).exp_m1();
            pairs.for_each(|(g, y)| *g *= slope(*y));
        }
        Activation::Elu => pairs.for_each(|(g, y)| *g *= if *y > zero { one } else { *y + one }),
    }
}

/// Multiplies every value by φ''/φ', found from the output y = φ(x).
pub fn multiply_by_curve<T: Real>(activation: Activation, values: &mut [T], outputs: &[T]) {
    let (zero, one, two) = (T::zero(), T::one(), T::of(2.0));
    let pairs = values.iter_mut().zip(outputs);
    match activation {
        Activation::Identity | Activation::Relu | Activation::LeakyRelu(_) => values.fill(zero),
        Activation::Tanh => pairs.for_each(|(v, y)| *v *= -two * *y),
        Activation::Sigmoid => pairs.for_each(|(v, y)| *v *= one - two * *y),
        Activation::Softplus => pairs.for_each(|(v, y)| *v *= (-*y).exp()),
        Activation::SmoothElu => pairs.for_each(|(v, y)| *v *= two * (-two * (*y + one)).exp()),
        Activation::Elu => pairs.for_each(|(v, y)| *v *= if *y > zero { zero } else { one }),
    }
}
