//! Whether samples of a run on MNIST are of all digits, by the word of the classifier that is built in.
//! Distances between pixels do not tell: images of one digit alone are nearly as far apart as all.

use gpugan::Result;
use gpugan::classifier::CLASSES;
use gpugan::eval::classes::Classes;
use gpugan::run::Config;
use gpugan::run::config::Dataset;

use super::super::device::Asked;
use super::super::eval::digits::classifier;
use super::finding::{Finding, Number, Severity};
use super::limits::DIGITS;
use super::samples::Sets;

/// Of samples that lie about where data lie: what is nowhere near an image has a class, too.
///
/// # Errors
/// What opening and running the device may fail with.
pub fn finding(sets: &Sets, config: &Config, asked: Asked) -> Result<Option<Finding>> {
    if config.dataset != Dataset::Mnist || config.data_dir.is_some() {
        return Ok(None);
    }
    let (mut classifier, _) = classifier(asked)?;
    let mut classes = |images: &[f32]| -> Result<Classes> {
        Ok(Classes::of(&classifier.read(images)?.classes(), CLASSES))
    };
    Ok(Some(judged(
        &classes(sets.samples())?,
        &classes(sets.real())?,
    )))
}

fn judged(samples: &Classes, real: &Classes) -> Finding {
    let share = (samples.entropy - real.entropy).exp();
    let severity = DIGITS.judge(share);
    let says = match severity {
        Severity::Ok => "samples are of all digits, about as often as data are",
        Severity::Watch => "some digits are rare or missing among samples",
        Severity::Ill => "samples are of few digits: the generator collapsed",
    };
    let of_samples = samples.counts.iter().sum::<usize>() as f64;
    let most = samples.counts.iter().copied().max().unwrap_or(0) as f64;
    let numbers = vec![
        Number::within(
            "effective number of digits (exp of the entropy), as a share of that of data",
            share,
            DIGITS,
        ),
        Number::of("digits with a sample", samples.found as f64),
        Number::of(
            "share of samples that are of the commonest digit",
            most / of_samples,
        ),
    ];
    let advice = "train longer, lower --lr, or take --pack 2 or --objective wgan-gp";
    Finding::ok("digits", says, numbers).grave(severity, advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_digits_are_worse_than_some() {
        let even = |digits: usize| {
            let classes: Vec<usize> = (0..10_080).map(|at| at % digits).collect();
            Classes::of(&classes, CLASSES)
        };
        let of = |digits| judged(&even(digits), &even(10));
        let severities = [10, 9, 7, 5, 3, 1].map(|digits| of(digits).severity);
        let [ok, watch, ill] = [Severity::Ok, Severity::Watch, Severity::Ill];
        assert_eq!(severities, [ok, ok, watch, watch, ill, ill]);
    }
}
