//! Distances, kernel estimates, mixtures and k-means against SciPy and scikit-learn
//! (tests/golden/measures.py).

use gpugan::eval::kde::{self, Bandwidth};
use gpugan::eval::mixture::{Covariance, Mixture};
use gpugan::eval::{Points, distances, kmeans};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    distances: Distances,
    estimates: Vec<Estimate>,
    mixtures: Mixtures,
    clusters: Clusters,
}

#[derive(Deserialize)]
struct Distances {
    wasserstein: f64,
    energy: f64,
}

#[derive(Deserialize)]
struct Estimate {
    dims: usize,
    rule: String,
    bandwidth: f64,
    log_densities: Vec<f64>,
}

#[derive(Deserialize)]
struct Mixtures {
    train: Vec<f64>,
    fits: Vec<Fit>,
}

#[derive(Deserialize)]
struct Fit {
    kind: String,
    rounds: usize,
    weights: Vec<f64>,
    means: Vec<f64>,
    covariances: Vec<f64>,
    score: f64,
    bic: f64,
}

#[derive(Deserialize)]
struct Clusters {
    inertia: f64,
    centres: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/measures.json")).unwrap()
}

/// `points` of the script.
fn points(first: usize, count: usize, dims: usize) -> Vec<f64> {
    let value = |at: usize| {
        let at = at as f64;
        (at * at * 0.618_033_988_749_894_9) % 1.0 + ((at * 0.754_877_666_246_692_7) % 1.0).powi(2)
    };
    (first..first + count * dims).map(value).collect()
}

#[track_caller]
fn close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        let error = (got - expected).abs() / expected.abs().max(1.0);
        assert!(error < tolerance, "{got}, not {expected}");
    }
}

#[test]
fn distances_on_the_line_are_scipys() {
    let golden = golden().distances;
    let a = points(0, 50, 1);
    let b: Vec<f64> = points(1000, 37, 1).iter().map(|x| 1.3 * x - 0.2).collect();
    close(
        &[distances::wasserstein1(&a, &b)],
        &[golden.wasserstein],
        1e-12,
    );
    let energy = distances::energy(Points::new(&a, 1), Points::new(&b, 1));
    close(&[energy], &[golden.energy], 1e-12);
}

#[test]
fn kernel_estimates_are_scipys() {
    for case in golden().estimates {
        let train = points(0, 80, case.dims);
        let test = points(5000, 6, case.dims);
        let rule = match case.rule.as_str() {
            "scott" => Bandwidth::Scott,
            _ => Bandwidth::Silverman,
        };
        let kde = kde::fit(Points::new(&train, case.dims), rule).unwrap();
        close(&[kde.bandwidth], &[case.bandwidth], 1e-12);
        close(
            &kde.log_densities(Points::new(&test, case.dims)),
            &case.log_densities,
            1e-9,
        );
    }
}

#[test]
fn rounds_of_expectation_and_maximisation_are_scikit_learns() {
    let golden = golden().mixtures;
    let train = Points::new(&golden.train, 2);
    for fit in golden.fits {
        let (covariance, start) = match fit.kind.as_str() {
            "full" => (
                Covariance::Full,
                vec![1.0, 0.0, 0.0, 1.0, 0.5, 0.0, 0.0, 0.5],
            ),
            _ => (Covariance::Diagonal, vec![1.0, 1.0, 0.5, 0.5]),
        };
        let start = Mixture::new(
            2,
            vec![0.4, 0.6],
            vec![0.5, 0.5, 2.0, 0.0],
            start,
            covariance,
        );
        let found = start.improved(train, fit.rounds, f64::NEG_INFINITY);
        assert_eq!(found.rounds, fit.rounds);
        // Variances are a millionth of the data's larger here.
        close(&found.weights, &fit.weights, 1e-4);
        close(&found.means, &fit.means, 1e-4);
        close(&found.covariances, &fit.covariances, 1e-4);
        close(&[found.likelihood(train).mean], &[fit.score], 1e-5);
        close(&[found.bic(train.len())], &[fit.bic], 1e-5);
    }
}

#[test]
fn clusters_are_scikit_learns() {
    let golden = golden().clusters;
    let train = points(0, 120, 3);
    let found = kmeans::improve(Points::new(&train, 3), train[..15].to_vec(), 300);
    assert!(found.converged);
    close(&[found.inertia], &[golden.inertia], 1e-9);
    close(&found.centres, &golden.centres, 1e-9);
}
