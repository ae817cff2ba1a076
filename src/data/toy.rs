//! Distributions of few dimensions, described on the host: their names, their densities where
//! there are formulas, and samples as training sees them.
//!
//! Deliberately not here: estimates of a density or of a distance.

mod mixture;
mod name;

pub use mixture::Mixture;
pub use name::FORMS;

use std::f64::consts::TAU;

use crate::cpu::Cpu;
use crate::plan::codes::{Counter, Curve};
use crate::plan::{Contents, DType, Executor, Recorder, Role};
use crate::random::Points;
use crate::threefry::DRAWN;

/// σ of the modes where none is given.
const RING_SIGMA: f64 = 0.02;
const GRID_SIGMA: f64 = 0.05;

/// Coordinates of a point at most.
pub const MOST_DIMS: usize = 16;

/// A distribution that samples are drawn from without end. What it prints is what it is parsed from.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// `ring8`: eight normal distributions of equal weight with centres (cos 2πk/8, sin 2πk/8).
    Ring { sigma: f64 },
    /// `ring8-legacy`: the seven-mode ring of older code, whose angles linspace(0, 2π, 8) hold both
    /// ends: centres 2πk/7, of which the first has twice the weight of another.
    LegacyRing { sigma: f64 },
    /// `grid25`: 25 normal distributions of equal weight with centres {−4, −2, 0, 2, 4}².
    Grid { sigma: f64 },
    /// `uniform`, on (0, 1).
    Uniform,
    /// `gaussian:MU,SIGMA`
    Gaussian { mean: f64, sigma: f64 },
    /// `x2`: u² of a uniform u on (0, 1), with the density 1/(2√x).
    Square,
    /// `fgan-mix`: 0.33·N(−1, 0.2549²) + 0.67·N(2, 1.4151²), which has the optima of table 2 of Nowozin
    /// et al. 2016.
    FganMix,
    /// `swissroll`: t·(cos t, sin t)/7.5 with t = 3π(1 + 2u)/2 and normal noise of σ = 0.25/7.5, as in
    /// Gulrajani et al. 2017.
    SwissRoll,
    /// `moons`: half circles (cos πu, sin πu) and (1 − cos πu, ½ − sin πu), equally often, with normal
    /// noise of σ = 0.1.
    Moons,
    /// `spiral`: two arms ±t·(−cos t, sin t)/3 with t = 3π√u and normal noise of σ = 0.1.
    Spiral,
    /// `point-mass:X` or `point-mass:X,Y,…`: every sample is this point.
    PointMass { at: Vec<f64> },
    /// `line:THETA`: (θ, u) with a uniform u on (0, 1), as in example 1 of Arjovsky et al. 2017.
    Line { theta: f64 },
}

impl Distribution {
    /// Coordinates of a sample.
    pub fn dims(&self) -> usize {
        match self {
            Distribution::Ring { .. } | Distribution::LegacyRing { .. } => 2,
            Distribution::Grid { .. } => 2,
            Distribution::Gaussian { .. } | Distribution::FganMix => 1,
            Distribution::PointMass { at } => at.len(),
            _ => self.curve().map_or(1, |(curve, _)| curve.dims()),
        }
    }

    /// The normal distributions that it consists of, if it does. Of equal centres there is one.
    pub fn centres(&self) -> Option<Mixture> {
        let ring = |modes: usize, sigma| {
            let angle = move |k: usize| TAU * k as f64 / modes as f64;
            let means = (0..modes).map(|k| vec![angle(k).cos(), angle(k).sin()]);
            Mixture::even(means.collect(), sigma)
        };
        Some(match self {
            Distribution::Ring { sigma } => ring(8, *sigma),
            Distribution::LegacyRing { sigma } => {
                let mut weights = vec![0.125; 7];
                weights[0] = 0.25;
                Mixture {
                    weights,
                    ..ring(7, *sigma)
                }
            }
            Distribution::Grid { sigma } => {
                let side = [-4.0, -2.0, 0.0, 2.0, 4.0];
                let means = side.iter().flat_map(|x| side.map(|y| vec![*x, y]));
                Mixture::even(means.collect(), *sigma)
            }
            Distribution::Gaussian { mean, sigma } => Mixture::even(vec![vec![*mean]], *sigma),
            Distribution::FganMix => Mixture {
                weights: vec![0.33, 0.67],
                means: vec![vec![-1.0], vec![2.0]],
                sigmas: vec![0.2549, 1.4151],
            },
            Distribution::PointMass { at } => Mixture::even(vec![at.clone()], 0.0),
            _ => return None,
        })
    }

    /// The curve that samples lie along, its parameter and the σ of the noise, if there is one.
    fn curve(&self) -> Option<(Curve, [f64; 2])> {
        Some(match self {
            Distribution::Uniform => (Curve::Uniform, [0.0, 0.0]),
            Distribution::Square => (Curve::Square, [0.0, 0.0]),
            Distribution::Line { theta } => (Curve::Line, [*theta, 0.0]),
            Distribution::SwissRoll => (Curve::SwissRoll, [0.0, 0.25 / 7.5]),
            Distribution::Moons => (Curve::Moons, [0.0, 0.1]),
            Distribution::Spiral => (Curve::Spiral, [0.0, 0.1]),
            _ => return None,
        })
    }

    /// The density at `x`\[D\], where there is a formula: not for noisy curves, lines and point
    /// masses.
    ///
    /// # Panics
    /// Where `x` has another length than [`Distribution::dims`].
    pub fn density(&self, x: &[f64]) -> Option<f64> {
        self.log_density().map(|log_density| log_density(x).exp())
    }

    /// The logarithm of the density, where there is a formula: of tails, too, that vanish as numbers.
    ///
    /// # Panics
    /// Where it is asked for a point of another length than [`Distribution::dims`].
    pub fn log_density(&self) -> Option<impl Fn(&[f64]) -> f64 + Sync + '_> {
        let mixture = self.centres();
        let smooth = mixture
            .as_ref()
            .is_some_and(|mixture| mixture.sigmas.iter().all(|sigma| *sigma > 0.0));
        let known = smooth || matches!(self, Distribution::Uniform | Distribution::Square);
        known.then_some(move |x: &[f64]| {
            assert_eq!(x.len(), self.dims(), "coordinates of a point of {self}");
            let inside = x[0] > 0.0 && x[0] < 1.0;
            match (&mixture, self) {
                (Some(mixture), _) => mixture.log_density(x),
                (None, _) if !inside => f64::NEG_INFINITY,
                (None, Distribution::Square) => 0.5f64.ln() - 0.5 * x[0].ln(),
                (None, _) => 0.0,
            }
        })
    }

    /// \[centre, width\] along an axis of all that the density consists of, and of where it jumps, as
    /// [`crate::eval::divergence::between`] wants them of a distribution that has one.
    pub fn landmarks(&self, axis: usize) -> Vec<[f64; 2]> {
        match self.centres() {
            Some(mixture) => {
                let each = mixture.means.iter().zip(&mixture.sigmas);
                each.map(|(mean, sigma)| [mean[axis], *sigma]).collect()
            }
            None => vec![[0.0, 0.1], [1.0, 0.1]],
        }
    }

    /// The probability of values up to `x`, of distributions of one coordinate.
    pub fn cdf(&self, x: f64) -> Option<f64> {
        match self {
            Distribution::Uniform => Some(x.clamp(0.0, 1.0)),
            Distribution::Square => Some(x.clamp(0.0, 1.0).sqrt()),
            _ => self.centres()?.cdf(x),
        }
    }

    /// How the device draws it, and the table that it needs for that.
    pub fn recipe(&self) -> (Points, Vec<f32>) {
        match (self.centres(), self.curve()) {
            (Some(mixture), _) => {
                let components = mixture.weights.len();
                (Points::Mixture { components }, mixture.table())
            }
            (None, Some((curve, shape))) => (Points::Curve(curve), shape.map(|x| x as f32).into()),
            (None, None) => unreachable!("a distribution is a mixture or a curve"),
        }
    }

    /// Samples number `first` and following of the run with this seed, \[n, D\], to the byte as the
    /// processor draws them in training, and up to rounding as a GPU does.
    pub fn draw(&self, seed: u64, first: u64, n: usize) -> Vec<f32> {
        let (points, table) = self.recipe();
        let mut r = Recorder::new();
        let clock = r.tensor("clock", Role::Input, DType::U32, &[Counter::COUNT]);
        let shape = points.table_shape(DRAWN, self.dims());
        let input = r.tensor("points", Role::Input, DType::F32, &shape);
        let x = r.tensor("x", Role::Output, DType::F32, &[n, self.dims()]);
        let program = r.program("draw");
        points.draw(&mut r, input, clock, seed, x);
        let mut words = vec![0; Counter::COUNT];
        words[Counter::Epoch as usize] = (first / DRAWN as u64) as u32;
        words[Counter::Position as usize] = (first % DRAWN as u64) as u32;
        let run = || -> crate::Result<Vec<f32>> {
            let mut cpu = Cpu::<f32>::new(r.finish(), Some(1))?;
            cpu.write(clock, &Contents::U32(words))?;
            cpu.write(input, &Contents::F32(table))?;
            cpu.run_program(program);
            Ok(cpu.floats(x).to_vec())
        };
        run().expect("a thread for a moment")
    }
}
