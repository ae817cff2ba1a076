//! Gradients of scale, shift and input.

use super::super::activation::multiply_by_slope;
use super::super::args::Args;
use super::super::real::Real;
use super::{Lines, Map, Sum};
use crate::plan::codes::Activation;

/// Σda and Σda·(x − mean), with a run's worth of each group's means.
struct Along<'a, T> {
    da: &'a [T],
    x: &'a [T],
    means: Vec<Vec<T>>,
}

impl<T: Real> Sum<T> for Along<'_, T> {
    #[inline(always)]
    fn add(&self, group: usize, _: usize, at: usize, [sum, along]: [&mut [T]; 2]) {
        let len = sum.len();
        let (da, x) = (&self.da[at..][..len], &self.x[at..][..len]);
        let (mean, along) = (&self.means[group][..len], &mut along[..len]);
        for i in 0..len {
            sum[i] += da[i];
            along[i] += da[i] * (x[i] - mean[i]);
        }
    }
}

/// parts\[S,G,2,C\]: Σda and Σda·x̂ over each slice
pub fn backward_sums<T: Real>(args: &mut Args<'_, T>) {
    let (of, slices) = (Lines::of(args), args.int("slices"));
    let [da, x, stats] = ["da", "x", "stats"].map(|name| args.floats(name));
    let parts = args.floats_mut("parts");
    let means = (0..of.groups).map(|group| of.repeat(of.rows(stats, group)[0].iter().copied()));
    let means = means.collect();
    of.sums(slices, parts, Along { da, x, means });
    let row = 2 * of.channels;
    let pairs = parts[..slices * of.groups * row].chunks_exact_mut(row);
    for (at, pair) in pairs.enumerate() {
        let [_, normal] = of.rows(stats, at % of.groups);
        let along = pair[of.channels..].iter_mut();
        along.zip(normal).for_each(|(along, n)| *along *= *n);
    }
}

/// dbias\[C\], dweight\[C\] (+)= Σ over groups of sums\[G,2,C\]
pub fn backward_parameters<T: Real>(args: &mut Args<'_, T>) {
    let [channels, groups] = ["channels", "groups"].map(|name| args.int(name));
    let (sums, accumulate) = (args.floats("sums"), args.int("accumulate") != 0);
    for (at, name) in ["dbias", "dweight"].into_iter().enumerate() {
        for (channel, total) in args.floats_mut(name)[..channels].iter_mut().enumerate() {
            let of_group = |group| sums[(2 * group + at) * channels + channel];
            let sum = (0..groups).fold(T::zero(), |sum, group| sum + of_group(group));
            *total = if accumulate { *total + sum } else { sum };
        }
    }
}

/// A group's gradients on their way through, with a run's worth of what belongs to the channels.
struct Input<'a, T> {
    da: &'a [T],
    x: &'a [T],
    mean: Vec<T>,
    scale: Vec<T>,
    shift: Vec<T>,
    along: Vec<T>,
    below: Activation,
}

impl<T: Real> Map<T> for Input<'_, T> {
    #[inline(always)]
    fn map(&self, at: usize, dx: &mut [T]) {
        let len = dx.len();
        let [da, x] = [self.da, self.x].map(|values| &values[at..][..len]);
        let [mean, scale, shift, along] =
            [&self.mean, &self.scale, &self.shift, &self.along].map(|all| &all[..len]);
        for i in 0..len {
            dx[i] = scale[i] * (da[i] - shift[i] - (x[i] - mean[i]) * along[i]);
        }
        multiply_by_slope(self.below, dx, x);
    }
}

/// dx\[G,L,C\] = weight·(da − share·(sums₀ + x̂·sums₁))/√(variance + ε) ∘ φ'(x)
pub fn backward_input<T: Real>(args: &mut Args<'_, T>) {
    let (of, below) = (Lines::of(args), args.activation());
    let share = T::of(args.float("share"));
    let [da, x, stats, weight, sums] =
        ["da", "x", "stats", "weight", "sums"].map(|name| args.floats(name));
    let dx = args.floats_mut("dx");
    for group in 0..of.groups {
        let ([mean, normal], [sum, along]) = (of.rows(stats, group), of.rows(sums, group));
        let along = normal.iter().zip(along);
        let input = Input {
            da: &da[of.range(group)],
            x: &x[of.range(group)],
            mean: of.repeat(mean.iter().copied()),
            scale: of.repeat(normal.iter().zip(weight).map(|(n, w)| *n * *w)),
            shift: of.repeat(sum.iter().map(|sum| share * *sum)),
            along: of.repeat(along.map(|(n, along)| share * *n * *along)),
            below,
        };
        of.map(&mut dx[of.range(group)], input);
    }
}
