//! The kernel distance with the kernel (x·y/d + 1)³ (Bińkowski et al. 2018): on features of a classifier
//! it is what they call KID. Unlike the Fréchet distance it is unbiased, and supposes no distribution.

use rayon::prelude::*;
use serde::Serialize;

use super::kernel::mean_and_error;
use super::points::Points;

/// Points of a block, as in the paper.
pub const BLOCK: usize = 1_000;

/// The mean over blocks of two samples, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KernelDistance {
    /// Squared and unbiased: it is negative now and then where the distributions are equal.
    pub squared: f64,
    /// Of the mean over blocks; none of a single block.
    pub standard_error: Option<f64>,
    pub blocks: usize,
    /// Points of each sample in a block.
    pub points: usize,
}

/// The mean of the unbiased estimates over blocks of up to [`BLOCK`] points of each sample; what does not
/// fill the last block is left out.
///
/// # Panics
/// If a sample has fewer than two points or the dimensions differ.
pub fn kernel_distance(a: Points, b: Points) -> KernelDistance {
    let least = a.len().min(b.len());
    assert!(least > 1 && a.dims() == b.dims());
    let points = least.min(BLOCK);
    let blocks = least / points;
    let estimates: Vec<f64> = (0..blocks)
        .into_par_iter()
        .map(|at| squared(a.slice(at * points, points), b.slice(at * points, points)))
        .collect();
    let (squared, error) = mean_and_error(&estimates);
    KernelDistance {
        squared,
        standard_error: (blocks > 1).then_some(error),
        blocks,
        points,
    }
}

/// The unbiased estimate of MMD² of two samples (Gretton et al. 2012, equation 3).
fn squared(a: Points, b: Points) -> f64 {
    let (m, n) = (a.len() as f64, b.len() as f64);
    let between: f64 = a
        .rows()
        .map(|x| b.rows().map(|y| kernel(x, y)).sum::<f64>())
        .sum();
    within(a) + within(b) - 2.0 * between / (m * n)
}

/// The mean over pairs of different points.
fn within(points: Points) -> f64 {
    let n = points.len();
    let after = |at: usize| points.slice(at + 1, n - at - 1);
    let of = |at: usize| {
        after(at)
            .rows()
            .map(|y| kernel(points.row(at), y))
            .sum::<f64>()
    };
    (0..n).map(of).sum::<f64>() / (0.5 * n as f64 * (n as f64 - 1.0))
}

fn kernel(x: &[f64], y: &[f64]) -> f64 {
    let dot: f64 = x.iter().zip(y).map(|(x, y)| x * y).sum();
    (dot / x.len() as f64 + 1.0).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::HostRng;
    use crate::threefry::{Stream, box_muller};
    use rand::Rng;

    #[test]
    fn two_points_each_by_hand() {
        // k(1, 2) = 27, k(0, 3) = 1; between them 1, 64, 1 and 343.
        let (a, b) = ([1.0, 2.0], [0.0, 3.0]);
        let found = kernel_distance(Points::new(&a, 1), Points::new(&b, 1));
        assert_eq!(found.squared, 27.0 + 1.0 - 2.0 * 409.0 / 4.0);
        assert_eq!(
            (found.standard_error, found.blocks, found.points),
            (None, 1, 2)
        );
    }

    /// The kernel sees three moments: Σ binomial(3, k)·(E aᵏ − E bᵏ)², which is 3 + 3 + 16 for N(0, 1)
    /// and N(1, 1).
    #[test]
    fn the_mean_is_the_closed_form_for_gaussians() {
        let mut rng = HostRng::new(3, Stream::Measure);
        let mut normal = |shift: f64| -> Vec<f64> {
            let pair = |_| box_muller([rng.next_u32(), rng.next_u32()]);
            (0..10_500).flat_map(pair).map(|x| x + shift).collect()
        };
        let (a, b, c) = (normal(0.0), normal(1.0), normal(0.0));
        let [a, b, c] = [&a, &b, &c].map(|values| Points::new(values, 1));
        let found = kernel_distance(a, b);
        assert_eq!((found.blocks, found.points), (21, 1_000));
        let error = found.standard_error.unwrap();
        assert!(
            (found.squared - 22.0).abs() < 4.0 * error && error < 1.5,
            "{found:?}"
        );
        let same = kernel_distance(a, c);
        assert!(
            same.squared.abs() < 4.0 * same.standard_error.unwrap(),
            "{same:?}"
        );
    }

    #[test]
    fn the_product_is_divided_by_the_coordinates() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0], [2.0, 0.0, 2.0, 1.0]);
        assert_eq!(kernel(&x, &y), 64.0);
    }
}
