//! Points drawn without end: `shaders/data/mixture.wgsl` and `shaders/data/curve.wgsl`.

use rayon::prelude::*;

use super::args::Args;
use super::data::place;
use super::real::Real;
use crate::plan::codes::Curve;
use crate::threefry::{DRAWN, PAIRS, Words, threefry2x32};

/// Samples that a thread makes at a time.
const SAMPLES: usize = 64;

/// The words of pair j of row `row` of the batch: see `threefry::DRAWN`.
fn pairs<T>(args: &mut Args<'_, T>) -> impl Fn(usize, u32) -> Words + Sync + use<T> {
    let key = ["key0", "key1"].map(|name| args.int(name) as u32);
    let clock = args.words("clock").to_vec();
    move |row, pair| {
        let [position, epoch] = place(&clock, DRAWN, row);
        let second = epoch.wrapping_mul(PAIRS).wrapping_add(pair);
        threefry2x32(key, [position, second])
    }
}

/// Makes every row of x\[N,D\].
fn fill<T: Real>(args: &mut Args<'_, T>, make: impl Fn(usize, &mut [T]) + Sync) {
    let [rows, features] = ["rows", "features"].map(|name| args.int(name));
    let x = args.floats_mut("x")[..rows * features].par_chunks_mut(features);
    x.enumerate()
        .with_min_len(SAMPLES)
        .for_each(|(row, x)| make(row, x));
}

/// x\[N,D\]: pair 0 chooses the component, pairs 1, 2, … make its normal numbers.
pub fn mixture<T: Real>(args: &mut Args<'_, T>) {
    let [components, features] = ["components", "features"].map(|name| args.int(name));
    let table = &args.floats("components")[..components * (2 + features)];
    let pairs = pairs(args);
    fill(args, |row, x| {
        let choice = T::of(f64::from(pairs(row, 0)[0] >> 8));
        let mut rows = table.chunks_exact(2 + features);
        let chosen = rows.by_ref().find(|component| choice < component[0]);
        let component = chosen.unwrap_or(&table[(components - 1) * (2 + features)..]);
        let (sigma, mean) = (component[1], &component[2..]);
        for (at, (x, mean)) in x.chunks_mut(2).zip(mean.chunks(2)).enumerate() {
            let normal = T::box_muller(pairs(row, 1 + at as u32));
            let values = x.iter_mut().zip(mean).zip(normal);
            values.for_each(|((x, mean), normal)| *x = *mean + sigma * normal);
        }
    });
}

/// x\[N,D\]: pair 0 is a place on the curve, pair 1 the noise.
pub fn curve<T: Real>(args: &mut Args<'_, T>) {
    let curve = Curve::from_code(args.int("curve") as u32);
    let shape = args.floats("shape");
    let (parameter, sigma) = (shape[0], shape[1]);
    let pairs = pairs(args);
    fill(args, |row, x| {
        let place = on_curve(curve, parameter, pairs(row, 0));
        let normal = T::box_muller(pairs(row, 1));
        let values = x.iter_mut().zip(place).zip(normal);
        values.for_each(|((x, place), normal)| *x = place + sigma * normal);
    });
}

/// A point without noise. Angles are whole multiples of 2π/2²⁴, the same on every device.
fn on_curve<T: Real>(curve: Curve, parameter: T, words: Words) -> [T; 2] {
    let unit = T::of(f64::from(2 * (words[0] >> 9) + 1) / 16_777_216.0);
    let (half, one) = (T::of(0.5), T::one());
    match curve {
        Curve::Uniform => [unit, T::zero()],
        Curve::Square => [unit * unit, T::zero()],
        Curve::Line => [parameter, unit],
        Curve::SwissRoll => {
            let (t, [cos, sin]) = turned::<T>((3 << 22) + one_and_a_half(words[0] >> 8));
            [cos, sin].map(|part| t * part / T::of(7.5))
        }
        Curve::Moons => {
            let [cos, sin] = T::unit_vector(words[0] >> 9);
            match words[0] & 1 {
                0 => [cos, sin],
                _ => [one - cos, half - sin],
            }
        }
        Curve::Spiral => {
            let furthest = (words[0] >> 8).max(words[1] >> 8);
            let (t, [cos, sin]) = turned::<T>(one_and_a_half(furthest));
            let radius = t / T::of(3.0);
            match words[0] & 1 {
                0 => [-radius * cos, radius * sin],
                _ => [radius * cos, -radius * sin],
            }
        }
    }
}

fn one_and_a_half(bits: u32) -> u32 {
    bits + (bits >> 1)
}

/// The angle t = 2π·units/2²⁴, and (cos t, sin t).
fn turned<T: Real>(units: u32) -> (T, [T; 2]) {
    let t = T::of(f64::from(units)) * T::of(std::f64::consts::TAU / 16_777_216.0);
    (t, T::unit_vector(units & 0x00ff_ffff))
}
