"""Golden numbers of distances, kernel estimates, mixtures and k-means, computed with SciPy and
scikit-learn.

Run `python measures.py` with numpy, scipy and scikit-learn installed (written with scipy 1.17 and
scikit-learn 1.9); it writes measures.json beside it. The points come from a formula, so that nothing
uses numpy's random numbers.
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture


def points(first, count, dims):
    """Numbers that look random: fractional parts of squares."""
    at = np.arange(first, first + count * dims, dtype=float)
    u = (at * at * 0.6180339887498949) % 1.0
    return (u + ((at * 0.7548776662466927) % 1.0) ** 2).reshape(count, dims)


def distances():
    a, b = points(0, 50, 1)[:, 0], 1.3 * points(1000, 37, 1)[:, 0] - 0.2
    return dict(wasserstein=stats.wasserstein_distance(a, b),
                energy=stats.energy_distance(a, b) ** 2)


def estimates():
    found = []
    for dims in (1, 3):
        train, test = points(0, 80, dims), points(5000, 6, dims)
        for rule in ("scott", "silverman"):
            kde = stats.gaussian_kde(train.T, bw_method=rule)
            found.append(dict(dims=dims, rule=rule, bandwidth=kde.factor,
                              log_densities=kde.logpdf(test.T).tolist()))
    return found


def mixtures():
    """Some rounds of EM from given parameters, without what scikit-learn adds to variances."""
    train = np.concatenate([points(0, 60, 2), points(3000, 40, 2) * [0.5, 2.0] + [1.5, -1.0]])
    weights, means = np.array([0.4, 0.6]), np.array([[0.5, 0.5], [2.0, 0.0]])
    found = []
    for kind in ("full", "diag"):
        precisions = np.array([np.eye(2), 2 * np.eye(2)])
        if kind == "diag":
            precisions = np.array([np.diag(p) for p in precisions])
        rounds = 7
        mixture = GaussianMixture(2, covariance_type=kind, tol=0, reg_covar=0, max_iter=rounds,
                                  weights_init=weights, means_init=means,
                                  precisions_init=precisions)
        mixture.fit(train)
        found.append(dict(kind=kind, rounds=rounds, weights=mixture.weights_.tolist(),
                          means=mixture.means_.flatten().tolist(),
                          covariances=mixture.covariances_.flatten().tolist(),
                          score=mixture.score(train), bic=mixture.bic(train)))
    return dict(train=train.flatten().tolist(), fits=found)


def clusters():
    train = points(0, 120, 3)
    start = train[:5]
    found = KMeans(5, init=start, n_init=1, tol=0, max_iter=300, algorithm="lloyd").fit(train)
    return dict(inertia=found.inertia_, centres=found.cluster_centers_.flatten().tolist())


def main():
    golden = dict(distances=distances(), estimates=estimates(), mixtures=mixtures(),
                  clusters=clusters())
    path = Path(__file__).resolve().with_suffix(".json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
