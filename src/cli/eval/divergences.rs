//! Divergences of a model from the data, by quadrature where both densities are known and by
//! histograms where not.

use gpugan::Result;
use gpugan::data::Points as Source;
use gpugan::data::toy::Distribution;
use gpugan::eval::divergence::{Row, SHOWN, between, between_histograms, between_in_plane, rows};
use gpugan::eval::optimum::{Optimum, log_normal_density, nearest_gaussian};
use gpugan::eval::quadrature::Integral;
use gpugan::plan::divergence::Divergence;
use gpugan::random::Latent;
use gpugan::run::config::Arch;
use serde::Serialize;

use super::super::generator::Generator;
use super::points::{real, widened};
use super::{Wanted, number, table};

/// Histograms are made of more samples than the rest is measured on.
const HISTOGRAM: usize = 100_000;
/// Their bins along each axis, in one and in two dimensions.
const BINS: [usize; 2] = [100, 50];

/// D_f(data‖model).
#[derive(Serialize)]
pub struct Divergences {
    /// How they were computed.
    how: String,
    rows: Vec<DivergenceRow>,
    /// μ and σ of the model, where it is a normal distribution on the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<[f64; 2]>,
}

/// Errors of quadrature above this share of a value stand beside it.
const WORTH_SAYING: f64 = 0.01;

#[derive(Serialize)]
struct DivergenceRow {
    #[serde(flatten)]
    row: Row,
    /// Between real samples, by the same estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    real: Option<f64>,
    /// The best that the model could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<Optimum>,
}

impl Divergences {
    /// By quadrature where both densities are known, else by histograms; none of points with more than two
    /// coordinates.
    pub fn measure(
        generator: &Generator,
        wanted: &Wanted,
        source: &Source,
        distribution: Option<&Distribution>,
    ) -> Result<Option<Divergences>> {
        if source.dims > 2 {
            return Ok(None);
        }
        if let (Some(known), Some(model)) = (distribution, affine(generator))
            && let Some(found) = by_quadrature(known, &model)
        {
            return Ok(Some(found));
        }
        by_histogram(generator, wanted, source).map(Some)
    }

    pub fn table(&self) -> String {
        let value = |row: &DivergenceRow| {
            let Integral { value, error } = row.row.integral;
            match error > WORTH_SAYING * value.abs() && value.is_finite() {
                true => format!("{} +- {}", number(value), number(error)),
                false => number(value),
            }
        };
        let title = format!("Divergences of the model from the data, {}\n", self.how);
        if let Some([mu, sigma]) = self.model {
            let row = |row: &DivergenceRow| {
                let best = |of: &dyn Fn(&Optimum) -> f64| {
                    row.best.as_ref().map_or("".into(), |b| number(of(b)))
                };
                let name = row.row.name.to_string();
                vec![
                    name,
                    value(row),
                    best(&|b| b.divergence),
                    best(&|b| b.mu),
                    best(&|b| b.sigma),
                ]
            };
            let rows: Vec<_> = self.rows.iter().map(row).collect();
            let header = ["D(data, model)", "model", "best", "best mu", "best sigma"];
            let model = format!("The model is N({}, {}²)\n", number(mu), number(sigma));
            return title + &model + &table(&header, &rows);
        }
        let real = |row: &DivergenceRow| row.real.map(number);
        let row = |row: &DivergenceRow| {
            let cells = [Some(row.row.name.to_string()), Some(value(row)), real(row)];
            cells.into_iter().flatten().collect::<Vec<String>>()
        };
        let rows: Vec<_> = self.rows.iter().map(row).collect();
        let columns = rows.first().map_or(0, Vec::len);
        title + &table(&["D(data, model)", "model", "real"][..columns], &rows)
    }
}

/// (μ, σ) of each coordinate, where the generator is affine in a normal latent.
fn affine(generator: &Generator) -> Option<Vec<[f64; 2]>> {
    let config = &generator.config;
    if config.arch != Arch::Affine || config.latent != Latent::Normal {
        return None;
    }
    let weights = generator.parameter("0.weight")?;
    let biases = generator.parameter("0.bias")?;
    let pairs = biases.iter().zip(weights);
    Some(
        pairs
            .map(|(mu, sigma)| [f64::from(*mu), f64::from(sigma.abs())])
            .collect(),
    )
}

fn by_quadrature(known: &Distribution, model: &[[f64; 2]]) -> Option<Divergences> {
    let positive = model
        .iter()
        .all(|[mu, sigma]| mu.is_finite() && *sigma > 0.0);
    let log_p = known.log_density().filter(|_| positive)?;
    let log_q = |x: &[f64]| -> f64 {
        let each = x.iter().zip(model);
        each.map(|(x, [mu, sigma])| log_normal_density(*x, *mu, *sigma))
            .sum()
    };
    let axes: Vec<Vec<[f64; 2]>> = (0..model.len())
        .map(|axis| [known.landmarks(axis), vec![model[axis]]].concat())
        .collect();
    let on_line = model.len() == 1;
    let found: Vec<Integral> = match &axes[..] {
        [line] => SHOWN
            .map(|divergence| between(divergence, |x| log_p(&[x]), |x| log_q(&[x]), line))
            .into(),
        [x, y] => between_in_plane(&SHOWN, |x, y| log_p(&[x, y]), |x, y| log_q(&[x, y]), [x, y]),
        _ => return None,
    };
    let best = |name: &str| {
        let named = |d: &&Divergence| d.name() == name;
        let divergence = Divergence::ALL.iter().find(named).filter(|_| on_line)?;
        let landmarks = known.landmarks(0);
        let best = nearest_gaussian(*divergence, |x| log_p(&[x]), model[0], &landmarks);
        best.divergence.is_finite().then_some(best)
    };
    Some(Divergences {
        how: "by quadrature of both densities".into(),
        rows: rows(&SHOWN, &found)
            .into_iter()
            .map(|row| DivergenceRow {
                real: None,
                best: best(row.name),
                row,
            })
            .collect(),
        model: on_line.then(|| model[0]),
    })
}

/// Those that stay finite where a bin is empty.
const FINITE: [Divergence; 3] = [
    Divergence::JensenShannon,
    Divergence::TotalVariation,
    Divergence::SquaredHellinger,
];

fn by_histogram(generator: &Generator, wanted: &Wanted, source: &Source) -> Result<Divergences> {
    let seed = generator.seed.wrapping_add(1);
    let [first, second] = [0, 1].map(|part| real(source, seed, part, HISTOGRAM));
    // Emptier histograms differ more, so that all have as many points.
    let count = first.len() / source.dims;
    let drawn = generator.draw(count, HISTOGRAM, wanted.seed, wanted.asked)?;
    let bins = BINS[source.dims - 1];
    let ranges: Vec<[f64; 2]> = (0..source.dims)
        .map(|axis| extent(&first, source.dims, axis))
        .collect();
    let of = |values: &[f64]| histogram(values, &ranges, bins);
    let [samples, first, second] = [widened(&drawn.values), first, second].map(|v| of(&v));
    let from_first = |other: &[f64]| {
        let value = |divergence| Integral {
            value: between_histograms(divergence, &first, other),
            error: 0.0,
        };
        rows(&FINITE, &FINITE.map(value))
    };
    let pairs = from_first(&samples).into_iter().zip(from_first(&second));
    Ok(Divergences {
        how: format!(
            "of histograms of {bins} bins along each axis, {count} samples and as many real points"
        ),
        rows: pairs
            .map(|(row, real)| DivergenceRow {
                row,
                real: Some(real.integral.value),
                best: None,
            })
            .collect(),
        model: None,
    })
}

/// From the least to the greatest coordinate.
fn extent(values: &[f64], dims: usize, axis: usize) -> [f64; 2] {
    let along = values.iter().skip(axis).step_by(dims);
    let [low, high] = along.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| {
        [low.min(*x), high.max(*x)]
    });
    if low < high {
        [low, high]
    } else {
        [low - 0.5, low + 0.5]
    }
}

/// Counts in bins\[bins^D\], and in one more of all that lies outside.
fn histogram(values: &[f64], ranges: &[[f64; 2]], bins: usize) -> Vec<f64> {
    let outside = bins.pow(ranges.len() as u32);
    let mut counts = vec![0.0; outside + 1];
    for point in values.chunks_exact(ranges.len()) {
        let place = point
            .iter()
            .zip(ranges)
            .try_fold(0, |place, (x, [low, high])| {
                let share = (x - low) / (high - low);
                let bin = ((share * bins as f64) as usize).min(bins - 1);
                (0.0..=1.0).contains(&share).then_some(place * bins + bin)
            });
        counts[place.unwrap_or(outside)] += 1.0;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_count_every_point_once() {
        let values = [0.0, 0.0, 1.0, 1.0, 0.6, 0.2, 5.0, 0.5, f64::NAN, 0.1];
        let counts = histogram(&values, &[[0.0, 1.0]; 2], 2);
        assert_eq!(counts, [1.0, 0.0, 1.0, 1.0, 2.0]);
        assert_eq!(extent(&values, 2, 1), [0.0, 1.0]);
        assert_eq!(extent(&[3.0; 4], 2, 0), [2.5, 3.5]);
    }
}
