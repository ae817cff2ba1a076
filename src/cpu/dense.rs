//! Dense layers: `shaders/dense/`.

use super::activation::End;
use super::args::Args;
use super::product::Matrix;
use super::real::Real;

/// y\[N,O\] = φ(x\[N,I\] · weight\[O,I\]ᵀ + bias\[O\])
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let [x, weight] = ["x", "weight"].map(|name| Matrix::row_major(args.floats(name), i));
    let (y, end) = (args.floats_mut("y"), End::bias(args));
    T::product([n, o, i], x, weight.transposed(), y, false, end);
}

/// ty\[N,O\] = (tx\[N,I\] · weight\[O,I\]ᵀ) ∘ φ'(y)
pub fn tangent<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let [tx, weight] = ["tx", "weight"].map(|name| Matrix::row_major(args.floats(name), i));
    let end = End::Slope(args.activation(), args.floats("y"));
    let ty = args.floats_mut("ty");
    T::product([n, o, i], tx, weight.transposed(), ty, false, end);
}

/// dx\[N,I\] = (da\[N,O\] · weight\[O,I\]) ∘ φ'(x)
pub fn backward_input<T: Real>(args: &mut Args<'_, T>) {
    let [n, i, o] = ["rows", "inputs", "outputs"].map(|name| args.int(name));
    let da = Matrix::row_major(args.floats("da"), o);
    let weight = Matrix::row_major(args.floats("weight"), i);
    let (dx, end) = (args.floats_mut("dx"), End::slope(args));
    T::product([n, i, o], da, weight, dx, false, end);
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
        T::product([o, i, to - from], da, x, out, accumulate, End::Nothing);
    }
}
