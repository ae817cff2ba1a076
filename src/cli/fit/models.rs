//! The models that `gpugan fit` fits, and what it tells of them.

use gpugan::data::toy::Distribution;
use gpugan::eval::Points;
use gpugan::eval::gmm;
use gpugan::eval::kde::{self, Bandwidth, Kde, Likelihood, best_of, held_out};
use gpugan::eval::kernel::{log_densities, log_spaced};
use gpugan::eval::kmeans::{self, KMeans, Start};
use gpugan::eval::mixture::{Covariance, Mixture};
use gpugan::eval::pairs::nearest;
use gpugan::run::log::to_stderr;
use gpugan::{Error, Result};
use serde::Serialize;

use super::{Model, Parts, Wanted};

/// Parts of a cross-validation.
const FOLDS: usize = 5;
/// Clusters where no mixture tells better.
const CLUSTERS: usize = 8;
/// Starts of k-means.
const RESTARTS: usize = 4;
/// Restarts of mixtures of images, each of which takes long.
const IMAGE_RESTARTS: usize = 1;

/// All that was fitted to one data set.
#[derive(Default, Serialize)]
pub struct Fits {
    /// Held-out data under the density they are drawn from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<Likelihood>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kde: Vec<Estimate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gmm: Option<Mixtures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kmeans: Option<Clusters>,
}

/// A kernel density estimate.
#[derive(Serialize)]
pub struct Estimate {
    pub rule: &'static str,
    /// In standard deviations of the data; of images σ itself.
    pub bandwidth: f64,
    pub held_out: Likelihood,
    #[serde(skip)]
    pub kde: Option<Kde>,
}

/// Mixtures of several sizes, and the one that was chosen.
#[derive(Serialize)]
pub struct Mixtures {
    pub sizes: Vec<Size>,
    pub components: usize,
    pub held_out: Likelihood,
    pub weights: Vec<f64>,
    /// \[components, d\]
    pub means: Vec<f64>,
    pub covariance: Covariance,
    /// \[components, d, d\], or \[components, d\].
    pub covariances: Vec<f64>,
    #[serde(skip)]
    pub mixture: Mixture,
}

/// How many components, and what that brings.
#[derive(Serialize)]
pub struct Size {
    pub components: usize,
    pub parameters: usize,
    /// Mean over the points it was fitted to.
    pub log_likelihood: f64,
    pub bic: f64,
    pub held_out: Likelihood,
    pub rounds: usize,
    pub converged: bool,
}

#[derive(Serialize)]
pub struct Clusters {
    pub clusters: usize,
    /// Mean squared distance of a point from the nearest centre.
    pub spread: f64,
    pub held_out_spread: f64,
    pub counts: Vec<usize>,
    /// \[clusters, d\]
    pub centres: Vec<f64>,
}

impl Wanted<'_> {
    /// Refuses data that nothing of this can be fitted to.
    ///
    /// # Errors
    /// `Error::Usage` for them.
    pub fn possible(&self, parts: &Parts) -> Result<()> {
        let of_data = |model: &Model| *model == Model::Data;
        if !self.models.iter().all(of_data) || parts.has_density() {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "--model is data, but {} has no density that is known; give --model kde, gmm or kmeans",
            parts.name
        )))
    }
}

/// Fits what is wanted. Points without a density have no kernel density estimate: it is left out, and stderr
/// told so, where anything else was fitted.
///
/// # Errors
/// `Error::Data` for such points where nothing else was.
pub fn fit(parts: &Parts, wanted: &Wanted) -> Result<Fits> {
    let has = |model| wanted.models.contains(&model);
    let mut fits = Fits::default();
    if has(Model::Data) {
        fits.truth = parts
            .distribution
            .as_ref()
            .and_then(|known| truth(known, parts.test()));
    }
    if has(Model::Gmm) {
        fits.gmm = Some(mixtures(parts, wanted));
    }
    if has(Model::Kmeans) {
        let best = fits.gmm.as_ref().map_or(CLUSTERS, |gmm| gmm.components);
        let clusters = clusters(parts, wanted.clusters.unwrap_or(best));
        fits.kmeans = Some(clusters_of(parts, clusters, wanted.seed));
    }
    if has(Model::Kde) {
        fits.kde = match kernels(parts, wanted.seed) {
            Err(fault) if !fits.are_none() => {
                to_stderr(&format!("warning: KDE of {} left out: {fault}", parts.name));
                Vec::new()
            }
            found => found?,
        };
    }
    Ok(fits)
}

fn kernels(parts: &Parts, seed: u64) -> Result<Vec<Estimate>> {
    match parts.images {
        true => Ok(vec![windows(parts)]),
        false => estimates(parts, seed),
    }
}

/// No more than there are points.
fn clusters(parts: &Parts, asked: usize) -> usize {
    let most = parts.train().len();
    if asked > most {
        to_stderr(&format!(
            "warning: {asked} clusters are more than the {most} points of {}; {most} are fitted",
            parts.name
        ));
    }
    asked.min(most)
}

/// The entropy of the data, estimated from the held-out points.
fn truth(known: &Distribution, test: Points) -> Option<Likelihood> {
    let logs: Vec<f64> = test.rows().map(known.log_density()?).collect();
    Some(Likelihood::of(&logs))
}

fn estimates(parts: &Parts, seed: u64) -> Result<Vec<Estimate>> {
    let rules = [
        ("scott", Bandwidth::Scott),
        ("silverman", Bandwidth::Silverman),
        (
            "cross-validated",
            Bandwidth::CrossValidated { folds: FOLDS, seed },
        ),
    ];
    let estimate = |(rule, bandwidth)| {
        let kde = kde::fit(parts.train(), bandwidth)?;
        Ok(Estimate {
            rule,
            bandwidth: kde.bandwidth,
            held_out: kde.likelihood(parts.test()),
            kde: Some(kde),
        })
    };
    rules.into_iter().map(estimate).collect()
}

/// Isotropic windows, since images do not vary in all dimensions.
fn windows(parts: &Parts) -> Estimate {
    let narrow = |values: &[f64]| values.iter().map(|x| *x as f32).collect::<Vec<f32>>();
    let (train, test) = (narrow(&parts.train), narrow(&parts.test));
    let folds: Vec<usize> = (0..parts.train().len()).map(|at| at % FOLDS).collect();
    let sigmas = log_spaced(0.03, 1.0, 24);
    let best = best_of(&sigmas, &held_out(&train, parts.dims, &folds, &sigmas));
    let (train, test) = (
        Points::new(&train, parts.dims),
        Points::new(&test, parts.dims),
    );
    let logs = log_densities(train, test, &sigmas[best..=best]);
    Estimate {
        rule: "cross-validated sigma",
        bandwidth: sigmas[best],
        held_out: Likelihood::of(&logs[0]),
        kde: None,
    }
}

fn mixtures(parts: &Parts, wanted: &Wanted) -> Mixtures {
    let (train, test) = (parts.train(), parts.test());
    let most = wanted.components.to.min(train.len());
    let from = wanted.components.from.min(most);
    let mut best: Option<(f64, Mixture)> = None;
    let mut sizes = Vec::new();
    for components in from..=most {
        let mut options = gmm::Options {
            least_sigma: wanted.least_sigma,
            ..gmm::Options::new(components, wanted.covariance, wanted.seed)
        };
        if parts.images {
            options.restarts = IMAGE_RESTARTS;
        }
        let mixture = gmm::fit(train, options);
        let bic = mixture.bic(train.len());
        sizes.push(Size {
            components,
            parameters: mixture.parameters(),
            log_likelihood: mixture.log_likelihood,
            bic,
            held_out: mixture.likelihood(test),
            rounds: mixture.rounds,
            converged: mixture.converged,
        });
        if best.as_ref().is_none_or(|(least, _)| bic < *least) {
            best = Some((bic, mixture));
        }
    }
    let (_, mixture) = best.expect("there is a size");
    Mixtures {
        sizes,
        components: mixture.weights.len(),
        held_out: mixture.likelihood(test),
        weights: mixture.weights.clone(),
        means: mixture.means.clone(),
        covariance: mixture.covariance,
        covariances: mixture.covariances.clone(),
        mixture,
    }
}

fn clusters_of(parts: &Parts, clusters: usize, seed: u64) -> Clusters {
    let options = kmeans::Options {
        clusters,
        start: Start::PlusPlus,
        restarts: RESTARTS,
        rounds: 300,
        seed,
    };
    let found: KMeans = kmeans::fit(parts.train(), options);
    let held_out = nearest(parts.test(), found.points());
    let total: f64 = held_out.iter().map(|(_, squared)| squared).sum();
    Clusters {
        clusters,
        spread: found.inertia / parts.train().len() as f64,
        held_out_spread: total / parts.test().len() as f64,
        counts: found.counts.clone(),
        centres: found.centres,
    }
}

impl Fits {
    fn are_none(&self) -> bool {
        let Fits {
            truth,
            kde,
            gmm,
            kmeans,
        } = self;
        truth.is_none() && kde.is_empty() && gmm.is_none() && kmeans.is_none()
    }
}
