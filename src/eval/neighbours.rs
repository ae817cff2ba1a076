//! Whether a model repeats what it saw, or itself: distances to nearest training samples, and samples
//! that are nearly equal.

use serde::Serialize;

use super::pairs::{fold, nearest, nearest_later};
use super::points::Points;

/// How far samples are from their nearest training samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Distances {
    /// Of all samples.
    pub least: f64,
    /// One in a hundred is nearer.
    pub percent: f64,
    pub median: f64,
}

impl Distances {
    /// Of `samples` from `train`, each to the nearest.
    ///
    /// # Panics
    /// If one of them is empty or the dimensions differ.
    pub fn of(samples: Points<f32>, train: Points<f32>) -> Distances {
        let found = nearest(samples, train);
        let exact = |(row, (other, _)): (&[f32], &(usize, f32))| distance(row, train.row(*other));
        let mut distances: Vec<f64> = samples.rows().zip(&found).map(exact).collect();
        distances.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| distances[(share * (distances.len() - 1) as f64).round() as usize];
        Distances {
            least: at(0.0),
            percent: at(0.01),
            median: at(0.5),
        }
    }
}

/// |x − y|, without the rounding of a product.
fn distance(x: &[f32], y: &[f32]) -> f64 {
    let squares = x
        .iter()
        .zip(y)
        .map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The distance of the two samples that are the most alike.
///
/// # Panics
/// If there are fewer than two.
pub fn closest_pair(samples: Points<f32>) -> f64 {
    assert!(samples.len() > 1);
    let found = nearest_later(samples).into_iter().enumerate();
    let pair = found.min_by(|a, b| a.1.1.total_cmp(&b.1.1));
    let (one, (other, _)) = pair.expect("there are two samples");
    distance(samples.row(one), samples.row(other))
}

/// Pairs of samples no further apart than `within`.
pub fn pairs_within(samples: Points<f32>, within: f64) -> usize {
    let squared = (within * within) as f32;
    let counts = fold(
        samples,
        samples,
        |own| (own, 0),
        |(own, count), first, distances| {
            let later = distances
                .iter()
                .enumerate()
                .filter(|(at, _)| first + at > *own);
            *count += later.filter(|(_, distance)| **distance <= squared).count();
        },
    );
    counts.iter().map(|(_, count)| count).sum()
}

/// Of samples that are drawn evenly from so many different ones, `count` make about `pairs` pairs of
/// equals: count²/(2·pairs) (the birthday paradox, as a test of a GAN by Arora and Zhang 2017). None
/// without a pair.
pub fn support(count: usize, pairs: usize) -> Option<f64> {
    (pairs > 0).then(|| (count as f64).powi(2) / (2.0 * pairs as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threefry::{open_unit, threefry2x32};

    fn images(count: usize, seed: u32) -> Vec<f32> {
        let value = |at| open_unit(threefry2x32([seed, 1], [at as u32, 0])[0]) as f32;
        (0..count * 40).map(value).collect()
    }

    #[test]
    fn copies_of_training_images_have_distance_nothing() {
        let (train, fresh) = (images(300, 1), images(100, 2));
        let train = Points::new(&train, 40);
        let copies = Distances::of(train.slice(100, 100), train);
        assert_eq!((copies.least, copies.median), (0.0, 0.0));
        let fresh = Points::new(&fresh, 40);
        let found = Distances::of(fresh, train);
        assert!(found.least > 0.5 && found.least < found.percent && found.percent < found.median);
        let each = fresh.rows().map(|x| {
            let all = train.rows().map(|y| distance(x, y));
            all.fold(f64::INFINITY, f64::min)
        });
        assert_eq!(found.least, each.fold(f64::INFINITY, f64::min));
    }

    #[test]
    fn a_few_different_images_are_counted_by_their_birthdays() {
        let few = images(50, 3);
        let draw = |at: u32| (threefry2x32([9, 9], [at, 0])[0] % 50) as usize;
        let samples: Vec<f32> = (0..400)
            .flat_map(|at| few[40 * draw(at)..][..40].to_vec())
            .collect();
        let samples = Points::new(&samples, 40);
        assert_eq!(closest_pair(samples), 0.0);
        let pairs = pairs_within(samples, 0.1);
        let exact: usize = (0..400)
            .map(|i| (i + 1..400).filter(|j| draw(*j) == draw(i)).count())
            .sum();
        assert_eq!(pairs, exact);
        let support = support(400, pairs).unwrap();
        assert!((40.0..60.0).contains(&support), "{support}");
        let different = images(400, 4);
        assert_eq!(pairs_within(Points::new(&different, 40), 0.1), 0);
        assert_eq!(super::support(400, 0), None);
    }
}
