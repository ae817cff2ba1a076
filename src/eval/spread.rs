//! How far apart samples are from one another and from those of another set, and how many of them are
//! copies: what tells a model that collapsed from one that did not.

use super::pairs::fold;
use super::points::Points;
use crate::cpu::Real;

/// Mean distance of two different points of a set.
///
/// # Panics
/// If there are fewer than two.
pub fn mean_distance<T: Real>(points: Points<T>) -> f64 {
    let n = points.len() as f64;
    assert!(n > 1.0, "one point has no distance");
    // Between points of many coordinates rounding may part a point from itself.
    let sums = fold(
        points,
        points,
        |own| (own, 0.0),
        |(own, sum), first, squares| {
            let others = squares
                .iter()
                .enumerate()
                .filter(|(at, _)| first + at != *own);
            *sum += others.map(|(_, x)| x.widen().sqrt()).sum::<f64>();
        },
    );
    sums.iter().map(|(_, sum)| sum).sum::<f64>() / (n * (n - 1.0))
}

/// Mean distance of a point of `a` from one of `b`.
///
/// # Panics
/// If a set is empty or the dimensions differ.
pub fn mean_distance_between<T: Real>(a: Points<T>, b: Points<T>) -> f64 {
    assert!(!a.is_empty() && !b.is_empty());
    let sums = fold(
        a,
        b,
        |_| 0.0,
        |sum, _, squares| *sum += squares.iter().map(|x| x.widen().sqrt()).sum::<f64>(),
    );
    sums.iter().sum::<f64>() / (a.len() as f64 * b.len() as f64)
}

/// The energy distance as a share of what it is made of, 1 − (E|x − x'| + E|y − y'|)/(2E|x − y|): 0 for
/// equal distributions and 1 for two different points (Székely and Rizzo 2013, the energy coefficient of
/// inhomogeneity). Unbiased means make it negative now and then.
///
/// # Panics
/// If a set has fewer than two points or the dimensions differ.
pub fn inhomogeneity<T: Real>(a: Points<T>, b: Points<T>) -> f64 {
    let between = 2.0 * mean_distance_between(a, b);
    match between > 0.0 {
        true => 1.0 - (mean_distance(a) + mean_distance(b)) / between,
        false => 0.0,
    }
}

/// Distance of every point from the nearest other one of its set.
pub fn nearest_others<T: Real>(points: Points<T>) -> Vec<f64> {
    let found = fold(
        points,
        points,
        |own| (own, T::infinity()),
        |(own, least), first, squares| {
            for (at, square) in squares.iter().enumerate() {
                if first + at != *own && *square < *least {
                    *least = *square;
                }
            }
        },
    );
    found
        .iter()
        .map(|(_, least)| least.widen().sqrt())
        .collect()
}

/// The value below which this share of the values lies.
///
/// # Panics
/// If there is none.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[(share * (sorted.len() - 1) as f64).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threefry::{open_unit, threefry2x32};

    fn uniform(count: usize, seed: u32) -> Vec<f64> {
        let word = |at| threefry2x32([seed, 7], [at as u32, 0])[0];
        (0..count).map(|at| open_unit(word(at))).collect()
    }

    #[test]
    fn distances_are_those_of_all_pairs() {
        let corners = [0.0, 0.0, 3.0, 0.0, 0.0, 4.0];
        let triangle = Points::new(&corners, 2);
        assert_eq!(mean_distance(triangle), 4.0);
        assert_eq!(nearest_others(triangle), [3.0, 3.0, 4.0]);
        let centre = [0.0, 0.0];
        let from = mean_distance_between(triangle, Points::new(&centre, 2));
        assert!((from - 7.0 / 3.0).abs() < 1e-15);
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), 2.0);
    }

    #[test]
    fn points_of_many_coordinates_are_as_far_apart() {
        let values = uniform(300 * 40, 1);
        let points = Points::new(&values, 40);
        let distance = |a: &[f64], b: &[f64]| {
            let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
            squares.sum::<f64>().sqrt()
        };
        let pairs = points
            .rows()
            .flat_map(|a| points.rows().map(move |b| distance(a, b)));
        let expected = pairs.sum::<f64>() / (300.0 * 299.0);
        assert!((mean_distance(points) - expected).abs() < 1e-9);
    }

    #[test]
    fn inhomogeneity_tells_equal_distributions_from_different_ones() {
        let (a, b) = (uniform(4_000, 1), uniform(4_000, 2));
        let shifted: Vec<f64> = b.iter().map(|x| x + 1.0).collect();
        let of = |b: &[f64]| inhomogeneity(Points::new(&a, 2), Points::new(b, 2));
        assert!(of(&b).abs() < 2e-3, "{}", of(&b));
        assert!(of(&shifted) > 0.3, "{}", of(&shifted));
        let (zeros, ones) = ([0.0; 4], [1.0; 4]);
        assert_eq!(
            inhomogeneity(Points::new(&zeros, 2), Points::new(&ones, 2)),
            1.0
        );
        assert_eq!(
            inhomogeneity(Points::new(&zeros, 2), Points::new(&zeros, 2)),
            0.0
        );
    }
}
