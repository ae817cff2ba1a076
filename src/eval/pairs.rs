//! All pairs of two sets of points, by squared distance, a block at a time: memory does not grow with
//! the number of pairs.
//!
//! Between points of many coordinates |x − y|² is |x|² + |y|² − 2 x·y, whose last term is a matrix
//! product; few coordinates are subtracted. In f32 the former is good for images of values up to about
//! 1, to about 2e-4 for squared distances of 100.

use rayon::prelude::*;

use super::points::Points;
use crate::cpu::{Matrix, Real};

/// Rows and columns of a block.
const ROWS: usize = 128;
const COLUMNS: usize = 1_024;
/// Up to so many coordinates are subtracted.
const FEW: usize = 16;

/// Goes through all pairs of `a` and `b`: for each point of `a` there is a state, which begins as
/// `start(index)` and is handed the squared distances to some points of `b` in a row, with the index of
/// the first, in order, until all were seen. Every state is worked on by one thread at a time, so that
/// the result does not depend on their number.
pub fn fold<T: Real, S: Send>(
    a: Points<T>,
    b: Points<T>,
    start: impl Fn(usize) -> S + Sync,
    step: impl Fn(&mut S, usize, &[T]) + Sync,
) -> Vec<S> {
    assert_eq!(a.dims(), b.dims(), "points of different dimensions");
    let by_product = a.dims() > FEW;
    let norms = match by_product {
        true => squared_norms(b),
        false => Vec::new(),
    };
    let blocks: Vec<Vec<S>> = (0..a.len().div_ceil(ROWS))
        .into_par_iter()
        .map(|block| {
            let first = block * ROWS;
            let rows = a.slice(first, ROWS.min(a.len() - first));
            let mut states: Vec<S> = (first..first + rows.len()).map(&start).collect();
            let mut distances = vec![T::zero(); rows.len() * COLUMNS.min(b.len())];
            for column in (0..b.len()).step_by(COLUMNS) {
                let columns = b.slice(column, COLUMNS.min(b.len() - column));
                match by_product {
                    true => by_products(rows, columns, &norms[column..], &mut distances),
                    false => by_differences(rows, columns, &mut distances),
                }
                let each = distances.chunks_exact(columns.len());
                for (state, distances) in states.iter_mut().zip(each) {
                    step(state, column, distances);
                }
            }
            states
        })
        .collect();
    blocks.into_iter().flatten().collect()
}

fn squared_norms<T: Real>(points: Points<T>) -> Vec<T> {
    let rows = points.values().par_chunks_exact(points.dims());
    rows.map(squared_norm).collect()
}

fn squared_norm<T: Real>(row: &[T]) -> T {
    T::of(row.iter().map(|x| x.widen().powi(2)).sum())
}

/// distances\[rows, columns\], row-major.
fn by_products<T: Real>(rows: Points<T>, columns: Points<T>, norms: &[T], distances: &mut [T]) {
    let (m, n, k) = (rows.len(), columns.len(), rows.dims());
    let left = Matrix::row_major(rows.values(), k);
    let right = Matrix::row_major(columns.values(), k).transposed();
    T::product_alone([m, n, k], left, right, distances, false);
    let two = T::of(2.0);
    for (row, distances) in rows.rows().zip(distances.chunks_exact_mut(n)) {
        let norm = squared_norm(row);
        for (distance, other) in distances.iter_mut().zip(norms) {
            let squared = norm + *other - two * *distance;
            // Rounding must not make a square negative, and `max` would hide what is no number.
            *distance = if squared < T::zero() {
                T::zero()
            } else {
                squared
            };
        }
    }
}

fn by_differences<T: Real>(rows: Points<T>, columns: Points<T>, distances: &mut [T]) {
    for (row, distances) in rows.rows().zip(distances.chunks_exact_mut(columns.len())) {
        for (distance, column) in distances.iter_mut().zip(columns.rows()) {
            let differences = row.iter().zip(column).map(|(x, y)| *x - *y);
            *distance = differences.fold(T::zero(), |sum, x| sum + x * x);
        }
    }
}

/// The nearest point of `b` to every point of `a`, and its squared distance; the first of several. It
/// is infinitely far from what is not finite.
pub fn nearest<T: Real>(a: Points<T>, b: Points<T>) -> Vec<(usize, T)> {
    fold(
        a,
        b,
        |_| (0, T::infinity()),
        |best, first, distances| {
            for (at, distance) in distances.iter().enumerate() {
                if *distance < best.1 {
                    *best = (first + at, *distance);
                }
            }
        },
    )
}

/// As [`nearest`] within one set: the nearest other point of those that come later, so that every pair
/// is seen once. The last point has none.
pub fn nearest_later<T: Real>(points: Points<T>) -> Vec<(usize, T)> {
    let found = fold(
        points,
        points,
        |at| (at, 0, T::infinity()),
        |(own, other, least), first, distances| {
            for (at, distance) in distances.iter().enumerate() {
                if first + at > *own && *distance < *least {
                    (*other, *least) = (first + at, *distance);
                }
            }
        },
    );
    found
        .into_iter()
        .map(|(_, other, least)| (other, least))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(count: usize, seed: u32) -> Vec<f64> {
        let word = |at| crate::threefry::threefry2x32([seed, 0], [at as u32, 0])[0];
        (0..count)
            .map(|at| crate::threefry::open_unit(word(at)))
            .collect()
    }

    #[test]
    fn blocks_see_every_pair_once_and_at_its_distance() {
        for (m, n, dims) in [
            (1, 1, 1),
            (3, 1_025, 2),
            (130, 2_100, 16),
            (129, 1_030, 17),
            (5, 7, 300),
        ] {
            let (a, b) = (values(m * dims, 1), values(n * dims, 2));
            let (a, b) = (Points::new(&a, dims), Points::new(&b, dims));
            let seen = fold(
                a,
                b,
                |_| Vec::new(),
                |state, first, distances| {
                    assert_eq!(first, state.len());
                    state.extend_from_slice(distances);
                },
            );
            assert_eq!(seen.len(), m);
            for (i, row) in seen.iter().enumerate() {
                assert_eq!(row.len(), n);
                for (j, got) in row.iter().enumerate() {
                    let pairs = a.row(i).iter().zip(b.row(j));
                    let expected: f64 = pairs.map(|(x, y)| (x - y) * (x - y)).sum();
                    assert!(
                        (got - expected).abs() < 1e-11,
                        "{dims}: {i} {j}: {got} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn floats_of_32_bits_are_good_for_images() {
        let (a, b) = (values(40 * 784, 3), values(50 * 784, 4));
        let narrow = |v: &[f64]| v.iter().map(|x| *x as f32).collect::<Vec<f32>>();
        let (a32, b32) = (narrow(&a), narrow(&b));
        let got = nearest(Points::new(&a32, 784), Points::new(&b32, 784));
        let expected = nearest(Points::new(&a, 784), Points::new(&b, 784));
        for (got, expected) in got.iter().zip(&expected) {
            assert_eq!(got.0, expected.0);
            assert!(
                (f64::from(got.1) - expected.1).abs() < 3e-4,
                "{got:?} {expected:?}"
            );
        }
    }

    #[test]
    fn the_nearest_later_point_is_no_earlier_one() {
        let points = [0.0, 5.0, 1.0, 4.8];
        let found = nearest_later(Points::new(&points, 1));
        assert_eq!(found[0], (2, 1.0));
        assert_eq!(found[1].0, 3);
        assert_eq!(found[2].0, 3);
        assert_eq!(found[3].1, f64::INFINITY);
    }
}
