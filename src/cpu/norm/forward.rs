//! Statistics, and what they are applied to.

use super::super::activation::activate;
use super::super::args::Args;
use super::super::real::Real;
use super::{Lines, Map, Sum};
use crate::plan::codes::Activation;

/// Σd and Σd² of d = x − the first line of the slice.
struct Shifted<'a, T> {
    x: &'a [T],
}

impl<T: Real> Sum<T> for Shifted<'_, T> {
    #[inline(always)]
    fn add(&self, _: usize, first: usize, at: usize, [sum, squares]: [&mut [T]; 2]) {
        let len = sum.len();
        let (x, first, squares) = (
            &self.x[at..][..len],
            &self.x[first..][..len],
            &mut squares[..len],
        );
        for i in 0..len {
            let d = x[i] - first[i];
            sum[i] += d;
            squares[i] += d * d;
        }
    }
}

/// parts\[S,G,2,C\]: mean and Σ(x − mean)² of every slice
pub fn moments<T: Real>(args: &mut Args<'_, T>) {
    let (of, slices) = (Lines::of(args), args.int("slices"));
    let (x, parts) = (args.floats("x"), args.floats_mut("parts"));
    of.sums(slices, parts, Shifted { x });
    let row = 2 * of.channels;
    let pairs = parts[..slices * of.groups * row].chunks_exact_mut(row);
    for (at, pair) in pairs.enumerate() {
        let (slice, group) = (at / of.groups, at % of.groups);
        let first = &x[of.range(group).start + slice * of.channels..];
        let count: T = of.count(slice, slices);
        let (sums, squares) = pair.split_at_mut(of.channels);
        for ((sum, squares), first) in sums.iter_mut().zip(squares).zip(first) {
            let mean = *sum / count;
            *squares -= *sum * mean;
            *sum = *first + mean;
        }
    }
}

/// stats\[G,2,C\] = mean and 1/√(variance + ε) of each group; the running ones follow
pub fn statistics<T: Real>(args: &mut Args<'_, T>) {
    let (of, slices) = (Lines::of(args), args.int("slices"));
    let [epsilon, momentum] = ["epsilon", "momentum"].map(|name| T::of(args.float(name)));
    let (parts, stats) = (args.floats("parts"), args.floats_mut("stats"));
    let [running_mean, running_var] =
        ["running_mean", "running_var"].map(|name| args.floats_mut(name));
    let [lines, rest] = [of.lines, of.lines.max(2) - 1].map(|count| T::of(count as f64));
    let stats = stats.chunks_exact_mut(2 * of.channels);
    for (group, stats) in stats.take(of.groups).enumerate() {
        let (mean, second) = stats.split_at_mut(of.channels);
        combine(of, slices, group, parts, [mean, second]);
        for (channel, (mean, second)) in mean.iter().zip(second).enumerate() {
            running_mean[channel] += momentum * (*mean - running_mean[channel]);
            running_var[channel] += momentum * (*second / rest - running_var[channel]);
            *second = (*second / lines + epsilon).sqrt().recip();
        }
    }
}

/// Mean and Σ(x − mean)² of a group from those of its slices, in order (Chan, Golub and LeVeque
/// 1979).
fn combine<T: Real>(
    of: Lines,
    slices: usize,
    group: usize,
    parts: &[T],
    [mean, squares]: [&mut [T]; 2],
) {
    mean.fill(T::zero());
    squares.fill(T::zero());
    let mut count = T::zero();
    for slice in 0..slices {
        let lines: T = of.count(slice, slices);
        let share = lines / (count + lines);
        let [means, all_squares] = of.rows(parts, slice * of.groups + group);
        let slices = means.iter().zip(all_squares);
        let totals = mean.iter_mut().zip(&mut *squares);
        for ((mean, squares), (slice, slice_squares)) in totals.zip(slices) {
            let delta = *slice - *mean;
            *mean += delta * share;
            *squares += *slice_squares + delta * delta * (count * share);
        }
        count += lines;
    }
}

/// stats\[1,2,C\] = mean and 1/√(variance + ε), the running ones
pub fn running<T: Real>(args: &mut Args<'_, T>) {
    let (channels, epsilon) = (args.int("channels"), T::of(args.float("epsilon")));
    let [mean, variance] = ["running_mean", "running_var"].map(|name| args.floats(name));
    let (to_mean, rest) = args.floats_mut("stats").split_at_mut(channels);
    to_mean.copy_from_slice(&mean[..channels]);
    for (to, variance) in rest[..channels].iter_mut().zip(variance) {
        *to = (*variance + epsilon).sqrt().recip();
    }
}

/// A group's lines on their way through, with a run's worth of what belongs to the channels.
struct Apply<'a, T> {
    x: &'a [T],
    mean: Vec<T>,
    scale: Vec<T>,
    shift: Vec<T>,
    activation: Activation,
}

impl<T: Real> Map<T> for Apply<'_, T> {
    #[inline(always)]
    fn map(&self, at: usize, y: &mut [T]) {
        let (len, x) = (y.len(), &self.x[at..][..y.len()]);
        let [mean, scale, shift] = [&self.mean, &self.scale, &self.shift].map(|all| &all[..len]);
        for i in 0..len {
            y[i] = (x[i] - mean[i]) * scale[i] + shift[i];
        }
        activate(self.activation, y);
    }
}

/// y\[G,L,C\] = φ(weight\[C\]·x̂ + bias\[C\])
pub fn apply<T: Real>(args: &mut Args<'_, T>) {
    let (of, activation) = (Lines::of(args), args.activation());
    let [x, stats, weight, bias] = ["x", "stats", "weight", "bias"].map(|name| args.floats(name));
    let y = args.floats_mut("y");
    for group in 0..of.groups {
        let [mean, normal] = of.rows(stats, group);
        let apply = Apply {
            x: &x[of.range(group)],
            mean: of.repeat(mean.iter().copied()),
            scale: of.repeat(normal.iter().zip(weight).map(|(n, w)| *n * *w)),
            shift: of.repeat(bias[..of.channels].iter().copied()),
            activation,
        };
        of.map(&mut y[of.range(group)], apply);
    }
}
