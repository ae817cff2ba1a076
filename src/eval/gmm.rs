//! Mixtures of Gaussians fitted by expectation and maximisation (Dempster, Laird and Rubin 1977).

use rayon::prelude::*;

use super::gaussian::Root;
use super::kmeans;
use super::mixture::{Covariance, Mixture};
use super::points::Points;

/// What `fit` is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    pub components: usize,
    pub covariance: Covariance,
    /// Starts from k-means, of which the most likely counts.
    pub restarts: usize,
    /// Rounds of one start, at most.
    pub rounds: usize,
    /// Variances are kept above its square, besides what keeps a component from shrinking onto a point.
    pub least_sigma: f64,
    /// A start ends when a round gains less than this, in nats per point.
    pub tolerance: f64,
    pub seed: u64,
}

impl Options {
    /// The usual settings for so many components.
    pub fn new(components: usize, covariance: Covariance, seed: u64) -> Options {
        Options {
            components,
            covariance,
            restarts: 4,
            rounds: 300,
            least_sigma: 0.0,
            tolerance: 1e-6,
            seed,
        }
    }
}

/// Variances are kept above this share of that of the data along the same axis, so that no component shrinks
/// onto one point, where the likelihood has no bound.
const FLOOR: f64 = 1e-6;

/// Points that are summed up by one thread at a time.
const CHUNK: usize = 1_024;

/// Σ over points of responsibilities r, of r·(x − m) and of r·(x − m)(x − m)ᵀ, around the mean m that the
/// component had.
struct Moments {
    log_likelihood: f64,
    /// \[k\], \[k, d\], \[k, d, d\] or \[k, d\].
    weights: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

/// The most likely mixture of several starts, drawn from the stream `measure` of the seed.
///
/// # Panics
/// If there are fewer points than components, or no components or restarts.
pub fn fit(points: Points, options: Options) -> Mixture {
    assert!(options.restarts > 0);
    let mut floor = floor(points);
    for least in &mut floor {
        *least = least.max(options.least_sigma.powi(2));
    }
    let runs = (0..options.restarts).map(|restart| {
        let seed = options.seed.wrapping_add(restart as u64);
        improve(
            points,
            start(points, options, seed, &floor),
            options,
            &floor,
        )
    });
    let better = |best: Mixture, run: Mixture| match run.log_likelihood > best.log_likelihood {
        true => run,
        false => best,
    };
    runs.reduce(better).expect("there is a restart")
}

/// What the variance along each axis is kept above, in units of its own; an axis along which points are equal
/// has none, and takes that of the others.
fn floor(points: Points) -> Vec<f64> {
    let mean = super::gaussian::mean(points);
    let mut variances = vec![0.0; points.dims()];
    for row in points.rows() {
        for (variance, (x, m)) in variances.iter_mut().zip(row.iter().zip(&mean)) {
            *variance += (x - m).powi(2) / points.len() as f64;
        }
    }
    let others = variances.iter().sum::<f64>() / variances.len() as f64;
    let of = |(variance, mean): (&f64, &f64)| {
        // Below this, differences are rounding.
        let flat = *variance <= 1e-24 * mean.powi(2);
        let own = FLOOR * if flat { others } else { *variance };
        own.max((1e-12 * mean.abs().max(1.0)).powi(2))
    };
    variances.iter().zip(&mean).map(of).collect()
}

/// The clusters of k-means with their own weights, means and covariances.
fn start(points: Points, options: Options, seed: u64, floor: &[f64]) -> Mixture {
    let clusters = kmeans::fit(
        points,
        kmeans::Options {
            clusters: options.components,
            start: kmeans::Start::PlusPlus,
            restarts: 1,
            rounds: 20,
            seed,
        },
    );
    let mut mixture = Mixture {
        dims: points.dims(),
        weights: vec![0.0; options.components],
        means: clusters.centres.clone(),
        covariances: vec![0.0; options.components * options.covariance.numbers(points.dims())],
        covariance: options.covariance,
        roots: Vec::new(),
        log_likelihood: f64::NEG_INFINITY,
        rounds: 0,
        converged: false,
    };
    let labels = super::pairs::nearest(points, clusters.points());
    let moments = mixture.sum_up(points, |at, _, responsibilities| {
        responsibilities.fill(0.0);
        responsibilities[labels[at].0] = 1.0;
        0.0
    });
    mixture.maximise(&moments, points.len(), floor);
    mixture
}

/// Rounds of expectation and maximisation until one gains less than the tolerance.
fn improve(points: Points, mut mixture: Mixture, options: Options, floor: &[f64]) -> Mixture {
    loop {
        let moments = mixture.sum_up(points, |_, x, r| mixture.responsibilities(x, r));
        let reached = moments.log_likelihood / points.len() as f64;
        let gain = reached - mixture.log_likelihood;
        mixture.log_likelihood = reached;
        mixture.converged = gain < options.tolerance;
        if mixture.converged || mixture.rounds == options.rounds {
            return mixture;
        }
        mixture.maximise(&moments, points.len(), floor);
        mixture.rounds += 1;
    }
}

impl Mixture {
    /// Rounds of expectation and maximisation from this mixture.
    pub fn improved(self, points: Points, rounds: usize, tolerance: f64) -> Mixture {
        let options = Options {
            rounds,
            tolerance,
            ..Options::new(self.weights.len(), self.covariance, 0)
        };
        improve(points, self, options, &floor(points))
    }

    /// Moments of all points, by shares that `share(index, x, shares)` tells along with a log-density;
    /// in chunks that do not depend on the threads.
    fn sum_up(
        &self,
        points: Points,
        share: impl Fn(usize, &[f64], &mut [f64]) -> f64 + Sync,
    ) -> Moments {
        let chunks: Vec<Moments> = (0..points.len().div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let first = chunk * CHUNK;
                let rows = points.slice(first, CHUNK.min(points.len() - first));
                let mut moments = self.no_moments();
                let mut shares = vec![0.0; self.weights.len()];
                let mut difference = vec![0.0; self.dims];
                for (at, x) in rows.rows().enumerate() {
                    moments.log_likelihood += share(first + at, x, &mut shares);
                    self.add(&mut moments, x, &shares, &mut difference);
                }
                moments
            })
            .collect();
        let add = |to: &mut [f64], from: &[f64]| to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        let mut total = self.no_moments();
        for part in &chunks {
            total.log_likelihood += part.log_likelihood;
            add(&mut total.weights, &part.weights);
            add(&mut total.first, &part.first);
            add(&mut total.second, &part.second);
        }
        total
    }

    fn no_moments(&self) -> Moments {
        Moments {
            log_likelihood: 0.0,
            weights: vec![0.0; self.weights.len()],
            first: vec![0.0; self.means.len()],
            second: vec![0.0; self.covariances.len()],
        }
    }

    fn add(&self, moments: &mut Moments, x: &[f64], shares: &[f64], difference: &mut [f64]) {
        let (d, each) = (self.dims, self.covariance.numbers(self.dims));
        for (at, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let mean = &self.means[at * d..(at + 1) * d];
            let differences = x.iter().zip(mean).map(|(x, m)| x - m);
            difference
                .iter_mut()
                .zip(differences)
                .for_each(|(to, from)| *to = from);
            moments.weights[at] += share;
            let first = &mut moments.first[at * d..(at + 1) * d];
            first
                .iter_mut()
                .zip(&*difference)
                .for_each(|(sum, y)| *sum += share * y);
            let second = &mut moments.second[at * each..(at + 1) * each];
            match self.covariance {
                Covariance::Diagonal => {
                    second
                        .iter_mut()
                        .zip(&*difference)
                        .for_each(|(sum, y)| *sum += share * y * y);
                }
                Covariance::Full => {
                    for (row, y) in second.chunks_exact_mut(d).zip(&*difference) {
                        row.iter_mut()
                            .zip(&*difference)
                            .for_each(|(sum, z)| *sum += share * y * z);
                    }
                }
            }
        }
    }

    /// The parameters that the moments make most likely. A component that lost its points keeps its mean
    /// and covariance.
    fn maximise(&mut self, moments: &Moments, n: usize, floor: &[f64]) {
        let (d, each) = (self.dims, self.covariance.numbers(self.dims));
        let mut roots = Vec::new();
        for at in 0..self.weights.len() {
            let weight = moments.weights[at];
            self.weights[at] = weight.max(1e-300) / n as f64;
            let covariance = &mut self.covariances[at * each..(at + 1) * each];
            if weight > 1e-9 {
                let shift: Vec<f64> = moments.first[at * d..(at + 1) * d]
                    .iter()
                    .map(|s| s / weight)
                    .collect();
                let second = &moments.second[at * each..(at + 1) * each];
                for (place, (to, sum)) in covariance.iter_mut().zip(second).enumerate() {
                    let (i, j) = match self.covariance {
                        Covariance::Full => (place / d, place % d),
                        Covariance::Diagonal => (place, place),
                    };
                    let ridge = if i == j { floor[i] } else { 0.0 };
                    *to = sum / weight - shift[i] * shift[j] + ridge;
                }
                let mean = &mut self.means[at * d..(at + 1) * d];
                mean.iter_mut().zip(&shift).for_each(|(m, s)| *m += s);
            }
            roots.push(widened_root(covariance, self.covariance, floor));
        }
        self.roots = roots;
    }
}

/// The root of a covariance, whose diagonal grows until it has one.
fn widened_root(covariance: &mut [f64], kind: Covariance, floor: &[f64]) -> Root {
    let dims = floor.len();
    let step = if kind == Covariance::Full {
        dims + 1
    } else {
        1
    };
    let mut widening = 1.0;
    loop {
        if let Some(root) = kind.root(covariance, dims) {
            return root;
        }
        for (v, floor) in covariance.iter_mut().step_by(step).zip(floor) {
            let known = if v.is_finite() { v.max(0.0) } else { 0.0 };
            *v = known + widening * floor;
        }
        widening *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::HostRng;
    use crate::threefry::{Stream, box_muller, open_unit};
    use rand::Rng;

    /// 0.3 N((−2, 0), diag(0.04, 1)) + 0.7 N((3, 1), ((1, 0.8), (0.8, 1))).
    fn two(count: usize, seed: u64) -> Vec<f64> {
        let mut rng = HostRng::new(seed, Stream::Noise);
        let point = |_| {
            let first = open_unit(rng.next_u32()) < 0.3;
            let [x, y] = box_muller([rng.next_u32(), rng.next_u32()]);
            match first {
                true => [-2.0 + 0.2 * x, y],
                false => [3.0 + x, 1.0 + 0.8 * x + 0.6 * y],
            }
        };
        (0..count).flat_map(point).collect()
    }

    #[test]
    fn the_parameters_of_a_mixture_are_found_again() {
        let values = two(20_000, 1);
        let points = Points::new(&values, 2);
        let found = fit(points, Options::new(2, Covariance::Full, 0));
        assert!(found.converged);
        let at = if found.weights[0] < 0.5 {
            [0, 1]
        } else {
            [1, 0]
        };
        let expected = [
            (0.3, [-2.0, 0.0], [0.04, 0.0, 0.0, 1.0]),
            (0.7, [3.0, 1.0], [1.0, 0.8, 0.8, 1.0]),
        ];
        for (at, (weight, mean, covariance)) in at.into_iter().zip(expected) {
            let near = |got: &[f64], expected: &[f64]| {
                got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.04)
            };
            assert!(near(&[found.weights[at]], &[weight]), "{found:?}");
            assert!(near(&found.means[2 * at..2 * at + 2], &mean), "{found:?}");
            assert!(
                near(&found.covariances[4 * at..4 * at + 4], &covariance),
                "{found:?}"
            );
        }
        let test = two(20_000, 2);
        let truth = Mixture::new(
            2,
            vec![0.3, 0.7],
            vec![-2.0, 0.0, 3.0, 1.0],
            vec![0.04, 0.0, 0.0, 1.0, 1.0, 0.8, 0.8, 1.0],
            Covariance::Full,
        );
        let of = |mixture: &Mixture| mixture.likelihood(Points::new(&test, 2)).mean;
        assert!(
            (of(&found) - of(&truth)).abs() < 0.003,
            "{} {}",
            of(&found),
            of(&truth)
        );
        let diagonal = fit(points, Options::new(2, Covariance::Diagonal, 0));
        assert!(of(&diagonal) < of(&found) - 0.1, "correlation must count");
    }

    #[test]
    fn the_criterion_finds_the_number_of_components() {
        let values = two(3_000, 3);
        let points = Points::new(&values, 2);
        let bic = |k| fit(points, Options::new(k, Covariance::Full, 0)).bic(3_000);
        let all: Vec<f64> = (1..=4).map(bic).collect();
        let best = (0..4).min_by(|a, b| all[*a].total_cmp(&all[*b]));
        assert_eq!(best, Some(1), "{all:?}");
    }

    #[test]
    fn every_round_is_at_least_as_likely() {
        let values = two(500, 4);
        let points = Points::new(&values, 2);
        let mut mixture = start(
            points,
            Options::new(3, Covariance::Full, 5),
            5,
            &floor(points),
        );
        let mut before = f64::NEG_INFINITY;
        for round in 0..30 {
            mixture = mixture.improved(points, 1 + round, -1.0);
            assert!(mixture.log_likelihood >= before - 1e-9, "{round}");
            before = mixture.log_likelihood;
        }
    }

    #[test]
    fn the_scale_of_a_column_is_its_own() {
        let scaled: Vec<f64> = two(2_000, 6)
            .chunks_exact(2)
            .flat_map(|row| [1e6 * row[0], 1e-3 * row[1]])
            .collect();
        let plain = two(2_000, 6);
        let of = |values: &[f64]| {
            let options = Options::new(1, Covariance::Full, 0);
            fit(Points::new(values, 2), options).log_likelihood
        };
        let shift = 1e6f64.ln() + 1e-3f64.ln();
        assert!((of(&plain) - of(&scaled) - shift).abs() < 1e-9);
    }

    #[test]
    fn flat_and_equal_points_leave_finite_numbers() {
        let line: Vec<f64> = (0..100)
            .flat_map(|at| [f64::from(at), 2.0 * f64::from(at)])
            .collect();
        for (values, dims) in [(line, 2), (vec![3.0; 40], 2), (vec![0.0; 10], 1)] {
            for covariance in [Covariance::Full, Covariance::Diagonal] {
                let found = fit(Points::new(&values, dims), Options::new(3, covariance, 0));
                assert!(found.log_likelihood.is_finite(), "{found:?}");
                assert!(
                    found
                        .covariances
                        .iter()
                        .chain(&found.means)
                        .all(|x| x.is_finite())
                );
            }
        }
    }
}
