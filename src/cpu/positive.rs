//! Weights that are positive whatever is learned: `shaders/positive/`.

use super::args::Args;
use super::divergence::softplus;
use super::real::Real;

/// weight\[L\] = scale · log(1 + exp(raw\[L\]))
pub fn forward<T: Real>(args: &mut Args<'_, T>) {
    let (len, scale) = (args.int("len"), T::of(args.float("scale")));
    let (raw, weight) = (args.floats("raw"), args.floats_mut("weight"));
    let pairs = weight[..len].iter_mut().zip(raw);
    pairs.for_each(|(weight, raw)| *weight = scale * softplus(*raw).value);
}

/// draw\[L\] (+)= scale · dweight\[L\]/(1 + exp(−raw\[L\]))
pub fn backward<T: Real>(args: &mut Args<'_, T>) {
    let (len, accumulate) = (args.int("len"), args.int("accumulate") != 0);
    let scale = T::of(args.float("scale"));
    let (dweight, raw) = (args.floats("dweight"), args.floats("raw"));
    let draw = args.floats_mut("draw")[..len].iter_mut();
    for (draw, (dweight, raw)) in draw.zip(dweight.iter().zip(raw)) {
        let slope = scale * *dweight * softplus(*raw).slope;
        *draw = if accumulate { *draw + slope } else { slope };
    }
}
