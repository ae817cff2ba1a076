//! Mixtures of Gaussians: densities, and how many parameters they took. How one is fitted is in `gmm`.

use rayon::prelude::*;

use super::gaussian::{Root, cholesky, log_sum_exp};
use super::kde::Likelihood;
use super::points::Points;

/// What a component's covariance may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Covariance {
    Full,
    Diagonal,
}

impl Covariance {
    /// Numbers that one has in so many dimensions.
    pub(super) fn numbers(self, dims: usize) -> usize {
        match self {
            Covariance::Full => dims * dims,
            Covariance::Diagonal => dims,
        }
    }

    /// The root of one, unless it is not positive definite.
    pub(super) fn root(self, covariance: &[f64], dims: usize) -> Option<Root> {
        match self {
            Covariance::Full => cholesky(covariance, dims).map(Root::Full),
            Covariance::Diagonal => {
                let positive = covariance.iter().all(|v| *v > 0.0 && v.is_finite());
                positive.then(|| Root::Diagonal(covariance.iter().map(|v| v.sqrt()).collect()))
            }
        }
    }
}

/// A mixture and how it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    pub dims: usize,
    /// \[k\], of sum 1.
    pub weights: Vec<f64>,
    /// \[k, d\].
    pub means: Vec<f64>,
    /// \[k, d, d\], or \[k, d\] where they are diagonal.
    pub covariances: Vec<f64>,
    pub covariance: Covariance,
    pub(super) roots: Vec<Root>,
    /// Mean log-density of the points it was fitted to, in nats.
    pub log_likelihood: f64,
    pub rounds: usize,
    pub converged: bool,
}

impl Mixture {
    /// A mixture of given parameters, whose covariances are positive definite.
    ///
    /// # Panics
    /// If the sizes do not fit or a covariance is not positive definite.
    pub fn new(
        dims: usize,
        weights: Vec<f64>,
        means: Vec<f64>,
        covariances: Vec<f64>,
        covariance: Covariance,
    ) -> Mixture {
        assert_eq!(means.len(), weights.len() * dims);
        assert_eq!(covariances.len(), weights.len() * covariance.numbers(dims));
        let root = |a: &[f64]| covariance.root(a, dims).expect("positive definite");
        let roots = covariances
            .chunks_exact(covariance.numbers(dims))
            .map(root)
            .collect();
        Mixture {
            dims,
            weights,
            means,
            covariances,
            covariance,
            roots,
            log_likelihood: f64::NEG_INFINITY,
            rounds: 0,
            converged: false,
        }
    }

    /// log of weight times density of each component at `x`.
    fn log_parts(&self, x: &[f64], scratch: &mut [f64], parts: &mut [f64]) {
        let means = self.means.chunks_exact(self.dims);
        for (at, (part, mean)) in parts.iter_mut().zip(means).enumerate() {
            *part = self.weights[at].ln() + self.roots[at].log_density(x, mean, scratch);
        }
    }

    /// log p(x), with the shares of the components in p(x) in `shares`\[k\].
    pub(super) fn responsibilities(&self, x: &[f64], shares: &mut [f64]) -> f64 {
        self.log_parts(x, &mut vec![0.0; self.dims], shares);
        let total = log_sum_exp(shares);
        shares
            .iter_mut()
            .for_each(|log| *log = (*log - total).exp());
        total
    }

    /// log p(x) of every point.
    ///
    /// # Panics
    /// If the dimensions differ.
    pub fn log_densities(&self, points: Points) -> Vec<f64> {
        assert_eq!(points.dims(), self.dims);
        let rows = points.values().par_chunks_exact(self.dims);
        let scratch = || (vec![0.0; self.dims], vec![0.0; self.weights.len()]);
        let log_density = |(scratch, parts): &mut (Vec<f64>, Vec<f64>), x: &[f64]| {
            self.log_parts(x, scratch, parts);
            log_sum_exp(parts)
        };
        rows.map_init(scratch, log_density).collect()
    }

    /// The likelihood of points that were held out.
    pub fn likelihood(&self, points: Points) -> Likelihood {
        Likelihood::of(&self.log_densities(points))
    }

    /// Free parameters: means, covariances, and weights but one.
    pub fn parameters(&self) -> usize {
        let (k, d) = (self.weights.len(), self.dims);
        let each = match self.covariance {
            Covariance::Full => d * (d + 1) / 2,
            Covariance::Diagonal => d,
        };
        k * (d + each) + k - 1
    }

    /// The Bayesian information criterion (Schwarz 1978) of a fit to `n` points, the smaller the better:
    /// parameters · log n − 2 · log-likelihood.
    pub fn bic(&self, n: usize) -> f64 {
        let n = n as f64;
        self.parameters() as f64 * n.ln() - 2.0 * n * self.log_likelihood
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_counted() {
        let of = |covariance, each: usize| {
            Mixture::new(
                3,
                vec![0.5; 2],
                vec![0.0; 6],
                match covariance {
                    Covariance::Full => [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0].repeat(2),
                    Covariance::Diagonal => vec![1.0; each],
                },
                covariance,
            )
            .parameters()
        };
        assert_eq!(of(Covariance::Full, 18), 2 * (3 + 6) + 1);
        assert_eq!(of(Covariance::Diagonal, 6), 2 * (3 + 3) + 1);
    }
}
