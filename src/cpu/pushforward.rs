//! Maps of random numbers to other distributions: `shaders/pushforward/`.

use rayon::prelude::*;

use super::args::Args;
use super::real::Real;
use crate::threefry::{open_unit, threefry2x32};

/// Elements that a thread maps at a time.
const CHUNK: usize = 1024;

/// y\[L\] = g(x\[L\])
fn map<T: Real>(args: &mut Args<'_, T>, g: impl Fn(T) -> T + Sync) {
    let len = args.int("len");
    let x = &args.floats("x")[..len];
    let y = &mut args.floats_mut("y")[..len];
    let chunks = y.par_chunks_mut(CHUNK).zip(x.par_chunks(CHUNK));
    chunks.for_each(|(y, x)| y.iter_mut().zip(x).for_each(|(y, x)| *y = g(*x)));
}

/// location + scale · g(x)
fn placed<T: Real>(args: &mut Args<'_, T>, g: impl Fn(T) -> T + Sync) {
    let [location, scale] = ["location", "scale"].map(|name| T::of(args.float(name)));
    map(args, |x| location + scale * g(x));
}

/// −log(u) of u = (1 + v)/2, with its digits at both ends of (−1, 1).
fn minus_log_unit<T: Real>(v: T) -> T {
    let half = T::of(0.5);
    match v < T::zero() {
        true => -(half * (T::one() + v)).ln(),
        false => -(-half * (T::one() - v)).ln_1p(),
    }
}

/// y\[L\]: −log(1 − u)/rate.
pub fn exponential<T: Real>(args: &mut Args<'_, T>) {
    let rate = T::of(args.float("rate"));
    map(args, |x| minus_log_unit(-x) / rate);
}

/// y\[L\]: location + scale · log(u/(1 − u)).
pub fn logistic<T: Real>(args: &mut Args<'_, T>) {
    placed(args, |x| minus_log_unit(-x) - minus_log_unit(x));
}

/// y\[L\]: location + scale · tan(π(u − ½)), near the poles by what is left to them.
pub fn cauchy<T: Real>(args: &mut Args<'_, T>) {
    let quarter_turn = T::of(std::f64::consts::FRAC_PI_2);
    placed(args, |x| match x.abs() > T::of(0.5) {
        true => x.signum() / (quarter_turn * (T::one() - x.abs())).tan(),
        false => (quarter_turn * x).tan(),
    });
}

/// The numerator and the denominator of a quotient of polynomials, the constant first.
struct Quotient([f64; 4], [f64; 4]);

/// Routine PPND7 of Wichura, "Algorithm AS 241" (1988), around the middle and towards the ends.
const NEAR: Quotient = Quotient(
    [3.3871327179, 50.434271938, 159.29113202, 59.109374720],
    [1.0, 17.895169469, 78.757757664, 67.187563600],
);
const FAR: Quotient = Quotient(
    [1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103],
    [1.0, 0.73700164250, 0.12021132975, 0.0],
);

impl Quotient {
    fn at<T: Real>(&self, t: T) -> T {
        let polynomial = |of: [f64; 4]| {
            let terms = of.into_iter().rev();
            terms.fold(T::zero(), |sum, term| sum * t + T::of(term))
        };
        polynomial(self.0) / polynomial(self.1)
    }
}

/// y\[L\]: location + scale · Φ⁻¹(u), to seven digits.
pub fn gaussian<T: Real>(args: &mut Args<'_, T>) {
    placed(args, |x| {
        let q = T::of(0.5) * x;
        match q.abs() <= T::of(0.425) {
            true => q * NEAR.at(T::of(0.180625) - q * q),
            false => x.signum() * FAR.at(minus_log_unit(-x.abs()).sqrt() - T::of(1.6)),
        }
    });
}

/// y\[L\]: scale · (−log(1 − u))^power.
pub fn weibull<T: Real>(args: &mut Args<'_, T>) {
    let [power, scale] = ["power", "scale"].map(|name| T::of(args.float(name)));
    map(args, |x| scale * minus_log_unit(-x).powf(power));
}

/// y\[L\] = location + scale · x\[L\]
pub fn affine<T: Real>(args: &mut Args<'_, T>) {
    placed(args, |x| x);
}

/// y\[L\] = x\[L\]²
pub fn square<T: Real>(args: &mut Args<'_, T>) {
    map(args, |x| x * x);
}

/// y\[L\] = exp(x\[L\])
pub fn exp<T: Real>(args: &mut Args<'_, T>) {
    map(args, T::exp);
}

/// y\[L\] = |x\[L\]|
pub fn abs<T: Real>(args: &mut Args<'_, T>) {
    map(args, T::abs);
}

/// y\[L\]: the inverse, at u, of the function that goes straight from each of M points to the next.
pub fn table<T: Real>(args: &mut Args<'_, T>) {
    let count = args.int("count");
    let points = &args.floats("points")[..count];
    let heights = &args.floats("heights")[..count];
    map(args, |x| {
        let u = T::of(0.5) * (T::one() + x);
        let above = heights.partition_point(|height| *height <= u);
        let above = above.clamp(1, count - 1);
        let below = above - 1;
        let part = (u - heights[below]) / (heights[above] - heights[below]);
        points[below] + part * (points[above] - points[below])
    });
}

/// values\[L\]: the place of the largest of logits\[K\] + gumbel noise.
pub fn gumbel_max<T: Real>(args: &mut Args<'_, T>) {
    let key = ["key0", "key1"].map(|name| args.int(name) as u32);
    let [len, categories] = ["len", "categories"].map(|name| args.int(name));
    let draw = args.words("clock")[args.int("counter")];
    let logits = &args.floats("logits")[..categories];
    let uniform = |element: u32| {
        let words = threefry2x32(key, [draw, element / 2]);
        T::of(2.0 * open_unit(words[(element % 2) as usize]) - 1.0)
    };
    let values = &mut args.floats_mut("values")[..len];
    values.par_iter_mut().enumerate().for_each(|(at, value)| {
        let mut best = (T::of(-3e38), 0);
        for (k, logit) in logits.iter().enumerate() {
            let v = uniform((at * categories + k) as u32);
            let score = *logit - minus_log_unit(v).ln();
            if score > best.0 {
                best = (score, k);
            }
        }
        *value = T::of(best.1 as f64);
    });
}
