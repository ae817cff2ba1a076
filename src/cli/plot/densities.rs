//! A kernel estimate and a Gaussian mixture of the data of a run on points, each beside a kernel estimate
//! of its samples: as curves in one picture, or as contours in one each.

use gpugan::data::toy::Distribution;
use gpugan::eval::Points;
use gpugan::eval::gmm;
use gpugan::eval::kde::{self, Bandwidth, Kde};
use gpugan::eval::mixture::{Covariance, Mixture};
use gpugan::eval::spread::quantile;
use gpugan::plot::{Axis, Colour, Layer, Plot, Surface, colour};
use gpugan::{Error, Result};

use super::super::landscape::{grid, surface};
use super::Picture;
use super::points::{CURVE, Scene};

/// Components of a mixture where the data do not tell, of which the least BIC decides; starts of each.
const COMPONENTS: [usize; 8] = [1, 2, 3, 4, 8, 12, 16, 24];
const RESTARTS: usize = 2;

/// Parts of the cross-validation of the bandwidth.
const FOLDS: usize = 5;

/// A contour runs where the density is higher than at these shares of what it is the density of.
const OUTSIDE: [f64; 3] = [0.05, 0.3, 0.6];

/// Data without a density have none, which is told.
///
/// # Errors
/// What fits may fail with.
pub fn pictures(scene: &Scene, tell: fn(&str)) -> Result<Vec<Picture>> {
    let real = Points::new(&scene.real, scene.dims);
    let bandwidth = Bandwidth::CrossValidated {
        folds: FOLDS,
        seed: scene.seed,
    };
    let kde = match kde::fit(real, bandwidth) {
        Ok(kde) => kde,
        Err(Error::Data(fault)) => {
            tell(&format!("note: no densities are drawn: {fault}"));
            return Ok(Vec::new());
        }
        Err(fault) => return Err(fault),
    };
    // Samples that all lie on a point or a line, or are no numbers, have no density.
    let samples = Points::new(&scene.samples, scene.dims);
    let generated = kde::fit(samples, bandwidth).ok();
    let mixture = mixture(scene, real);
    if scene.dims == 1 {
        let plot = curves(scene, &kde, &mixture, generated.as_ref());
        return Ok(vec![("densities", plot)]);
    }
    let samples = match &generated {
        Some(kde) => contours(scene, "KDE of samples", colour::VERMILION, samples, |at| {
            kde.log_densities(at)
        }),
        None => Layer::points("samples", colour::VERMILION, scene.places(&scene.samples)),
    };
    let of_data = |label, density: &dyn Fn(Points) -> Vec<f64>| {
        contours(scene, label, colour::BLUE, real, density)
    };
    let estimate = of_data("KDE of data", &|at| kde.log_densities(at));
    let fitted = of_data("mixture of data", &|at| mixture.log_densities(at));
    let title = format!(
        "samples beside a mixture of {} Gaussians",
        mixture.weights.len()
    );
    let kde = scene.plot(
        "samples beside a kernel estimate",
        vec![samples.clone(), estimate],
    );
    let mixture = scene.plot(&title, vec![samples, fitted]);
    Ok(vec![("kde", kde), ("mixture", mixture)])
}

/// Of as many components as the data have, where that is known.
fn mixture(scene: &Scene, real: Points) -> Mixture {
    let known = scene.distribution.as_ref().and_then(Distribution::centres);
    let sizes = match known {
        Some(known) => vec![known.weights.len()],
        None => COMPONENTS.to_vec(),
    };
    let fit = |components: usize| {
        let options = gmm::Options::new(components.min(real.len()), Covariance::Full, scene.seed);
        let restarts = RESTARTS;
        gmm::fit(
            real,
            gmm::Options {
                restarts,
                ..options
            },
        )
    };
    let fits = sizes.into_iter().map(fit);
    let better = |a: Mixture, b: Mixture| match b.bic(real.len()) < a.bic(real.len()) {
        true => b,
        false => a,
    };
    fits.reduce(better).expect("there is a size")
}

fn curves(scene: &Scene, kde: &Kde, mixture: &Mixture, samples: Option<&Kde>) -> Plot {
    let grid = scene.line(CURVE);
    let points = Points::new(&grid, 1);
    let line = |label: &str, colour, logs: Vec<f64>| {
        let places = grid.iter().zip(logs);
        let places = places.map(|(x, log)| [*x, log.exp()]).collect();
        Layer::line(label, colour, places)
    };
    let of_data = line("KDE of data", colour::BLUE, kde.log_densities(points));
    let mut layers = vec![scene.histogram("data", colour::GREY, &scene.real)];
    let y = Axis::new("density").over(layers.iter().chain([&of_data]));
    let truth = |x: &f64| Some([*x, scene.distribution.as_ref()?.density(&[*x])?]);
    let truth: Option<Vec<_>> = grid.iter().map(truth).collect();
    layers.extend(truth.map(|truth| Layer::line("true density", colour::BLACK, truth)));
    layers.push(of_data);
    let label = format!("mixture of {}", mixture.weights.len());
    layers.push(line(&label, colour::GREEN, mixture.log_densities(points)));
    let of_samples = |kde: &Kde| {
        line(
            "KDE of samples",
            colour::VERMILION,
            kde.log_densities(points),
        )
    };
    layers.extend(samples.map(of_samples));
    Plot {
        y,
        ..scene.plot("densities of data and of samples", layers)
    }
}

/// Lines of equal density around shares of the points that it is the density of.
fn contours(
    scene: &Scene,
    label: &str,
    colour: Colour,
    points: Points,
    log_densities: impl Fn(Points) -> Vec<f64>,
) -> Layer {
    let at_points = log_densities(points);
    let mut levels: Vec<f64> = OUTSIDE.map(|share| quantile(&at_points, share)).into();
    levels.dedup();
    Layer::Contours {
        label: label.into(),
        colour,
        surface: logarithms(scene, &levels, log_densities),
        levels,
    }
}

/// Logarithms of the density, as lines between cells are straighter on them; far below the least level
/// they are of no interest, and may be infinite.
fn logarithms(
    scene: &Scene,
    levels: &[f64],
    log_densities: impl Fn(Points) -> Vec<f64>,
) -> Surface {
    let grid = grid(scene.ground());
    let least = levels[0];
    let far = (levels[levels.len() - 1] - least).max(1.0);
    let logs = log_densities(Points::new(&grid, 2)).into_iter();
    surface(
        scene.ground(),
        logs.map(|log| log.max(least - far)).collect(),
    )
}
