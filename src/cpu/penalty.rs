//! What the critic pays for its slope: `shaders/penalty/`.

use rayon::prelude::*;

use super::args::Args;
use super::objective::{row, watch};
use super::optim::flush;
use super::real::Real;
use crate::plan::codes::{Counter, Metric, Norm, Watched};
use crate::threefry::{Words, open_unit, threefry2x32};

/// Elements that a thread makes at a time, at least.
const CHUNK: usize = 1 << 12;

/// Within the root, whose slope would be infinite at 0.
const EPSILON: f64 = 1e-12;

fn key<T>(args: &Args<'_, T>, names: [&str; 2]) -> Words {
    names.map(|name| args.int(name) as u32)
}

/// ε of each row: the first word of pair `row` of a draw.
struct Shares {
    key: Words,
    draw: u32,
}

impl Shares {
    fn of<T>(args: &mut Args<'_, T>) -> Shares {
        Shares {
            key: key(args, ["key0", "key1"]),
            draw: args.words("clock")[Counter::Mix as usize],
        }
    }

    fn at<T: Real>(&self, row: usize) -> T {
        T::of(open_unit(
            threefry2x32(self.key, [self.draw, row as u32])[0],
        ))
    }
}

/// mixed\[N,F\] = ε\[N\] real + (1 − ε) fake
pub fn interpolate<T: Real>(args: &mut Args<'_, T>) {
    let [len, features] = ["len", "features"].map(|name| args.int(name));
    let shares = Shares::of(args);
    let [real, fake] = ["real", "fake"].map(|name| args.floats(name));
    let rows = args.floats_mut("mixed")[..len].par_chunks_mut(features);
    let rows = rows.enumerate().with_min_len(CHUNK.div_ceil(features));
    rows.for_each(|(row, mixed)| {
        let share: T = shares.at(row);
        let [real, fake] = [real, fake].map(|all| &all[row * features..][..features]);
        let pairs = mixed.iter_mut().zip(real.iter().zip(fake));
        pairs.for_each(|(mixed, (real, fake))| *mixed = share * *real + (T::one() - share) * *fake);
    });
}

/// spread\[1\]: the standard deviation of all values, from the slices of `norm/moments`
pub fn spread<T: Real>(args: &mut Args<'_, T>) {
    let [lines, slices] = ["lines", "slices"].map(|name| args.int(name));
    let (mut mean, mut squares, mut count) = (T::zero(), T::zero(), T::zero());
    let parts = args.floats("parts")[..2 * slices].chunks_exact(2);
    for (slice, part) in parts.enumerate() {
        let lines = T::of((lines - slice).div_ceil(slices) as f64);
        let share = lines / (count + lines);
        let delta = part[0] - mean;
        mean += delta * share;
        squares += part[1] + delta * delta * (count * share);
        count += lines;
    }
    args.floats_mut("spread")[0] = (squares.max(T::zero()) / T::of(lines as f64)).sqrt();
}

/// mixed\[N,F\] = x + scale · spread · ε\[N\] · u\[N,F\]
pub fn perturb<T: Real>(args: &mut Args<'_, T>) {
    let [len, features] = ["len", "features"].map(|name| args.int(name));
    let (shares, noise_key) = (Shares::of(args), key(args, ["noise_key0", "noise_key1"]));
    let draw = args.words("clock")[Counter::Noise as usize];
    let (x, spread) = (args.floats("x"), args.floats("spread")[0]);
    let scale = T::of(args.float("scale")) * spread;
    let rows = args.floats_mut("mixed")[..len].par_chunks_mut(features);
    let rows = rows.enumerate().with_min_len(CHUNK.div_ceil(features));
    rows.for_each(|(row, mixed)| {
        let share: T = shares.at(row);
        for (column, mixed) in mixed.iter_mut().enumerate() {
            let at = row * features + column;
            let words = threefry2x32(noise_key, [draw, (at / 2) as u32]);
            *mixed = x[at] + scale * share * T::of(open_unit(words[at % 2]));
        }
    });
}

/// What a row costs at weight 1, and the factor of its gradient.
fn cost<T: Real>(norm: Norm, square: T) -> (T, T) {
    let n = (square + T::of(EPSILON)).sqrt();
    // n − 1 without what cancels where n is near 1.
    let beyond = (square - T::one() + T::of(EPSILON)) / (n + T::one());
    match norm {
        Norm::Zero => (T::of(0.5) * square, T::one()),
        Norm::AtMostOne if beyond <= T::zero() => (T::zero(), T::zero()),
        Norm::One | Norm::AtMostOne => (beyond * beyond, T::of(2.0) * beyond / n),
    }
}

/// From |g|²\[N\]: factors of the penalty's slope, and its metrics
pub fn norms<T: Real>(args: &mut Args<'_, T>) {
    let [rows, split] = ["rows", "split"].map(|name| args.int(name));
    let norm = Norm::from_code(args.int("norm") as u32);
    let [weight, rest, share, boost] =
        ["weight", "rest", "share", "boost"].map(|name| T::of(args.float(name)));
    let squares = &args.floats("squares")[..rows];
    let (mut penalty, mut length, mut counted) = (0.0, 0.0, 0u32);
    let factors = args.floats_mut("factors").iter_mut().zip(squares);
    for (at, (factor, square)) in factors.enumerate() {
        let weight = if at < split { weight } else { rest };
        let (cost, slope) = cost(norm, *square);
        *factor = flush(boost * share * weight * slope);
        penalty += (weight * cost).widen();
        if weight > T::zero() {
            length += (*square + T::of(EPSILON)).sqrt().widen();
            counted += 1;
        }
    }
    let (row, value) = (row(args), T::of(share.widen() * penalty));
    row[Metric::Penalty as usize] = value;
    row[Metric::GradientNorm as usize] = T::of(length / f64::from(counted));
    watch(args, Watched::CriticLoss, &[], value);
}
