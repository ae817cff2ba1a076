//! k-means: centres that are the means of the points nearest to them.

use rand::{Rng, RngExt};
use rayon::prelude::*;

use super::pairs::nearest;
use super::points::Points;
use crate::cpu::Real;
use crate::random::HostRng;
use crate::threefry::Stream;

/// What `fit` is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    pub clusters: usize,
    pub start: Start,
    /// Starts, of which the best counts.
    pub restarts: usize,
    /// Rounds of one start, at most.
    pub rounds: usize,
    pub seed: u64,
}

/// How first centres are chosen among the points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// k-means++ (Arthur and Vassilvitskii 2007): each with a probability by the squared distance from
    /// those before.
    PlusPlus,
    /// Any, all at once: for thousands of centres.
    Random,
}

/// Centres and how well they do.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans<T = f64> {
    /// \[k, d\].
    pub centres: Vec<T>,
    pub dims: usize,
    /// \[k\]: points nearest to each centre.
    pub counts: Vec<usize>,
    /// Σ |x − nearest centre|².
    pub inertia: f64,
    /// Rounds until nothing moved, or all that were allowed.
    pub rounds: usize,
    pub converged: bool,
}

impl<T> KMeans<T> {
    /// The centres as points.
    pub fn points(&self) -> Points<'_, T> {
        Points::new(&self.centres, self.dims)
    }
}

/// Lloyd's algorithm from several starts, drawn from the stream `measure` of the seed.
///
/// # Panics
/// If there are fewer points than clusters, or no clusters or restarts.
pub fn fit<T: Real>(points: Points<T>, options: Options) -> KMeans<T> {
    let Options {
        clusters,
        restarts,
        rounds,
        ..
    } = options;
    assert!(clusters > 0 && restarts > 0 && points.len() >= clusters);
    let mut rng = HostRng::new(options.seed, Stream::Measure);
    let runs = (0..restarts).map(|_| {
        let start = match options.start {
            Start::PlusPlus => plus_plus(points, clusters, &mut rng),
            Start::Random => random(points.len(), clusters, &mut rng),
        };
        let centres = start
            .iter()
            .flat_map(|at| points.row(*at).to_vec())
            .collect();
        improve(points, centres, rounds)
    });
    let best = runs.reduce(|best, run| {
        if run.inertia < best.inertia {
            run
        } else {
            best
        }
    });
    best.expect("there is a restart")
}

/// Indices of first centres by k-means++.
pub(super) fn plus_plus<T: Real>(
    points: Points<T>,
    clusters: usize,
    rng: &mut impl Rng,
) -> Vec<usize> {
    let mut chosen = vec![rng.random_range(0..points.len())];
    let mut distances = vec![f64::INFINITY; points.len()];
    while chosen.len() < clusters {
        let last = points.row(chosen[chosen.len() - 1]);
        let rows = points.values().par_chunks_exact(points.dims());
        distances
            .par_iter_mut()
            .zip(rows)
            .for_each(|(distance, row)| {
                let squares = row.iter().zip(last).map(|(x, y)| (*x - *y).widen().powi(2));
                *distance = distance.min(squares.sum());
            });
        let total: f64 = distances.iter().sum();
        let mut left = rng.random_range(0.0..1.0) * total;
        // Where all points are centres already, any other will do.
        let passed = |distance: &f64| {
            left -= distance;
            left < 0.0
        };
        let next = distances.iter().position(passed);
        chosen.push(next.unwrap_or_else(|| rng.random_range(0..points.len())));
    }
    chosen
}

/// Different indices below `count`.
fn random(count: usize, clusters: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..count).collect();
    for at in 0..clusters {
        indices.swap(at, rng.random_range(at..count));
    }
    indices.truncate(clusters);
    indices
}

/// Lloyd's rounds from given centres\[k, d\], until no point changes its centre. A centre that lost all
/// its points stays where it is.
pub fn improve<T: Real>(points: Points<T>, mut centres: Vec<T>, rounds: usize) -> KMeans<T> {
    let dims = points.dims();
    let clusters = centres.len() / dims;
    let mut before: Vec<usize> = Vec::new();
    let (mut done, mut converged) = (0, false);
    loop {
        let found = nearest(points, Points::new(&centres, dims));
        let inertia = found.iter().map(|(_, squared)| squared.widen()).sum();
        let labels: Vec<usize> = found.into_iter().map(|(label, _)| label).collect();
        converged |= labels == before;
        let mut counts = vec![0; clusters];
        labels.iter().for_each(|label| counts[*label] += 1);
        if converged || done == rounds {
            return KMeans {
                centres,
                dims,
                counts,
                inertia,
                rounds: done,
                converged,
            };
        }
        move_centres(points, &labels, &counts, &mut centres);
        (before, done) = (labels, done + 1);
    }
}

fn move_centres<T: Real>(points: Points<T>, labels: &[usize], counts: &[usize], centres: &mut [T]) {
    let dims = points.dims();
    let mut sums = vec![0.0; centres.len()];
    for (row, label) in points.rows().zip(labels) {
        let sum = &mut sums[label * dims..(label + 1) * dims];
        sum.iter_mut()
            .zip(row)
            .for_each(|(sum, x)| *sum += x.widen());
    }
    let all = centres
        .chunks_exact_mut(dims)
        .zip(sums.chunks_exact(dims))
        .zip(counts);
    for ((centre, sum), count) in all.filter(|(_, count)| **count > 0) {
        for (to, from) in centre.iter_mut().zip(sum) {
            *to = T::of(from / *count as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options = Options {
        clusters: 3,
        start: Start::PlusPlus,
        restarts: 4,
        rounds: 100,
        seed: 1,
    };

    /// 20 points each around 0, 10 and 100, less than 1 away.
    fn groups() -> Vec<f64> {
        let offset = |at: usize| (at as f64 * 0.37).fract() - 0.5;
        let group = |centre: f64| (0..20).map(move |at| centre + offset(at));
        [0.0, 10.0, 100.0].into_iter().flat_map(group).collect()
    }

    #[test]
    fn separate_groups_are_found_with_their_means() {
        let values = groups();
        for dims in [1, 2] {
            let found = fit(Points::new(&values, dims), OPTIONS);
            assert!(found.converged);
            assert_eq!(found.counts, [20 / dims; 3]);
            let mut first: Vec<f64> = found.points().rows().map(|row| row[0]).collect();
            first.sort_by(f64::total_cmp);
            let mean = |group: usize| {
                let part = values[20 * group..20 * group + 20].iter().step_by(dims);
                part.sum::<f64>() / (20 / dims) as f64
            };
            for (group, found) in first.iter().enumerate() {
                assert!((found - mean(group)).abs() < 1e-12, "{first:?}");
            }
        }
    }

    #[test]
    fn inertia_is_the_sum_of_squares_and_falls_with_more_centres() {
        let values = groups();
        let points = Points::new(&values, 1);
        let one = fit(
            points,
            Options {
                clusters: 1,
                ..OPTIONS
            },
        );
        let mean = values.iter().sum::<f64>() / 60.0;
        let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
        assert!((one.inertia - squares).abs() < 1e-8);
        let every = fit(
            points,
            Options {
                clusters: 60,
                ..OPTIONS
            },
        );
        assert!(every.inertia < 1e-20 && fit(points, OPTIONS).inertia < 10.0);
    }

    #[test]
    fn equal_points_and_random_starts_do_no_harm() {
        let values = [3.0f32; 10];
        for start in [Start::PlusPlus, Start::Random] {
            let found = fit(Points::new(&values, 1), Options { start, ..OPTIONS });
            assert_eq!((found.inertia, found.counts.iter().sum()), (0.0, 10));
        }
        let mut rng = HostRng::new(3, Stream::Measure);
        let mut indices = random(50, 50, &mut rng);
        indices.sort_unstable();
        assert_eq!(indices, (0..50).collect::<Vec<usize>>());
    }
}
