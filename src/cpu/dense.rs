//! Dense layers: `shaders/dense/`.

use super::activation::{activate, multiply_by_slope};
use super::args::Args;
use super::product::Matrix;
use super::real::Real;
use crate::plan::codes::Activation;

fn activation<T>(args: &Args<'_, T>) -> Activation {
    Activation::from_code(args.int("activation") as u32, args.float("leak"))
}

/// y\[N,O\] = φ(x\[N,I\] · weight\[O,I\]ᵀ + bias\[O\])
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let (x, weight, bias) = (args.floats("x"), args.floats("weight"), args.floats("bias"));
    let (y, activation) = (args.floats_mut("y"), activation(args));
    let (x, weight) = (Matrix::row_major(x, i), Matrix::row_major(weight, i));
    T::product(
        [n, o, i],
        x,
        weight.transposed(),
        y,
        false,
        |_, column, y| {
            y.iter_mut()
                .zip(&bias[column..])
                .for_each(|(y, b)| *y += *b);
            activate(activation, y);
        },
    );
}

/// dx\[N,I\] = (da\[N,O\] · weight\[O,I\]) ∘ φ'(x)
pub fn backward_input<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let (da, weight, x) = (args.floats("da"), args.floats("weight"), args.floats("x"));
    let (dx, activation) = (args.floats_mut("dx"), activation(args));
    let (da, weight) = (Matrix::row_major(da, o), Matrix::row_major(weight, i));
    T::product([n, i, o], da, weight, dx, false, |row, column, dx| {
        multiply_by_slope(activation, dx, &x[row * i + column..]);
    });
}

/// dweight\[S,O,I\] (+)= da\[N,O\]ᵀ · x\[N,I\], the rows cut into S slices of ⌈N/S⌉
pub fn backward_weight<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let (splits, accumulate) = (args.int("splits"), args.int("accumulate") != 0);
    let (da, x, dweight) = (
        args.floats("da"),
        args.floats("x"),
        args.floats_mut("dweight"),
    );
    let rows = n.div_ceil(splits);
    for (slice, out) in dweight.chunks_exact_mut(o * i).enumerate() {
        let (from, to) = (slice * rows, ((slice + 1) * rows).min(n));
        if from >= to {
            if !accumulate {
                out.fill(T::zero());
            }
            continue;
        }
        let da = Matrix::row_major(&da[from * o..to * o], o).transposed();
        let x = Matrix::row_major(&x[from * i..to * i], i);
        T::product([o, i, to - from], da, x, out, accumulate, |_, _, _| {});
    }
}
