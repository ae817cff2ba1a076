//! What `gpugan bench` holds the kernels against: `shaders/bench/`.

use pulp::Arch;
use rayon::prelude::*;

use super::args::Args;
use super::real::Real;

/// Chains side by side: enough registers to hide the latency of a multiply-add.
const CHAINS: usize = 128;

/// sums\[L\]: `rounds` steps x ← x·0.999 + 0.001 from 0
pub fn multiply_add<T: Real>(args: &mut Args<'_, T>) {
    let (rounds, sums) = (args.int("rounds"), args.floats_mut("sums"));
    let (slope, shift) = (T::of(0.999), T::of(0.001));
    sums.par_chunks_mut(CHAINS).for_each(|sums| {
        Arch::new().dispatch(|| {
            let mut chains = [T::zero(); CHAINS];
            for _ in 0..rounds {
                for x in &mut chains {
                    *x = x.mul_add(slope, shift);
                }
            }
            sums.copy_from_slice(&chains[..sums.len()]);
        });
    });
}

/// destination\[L\] = source\[L\]
pub fn copy<T: Real>(args: &mut Args<'_, T>) {
    let (source, destination) = (args.floats("source"), args.floats_mut("destination"));
    let part = source.len().div_ceil(rayon::current_num_threads());
    let pairs = destination
        .par_chunks_mut(part)
        .zip(source.par_chunks(part));
    pairs.for_each(|(to, from)| to.copy_from_slice(from));
}
