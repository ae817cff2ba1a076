//! Games in which only the critic learns.

use gpugan::Result;

use super::super::lab::{Lab, options};
use super::Pair;

/// A generator that stands still: a step this small is none in single precision. The critic's rate falls to
/// 0, so that its last estimates are means over many batches.
const STILL: &str = "\
arch = \"affine\"
critic-hidden = [64, 64]
critic-activation = \"tanh\"
batch = 1024
lr = 1e-30
lr-critic = 5e-3
lr-schedule = \"linear\"
log-every = 500
";

/// A game between P and N(mu, sigma²), with options over those above.
///
/// # Errors
/// As `gpugan train`.
pub fn game(pair: &Pair, more: &str) -> Result<Lab> {
    let given = &pair.options;
    let mut table = options(STILL)?;
    table.extend(options(more)?);
    table.insert("dataset".into(), given.dataset.to_string().into());
    table.insert("seed".into(), (given.seed.0 as i64).into());
    table.insert("steps".into(), (given.steps as i64).into());
    let mut lab = Lab::new(&table, pair.bench())?;
    lab.set("generator.0.weight", &[pair.sigma as f32])?;
    lab.set("generator.0.bias", &[pair.mu as f32])?;
    Ok(lab)
}

/// Numbers in even steps, both ends included.
pub fn grid([from, to]: [f64; 2], count: usize) -> Vec<f64> {
    let step = (to - from) / (count - 1) as f64;
    (0..count).map(|at| from + step * at as f64).collect()
}

/// y over x, as a line has it.
pub fn curve(x: &[f64], y: impl Fn(f64) -> f64) -> Vec<[f64; 2]> {
    x.iter().map(|x| [*x, y(*x)]).collect()
}
