//! One scale and one shift per column: `shaders/affine/`.

use super::activation::{activate, multiply_by_slope};
use super::args::Args;
use super::real::Real;
use crate::plan::codes::Activation;

fn activation<T>(args: &Args<'_, T>) -> Activation {
    Activation::from_code(args.int("activation") as u32, args.float("leak"))
}

/// y\[L,C\] = φ(weight\[C\]·x\[L,C\] + bias\[C\])
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let ([len, columns], activation) = (["len", "columns"].map(|n| args.int(n)), activation(args));
    let (weight, bias) = (args.floats("weight"), args.floats("bias"));
    let (x, y) = (args.floats("x"), &mut args.floats_mut("y")[..len]);
    for (y, x) in y.chunks_exact_mut(columns).zip(x.chunks_exact(columns)) {
        let values = y.iter_mut().zip(x).zip(weight.iter().zip(bias));
        values.for_each(|((y, x), (weight, bias))| *y = *weight * *x + *bias);
    }
    activate(activation, y);
}

/// dx\[L,C\] = weight\[C\]·da\[L,C\] ∘ φ'(x)
pub fn backward_input<T: Real>(args: &mut Args<'_, T>) {
    let ([len, columns], activation) = (["len", "columns"].map(|n| args.int(n)), activation(args));
    let (da, weight, x) = (args.floats("da"), args.floats("weight"), args.floats("x"));
    let dx = &mut args.floats_mut("dx")[..len];
    for (dx, da) in dx.chunks_exact_mut(columns).zip(da.chunks_exact(columns)) {
        let values = dx.iter_mut().zip(da).zip(weight);
        values.for_each(|((dx, da), weight)| *dx = *weight * *da);
    }
    multiply_by_slope(activation, dx, x);
}

/// terms\[L\] = da\[L\]·x\[L\]
pub fn backward_weight<T: Real>(args: &mut Args<'_, T>) {
    let len = args.int("len");
    let (da, x) = (args.floats("da"), args.floats("x"));
    let terms = args.floats_mut("terms")[..len].iter_mut();
    terms
        .zip(da.iter().zip(x))
        .for_each(|(term, (da, x))| *term = *da * *x);
}
