//! Measures of samples that are points.

use gpugan::Result;
use gpugan::data::points::Origin;
use gpugan::data::toy::Distribution;
use gpugan::data::{Data, Points as Source};
use gpugan::eval::modes::{self, Modes};
use gpugan::eval::{Points, distances};
use gpugan::run::log::to_stderr;
use serde::Serialize;

use super::super::game;
use super::super::generator::Generator;
use super::divergences::Divergences;
use super::{Metric, Wanted, number, table};

/// Projections of the sliced distance.
const PROJECTIONS: usize = 100;

#[derive(Default, Serialize)]
pub struct Found {
    /// Of each kind that modes and distances are measured on.
    points: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    modes: Option<Beside<Modes>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    distances: Vec<Distance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    divergence: Option<Divergences>,
}

/// A measure of the samples, and of as many real ones.
#[derive(Serialize)]
struct Beside<T> {
    samples: T,
    real: T,
}

/// From real samples to generated ones, and to others that are real.
#[derive(Serialize)]
struct Distance {
    name: String,
    #[serde(flatten)]
    values: Beside<f64>,
}

/// Measures samples of the generator.
pub fn measure(generator: &Generator, wanted: &Wanted) -> Result<Found> {
    wanted.without_test("points")?;
    let Data::Points(source) = game::load_data(&generator.config, &mut |_, _| Ok(()))? else {
        panic!("a run on points has points")
    };
    let dims = source.dims;
    let samples = widened(
        &generator
            .draw(wanted.count, wanted.count, wanted.seed, wanted.asked)?
            .values,
    );
    // The seed of the run drew what was learned.
    let seed = generator.seed.wrapping_add(1);
    let real = [0, 1].map(|part| real(&source, seed, part, wanted.count));
    let [first, second] = [0, 1].map(|part| Points::new(&real[part], dims));
    // A table may have fewer points, and what is measured depends on how many there are.
    let samples = Points::new(&samples[..first.values().len()], dims);
    let distribution = match &source.origin {
        Origin::Drawn(distribution) => Some(distribution),
        Origin::Table(_) => None,
    };
    let mut found = Found {
        points: first.len(),
        distances: distances_of(wanted, samples, [first, second], distribution)?,
        ..Found::default()
    };
    if wanted.has(Metric::Modes) {
        let of = |points| modes_of(points, distribution?);
        found.modes = of(samples)
            .zip(of(first))
            .map(|(samples, real)| Beside { samples, real });
    }
    if wanted.has(Metric::Divergence) {
        found.divergence = Divergences::measure(generator, wanted, &source, distribution)?;
    }
    wanted.require(Metric::Modes, found.modes.is_some(), || {
        format!(
            "--metrics modes wants data with modes of one width, such as ring8 and grid25, which {} is not",
            source.name
        )
    })?;
    wanted.require(Metric::Divergence, found.divergence.is_some(), || {
        format!(
            "--metrics divergence wants points of at most 2 coordinates, not {dims}; take wasserstein, \
             mmd or energy"
        )
    })?;
    Ok(found)
}

pub fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|x| f64::from(*x)).collect()
}

/// As many real samples as asked for, of which parts 0 and 1 have none in common; of a table that has fewer,
/// half of what there is.
pub fn real(source: &Source, seed: u64, part: usize, count: usize) -> Vec<f64> {
    match &source.origin {
        Origin::Drawn(distribution) => {
            widened(&distribution.draw(seed, (part * count) as u64, count))
        }
        Origin::Table(_) => {
            let all = widened(&source.first(seed, 2 * count));
            let half = all.len() / source.dims / 2 * source.dims;
            all[part * half..(part + 1) * half].to_vec()
        }
    }
}

/// The modes that samples found of data that have some of one width.
pub fn modes_of(samples: Points, distribution: &Distribution) -> Option<Modes> {
    let mixture = distribution.centres()?;
    let sigma = mixture.sigmas[0];
    if sigma <= 0.0 || mixture.sigmas.iter().any(|other| *other != sigma) {
        return None;
    }
    let centres = mixture.means.concat();
    let centres = Points::new(&centres, samples.dims());
    Some(modes::measure(samples, centres, sigma))
}

fn distances_of(
    wanted: &Wanted,
    samples: Points,
    [first, second]: [Points; 2],
    distribution: Option<&Distribution>,
) -> Result<Vec<Distance>> {
    let finite = samples.values().iter().all(|x| x.is_finite());
    if !finite {
        to_stderr("warning: some samples are not finite, and so have no distance from anything");
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    let mut add = |name: &str, of: &dyn Fn(Points) -> f64| {
        let values = Beside {
            samples: of(samples),
            real: of(second),
        };
        rows.push(Distance {
            name: name.into(),
            values,
        });
    };
    if wanted.has(Metric::Wasserstein) {
        let name = if samples.dims() == 1 {
            "Wasserstein-1"
        } else {
            "sliced Wasserstein-1"
        };
        let sliced = |x: Points| distances::sliced_wasserstein1(x, first, PROJECTIONS, wanted.seed);
        add(name, &sliced);
        if let Some(known) =
            distribution.filter(|known| known.dims() == 1 && known.cdf(0.0).is_some())
        {
            let cdf = |x| known.cdf(x).unwrap_or(0.0);
            let exact = |x: Points| distances::wasserstein1_to_cdf(x.values(), cdf);
            add("Wasserstein-1 to the distribution", &exact);
        }
    }
    if wanted.has(Metric::Mmd) {
        // One kernel for both, or they could not be compared.
        let h = distances::mmd(first, second, None).bandwidth;
        let squared = |x: Points| distances::mmd(x, first, Some(h)).squared;
        add(&format!("MMD squared, h = {}", number(h)), &squared);
    }
    if wanted.has(Metric::Energy) {
        add("energy distance squared", &|x| distances::energy(x, first));
    }
    Ok(rows)
}

impl Found {
    pub fn tables(&self) -> Vec<String> {
        let mut tables = Vec::new();
        let points = self.points;
        if let Some(Beside { samples, real }) = &self.modes {
            let row = |name: &str, of: &dyn Fn(&Modes) -> String| {
                vec![name.into(), of(samples), of(real)]
            };
            let rows = [
                row("modes captured", &|m| format!("{} of {}", m.captured, m.of)),
                row("high quality", &|m| {
                    format!("{:.1} %", 100.0 * m.high_quality)
                }),
                row("reverse KL to uniform", &|m| {
                    m.reverse_kl.map_or("none".into(), number)
                }),
            ];
            tables.push(table(&["modes", "samples", "real"], &rows));
        }
        if !self.distances.is_empty() {
            let row = |d: &Distance| {
                vec![
                    d.name.clone(),
                    number(d.values.samples),
                    number(d.values.real),
                ]
            };
            let rows: Vec<_> = self.distances.iter().map(row).collect();
            tables.push(table(
                &[
                    &format!("distance to {points} real points"),
                    &format!("{points} samples"),
                    &format!("{points} other real"),
                ],
                &rows,
            ));
        }
        tables.extend(self.divergence.as_ref().map(Divergences::table));
        tables
    }
}
