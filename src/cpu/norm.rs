//! Batch normalisation: `shaders/norm/`. x is \[G, L, C\]: groups of lines of channels.

use std::ops::Range;

use pulp::Arch;
use rayon::prelude::*;

use super::activation::{activate, multiply_by_slope};
use super::args::Args;
use super::real::Real;
use crate::plan::codes::Activation;

/// Elements of a loop: what belongs to few channels is repeated until it is about as long.
const RUN: usize = 512;
/// Elements that a thread writes at a time.
const CHUNK: usize = 1 << 14;

/// How the lines of a call are laid out.
#[derive(Clone, Copy)]
struct Lines {
    lines: usize,
    channels: usize,
    groups: usize,
}

impl Lines {
    fn of<T>(args: &Args<'_, T>) -> Lines {
        let [lines, channels, groups] = ["lines", "channels", "groups"].map(|name| args.int(name));
        Lines {
            lines,
            channels,
            groups,
        }
    }

    /// The elements of a group.
    fn range(&self, group: usize) -> Range<usize> {
        let len = self.lines * self.channels;
        group * len..(group + 1) * len
    }

    /// Values of a group's channels, one after the other, as often as makes a run.
    fn repeat<T: Real>(&self, values: impl Iterator<Item = T>) -> Vec<T> {
        let times = (RUN / self.channels).clamp(1, self.lines);
        values.collect::<Vec<_>>().repeat(times)
    }

    /// Elements of a run, and of a whole number of runs for a thread.
    fn runs(&self) -> [usize; 2] {
        let run = (RUN / self.channels).clamp(1, self.lines) * self.channels;
        [run, run * (CHUNK / run).max(1)]
    }

    /// The two rows of channels that `all`\[G, 2, C\] has for a group.
    fn rows<'a, T>(&self, all: &'a [T], group: usize) -> [&'a [T]; 2] {
        let (first, second) =
            all[2 * group * self.channels..][..2 * self.channels].split_at(self.channels);
        [first, second]
    }

    /// Lines of slice `slice` of `slices`.
    fn count<T: Real>(&self, slice: usize, slices: usize) -> T {
        T::of((self.lines - slice).div_ceil(slices) as f64)
    }
}

/// parts\[S,G,2,C\]: two sums over each slice, lines s, s + S, s + 2S, … of a group. `add(group,
/// first, at, sums)` adds the elements from `at` on to both; a run of neighbouring slices is summed
/// at a time, and `first` is where it begins.
fn sums<T: Real>(
    of: Lines,
    slices: usize,
    parts: &mut [T],
    add: impl Fn(usize, usize, usize, [&mut [T]; 2]) + Sync,
) {
    let (c, row) = (of.channels, 2 * of.groups * of.channels);
    let block = (RUN / c).clamp(1, slices);
    let parts = parts[..slices * row].par_chunks_mut(block * row);
    parts.enumerate().for_each(|(at, parts)| {
        let width = parts.len() / row * c;
        let mut both = vec![T::zero(); 2 * width];
        for group in 0..of.groups {
            both.fill(T::zero());
            let (one, other) = both.split_at_mut(width);
            let Range { start, end } = of.range(group);
            let first = start + at * block * c;
            Arch::new().dispatch(|| {
                for from in (first..end).step_by(slices * c) {
                    let len = width.min(end - from);
                    add(group, first, from, [&mut one[..len], &mut other[..len]]);
                }
            });
            let sums = one.chunks_exact(c).zip(other.chunks_exact(c));
            for (parts, (one, other)) in parts.chunks_exact_mut(row).zip(sums) {
                let (to_one, to_other) = parts[2 * group * c..][..2 * c].split_at_mut(c);
                to_one.copy_from_slice(one);
                to_other.copy_from_slice(other);
            }
        }
    });
}

/// parts\[S,G,2,C\]: mean and Σ(x − mean)² of every slice, from sums shifted by its first line
pub fn moments<T: Real>(args: &mut Args<'_, T>) {
    let (of, slices) = (Lines::of(args), args.int("slices"));
    let (x, parts) = (args.floats("x"), args.floats_mut("parts"));
    sums(of, slices, parts, |_, first, at, [sum, squares]| {
        let values = x[at..].iter().zip(&x[first..]);
        for ((sum, squares), (x, first)) in sum.iter_mut().zip(squares).zip(values) {
            let d = *x - *first;
            *sum += d;
            *squares += d * d;
        }
    });
    let row = 2 * of.channels;
    for (at, pair) in parts[..slices * of.groups * row]
        .chunks_exact_mut(row)
        .enumerate()
    {
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
    for (group, stats) in stats
        .chunks_exact_mut(2 * of.channels)
        .take(of.groups)
        .enumerate()
    {
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
        let pairs = means.iter().zip(all_squares);
        for ((mean, squares), (part, part_squares)) in mean.iter_mut().zip(&mut *squares).zip(pairs)
        {
            let delta = *part - *mean;
            *mean += delta * share;
            *squares += *part_squares + delta * delta * (count * share);
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

fn activation<T>(args: &Args<'_, T>) -> Activation {
    Activation::from_code(args.int("activation") as u32, args.float("leak"))
}

/// y\[G,L,C\] = φ(weight\[C\]·x̂ + bias\[C\])
pub fn apply<T: Real>(args: &mut Args<'_, T>) {
    let (of, activation) = (Lines::of(args), activation(args));
    let [x, stats, weight, bias] = ["x", "stats", "weight", "bias"].map(|name| args.floats(name));
    let (y, [run, chunk]) = (args.floats_mut("y"), of.runs());
    for group in 0..of.groups {
        let [mean, normal] = of.rows(stats, group);
        let scale = of.repeat(normal.iter().zip(weight).map(|(n, w)| *n * *w));
        let mean = of.repeat(mean.iter().copied());
        let shift = of.repeat(bias[..of.channels].iter().copied());
        let x = x[of.range(group)].par_chunks(chunk);
        let y = y[of.range(group)].par_chunks_mut(chunk);
        y.zip(x).for_each(|(y, x)| {
            Arch::new().dispatch(|| {
                for (y, x) in y.chunks_mut(run).zip(x.chunks(run)) {
                    let line = mean.iter().zip(scale.iter().zip(&shift));
                    for ((y, x), (mean, (scale, shift))) in y.iter_mut().zip(x).zip(line) {
                        *y = (*x - *mean) * *scale + *shift;
                    }
                    activate(activation, y);
                }
            });
        });
    }
}

/// parts\[S,G,2,C\]: Σda and Σda·x̂ over each slice
pub fn backward_sums<T: Real>(args: &mut Args<'_, T>) {
    let (of, slices) = (Lines::of(args), args.int("slices"));
    let [da, x, stats] = ["da", "x", "stats"].map(|name| args.floats(name));
    let parts = args.floats_mut("parts");
    let means = (0..of.groups).map(|group| of.repeat(of.rows(stats, group)[0].iter().copied()));
    let means: Vec<_> = means.collect();
    sums(of, slices, parts, |group, _, at, [sum, along]| {
        let values = da[at..].iter().zip(x[at..].iter().zip(&means[group]));
        for ((sum, along), (da, (x, mean))) in sum.iter_mut().zip(along).zip(values) {
            *sum += *da;
            *along += *da * (*x - *mean);
        }
    });
    let row = 2 * of.channels;
    for (at, pair) in parts[..slices * of.groups * row]
        .chunks_exact_mut(row)
        .enumerate()
    {
        let [_, normal] = of.rows(stats, at % of.groups);
        let along = pair[of.channels..].iter_mut();
        along
            .zip(normal)
            .for_each(|(along, normal)| *along *= *normal);
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

/// dx\[G,L,C\] = weight·(da − share·(sums₀ + x̂·sums₁))/√(variance + ε) ∘ φ'(x)
pub fn backward_input<T: Real>(args: &mut Args<'_, T>) {
    let (of, activation) = (Lines::of(args), activation(args));
    let share = T::of(args.float("share"));
    let [da, x, stats, weight, sums] =
        ["da", "x", "stats", "weight", "sums"].map(|name| args.floats(name));
    let (dx, [run, chunk]) = (args.floats_mut("dx"), of.runs());
    for group in 0..of.groups {
        let ([mean, normal], [sum, along]) = (of.rows(stats, group), of.rows(sums, group));
        let scale = of.repeat(normal.iter().zip(weight).map(|(n, w)| *n * *w));
        let mean = of.repeat(mean.iter().copied());
        let shift = of.repeat(sum.iter().map(|sum| share * *sum));
        let along = of.repeat(
            normal
                .iter()
                .zip(along)
                .map(|(n, along)| share * *n * *along),
        );
        let [da, x] = [da, x].map(|values| values[of.range(group)].par_chunks(chunk));
        let dx = dx[of.range(group)].par_chunks_mut(chunk);
        dx.zip(da.zip(x)).for_each(|(dx, (da, x))| {
            Arch::new().dispatch(|| {
                let values = da.chunks(run).zip(x.chunks(run));
                for (dx, (da, x)) in dx.chunks_mut(run).zip(values) {
                    let line = mean.iter().zip(&scale).zip(shift.iter().zip(&along));
                    let values = da.iter().zip(x).zip(line);
                    for (dx, ((da, x), ((mean, scale), (shift, along)))) in
                        dx.iter_mut().zip(values)
                    {
                        *dx = *scale * (*da - *shift - (*x - *mean) * *along);
                    }
                    multiply_by_slope(activation, dx, x);
                }
            });
        });
    }
}
