//! Mixtures of normal distributions.

/// Normal distributions with one σ for all coordinates of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// \[K\], which add up to 1.
    pub weights: Vec<f64>,
    /// \[K, D\]
    pub means: Vec<Vec<f64>>,
    /// \[K\]; 0 for a point mass.
    pub sigmas: Vec<f64>,
}

impl Mixture {
    /// Components of equal weight and σ.
    pub fn even(means: Vec<Vec<f64>>, sigma: f64) -> Mixture {
        let count = means.len();
        Mixture {
            weights: vec![1.0 / count as f64; count],
            means,
            sigmas: vec![sigma; count],
        }
    }

    /// (weight, mean, σ) of every component.
    fn components(&self) -> impl Iterator<Item = (f64, &[f64], f64)> {
        let rest = self.means.iter().zip(&self.sigmas);
        let all = self.weights.iter().zip(rest);
        all.map(|(weight, (mean, sigma))| (*weight, &mean[..], *sigma))
    }

    /// log of the density at `x`\[D\], where no component is a point mass.
    pub fn log_density(&self, x: &[f64]) -> f64 {
        let log = |(weight, mean, sigma): (f64, &[f64], f64)| {
            let squares = x.iter().zip(mean).map(|(x, m)| ((x - m) / sigma).powi(2));
            let norm = mean.len() as f64 * (std::f64::consts::TAU.sqrt() * sigma).ln();
            weight.ln() - 0.5 * squares.sum::<f64>() - norm
        };
        // Over the greatest part so far, so that tails do not vanish.
        let (greatest, sum) = self.components().map(log).fold(
            (f64::NEG_INFINITY, 0.0),
            |(greatest, sum): (f64, f64), part| match part > greatest {
                true => (part, sum * (greatest - part).exp() + 1.0),
                false => (greatest, sum + (part - greatest).exp()),
            },
        );
        greatest + sum.ln()
    }

    /// The probability of values up to `x`; none with more than one coordinate.
    pub fn cdf(&self, x: f64) -> Option<f64> {
        let of = |(weight, mean, sigma): (f64, &[f64], f64)| match sigma > 0.0 {
            true => weight * 0.5 * libm::erfc((mean[0] - x) / (sigma * 2f64.sqrt())),
            false => weight * f64::from(u8::from(x >= mean[0])),
        };
        let single = self.means.iter().all(|mean| mean.len() == 1);
        single.then(|| self.components().map(of).sum())
    }

    /// Rows (2²⁴ times the sum of the weights up to this one, σ, mean) for the device.
    pub(super) fn table(&self) -> Vec<f32> {
        let mut sum = 0.0;
        let row = |(weight, mean, sigma): (f64, &[f64], f64)| {
            sum += weight;
            let numbers = [(sum * 2f64.powi(24)).round(), sigma];
            let numbers = numbers.into_iter().chain(mean.iter().copied());
            numbers.map(|x| x as f32).collect::<Vec<_>>()
        };
        self.components().flat_map(row).collect()
    }
}
