//! Integrals of functions that change much faster in some places than in others: over parts that are as
//! narrow as it takes around places that are known, on the line and in the plane.

use rayon::prelude::*;

use super::quadrature::{ABSCISSAS, GAUSS, Integral, KRONROD};

/// Edges of parts in which a function is smooth that changes at \[centre, width\] of `landmarks` as fast as
/// the width says, and further away from all of them the slower, the further: parts are as wide as that
/// width, or half the distance. They reach `reach` widths beyond the landmarks.
pub fn graded(landmarks: &[[f64; 2]], reach: f64) -> Vec<f64> {
    let ends = |[low, high]: [f64; 2], [centre, width]: &[f64; 2]| {
        [
            low.min(centre - reach * width),
            high.max(centre + reach * width),
        ]
    };
    let [low, high] = landmarks
        .iter()
        .fold([f64::INFINITY, f64::NEG_INFINITY], ends);
    let mut edges = vec![low];
    let mut x = low;
    while x < high {
        let steps = landmarks
            .iter()
            .map(|[centre, width]| width.max(0.5 * (x - centre).abs()));
        // What is less than f64 tells apart would never end.
        let step = steps.fold(f64::INFINITY, f64::min).max(1e-13 * x.abs());
        x = (x + step).min(high);
        edges.push(x);
    }
    edges.extend(landmarks.iter().map(|[centre, _]| centre));
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    edges
}

/// Where the rules look at a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    pub x: f64,
    /// In the rule of Kronrod, and in that of Gauss, which looks at every other node.
    pub weights: [f64; 2],
    /// Of the first part or of the last.
    at_end: bool,
}

/// The nodes between each two `edges`, 15 for each part.
pub fn nodes(edges: &[f64]) -> Vec<Node> {
    let last = edges.len() - 2;
    let of = |(part, ends): (usize, &[f64])| {
        let (centre, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
        let at_end = part == 0 || part == last;
        let node = move |at: usize, sign: f64| {
            let gauss = if at % 2 == 1 { GAUSS[at / 2] } else { 0.0 };
            Node {
                x: centre + sign * half * ABSCISSAS[at],
                weights: [half * KRONROD[at], half * gauss],
                at_end,
            }
        };
        let left = (0..8).map(move |at| node(at, -1.0));
        left.chain((0..7).rev().map(move |at| node(at, 1.0)))
    };
    edges.windows(2).enumerate().flat_map(of).collect()
}

/// What the parts at the ends hold of an integral, as a share of it, from which on it has not been reached.
const TAIL: f64 = 1e-6;

/// An integral, or an infinite one where `ends`, which should be nothing, are not.
pub fn unless_endless(integral: Integral, ends: f64) -> Integral {
    match ends.abs() > TAIL * integral.value.abs() {
        true => Integral {
            value: f64::INFINITY,
            error: f64::INFINITY,
        },
        false => integral,
    }
}

/// ∫∫ f for several f at once, which `f(x, y, values)` tells, over a rectangle between [`graded`] edges; of
/// what does not vanish towards the ends it is infinite. The error is the difference from the rule of Gauss.
pub fn integrate_plane(
    f: impl Fn(f64, f64, &mut [f64]) + Sync,
    count: usize,
    [x, y]: [&[f64]; 2],
) -> Vec<Integral> {
    let (x, y) = (nodes(x), nodes(y));
    let row = |node: &Node| -> Vec<[f64; 3]> {
        let (mut sums, mut values) = (vec![[0.0; 3]; count], vec![0.0; count]);
        for at in &x {
            f(at.x, node.x, &mut values);
            for (sum, value) in sums.iter_mut().zip(&values) {
                add(sum, at.weights, *value, at.at_end || node.at_end);
            }
        }
        sums
    };
    let rows: Vec<Vec<[f64; 3]>> = y.par_iter().map(row).collect();
    let whole = |at: usize| {
        let mut total = [0.0; 3];
        for (node, sums) in y.iter().zip(&rows) {
            let [kronrod, gauss, ends] = sums[at];
            total[0] += node.weights[0] * kronrod;
            total[2] += node.weights[0] * ends;
            if node.weights[1] > 0.0 {
                total[1] += node.weights[1] * gauss;
            }
        }
        let [value, gauss, ends] = total;
        let error = match value.is_finite() {
            true => (value - gauss).abs(),
            false => f64::INFINITY,
        };
        unless_endless(Integral { value, error }, ends)
    };
    (0..count).map(whole).collect()
}

/// Adds to the sums of the rules of Kronrod and of Gauss, and of what is at the ends.
fn add(sums: &mut [f64; 3], [kronrod, gauss]: [f64; 2], value: f64, at_end: bool) {
    sums[0] += kronrod * value;
    // Infinity by no weight is not a number.
    if gauss > 0.0 {
        sums[1] += gauss * value;
    }
    if at_end {
        sums[2] += kronrod * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn gaussians_of_any_width_in_the_plane_have_mass_one() {
        let landmarks = [[0.3, 1e-3], [-2.0, 2.0], [50.0, 0.1]];
        let edges = graded(&landmarks, 1e4);
        let of = |[mu, sigma]: [f64; 2], x: f64, y: f64| {
            let squares = ((x - mu) / sigma).powi(2) + ((y - mu) / sigma).powi(2);
            (-0.5 * squares).exp() / (TAU * sigma * sigma)
        };
        let f = |x: f64, y: f64, values: &mut [f64]| {
            for (value, landmark) in values.iter_mut().zip(landmarks) {
                *value = of(landmark, x, y);
            }
        };
        for (at, got) in integrate_plane(f, 3, [&edges, &edges])
            .into_iter()
            .enumerate()
        {
            let close = (got.value - 1.0).abs() < 1e-8 && got.error < 1e-3;
            assert!(close, "{at}: {got:?}");
        }
        let endless = |_: f64, _: f64, values: &mut [f64]| values.fill(1.0);
        let found = integrate_plane(endless, 1, [&edges, &edges])[0];
        assert_eq!(found.value, f64::INFINITY);
    }

    #[test]
    fn edges_are_close_where_something_happens_and_end() {
        let edges = graded(&[[1e6, 1e-12], [0.0, 1.0]], 16.0);
        assert!(edges.windows(2).all(|part| part[0] < part[1]));
        assert!(edges.len() < 400, "{}", edges.len());
        assert!(edges.contains(&1e6) && edges.contains(&0.0));
        let around = edges.partition_point(|x| *x <= 0.0);
        assert!(edges[around] - edges[around - 1] <= 1.0);
        let sum: f64 = nodes(&edges).iter().map(|node| node.weights[0]).sum();
        let long = edges[edges.len() - 1] - edges[0];
        assert!((sum - long).abs() < 1e-9 * long);
    }
}
