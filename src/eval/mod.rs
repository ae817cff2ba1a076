//! Measures of samples, and the baselines to hold them against: distances between samples, modes
//! that were found, divergences between densities, kernel and mixture estimates.
//!
//! Everything here works on plain numbers on the host, in f64 where they are few and in f32 where
//! they are images. Deliberately not here: where samples come from (a run, a file, a data set), and
//! how results are shown. Sums have a fixed order, so that the same input gives the same digits,
//! however many threads there are.

pub mod classes;
pub mod distances;
pub mod divergence;
pub mod eigen;
pub mod frechet;
pub mod gaussian;
pub mod gmm;
pub mod graded;
pub mod kde;
pub mod kernel;
pub mod kmeans;
pub mod mixture;
pub mod modes;
pub mod neighbours;
pub mod optimum;
pub mod pairs;
pub mod parzen;
mod points;
pub mod polynomial;
pub mod quadrature;
pub mod spread;

pub use points::Points;
