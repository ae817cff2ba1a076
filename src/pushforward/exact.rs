//! The exact distribution of what a map makes.

use std::f64::consts::{FRAC_2_PI, PI, SQRT_2};

use libm::{erf, erfc, tgamma};

use super::{Function, Map};
use crate::random::Latent;

impl Map {
    /// The distribution function at y. Of categories, the probability of those up to y.
    pub fn distribution(&self, y: f64) -> f64 {
        match *self {
            Map::Exponential { rate } => -(-rate * y.max(0.0)).exp_m1(),
            Map::Logistic { location, scale } => 1.0 / (1.0 + (-(y - location) / scale).exp()),
            Map::Cauchy { location, scale } => 0.5 + ((y - location) / scale).atan() / PI,
            Map::Gaussian { location, scale } | Map::BoxMuller { location, scale } => {
                normal((y - location) / scale)
            }
            Map::Weibull { shape, scale } => -(-(y.max(0.0) / scale).powf(shape)).exp_m1(),
            Map::Table(ref table) => table.at(y).0,
            Map::Categorical { .. } => {
                let probabilities = self.probabilities().unwrap_or_default();
                let below = probabilities.iter().enumerate();
                below
                    .filter(|(at, _)| *at as f64 <= y)
                    .map(|(_, p)| p)
                    .sum()
            }
            Map::Of(function, base) => function.distribution(base, y),
        }
    }

    /// The density at y; of categories, their probability.
    pub fn density(&self, y: f64) -> f64 {
        match *self {
            Map::Exponential { .. } | Map::Weibull { .. } if y < 0.0 => 0.0,
            Map::Exponential { rate } => rate * (-rate * y).exp(),
            Map::Logistic { location, scale } => {
                let e = (-((y - location) / scale).abs()).exp();
                e / (scale * (1.0 + e) * (1.0 + e))
            }
            Map::Cauchy { location, scale } => {
                let z = (y - location) / scale;
                1.0 / (PI * scale * (1.0 + z * z))
            }
            Map::Gaussian { location, scale } | Map::BoxMuller { location, scale } => {
                density_of(Latent::Normal, (y - location) / scale) / scale
            }
            Map::Weibull { shape, scale } => {
                let z = y / scale;
                shape / scale * z.powf(shape - 1.0) * (-z.powf(shape)).exp()
            }
            Map::Table(ref table) => table.at(y).1,
            Map::Categorical { .. } => {
                let probabilities = self.probabilities().unwrap_or_default();
                let at = |(at, p): (usize, &f64)| if at as f64 == y { *p } else { 0.0 };
                probabilities.iter().enumerate().map(at).sum()
            }
            Map::Of(function, base) => function.density(base, y),
        }
    }

    /// The probabilities of all categories; `None` where the result is continuous.
    pub fn probabilities(&self) -> Option<Vec<f64>> {
        let Map::Categorical { weights } = self else {
            return None;
        };
        let total: f64 = weights.iter().sum();
        Some(weights.iter().map(|weight| weight / total).collect())
    }

    /// Mean and variance, where there are any.
    pub fn moments(&self) -> Option<[f64; 2]> {
        let about = |mean: f64, square: f64| Some([mean, square - mean * mean]);
        match *self {
            Map::Exponential { rate } => Some([1.0 / rate, 1.0 / (rate * rate)]),
            Map::Logistic { location, scale } => Some([location, (scale * PI).powi(2) / 3.0]),
            Map::Cauchy { .. } => None,
            Map::Gaussian { location, scale } | Map::BoxMuller { location, scale } => {
                Some([location, scale * scale])
            }
            Map::Weibull { shape, scale } => {
                let [first, second] = [1.0, 2.0].map(|n| tgamma(1.0 + n / shape));
                about(scale * first, scale * scale * second)
            }
            Map::Table(ref table) => about(table.moment(1), table.moment(2)),
            Map::Categorical { .. } => {
                let probabilities = self.probabilities()?;
                let moment = |power: i32| -> f64 {
                    let terms = probabilities.iter().enumerate();
                    terms.map(|(at, p)| p * (at as f64).powi(power)).sum()
                };
                about(moment(1), moment(2))
            }
            Map::Of(function, base) => Some(function.moments(base)),
        }
    }
}

/// Φ, to the last digits at both ends.
fn normal(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

fn distribution_of(base: Latent, x: f64) -> f64 {
    match base {
        Latent::Normal => normal(x),
        Latent::Uniform => 0.5 * (1.0 + x.clamp(-1.0, 1.0)),
    }
}

fn density_of(base: Latent, x: f64) -> f64 {
    match base {
        Latent::Normal => (-0.5 * x * x).exp() / (2.0 * PI).sqrt(),
        Latent::Uniform => 0.5 * f64::from(x.abs() < 1.0),
    }
}

impl Function {
    /// P(g(X) ≤ y): the base between the places where g is y.
    fn distribution(self, base: Latent, y: f64) -> f64 {
        match self {
            _ if y <= 0.0 => 0.0,
            Function::Exp => distribution_of(base, y.ln()),
            Function::Square | Function::Abs => {
                let x = if self == Function::Abs { y } else { y.sqrt() };
                // Both bases are symmetric; near 0 the difference of two halves would cancel.
                match base {
                    Latent::Normal => erf(x / SQRT_2),
                    Latent::Uniform => x.min(1.0),
                }
            }
        }
    }

    /// Σ p(x)/|g'(x)| over the places where g is y.
    fn density(self, base: Latent, y: f64) -> f64 {
        match self {
            _ if y < 0.0 => 0.0,
            Function::Exp if y == 0.0 => 0.0,
            Function::Exp => density_of(base, y.ln()) / y,
            Function::Square => 2.0 * density_of(base, y.sqrt()) / (2.0 * y.sqrt()),
            Function::Abs => 2.0 * density_of(base, y),
        }
    }

    fn moments(self, base: Latent) -> [f64; 2] {
        match (self, base) {
            (Function::Square, Latent::Normal) => [1.0, 2.0],
            (Function::Square, Latent::Uniform) => [1.0 / 3.0, 4.0 / 45.0],
            (Function::Abs, Latent::Normal) => [FRAC_2_PI.sqrt(), 1.0 - FRAC_2_PI],
            (Function::Abs, Latent::Uniform) => [0.5, 1.0 / 12.0],
            (Function::Exp, Latent::Normal) => {
                let e = 1f64.exp();
                [e.sqrt(), e * (e - 1.0)]
            }
            (Function::Exp, Latent::Uniform) => {
                let mean = 1f64.sinh();
                [mean, 2f64.sinh() / 2.0 - mean * mean]
            }
        }
    }
}
