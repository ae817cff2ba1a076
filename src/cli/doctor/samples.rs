//! What samples of the last checkpoint say beside as many real ones, and what the critic says of both.

use gpugan::Result;
use gpugan::data::Data;
use gpugan::data::points::Origin;
use gpugan::data::toy::Distribution;
use gpugan::eval::Points;
use gpugan::eval::modes::Modes;
use gpugan::eval::spread::{inhomogeneity, mean_distance, nearest_others, quantile};

use super::super::critic::Critic;
use super::super::device::Asked;
use super::super::eval::points::{modes_of, real, widened};
use super::super::generator::Generator;
use super::finding::{Finding, Number, Severity};
use super::limits::*;

/// Samples that are looked at; between images of many pixels a thousand tell enough.
const POINTS: usize = 2_500;
const IMAGES: usize = 1_000;
/// Samples that the generator draws at a time.
const AT_ONCE: usize = 500;

/// Share of real samples that another is nearer to than they usually are.
const NEAREST: f64 = 0.01;

/// Samples and real ones, as many of both if there are.
pub struct Sets {
    dims: usize,
    /// \[n, F\]
    samples: Vec<f32>,
    real: Vec<f32>,
    distribution: Option<Distribution>,
    of_images: bool,
}

/// How samples compare with data.
pub struct Comparison {
    pub findings: Vec<Finding>,
    /// `eval::spread::inhomogeneity`; NaN where samples are not finite.
    pub inhomogeneity: f64,
}

impl Sets {
    /// Draws samples and takes real ones that the run did not begin with.
    ///
    /// # Errors
    /// As [`Generator::draw`].
    pub fn draw(generator: &Generator, data: &Data, asked: Asked) -> Result<Sets> {
        // The seed of the run drew what was learned.
        let (seed, of_images) = (
            generator.seed.wrapping_add(1),
            matches!(data, Data::Images(_)),
        );
        let (real, dims, distribution) = match data {
            Data::Points(source) => {
                let known = match &source.origin {
                    Origin::Drawn(known) => Some(known.clone()),
                    Origin::Table(_) => None,
                };
                let all = real(source, seed, 0, POINTS);
                (all.iter().map(|x| *x as f32).collect(), source.dims, known)
            }
            Data::Images(images) => {
                let real = images.draw(seed, false, 0, IMAGES.min(images.count));
                (real, images.sample_shape().iter().product(), None)
            }
        };
        let count = real.len() / dims;
        let samples = generator
            .draw(count, count.min(AT_ONCE), generator.seed, asked)?
            .values;
        Ok(Sets {
            dims,
            samples,
            real,
            distribution,
            of_images,
        })
    }

    /// \[n, F\]
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// \[n, F\]
    pub fn real(&self) -> &[f32] {
        &self.real
    }

    /// Collapse, fit, and values that are stuck.
    pub fn compare(&self) -> Comparison {
        if self.samples.iter().any(|x| !x.is_finite()) {
            let advice = "begin anew with a smaller --lr";
            let finding = Finding::ok("collapse", "samples are not finite", Vec::new());
            return Comparison {
                findings: vec![finding.grave(Severity::Ill, advice)],
                inhomogeneity: f64::NAN,
            };
        }
        let [samples, real] = [&self.samples, &self.real].map(|x| Points::new(x, self.dims));
        let apart = inhomogeneity(samples, real);
        let mut findings = vec![self.collapse(samples, real), fit(apart)];
        if self.of_images {
            findings.push(self.saturation());
        }
        Comparison {
            findings,
            inhomogeneity: apart,
        }
    }

    fn collapse(&self, samples: Points<f32>, real: Points<f32>) -> Finding {
        let whole = mean_distance(real);
        if whole == 0.0 {
            let says = "data have no spread, so that collapse cannot be told";
            let numbers = vec![Number::of(
                "mean distance of samples",
                mean_distance(samples),
            )];
            return Finding::ok("collapse", says, numbers);
        }
        let spread = mean_distance(samples) / whole;
        let factor = NEAR[usize::from(self.of_images)];
        let within = factor * quantile(&nearest_others(real), NEAREST);
        let near = nearest_others(samples).into_iter().filter(|x| *x < within);
        let copies = near.count() as f64 / samples.len() as f64;
        let limit = if spread > 1.0 { SCATTER } else { SPREAD };
        let mut severity = limit.judge(spread).max(COPIES.judge(copies));
        let mut numbers = vec![
            Number::within(
                "mean distance of samples, as a share of that of data",
                spread,
                limit,
            ),
            Number::within("share of samples that are copies of others", copies, COPIES),
        ];
        if let Some(modes) = self.modes() {
            let share = modes.captured as f64 / modes.of as f64;
            severity = severity.max(MODES.judge(share));
            numbers.push(Number::within("share of modes found", share, MODES));
            numbers.push(Number::of("modes found", modes.captured as f64));
            numbers.push(Number::of("modes of the data", modes.of as f64));
            numbers.push(Number::of("share of samples on a mode", modes.high_quality));
        }
        let far = spread > 1.0 && SCATTER.judge(spread) > Severity::Ok;
        let says = match severity {
            Severity::Ok => "samples are as different from one another as data are",
            _ if far => "samples lie far outside of the data",
            Severity::Watch => "samples are less different from one another than data are",
            Severity::Ill => {
                "the generator collapsed: it repeats itself, or leaves out most of the data"
            }
        };
        let advice = match far {
            true => "lower --lr, and see whether the critic is too weak",
            false => "lower --lr, or take --pack 2, --objective wgan-gp, or a greater --batch",
        };
        Finding::ok("collapse", says, numbers).grave(severity, advice)
    }

    fn modes(&self) -> Option<Modes> {
        let samples: Vec<f64> = widened(&self.samples);
        modes_of(
            Points::new(&samples, self.dims),
            self.distribution.as_ref()?,
        )
    }

    fn saturation(&self) -> Finding {
        let stuck = |values: &[f32]| {
            let count = values.iter().filter(|x| x.abs() > STUCK).count();
            count as f64 / values.len() as f64
        };
        let [samples, real] = [&self.samples, &self.real].map(|values| stuck(values));
        let severity = SATURATION.judge(samples - real);
        let says = match severity {
            Severity::Ok => "values are at their ends no more often than in data",
            _ => "values are stuck at the ends of tanh, where it has no slope",
        };
        let numbers = vec![
            Number::within(
                "share stuck, beyond that of data",
                samples - real,
                SATURATION,
            ),
            Number::of("share stuck in samples", samples),
            Number::of("share in data", real),
        ];
        let advice = "lower --lr, or begin with smaller weights: --init normal:0.02";
        Finding::ok("saturation", says, numbers).grave(severity, advice)
    }

    /// Whether the critic tells samples apart at all.
    ///
    /// # Errors
    /// As [`Critic::scores`].
    pub fn scores(&self, critic: &Critic, alike: bool, asked: Asked) -> Result<Finding> {
        let mut scores = critic.scores(&self.real, asked)?;
        let real = mean(&scores);
        let of_samples = critic.scores(&self.samples, asked)?;
        let generated = mean(&of_samples);
        scores.extend(of_samples);
        let all = mean(&scores);
        let deviation = scores
            .iter()
            .map(|x| (f64::from(*x) - all).powi(2))
            .sum::<f64>();
        let deviation = (deviation / scores.len() as f64).sqrt();
        let greatest = scores
            .iter()
            .fold(0.0f64, |most, x| most.max(f64::from(x.abs())));
        let flatness = if greatest > 0.0 {
            deviation / greatest
        } else {
            0.0
        };
        let severity = match alike {
            true => Severity::Ok,
            false => FLATNESS.judge(flatness),
        };
        let says = match (severity, FLATNESS.judge(flatness)) {
            (Severity::Ok, Severity::Ok) => "the critic's scores differ from sample to sample",
            (Severity::Ok, _) => {
                "the critic's scores are flat, as they should be: samples are as data"
            }
            _ => "the critic's scores are flat: it has no slope that the generator could follow",
        };
        let numbers = vec![
            Number::within("deviation of scores over the greatest", flatness, FLATNESS),
            Number::of("mean score of data", real),
            Number::of("mean score of samples", generated),
        ];
        let advice =
            "lower --lr-critic, or give the critic LeakyReLU (--leak 0.2): its units may be dead";
        Ok(Finding::ok("scores", says, numbers).grave(severity, advice))
    }
}

/// Whether a moving average of the generator after so many updates is one of what was learned.
pub fn average(decay: f64, updates: u64) -> Finding {
    let share = decay.powf(updates as f64);
    let severity = LAG.judge(share);
    let says = match severity {
        Severity::Ok => "the average has forgotten its first weights",
        _ => "the average lags behind; samples here are of the generator itself",
    };
    let name = "share that the first weights still have in the average";
    let numbers = vec![Number::within(name, share, LAG)];
    let advice = "train longer (--resume RUN --steps N), or take a smaller --ema";
    Finding::ok("average", says, numbers).grave(severity, advice)
}

/// Whether samples are where data are, whatever their spread.
fn fit(apart: f64) -> Finding {
    let severity = FIT.judge(apart);
    let says = match severity {
        Severity::Ok => "samples lie where data lie",
        Severity::Watch => "samples do not lie as data do yet",
        Severity::Ill => "samples lie elsewhere than data",
    };
    let name = "inhomogeneity of samples and data (0: alike, 1: apart)";
    let advice =
        "train longer (--resume RUN --steps N); if it does not fall, see the other findings";
    Finding::ok("fit", says, vec![Number::within(name, apart, FIT)]).grave(severity, advice)
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|x| f64::from(*x)).sum::<f64>() / values.len() as f64
}
