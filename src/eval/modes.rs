//! Which modes of a mixture samples found, and how many of them lie on one: the protocol of VEEGAN
//! (Srivastava et al. 2017, section 4.1) and PacGAN (Lin et al. 2018, section 4.1), for 2,500 samples
//! there.

use rayon::prelude::*;
use serde::Serialize;

use super::points::{Points, squared_distance};

/// Samples that the papers measure.
pub const SAMPLES: usize = 2_500;

/// A sample is of high quality within so many standard deviations of its nearest centre.
pub const DEVIATIONS: f64 = 3.0;

/// What [`measure`] finds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Modes {
    /// Centres that are the nearest of at least one sample of high quality.
    pub captured: usize,
    /// All centres.
    pub of: usize,
    /// Share of the samples that are of high quality, 0 to 1.
    pub high_quality: f64,
    /// KL(histogram ‖ uniform) in nats, of the samples of high quality over their centres: the
    /// logarithm of the centres less the entropy. None where no sample is of high quality.
    pub reverse_kl: Option<f64>,
    /// \[of\]: samples of high quality at each centre.
    pub counts: Vec<usize>,
}

/// Counts the samples within [`DEVIATIONS`] · `sigma` of their nearest centre, in the Mahalanobis
/// distance of N(centre, σ²I). Of centres at equal distance the first takes the sample; a sample that
/// is not finite counts as one of low quality.
///
/// # Panics
/// If there is no sample or no centre, or if they differ in dimension.
pub fn measure(samples: Points, centres: Points, sigma: f64) -> Modes {
    assert!(!samples.is_empty() && !centres.is_empty());
    assert_eq!(samples.dims(), centres.dims());
    let reach = (DEVIATIONS * sigma).powi(2);
    let at: Vec<Option<usize>> = samples
        .values()
        .par_chunks_exact(samples.dims())
        .map(|sample| {
            let (nearest, distance) = nearest(sample, centres);
            (distance <= reach).then_some(nearest)
        })
        .collect();
    let mut counts = vec![0; centres.len()];
    at.iter().flatten().for_each(|centre| counts[*centre] += 1);
    let found: usize = counts.iter().sum();
    Modes {
        captured: counts.iter().filter(|count| **count > 0).count(),
        of: centres.len(),
        high_quality: found as f64 / samples.len() as f64,
        reverse_kl: (found > 0).then(|| kl_to_uniform(&counts)),
        counts,
    }
}

/// The nearest centre and its squared distance; infinitely far from what is not finite.
fn nearest(sample: &[f64], centres: Points) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (at, centre) in centres.rows().enumerate() {
        let distance = squared_distance(sample, centre);
        if distance < best.1 {
            best = (at, distance);
        }
    }
    best
}

/// KL(h ‖ uniform) in nats of a histogram that is not empty.
pub fn kl_to_uniform(counts: &[usize]) -> f64 {
    let total: usize = counts.iter().sum();
    let shares = counts.iter().map(|count| *count as f64 / total as f64);
    let entropy: f64 = shares.filter(|p| *p > 0.0).map(|p| -p * p.ln()).sum();
    (counts.len() as f64).ln() - entropy
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const SIGMA: f64 = 0.1;

    fn ring() -> Vec<f64> {
        let angles = (0..8).map(|k| TAU * f64::from(k) / 8.0);
        angles
            .flat_map(|angle| [angle.cos(), angle.sin()])
            .collect()
    }

    /// Samples at these centres of the ring, moved outwards by so many deviations.
    fn around(places: &[(usize, f64)]) -> Vec<f64> {
        let centres = ring();
        let place = |&(k, deviations): &(usize, f64)| {
            let scale = 1.0 + SIGMA * deviations;
            [centres[2 * k] * scale, centres[2 * k + 1] * scale]
        };
        places.iter().flat_map(place).collect()
    }

    fn on_ring(samples: &[f64]) -> Modes {
        let centres = ring();
        measure(Points::new(samples, 2), Points::new(&centres, 2), SIGMA)
    }

    #[test]
    fn samples_spread_evenly_have_no_divergence() {
        let places: Vec<_> = (0..8)
            .flat_map(|k| [(k, 0.0), (k, 2.9), (k, -2.9)])
            .collect();
        let modes = on_ring(&around(&places));
        assert_eq!((modes.captured, modes.of), (8, 8));
        assert_eq!(modes.high_quality, 1.0);
        assert!(modes.reverse_kl.unwrap().abs() < 1e-12);
        assert_eq!(modes.counts, [3; 8]);
    }

    #[test]
    fn one_mode_of_eight_is_log_eight_away() {
        let modes = on_ring(&around(&[(5, 0.0), (5, 1.0), (5, -2.0), (5, 3.5)]));
        assert_eq!(modes.captured, 1);
        assert_eq!(modes.high_quality, 0.75);
        assert!((modes.reverse_kl.unwrap() - 8f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn the_divergence_is_that_of_the_counts_of_high_quality() {
        let places = [(0, 0.0), (0, 0.5), (0, 1.0), (3, 0.0), (6, 3.1), (6, 9.0)];
        let modes = on_ring(&around(&places));
        assert_eq!((modes.captured, modes.high_quality), (2, 4.0 / 6.0));
        let (p, q): (f64, f64) = (0.75, 0.25);
        let expected = p * (8.0 * p).ln() + q * (8.0 * q).ln();
        assert!((modes.reverse_kl.unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn three_deviations_are_the_limit_in_every_dimension() {
        for dims in [1, 2, 5] {
            let centre = vec![2.0; dims];
            for (deviations, inside) in [(2.999, 1.0), (3.001, 0.0)] {
                let mut sample = centre.clone();
                sample[dims - 1] += 0.5 * deviations;
                let modes = measure(Points::new(&sample, dims), Points::new(&centre, dims), 0.5);
                assert_eq!(modes.high_quality, inside, "{dims} {deviations}");
            }
        }
    }

    #[test]
    fn what_is_not_finite_or_far_is_of_low_quality() {
        let modes = on_ring(&[f64::NAN, 0.0, f64::INFINITY, 1.0, 50.0, 50.0]);
        assert_eq!((modes.captured, modes.high_quality), (0, 0.0));
        assert_eq!(modes.reverse_kl, None);
    }
}
