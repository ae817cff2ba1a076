//! Whether samples have a distribution: the tests of Kolmogorov and Smirnov, and of Pearson.

use libm::lgamma;

/// How often a test rejects samples that do have the distribution.
pub const SIGNIFICANCE: f64 = 0.01;

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    pub statistic: f64,
    /// What the statistic exceeds with probability [`SIGNIFICANCE`] if the distribution is right.
    pub critical: f64,
}

impl Fit {
    /// Whether the samples may have the distribution.
    pub fn passes(&self) -> bool {
        self.statistic <= self.critical
    }
}

/// The largest distance between the distribution function of samples and the one they should have,
/// against √(−½ log(½ · significance)/n) (Kolmogorov 1933, for n above about 50). The samples are
/// sorted; one that is not a number makes the distance 1.
///
/// # Panics
/// Where there are no samples.
pub fn kolmogorov_smirnov(sorted: &[f32], distribution: impl Fn(f64) -> f64) -> Fit {
    let n = sorted.len() as f64;
    assert!(n > 0.0, "no samples");
    let distance = |(at, sample): (usize, &f32)| {
        let wanted = distribution(f64::from(*sample));
        let distance = (wanted - at as f64 / n).max((at + 1) as f64 / n - wanted);
        if wanted.is_nan() || sample.is_nan() {
            1.0
        } else {
            distance
        }
    };
    Fit {
        statistic: sorted.iter().enumerate().map(distance).fold(0.0, f64::max),
        critical: (-0.5 * (0.5 * SIGNIFICANCE).ln() / n).sqrt(),
    }
}

/// Σ (count − n·p)²/(n·p) (Pearson 1900) against the quantile of the chi-square distribution with one
/// degree of freedom less than there are categories that can be. A count where p is 0 makes it
/// infinite.
pub fn chi_square(counts: &[u64], probabilities: &[f64]) -> Fit {
    let n = counts.iter().sum::<u64>() as f64;
    let term = |(count, p): (&u64, &f64)| match *p > 0.0 {
        true => (*count as f64 - n * p).powi(2) / (n * p),
        false if *count > 0 => f64::INFINITY,
        false => 0.0,
    };
    let possible = probabilities.iter().filter(|p| **p > 0.0).count();
    Fit {
        statistic: counts.iter().zip(probabilities).map(term).sum(),
        critical: chi_square_quantile(possible.saturating_sub(1), SIGNIFICANCE),
    }
}

/// What a chi-square number with that many degrees of freedom exceeds with this probability.
pub fn chi_square_quantile(degrees: usize, probability: f64) -> f64 {
    if degrees == 0 {
        return 0.0;
    }
    let exceeds = |x: f64| upper_gamma(0.5 * degrees as f64, 0.5 * x);
    let (mut low, mut high) = (0.0, 1.0);
    while exceeds(high) > probability {
        (low, high) = (high, 2.0 * high);
    }
    while high - low > 1e-12 * high {
        let middle = 0.5 * (low + high);
        match exceeds(middle) > probability {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// Q(a, x) = Γ(a, x)/Γ(a), by the series for small x and Legendre's continued fraction for large x.
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - lgamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > 1e-17 * sum {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return 1.0 - front * sum;
    }
    // From the far end: the fraction has converged long before this many levels.
    let levels = 200 + (10.0 * a.sqrt()) as usize;
    let tail = (1..=levels).rev().fold(0.0, |tail, level| {
        let k = level as f64;
        k * (k - a) / (x + 2.0 * k + 1.0 - a - tail)
    });
    front / (x + 1.0 - a - tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the tables that every textbook has.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (degrees, probability, wanted) in [
            (1, 0.05, 3.841_459),
            (1, 0.01, 6.634_897),
            (2, 0.05, 5.991_465),
            (5, 0.01, 15.086_272),
            (10, 0.05, 18.307_038),
            (30, 0.01, 50.892_181),
            (100, 0.05, 124.342_113),
        ] {
            let got = chi_square_quantile(degrees, probability);
            assert!(
                (got - wanted).abs() < 1e-6,
                "{degrees} {probability}: {got}"
            );
        }
        assert_eq!(chi_square_quantile(0, 0.05), 0.0);
    }

    #[test]
    fn distances_are_those_of_small_examples() {
        let uniform = |x: f64| x.clamp(0.0, 1.0);
        assert_eq!(kolmogorov_smirnov(&[0.5], uniform).statistic, 0.5);
        assert_eq!(kolmogorov_smirnov(&[0.25, 0.75], uniform).statistic, 0.25);
        assert_eq!(
            kolmogorov_smirnov(&[0.0, 0.0, 0.0, 0.0], uniform).statistic,
            1.0
        );
        assert_eq!(kolmogorov_smirnov(&[0.5, f32::NAN], uniform).statistic, 1.0);
        // The table for 1,000,000: 1.628/√n.
        let critical = kolmogorov_smirnov(&[0.5; 1_000_000], uniform).critical;
        assert!((critical - 1.6276e-3).abs() < 1e-7, "{critical}");
    }

    #[test]
    fn categories_that_cannot_be_must_not_be() {
        assert_eq!(chi_square(&[50, 50], &[0.5, 0.5]).statistic, 0.0);
        assert_eq!(chi_square(&[60, 40], &[0.5, 0.5]).statistic, 4.0);
        let none = chi_square(&[50, 0, 50], &[0.5, 0.0, 0.5]);
        assert_eq!((none.statistic, none.passes()), (0.0, true));
        assert!((none.critical - 6.634_897).abs() < 1e-6);
        assert!(!chi_square(&[50, 1, 50], &[0.5, 0.0, 0.5]).passes());
    }
}
