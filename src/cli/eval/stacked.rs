//! Stacks of three digits, one for each channel of an image: how many of the 1,000 numbers that they can
//! write are found, and how evenly, beside real stacks.

use gpugan::Result;
use gpugan::classifier::{CLASSES, Classifier};
use gpugan::data::Split;
use gpugan::data::mnist::{self, STACK};
use gpugan::eval::classes::{Classes, kl_floor};
use serde::Serialize;

use super::super::generator::Generator;
use super::digits::{self, Judge};
use super::{Wanted, number, table};

/// Numbers that the digits of a stack can write.
pub const STACKS: usize = CLASSES.pow(STACK as u32);

/// What Lin et al. 2018 (PacGAN) and Srivastava et al. 2017 (VEEGAN) count.
pub const SAMPLES: usize = 26_000;

/// Samples that the generator draws at a time.
const AT_ONCE: usize = 500;

#[derive(Serialize)]
pub struct Found {
    stacked: Stacked,
}

/// Samples beside as many real ones.
#[derive(Serialize)]
struct Stacked {
    classifier: Judge,
    of: usize,
    samples: Modes,
    real: Modes,
    /// The KL that as many samples of a uniform distribution have on average.
    floor: f64,
}

/// What of [`STACKS`] was found.
#[derive(Serialize)]
pub struct Modes {
    pub modes: usize,
    /// KL(histogram ‖ uniform) in nats.
    pub kl_to_uniform: f64,
}

/// Counts samples\[N, 28, 28, 3\] in \[−1, 1\] by the classifier's word.
///
/// # Errors
/// What the device does.
pub fn count(classifier: &mut Classifier, samples: &[f32]) -> Result<Modes> {
    Ok(modes(&classifier.stacks(samples, STACK)?))
}

/// The same of the first `n` training samples of the run with this seed.
///
/// # Errors
/// As [`count`].
pub fn count_real(classifier: &mut Classifier, seed: u64, n: usize) -> Result<Modes> {
    let real = mnist::stacked(Split::Train)?;
    let mut numbers = Vec::with_capacity(n);
    while numbers.len() < n {
        let (first, len) = (numbers.len(), AT_ONCE.min(n - numbers.len()));
        let samples = real.draw(seed, false, first as u64, len);
        numbers.extend(classifier.stacks(&samples, STACK)?);
    }
    Ok(modes(&numbers))
}

fn modes(numbers: &[usize]) -> Modes {
    let found = Classes::of(numbers, STACKS);
    Modes {
        modes: found.found,
        kl_to_uniform: found.kl_to_uniform,
    }
}

/// Measures samples of the generator.
///
/// # Errors
/// As [`Generator::draw`] and [`count`], and `Error::Usage` for test images, which are not looked at.
pub fn measure(generator: &Generator, wanted: &Wanted) -> Result<Found> {
    wanted.without_test("stacked digits")?;
    let (mut classifier, judge) = digits::classifier(wanted.asked)?;
    let drawn = generator.draw(wanted.count, AT_ONCE, wanted.seed, wanted.asked)?;
    let samples = count(&mut classifier, &drawn.values)?;
    drop(drawn);
    Ok(Found {
        stacked: Stacked {
            classifier: judge,
            of: STACKS,
            samples,
            real: count_real(&mut classifier, wanted.seed, wanted.count)?,
            floor: kl_floor(STACKS, wanted.count),
        },
    })
}

impl Found {
    pub fn table(&self) -> String {
        let Stacked {
            classifier,
            of,
            samples,
            real,
            floor,
        } = &self.stacked;
        let row = |name: &str, of_modes: &dyn Fn(&Modes) -> String| {
            vec![name.to_string(), of_modes(samples), of_modes(real)]
        };
        let rows = [
            row(&format!("modes found, of {of}"), &|m| m.modes.to_string()),
            row("KL to uniform (nats)", &|m| number(m.kl_to_uniform)),
        ];
        format!(
            "{}\nas many samples of a uniform distribution have a KL of {} on average\n{}",
            table(&["stacked digits", "samples", "real"], &rows),
            number(*floor),
            classifier.line()
        )
    }
}
