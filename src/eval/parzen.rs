//! Parzen windows: the log-likelihood of test images under a Gaussian kernel on each sample of a model,
//! by the two protocols of the papers.
//!
//! The number says little about samples (Theis, van den Oord and Bethge 2016): centres of k-means score
//! above the training images themselves. So it is only worth something beside such anchors, by the same
//! protocol and for the same number of samples.
//!
//! Pixels lie in \[0, 1\] here, as in the papers.

use serde::{Deserialize, Serialize};

use super::kde::{best_of, held_out};
use super::kernel::{log_densities, log_spaced, mean_and_error};
use super::kmeans::{self, KMeans, Start};
use super::points::Points;

/// How σ is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Goodfellow et al. 2014, as in their code: 10,000 samples; of ten σ from 0.1 to 1 in even
    /// logarithmic steps, that with the greatest likelihood of 1,000 validation images.
    Goodfellow,
    /// Nowozin et al. 2016, section 3: 16,000 samples; σ with the greatest likelihood by cross-validation
    /// in three parts of the samples themselves. The paper tells no grid of σ; here it has 20 from 0.03
    /// to 0.5 in even logarithmic steps.
    FGan,
}

/// Parts of f-GAN's cross-validation.
const FOLDS: usize = 3;

impl Protocol {
    /// In the order of a table.
    pub const ALL: [Protocol; 2] = [Protocol::Goodfellow, Protocol::FGan];

    /// Samples that the paper draws.
    pub fn samples(self) -> usize {
        match self {
            Protocol::Goodfellow => 10_000,
            Protocol::FGan => 16_000,
        }
    }

    /// Validation images that choose σ.
    pub fn validation(self) -> usize {
        match self {
            Protocol::Goodfellow => 1_000,
            Protocol::FGan => 0,
        }
    }

    /// Candidates for σ.
    pub fn sigmas(self) -> Vec<f64> {
        match self {
            Protocol::Goodfellow => log_spaced(0.1, 1.0, 10),
            Protocol::FGan => log_spaced(0.03, 0.5, 20),
        }
    }
}

/// The likelihood of test images, and how it was come by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Mean log-density of a test image, in nats.
    pub log_likelihood: f64,
    /// Its standard error over test images; repeats of the training differ by far more.
    pub standard_error: f64,
    pub sigma: f64,
    /// Whether σ is the first or last candidate, beyond which a better one may lie.
    pub at_the_edge: bool,
    pub samples: usize,
    pub test: usize,
}

/// The likelihood of `test` under windows on `samples`, with σ by the protocol; `validation` counts
/// where it asks for that.
///
/// # Panics
/// If there are fewer than three samples, no test images, or none for validation where they are needed.
pub fn score(
    protocol: Protocol,
    samples: Points<f32>,
    validation: Points<f32>,
    test: Points<f32>,
) -> Score {
    let sigmas = protocol.sigmas();
    let chosen = match protocol {
        Protocol::Goodfellow => {
            assert!(!validation.is_empty());
            let found = log_densities(samples, validation, &sigmas);
            let means: Vec<f64> = found.iter().map(|found| mean_and_error(found).0).collect();
            best_of(&sigmas, &means)
        }
        Protocol::FGan => {
            assert!(samples.len() >= FOLDS);
            let parts: Vec<usize> = (0..samples.len()).map(|at| at % FOLDS).collect();
            best_of(
                &sigmas,
                &held_out(samples.values(), samples.dims(), &parts, &sigmas),
            )
        }
    };
    let sigma = sigmas[chosen];
    let found = log_densities(samples, test, &[sigma]);
    let (log_likelihood, standard_error) = mean_and_error(&found[0]);
    Score {
        log_likelihood,
        standard_error,
        sigma,
        at_the_edge: chosen == 0 || chosen == sigmas.len() - 1,
        samples: samples.len(),
        test: test.len(),
    }
}

/// Rounds of the anchor's k-means, at most.
pub const ROUNDS: usize = 10;

/// As many centres as there are samples of a model, by k-means on the training images from random ones of
/// them: the anchor that no model of images passes without being better at nothing.
pub fn centres(train: Points<f32>, clusters: usize, seed: u64) -> KMeans<f32> {
    let options = kmeans::Options {
        clusters,
        start: Start::Random,
        restarts: 1,
        rounds: ROUNDS,
        seed,
    };
    kmeans::fit(train, options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::HostRng;
    use crate::threefry::{Stream, box_muller};
    use rand::Rng;

    /// Points of N(0.5, s²) in 20 dimensions.
    fn normal(count: usize, s: f64, seed: u64) -> Vec<f32> {
        let mut rng = HostRng::new(seed, Stream::Noise);
        let pairs = (0..10 * count).flat_map(|_| box_muller([rng.next_u32(), rng.next_u32()]));
        pairs.map(|z| (0.5 + s * z) as f32).collect()
    }

    #[test]
    fn sigma_is_the_candidate_with_the_greatest_likelihood() {
        let sets = [1, 2, 3].map(|seed| normal(600, 0.2, seed));
        let [samples, validation, test] = [0, 1, 2].map(|at| Points::new(&sets[at], 20));
        for protocol in Protocol::ALL {
            let found = score(protocol, samples, validation, test);
            assert!(!found.at_the_edge, "{found:?}");
            for sigma in protocol.sigmas() {
                let all = &log_densities(samples, test, &[sigma])[0];
                let (mean, error) = mean_and_error(all);
                assert!(
                    mean < found.log_likelihood + 3.0 * error,
                    "{sigma}: {mean}, {found:?}"
                );
                if sigma == found.sigma {
                    assert_eq!((mean, error), (found.log_likelihood, found.standard_error));
                }
            }
            // Windows of σ on points of variance 0.04 have the density of N(0, 0.04 + σ²), nearly.
            let spread: f64 = 0.04 + found.sigma.powi(2);
            let bound = -10.0 * ((std::f64::consts::TAU * spread).ln() + 0.04 / spread);
            assert!(
                found.log_likelihood < bound && found.log_likelihood > bound - 5.0,
                "{bound} {found:?}"
            );
        }
    }

    #[test]
    fn one_sample_at_the_test_image_has_the_density_of_the_kernel() {
        let image = [0.25f32; 30];
        let points = Points::new(&image, 30);
        let found = score(Protocol::Goodfellow, points, points, points);
        assert_eq!((found.sigma, found.at_the_edge), (0.1, true));
        let expected = -30.0 * (0.1 * std::f64::consts::TAU.sqrt()).ln();
        assert!((found.log_likelihood - expected).abs() < 1e-4, "{found:?}");
    }
}
