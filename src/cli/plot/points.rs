//! Pictures of a run on points of one or two coordinates: data and samples, and what the critic says of
//! every place. Densities are drawn next door.

use gpugan::Result;
use gpugan::data::points::Origin;
use gpugan::data::toy::Distribution;
use gpugan::data::{Data, Points as Source};
use gpugan::eval::modes;
use gpugan::eval::spread::quantile;
use gpugan::plan::thousands;
use gpugan::plot::{Axis, Layer, Plot, colour};

use super::super::critic::Critic;
use super::super::device::Asked;
use super::super::eval::points::{real, widened};
use super::super::game;
use super::super::generator::Generator;
use super::super::landscape::{self, Ground, SHOWN, grid};
use super::super::picture::outline;
use super::{Picture, densities};

/// Points of a curve, and bins of a histogram.
pub const CURVE: usize = 400;
const BINS: usize = 80;

/// What the axes show beyond the data, as a share of their extent.
const MARGIN: f64 = 0.2;

/// What is drawn.
pub struct Scene {
    pub dims: usize,
    /// \[n, D\]
    pub real: Vec<f64>,
    pub samples: Vec<f64>,
    pub distribution: Option<Distribution>,
    /// The ends of the axes.
    pub axes: Vec<[f64; 2]>,
    subtitle: String,
    pub seed: u64,
}

/// The pictures with the names of their files.
///
/// # Errors
/// As [`Generator::draw`]; `Error::Data` for a table that is gone.
pub fn pictures(generator: &Generator, asked: Asked) -> Result<Vec<Picture>> {
    let Data::Points(source) = game::load_data(&generator.config, &mut |_, _| Ok(()))? else {
        panic!("a run on points has points")
    };
    let scene = Scene::of(generator, &source, asked)?;
    if source.dims > 2 {
        (asked.tell)(
            "note: densities and the critic are drawn of points of one or two coordinates",
        );
        return Ok(vec![("points", scene.points())]);
    }
    let critic = Critic::load(generator)?;
    let mut pictures = vec![("points", scene.points())];
    pictures.extend(densities::pictures(&scene, asked.tell)?);
    pictures.push(("critic", scene.critic(&critic, asked)?));
    Ok(pictures)
}

impl Scene {
    fn of(generator: &Generator, source: &Source, asked: Asked) -> Result<Scene> {
        let (count, seed) = (modes::SAMPLES, generator.seed);
        let real = real(source, seed.wrapping_add(1), 0, count);
        let drawn = generator.draw(count, count, seed, asked)?.values;
        let step = thousands(generator.step);
        let (axes, samples) = (axes(&real, source.dims), widened(&drawn));
        let outside = match outside(&axes, &samples, source.dims) {
            0 => String::new(),
            outside => format!(
                ", {} of {} samples outside",
                thousands(outside as u64),
                thousands(count as u64)
            ),
        };
        Ok(Scene {
            dims: source.dims,
            axes,
            samples,
            real,
            distribution: match &source.origin {
                Origin::Drawn(known) => Some(known.clone()),
                Origin::Table(_) => None,
            },
            subtitle: format!(
                "{}, {} at step {step}{outside}",
                source.name, generator.config.objective
            ),
            seed,
        })
    }

    /// Those of the first two coordinates that lie on the axes.
    pub fn places(&self, values: &[f64]) -> Vec<[f64; 2]> {
        let points = values.chunks_exact(self.dims).map(|row| [row[0], row[1]]);
        points.filter(|point| lies_on(&self.axes, point)).collect()
    }

    pub fn plot(&self, title: &str, layers: Vec<Layer>) -> Plot {
        let axis = |at: usize, name: &str| {
            let [from, to] = self.axes[at];
            Axis::new(name).range(from, to)
        };
        let line = self.dims == 1;
        Plot {
            title: title.to_string(),
            subtitle: self.subtitle.clone(),
            x: axis(0, if line { "x" } else { "x1" }),
            y: if line {
                Axis::new("density")
            } else {
                axis(1, "x2")
            },
            square: !line,
            layers,
        }
    }

    pub fn histogram(&self, label: &str, colour: colour::Colour, values: &[f64]) -> Layer {
        Layer::density(label, colour, values.iter().copied(), BINS, self.axes[0])
    }

    fn points(&self) -> Plot {
        let layers = match self.dims {
            1 => vec![
                self.histogram("data", colour::GREY, &self.real),
                outline(
                    self.histogram("samples", colour::VERMILION, &self.samples),
                    f64::INFINITY,
                ),
            ],
            _ => vec![
                Layer::points("data", colour::GREY, self.places(&self.real)),
                Layer::points("samples", colour::VERMILION, self.places(&self.samples)),
            ],
        };
        self.plot("data and samples", layers)
    }

    /// The critic's scores of all places.
    fn critic(&self, critic: &Critic, asked: Asked) -> Result<Plot> {
        let grid = match self.dims {
            1 => self.line(CURVE),
            _ => grid(self.ground()),
        };
        let narrow: Vec<f32> = grid.iter().map(|x| *x as f32).collect();
        let scores = critic.scores_alone(&narrow, asked)?;
        let scores = widened(&scores);
        let title = match critic.pack() {
            1 => "the critic's score".to_string(),
            pack => format!("the critic's score of {pack} times the same point"),
        };
        if self.dims == 2 {
            let [data, samples] = [&self.real, &self.samples].map(|values| self.places(values));
            let layers = landscape::layers(self.ground(), scores, data, samples);
            return Ok(self.plot(&title, layers));
        }
        let curve = grid.iter().zip(scores).map(|(x, y)| [*x, y]).collect();
        Ok(self.score_curve(&title, curve))
    }

    /// A curve with data and samples as ticks in two rows below.
    fn score_curve(&self, title: &str, curve: Vec<[f64; 2]>) -> Plot {
        let scores: Vec<f64> = curve.iter().map(|[_, y]| *y).collect();
        let (low, high) = (quantile(&scores, 0.0), quantile(&scores, 1.0));
        let unit = if high > low { high - low } else { 1.0 };
        let row = |label: &str, colour, values: &[f64], below: f64| {
            let [from, to] = self.axes[0];
            let shown = values.iter().filter(|x| (from..=to).contains(x));
            Layer::Points {
                label: label.to_string(),
                colour,
                points: shown
                    .take(SHOWN)
                    .map(|x| [*x, low - below * unit])
                    .collect(),
                radius: 1.8,
                opacity: 0.25,
            }
        };
        let layers = vec![
            Layer::line("score", colour::BLUE, curve),
            row("data", colour::DARK_GREY, &self.real, 0.08),
            row("samples", colour::VERMILION, &self.samples, 0.14),
        ];
        Plot {
            y: Axis::new("score"),
            ..self.plot(title, layers)
        }
    }

    /// Places along the axis.
    pub fn line(&self, count: usize) -> Vec<f64> {
        let [from, to] = self.axes[0];
        let place = |at: usize| from + (to - from) * at as f64 / (count - 1) as f64;
        (0..count).map(place).collect()
    }

    /// The axes of points in the plane.
    pub fn ground(&self) -> Ground {
        [self.axes[0], self.axes[1]]
    }
}

/// Whether the first coordinates of a point have a place on the axes.
fn lies_on(axes: &[[f64; 2]], point: &[f64]) -> bool {
    let mut pairs = point.iter().zip(axes);
    pairs.all(|(x, [from, to])| (from..=to).contains(&x))
}

/// How many of the points\[N, D\] have none.
fn outside(axes: &[[f64; 2]], values: &[f64], dims: usize) -> usize {
    let points = values.chunks_exact(dims);
    points.filter(|point| !lies_on(axes, point)).count()
}

/// The ends of the first axes, all of one length: those of the data, and a margin.
fn axes(values: &[f64], dims: usize) -> Vec<[f64; 2]> {
    let ends = |axis: usize| {
        let along = values.iter().skip(axis).step_by(dims);
        along.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| {
            [low.min(*x), high.max(*x)]
        })
    };
    let ends: Vec<[f64; 2]> = (0..dims.min(2)).map(ends).collect();
    let longest = ends.iter().map(|[low, high]| high - low);
    let longest = longest.fold(0.0, f64::max);
    let half = if longest > 0.0 {
        (0.5 + MARGIN) * longest
    } else {
        1.0
    };
    let around = |[low, high]: &[f64; 2]| [(low + high) / 2.0 - half, (low + high) / 2.0 + half];
    ends.iter().map(around).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_without_a_place_are_counted() {
        let square = [[0.0, 1.0]; 2];
        let points = [0.5, 0.5, 1.0, 1.0, 1.5, 0.5, 0.5, f64::NAN];
        assert_eq!(outside(&square, &points, 2), 2);
        assert_eq!(outside(&square, &points, 4), 1);
        assert_eq!(outside(&square[..1], &points, 1), 2);
    }
}
