//! The densities of `gpugan fit` over held-out points.

use std::ffi::OsStr;
use std::path::Path;

use gpugan::eval::Points;
use gpugan::eval::kde::Kde;
use gpugan::eval::spread::quantile;
use gpugan::plot::{Axis, Layer, Plot, SIZE, Surface, colour};
use gpugan::run::atomic;
use gpugan::{Error, Result};

use super::super::output;
use super::models::Fits;
use super::{Model, Parts};

/// Points of a curve, and cells of a surface along each axis.
const CURVE: usize = 400;
const CELLS: usize = 150;
const BINS: usize = 80;
/// Points that are shown.
const SHOWN: usize = 500;

/// Lines of a kernel estimate: its density is higher there than at these shares of the points.
const OUTSIDE: [f64; 3] = [0.05, 0.3, 0.6];

/// Where to draw.
pub struct Target<'a> {
    path: &'a Path,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    Png,
    Svg,
}

impl<'a> Target<'a> {
    /// # Errors
    /// `Error::Usage` for a file of another kind, `Error::Runtime` for one that cannot be written.
    pub fn at(path: &'a Path) -> Result<Target<'a>> {
        let form = match path.extension().and_then(OsStr::to_str) {
            Some("png") => Form::Png,
            Some("svg") => Form::Svg,
            _ => {
                return Err(Error::Usage(format!(
                    "--plot '{}' is of no known kind; give a name that ends in .png or .svg",
                    path.display()
                )));
            }
        };
        output::require_file(path)?;
        Ok(Target { path, form })
    }

    /// Refuses what cannot be drawn, whatever the fit comes to.
    ///
    /// # Errors
    /// `Error::Usage` for data of more than two dimensions, and without a density to draw in the plane.
    pub fn require(&self, parts: &Parts, models: &[Model]) -> Result<()> {
        if !(1..=2).contains(&parts.dims) {
            return Err(Error::Usage(format!(
                "--plot draws points of 1 or 2 coordinates, and {} has {}",
                parts.name, parts.dims
            )));
        }
        let surfaces = [Model::Kde, Model::Gmm];
        if parts.dims == 2 && !models.iter().any(|model| surfaces.contains(model)) {
            return Err(nothing_to_draw());
        }
        Ok(())
    }

    /// Draws what has a density: curves over a histogram, or a surface under points.
    ///
    /// # Errors
    /// `Error::Usage` without a density to draw in the plane; `Error::Runtime` where the file cannot be
    /// written.
    pub fn write(&self, parts: &Parts, fits: &Fits) -> Result<()> {
        let plot = match parts.dims {
            1 => line(parts, fits),
            _ => plane(parts, fits)?,
        };
        let bytes = match self.form {
            Form::Png => plot.png(SIZE)?,
            Form::Svg => plot.svg(SIZE)?.into_bytes(),
        };
        atomic::write(self.path, &bytes).map_err(|e| Error::Runtime(e.to_string()))
    }
}

fn nothing_to_draw() -> Error {
    Error::Usage("--plot draws a density; fit --model kde or gmm".into())
}

fn extent(points: Points, axis: usize) -> [f64; 2] {
    let along = points.rows().map(|row| row[axis]);
    let [low, high] = along.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| {
        [low.min(x), high.max(x)]
    });
    let margin = if high > low { 0.05 * (high - low) } else { 1.0 };
    [low - margin, high + margin]
}

fn line(parts: &Parts, fits: &Fits) -> Plot {
    let test = parts.test();
    let [low, high] = extent(test, 0);
    let grid: Vec<f64> = (0..CURVE)
        .map(|i| low + (high - low) * i as f64 / (CURVE - 1) as f64)
        .collect();
    let curve = |densities: Vec<f64>| grid.iter().zip(densities).map(|(x, y)| [*x, y]).collect();
    let exp = |logs: Vec<f64>| logs.into_iter().map(f64::exp).collect::<Vec<f64>>();
    let mut layers = vec![Layer::density(
        "held out",
        colour::GREY,
        test.values().iter().copied(),
        BINS,
        [low, high],
    )];
    if let Some(kde) = fits.kde.last().and_then(|estimate| estimate.kde.as_ref()) {
        let densities = exp(kde.log_densities(Points::new(&grid, 1)));
        layers.push(Layer::line("KDE", colour::BLUE, curve(densities)));
    }
    if let Some(gmm) = &fits.gmm {
        let densities = exp(gmm.mixture.log_densities(Points::new(&grid, 1)));
        let label = format!("mixture of {}", gmm.components);
        layers.push(Layer::line(label, colour::VERMILION, curve(densities)));
    }
    let x = Axis::new("x").range(low, high);
    let y = Axis::new("density").over(&layers);
    if let Some(known) = parts.distribution.as_ref().filter(|_| fits.truth.is_some()) {
        let densities = grid
            .iter()
            .map(|x| known.density(&[*x]).unwrap_or(0.0))
            .collect();
        let truth = Layer::line("true density", colour::BLACK, curve(densities));
        layers.insert(1, truth);
    }
    plot_of(parts, layers, x, y, false)
}

fn plane(parts: &Parts, fits: &Fits) -> Result<Plot> {
    let test = parts.test();
    let [x, y] = [0, 1].map(|axis| extent(test, axis));
    let centre =
        |[low, high]: [f64; 2], at: usize| low + (high - low) * (at as f64 + 0.5) / CELLS as f64;
    let cell = |at: usize| [centre(x, at % CELLS), centre(y, at / CELLS)];
    let grid: Vec<f64> = (0..CELLS * CELLS).flat_map(cell).collect();
    let grid = Points::new(&grid, 2);
    let kde = fits.kde.last().and_then(|estimate| estimate.kde.as_ref());
    let (model, logs) = match (&fits.gmm, kde) {
        (Some(gmm), _) => {
            let model = format!("a mixture of {}", gmm.components);
            (model, gmm.mixture.log_densities(grid))
        }
        (None, Some(kde)) => ("a KDE".into(), kde.log_densities(grid)),
        (None, None) => return Err(nothing_to_draw()),
    };
    let surface = |logs| above_tails([x, y], logs);
    let mut layers = vec![Layer::heat("log-density", surface(logs))];
    if let (Some(_), Some(kde)) = (&fits.gmm, kde) {
        let levels = levels(kde, test);
        layers.push(Layer::contours(
            "KDE",
            surface(kde.log_densities(grid)),
            levels,
        ));
    }
    layers.push(dots(test));
    let [x, y] = [("x1", x), ("x2", y)].map(|(name, [low, high])| Axis::new(name).range(low, high));
    let plot = plot_of(parts, layers, x, y, true);
    let subtitle = format!(
        "{model}, {}, under points that were held out",
        plot.subtitle
    );
    Ok(Plot { subtitle, ..plot })
}

/// So faint that the colours below can be seen.
fn dots(test: Points) -> Layer {
    let shown = test.slice(0, test.len().min(SHOWN));
    Layer::Points {
        label: String::new(),
        colour: colour::WHITE,
        points: shown.rows().map(|row| [row[0], row[1]]).collect(),
        radius: 0.9,
        opacity: 0.35,
    }
}

/// Deep in the tails colours would tell nothing of the rest.
fn above_tails([x, y]: [[f64; 2]; 2], logs: Vec<f64>) -> Surface {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let values = logs.into_iter().map(|log| log.max(most - 12.0)).collect();
    Surface {
        x,
        y,
        columns: CELLS,
        values,
    }
}

/// Where the lines of a kernel estimate run.
fn levels(kde: &Kde, test: Points) -> Vec<f64> {
    let logs = kde.log_densities(test);
    let mut levels = OUTSIDE.map(|share| quantile(&logs, share)).to_vec();
    levels.dedup();
    levels
}

fn plot_of(parts: &Parts, layers: Vec<Layer>, x: Axis, y: Axis, square: bool) -> Plot {
    Plot {
        title: parts.name.clone(),
        subtitle: format!("fitted to {} points", parts.train().len()),
        x,
        y,
        square,
        layers,
    }
}
