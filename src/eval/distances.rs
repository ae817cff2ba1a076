//! Distances between two samples, or between a sample and a known distribution.
//!
//! None of them asks for densities. What only makes sense between densities is in
//! [`divergence`](super::divergence).

use rand::Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::points::{Points, squared_distance};
use super::quadrature::integrate;
use crate::random::HostRng;
use crate::threefry::{Stream, box_muller};

/// W₁(a, b) on the line: ∫ |F_a − F_b|, exactly, for samples of any two sizes.
///
/// # Panics
/// If a sample is empty.
pub fn wasserstein1(a: &[f64], b: &[f64]) -> f64 {
    assert!(!a.is_empty() && !b.is_empty());
    let (a, b) = (sorted(a), sorted(b));
    between_sorted(&a, &b, f64::abs)
}

/// ∫ g(F_a − F_b) dx of the empirical distribution functions of two sorted samples.
fn between_sorted(a: &[f64], b: &[f64], g: impl Fn(f64) -> f64) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    let mut last = a[0].min(b[0]);
    while i < a.len() || j < b.len() {
        let take_a = j == b.len() || i < a.len() && a[i] <= b[j];
        let x = if take_a { a[i] } else { b[j] };
        if x > last {
            let gap = i as f64 / a.len() as f64 - j as f64 / b.len() as f64;
            sum += (x - last) * g(gap);
            last = x;
        }
        if take_a { i += 1 } else { j += 1 }
    }
    sum
}

fn sorted(sample: &[f64]) -> Vec<f64> {
    let mut sample = sample.to_vec();
    sample.sort_unstable_by(f64::total_cmp);
    sample
}

/// W₁ between a sample on the line and a distribution with the distribution function `cdf`:
/// ∫ |F_n − F|, by quadrature between the points, to about 1e-9 of the sample's scale. The tails are
/// followed until they no longer count, which takes a distribution with a mean.
///
/// # Panics
/// If the sample is empty.
pub fn wasserstein1_to_cdf(sample: &[f64], cdf: impl Fn(f64) -> f64 + Sync) -> f64 {
    assert!(!sample.is_empty());
    let sample = sorted(sample);
    let (n, first, last) = (sample.len() as f64, sample[0], sample[sample.len() - 1]);
    let inside: Vec<f64> = sample
        .par_windows(2)
        .enumerate()
        .map(|(at, pair)| absolute_gap(&cdf, (at + 1) as f64 / n, [pair[0], pair[1]]))
        .collect();
    let step = (last - first).max(1e-3 * first.abs()).max(1e-3) / 4.0;
    let left = tail(|x| cdf(first - x), step);
    let right = tail(|x| 1.0 - cdf(last + x), step);
    left + inside.iter().sum::<f64>() + right
}

/// ∫ |level − F| over \[lo, hi\], cut where F passes the level.
fn absolute_gap(cdf: &impl Fn(f64) -> f64, level: f64, [lo, hi]: [f64; 2]) -> f64 {
    let part = |lo: f64, hi: f64| integrate(|x| cdf(x) - level, [lo, hi], 1e-12).value.abs();
    if hi <= lo {
        return 0.0;
    }
    let (below, above) = (cdf(lo) < level, cdf(hi) > level);
    if !(below && above) {
        return part(lo, hi);
    }
    let (mut left, mut right) = (lo, hi);
    for _ in 0..60 {
        let middle = 0.5 * (left + right);
        if cdf(middle) < level {
            left = middle
        } else {
            right = middle
        }
    }
    part(lo, left) + part(left, hi)
}

/// ∫ over x > 0 of a function that falls to 0, in steps that double.
fn tail(f: impl Fn(f64) -> f64, step: f64) -> f64 {
    let (mut from, mut width, mut sum) = (0.0, step, 0.0);
    for _ in 0..200 {
        let part = integrate(&f, [from, from + width], 1e-12).value;
        sum += part;
        from += width;
        width *= 2.0;
        if f(from) * width < 1e-12 * sum.max(step) {
            break;
        }
    }
    sum
}

/// Mean of W₁ over the projections of both samples on `projections` directions, drawn evenly from the
/// sphere with `seed` (stream `measure`). In one dimension it is W₁.
///
/// Rabin et al. 2011, with the power 1; it is at most W₁, and at most W₁/√d for a shift.
///
/// # Panics
/// If a sample is empty, the dimensions differ or there is no projection.
pub fn sliced_wasserstein1(a: Points, b: Points, projections: usize, seed: u64) -> f64 {
    assert!(projections > 0);
    assert_eq!(a.dims(), b.dims());
    if a.dims() == 1 {
        return wasserstein1(a.values(), b.values());
    }
    let directions = directions(a.dims(), projections, seed);
    let each: Vec<f64> = directions
        .par_iter()
        .map(|direction| wasserstein1(&projected(a, direction), &projected(b, direction)))
        .collect();
    each.iter().sum::<f64>() / projections as f64
}

fn projected(points: Points, direction: &[f64]) -> Vec<f64> {
    let dot = |row: &[f64]| row.iter().zip(direction).map(|(x, u)| x * u).sum();
    points.rows().map(dot).collect()
}

/// Unit vectors, evenly distributed on the sphere.
fn directions(dims: usize, count: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut rng = HostRng::new(seed, Stream::Measure);
    let mut direction = || {
        let pair = |_| box_muller([rng.next_u32(), rng.next_u32()]);
        let mut direction: Vec<f64> = (0..dims.div_ceil(2)).flat_map(pair).collect();
        direction.truncate(dims);
        let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
        direction.iter_mut().for_each(|x| *x /= length);
        direction
    };
    (0..count).map(|_| direction()).collect()
}

/// The squared energy distance 2E|X − Y| − E|X − X'| − E|Y − Y'| between two empirical
/// distributions (Székely and Rizzo 2013). It is never negative, and 0 only between equals; on the
/// line it is 2 ∫ (F_a − F_b)².
///
/// # Panics
/// If a sample is empty or the dimensions differ.
pub fn energy(a: Points, b: Points) -> f64 {
    assert!(!a.is_empty() && !b.is_empty());
    if a.dims() == 1 && b.dims() == 1 {
        let (a, b) = (sorted(a.values()), sorted(b.values()));
        return 2.0 * between_sorted(&a, &b, |gap| gap * gap);
    }
    let mean = |a, b| mean_over_pairs(a, b, f64::sqrt);
    (2.0 * mean(a, b) - mean(a, a) - mean(b, b)).max(0.0)
}

/// Mean of g(|x − y|²) over all pairs, also those of a point with itself.
fn mean_over_pairs(a: Points, b: Points, g: impl Fn(f64) -> f64 + Sync) -> f64 {
    assert_eq!(a.dims(), b.dims());
    let rows = a.values().par_chunks_exact(a.dims());
    let sums = rows.map(|x| b.rows().map(|y| g(squared_distance(x, y))).sum::<f64>());
    let sums: Vec<f64> = sums.collect();
    sums.iter().sum::<f64>() / (a.len() * b.len()) as f64
}

/// A squared maximum mean discrepancy and the kernel it was measured with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mmd {
    /// Unbiased: it is negative now and then where the distributions are equal.
    pub squared: f64,
    /// h of the kernel exp(−|x − y|²/(2h²)).
    pub bandwidth: f64,
}

/// Points of each sample that the median of distances is taken over.
const MEDIAN_OVER: usize = 1_000;

/// The unbiased estimate of MMD² with a Gaussian kernel (Gretton et al. 2012, equation 3); without a
/// `bandwidth`, h is the median distance between the points of both samples together (up to the first
/// 1,000 of each).
///
/// # Panics
/// If a sample has fewer than two points or the dimensions differ.
pub fn mmd(a: Points, b: Points, bandwidth: Option<f64>) -> Mmd {
    let (m, n) = (a.len() as f64, b.len() as f64);
    assert!(a.len() > 1 && b.len() > 1);
    let bandwidth = bandwidth.unwrap_or_else(|| median_distance(a, b));
    let scale = -0.5 / (bandwidth * bandwidth);
    let kernel = |squared: f64| (scale * squared).exp();
    // A point's kernel with itself is 1, which the unbiased estimate leaves out.
    let within = |points, n: f64| (mean_over_pairs(points, points, kernel) * n - 1.0) / (n - 1.0);
    Mmd {
        squared: within(a, m) + within(b, n) - 2.0 * mean_over_pairs(a, b, kernel),
        bandwidth,
    }
}

/// Median distance of different points; 1 where all are equal.
fn median_distance(a: Points, b: Points) -> f64 {
    let first = |points: Points, all: &mut Vec<f64>| {
        let count = points.len().min(MEDIAN_OVER);
        all.extend_from_slice(points.slice(0, count).values());
    };
    let mut both = Vec::new();
    first(a, &mut both);
    first(b, &mut both);
    let both = Points::new(&both, a.dims());
    let from = |at: usize| {
        let rest = both.slice(at + 1, both.len() - at - 1);
        let distances = rest.rows().map(move |y| squared_distance(both.row(at), y));
        distances.collect::<Vec<f64>>()
    };
    let mut distances: Vec<f64> = (0..both.len())
        .into_par_iter()
        .flat_map_iter(from)
        .collect();
    let middle = distances.len() / 2;
    let median = distances
        .select_nth_unstable_by(middle, f64::total_cmp)
        .1
        .sqrt();
    if median > 0.0 { median } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(count: usize, seed: u64) -> Vec<f64> {
        let mut rng = HostRng::new(seed, Stream::Measure);
        let pair = |_| box_muller([rng.next_u32(), rng.next_u32()]);
        (0..count.div_ceil(2)).flat_map(pair).take(count).collect()
    }

    fn close(got: f64, expected: f64, tolerance: f64) {
        assert!((got - expected).abs() <= tolerance, "{got}, not {expected}");
    }

    #[test]
    fn points_are_as_far_apart_as_they_are() {
        close(wasserstein1(&[2.0], &[-1.5]), 3.5, 0.0);
        close(wasserstein1(&[0.0, 1.0], &[0.0, 1.0, 0.0, 1.0]), 0.0, 0.0);
        // Half of the mass of 1 goes to 0, a sixth of it to 1/2.
        close(
            wasserstein1(&[0.0, 1.0], &[0.0, 0.5, 1.0]),
            1.0 / 6.0,
            1e-15,
        );
        close(wasserstein1(&[5.0, 1.0, 3.0], &[2.0, 6.0, 4.0]), 1.0, 1e-15);
    }

    #[test]
    fn a_shift_and_a_scale_cost_what_they_move() {
        let sample = normal(999, 1);
        let moved: Vec<f64> = sample.iter().map(|x| x - 7.0).collect();
        close(wasserstein1(&sample, &moved), 7.0, 1e-12);
        let scaled: Vec<f64> = sample.iter().map(|x| 3.0 * x).collect();
        let mean = sample.iter().map(|x| x.abs()).sum::<f64>() / 999.0;
        close(wasserstein1(&sample, &scaled), 2.0 * mean, 1e-12);
    }

    #[test]
    fn the_distance_to_a_distribution_is_the_mean_distance_of_a_point() {
        let uniform = |x: f64| x.clamp(0.0, 1.0);
        close(wasserstein1_to_cdf(&[0.5], uniform), 0.25, 1e-9);
        close(wasserstein1_to_cdf(&[3.0], uniform), 2.5, 1e-9);
        close(wasserstein1_to_cdf(&[0.25, 0.75], uniform), 0.125, 1e-9);
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        close(wasserstein1_to_cdf(&[0.0, 0.0], logistic), 4f64.ln(), 1e-9);
        let exponential = |x: f64| if x > 0.0 { -(-x).exp_m1() } else { 0.0 };
        // E|X − m| at the median is log 2.
        close(
            wasserstein1_to_cdf(&[2f64.ln()], exponential),
            2f64.ln(),
            1e-9,
        );
    }

    #[test]
    fn the_distance_to_a_distribution_is_that_to_a_large_sample_of_it() {
        let sample = [-0.3, 0.2, 0.9, 4.0];
        let quantile = |u: f64| (u / (1.0 - u)).ln();
        let many: Vec<f64> = (0..200_000)
            .map(|i| quantile((f64::from(i) + 0.5) / 2e5))
            .collect();
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        close(
            wasserstein1_to_cdf(&sample, logistic),
            wasserstein1(&sample, &many),
            1e-4,
        );
    }

    #[test]
    fn slices_of_a_shift_are_its_mean_cosine() {
        let sample = normal(400, 2);
        let moved: Vec<f64> = sample
            .chunks_exact(2)
            .flat_map(|p| [p[0] + 3.0, p[1] - 4.0])
            .collect();
        let (a, b) = (Points::new(&sample, 2), Points::new(&moved, 2));
        // Of a vector of length 5 and a random direction: 5 · 2/π.
        let got = sliced_wasserstein1(a, b, 4_000, 1);
        close(got, 10.0 / std::f64::consts::PI, 0.08);
        assert_eq!(got, sliced_wasserstein1(a, b, 4_000, 1));
        assert_ne!(got, sliced_wasserstein1(a, b, 4_000, 2));
        close(sliced_wasserstein1(a, a, 10, 1), 0.0, 0.0);
        let line = Points::new(&sample, 1);
        let moved = Points::new(&moved, 1);
        let alone = wasserstein1(&sample, moved.values());
        close(sliced_wasserstein1(line, moved, 10, 1), alone, 0.0);
    }

    #[test]
    fn energy_is_the_same_by_pairs_and_by_distribution_functions() {
        let (a, b) = (normal(60, 3), normal(45, 4));
        let flat = |sample: &[f64]| sample.iter().flat_map(|x| [*x, 0.0]).collect::<Vec<f64>>();
        let line = energy(Points::new(&a, 1), Points::new(&b, 1));
        let (a, b) = (flat(&a), flat(&b));
        close(energy(Points::new(&a, 2), Points::new(&b, 2)), line, 1e-12);
        assert!(line > 0.0);
        close(energy(Points::new(&a, 2), Points::new(&a, 2)), 0.0, 1e-12);
    }

    #[test]
    fn mmd_is_zero_in_the_mean_for_equals_and_the_closed_form_for_gaussians() {
        let h: f64 = 1.3;
        // E k over N(0, 1) and N(m, 1): h/√(h² + 2) · exp(−m²/(2(h² + 2))).
        let spread = h * h + 2.0;
        let expected = |m: f64| 2.0 * h / spread.sqrt() * (1.0 - (-m * m / (2.0 * spread)).exp());
        for shift in [0.0, 0.5, 2.0] {
            let repeats = 20;
            let each = (0..repeats).map(|seed| {
                let a = normal(300, 10 + seed);
                let b: Vec<f64> = normal(250, 90 + seed).iter().map(|x| x + shift).collect();
                mmd(Points::new(&a, 1), Points::new(&b, 1), Some(h)).squared
            });
            let mean = each.sum::<f64>() / repeats as f64;
            close(mean, expected(shift), 0.01 + 0.03 * expected(shift));
        }
    }

    #[test]
    fn the_bandwidth_is_the_median_of_the_distances() {
        let (a, b) = ([0.0, 1.0], [3.0, 7.0]);
        // Distances 1, 2, 3, 4, 6, 7.
        let found = mmd(Points::new(&a, 1), Points::new(&b, 1), None);
        assert_eq!(found.bandwidth, 4.0);
        let same = [2.0; 4];
        assert_eq!(
            mmd(Points::new(&same, 1), Points::new(&same, 1), None).squared,
            0.0
        );
    }
}
