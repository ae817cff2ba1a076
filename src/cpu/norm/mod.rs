//! Batch normalisation: `shaders/norm/`. x is \[G, L, C\]: groups of lines of channels.

mod backward;
mod forward;

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::args::Args;
use super::real::Real;

pub use backward::{backward_input, backward_parameters, backward_sums};
pub use forward::{apply, moments, running, statistics};

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

    /// Lines of a run.
    fn run(&self) -> usize {
        (RUN / self.channels).clamp(1, self.lines)
    }

    /// A value per channel, as often as makes a run.
    fn repeat<T: Real>(&self, values: impl Iterator<Item = T>) -> Vec<T> {
        values.collect::<Vec<_>>().repeat(self.run())
    }

    /// The two rows of channels that `all`\[G, 2, C\] has for a group.
    fn rows<'a, T>(&self, all: &'a [T], group: usize) -> [&'a [T]; 2] {
        let both = &all[2 * group * self.channels..][..2 * self.channels];
        let (first, second) = both.split_at(self.channels);
        [first, second]
    }

    /// Lines of slice `slice` of `slices`.
    fn count<T: Real>(&self, slice: usize, slices: usize) -> T {
        T::of((self.lines - slice).div_ceil(slices) as f64)
    }

    /// Fills the elements of a group, run by run.
    fn map<T: Real>(&self, out: &mut [T], map: impl Map<T>) {
        let run = self.run() * self.channels;
        let chunk = run * (CHUNK / run).max(1);
        let chunks = out.par_chunks_mut(chunk).enumerate();
        chunks.for_each(|(at, out)| {
            let (map, at) = (&map, at * chunk);
            Arch::new().dispatch(Runs { map, at, out, run });
        });
    }

    /// parts\[S,G,2,C\]: two sums over each slice, lines s, s + S, s + 2S, … of a group. A run of
    /// neighbouring slices is summed at a time.
    fn sums<T: Real>(&self, slices: usize, parts: &mut [T], sum: impl Sum<T>) {
        let (c, row) = (self.channels, 2 * self.groups * self.channels);
        let block = (RUN / c).clamp(1, slices);
        let parts = parts[..slices * row].par_chunks_mut(block * row);
        parts.enumerate().for_each(|(at, parts)| {
            let width = parts.len() / row * c;
            let mut sums = vec![T::zero(); 2 * width];
            for group in 0..self.groups {
                sums.fill(T::zero());
                let (one, other) = sums.split_at_mut(width);
                let Range { start, end } = self.range(group);
                Arch::new().dispatch(Walk {
                    sum: &sum,
                    group,
                    first: start + at * block * c,
                    end,
                    step: slices * c,
                    sums: [&mut *one, &mut *other],
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
}

/// What fills the elements of a group. Its functions are inlined into loops that are compiled for
/// wide vectors, as a closure would be only if it is short.
trait Map<T>: Sync {
    /// Fills `out`, which begins at element `at` of the group and at the first channel.
    fn map(&self, at: usize, out: &mut [T]);
}

/// What adds a line's elements to two sums each; inlined as a `Map` is.
trait Sum<T>: Sync {
    /// Adds the elements from `at` on; `first` is where their slices begin.
    fn add(&self, group: usize, first: usize, at: usize, sums: [&mut [T]; 2]);
}

struct Runs<'a, T, M> {
    map: &'a M,
    at: usize,
    out: &'a mut [T],
    run: usize,
}

impl<T: Real, M: Map<T>> WithSimd for Runs<'_, T, M> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (run, out) in self.out.chunks_mut(self.run).enumerate() {
            self.map.map(self.at + run * self.run, out);
        }
    }
}

struct Walk<'a, T, A> {
    sum: &'a A,
    group: usize,
    first: usize,
    end: usize,
    step: usize,
    sums: [&'a mut [T]; 2],
}

impl<T: Real, A: Sum<T>> WithSimd for Walk<'_, T, A> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let [one, other] = self.sums;
        for at in (self.first..self.end).step_by(self.step) {
            let len = one.len().min(self.end - at);
            let sums = [&mut one[..len], &mut other[..len]];
            self.sum.add(self.group, self.first, at, sums);
        }
    }
}
