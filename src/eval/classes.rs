//! Which classes samples fall into, by the word of a classifier, and how evenly.

use serde::Serialize;

/// A histogram over classes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Classes {
    /// Samples of each class.
    pub counts: Vec<usize>,
    /// Classes with at least one sample.
    pub found: usize,
    /// Of the histogram, in nats: the logarithm of the number of classes where it is flat.
    pub entropy: f64,
    /// KL(histogram ‖ uniform) in nats: 0 where it is flat, the logarithm of the number of classes where
    /// all samples are of one.
    pub kl_to_uniform: f64,
}

impl Classes {
    /// Counts the samples of `count` classes.
    ///
    /// # Panics
    /// If there is no sample, or one is of a class that there is not.
    pub fn of(classes: &[usize], count: usize) -> Classes {
        assert!(!classes.is_empty());
        let mut counts = vec![0; count];
        classes.iter().for_each(|class| counts[*class] += 1);
        let shares = counts.iter().map(|n| *n as f64 / classes.len() as f64);
        let terms = shares
            .filter(|share| *share > 0.0)
            .map(|share| share * share.ln());
        // Not −0 where all are of one class.
        let entropy = 0.0 - terms.sum::<f64>();
        Classes {
            found: counts.iter().filter(|n| **n > 0).count(),
            entropy,
            kl_to_uniform: ((count as f64).ln() - entropy).max(0.0),
            counts,
        }
    }
}

/// The KL(histogram ‖ uniform) in nats that `samples` of a uniform distribution over K `classes` have on
/// average: ln K + K·E\[c/n·ln(c/n)\], where the count c of a class is binomial. It tends to
/// (K − 1)/(2n) for many samples (Miller 1955).
pub fn kl_floor(classes: usize, samples: usize) -> f64 {
    let (k, n) = (classes as f64, samples as f64);
    if classes < 2 {
        return 0.0;
    }
    let odds = (1.0 / (k - 1.0)).ln();
    // The logarithm of the probability of `count`, from 0 on.
    let mut log_share = n * (1.0 - 1.0 / k).ln();
    let mut sum = 0.0;
    for count in 1..=samples {
        let c = count as f64;
        log_share += ((n - c + 1.0) / c).ln() + odds;
        sum += log_share.exp() * (c / n) * (c / n).ln();
    }
    k.ln() + k * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_three_digits_are_a_thousand_classes() {
        // Shares of 1/2, 1/4 and 1/4: KL = ln 1000 − 3/2 ln 2.
        let found = Classes::of(&[123, 999, 0, 123], 1_000);
        assert_eq!(found.found, 3);
        let expected = 1000f64.ln() - 1.5 * 2f64.ln();
        assert!((found.kl_to_uniform - expected).abs() < 1e-13, "{found:?}");
    }

    #[test]
    fn the_floor_is_the_mean_over_all_histograms() {
        // Of one sample, of two samples among two classes, of very many.
        assert!((kl_floor(1_000, 1) - 1000f64.ln()).abs() < 1e-12);
        assert!((kl_floor(2, 2) - 0.5 * 2f64.ln()).abs() < 1e-14);
        assert_eq!(kl_floor(1, 7), 0.0);
        let many = kl_floor(1_000, 1_000_000);
        assert!((many - 999.0 / 2e6).abs() < 1e-6, "{many}");
        let few = kl_floor(1_000, 26_000);
        assert!((0.0192..0.0200).contains(&few), "{few}");
    }

    #[test]
    fn a_flat_histogram_has_the_logarithm_of_its_classes_for_entropy() {
        let flat: Vec<usize> = (0..50).map(|at| at % 10).collect();
        let found = Classes::of(&flat, 10);
        assert_eq!((found.counts, found.found), (vec![5; 10], 10));
        assert!((found.entropy - 10f64.ln()).abs() < 1e-14 && found.kl_to_uniform < 1e-14);
    }

    #[test]
    fn a_single_class_has_none() {
        let found = Classes::of(&[3; 7], 4);
        assert_eq!((found.counts, found.found), (vec![0, 0, 0, 7], 1));
        assert_eq!((found.entropy, found.kl_to_uniform), (0.0, 4f64.ln()));
    }

    #[test]
    fn unequal_classes_lie_between() {
        // Shares of 3/4 and 1/4.
        let found = Classes::of(&[0, 0, 1, 0], 2);
        let expected = 2.0 * 2f64.ln() - 0.75 * 3f64.ln();
        assert!((found.entropy - expected).abs() < 1e-15);
        assert!((found.kl_to_uniform - (2f64.ln() - expected)).abs() < 1e-15);
    }
}
