//! Measures of images of digits by a classifier's word and on its features, each beside that of real
//! images.

use gpugan::classifier::{Answers, CLASSES, Classifier, FEATURES, Reader, SHAPE, Saved, embedded};
use gpugan::eval::Points;
use gpugan::eval::classes::Classes;
use gpugan::eval::frechet::{Fit, squared_distance};
use gpugan::eval::polynomial::{KernelDistance, kernel_distance};
use gpugan::{Error, Result};
use serde::Serialize;

use super::super::device::{self, Asked};
use super::super::train_classifier::AT_ONCE;
use super::{Metric, Wanted, number, table};

/// What was found; everything but the classes is against the same test images.
#[derive(Serialize)]
pub struct Digits {
    classifier: Judge,
    samples: usize,
    /// As many as there are samples, or all.
    training_images: usize,
    test_images: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Beside<Classes>>,
    /// Squared, as papers print it.
    #[serde(skip_serializing_if = "Option::is_none")]
    frechet: Option<Beside<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kernel: Option<Beside<KernelDistance>>,
}

/// The classifier that all of it depends on.
#[derive(Serialize)]
pub struct Judge {
    sha256: String,
    /// Share of MNIST's test images that it tells right.
    accuracy: f64,
}

impl Judge {
    pub fn line(&self) -> String {
        format!(
            "by the classifier {} ({:.2} % of MNIST's test images right)",
            &self.sha256[..16],
            100.0 * self.accuracy
        )
    }
}

/// The classifier that is built in, on a device.
///
/// # Errors
/// `Error::NoDevice`, and what the device does.
pub fn classifier(asked: Asked) -> Result<(Classifier, Judge)> {
    let Saved {
        metadata,
        state,
        checksum,
    } = embedded()?;
    let reader = Reader::new(AT_ONCE);
    let executor = device::open(reader.plan.clone(), asked, &[])?.executor;
    let judge = Judge {
        sha256: checksum,
        accuracy: metadata.right as f64 / metadata.of as f64,
    };
    Ok((Classifier::new(reader, executor, &state)?, judge))
}

/// The same of samples and of training images.
#[derive(Serialize)]
struct Beside<T> {
    samples: T,
    training_images: T,
}

impl<T> Beside<T> {
    fn of([samples, training_images]: [T; 2]) -> Beside<T> {
        Beside {
            samples,
            training_images,
        }
    }
}

/// Refuses images of another size than the classifier's.
///
/// # Errors
/// `Error::Usage` where a measure of digits is wanted of such.
pub fn check(wanted: &Wanted, shape: [usize; 3]) -> Result<()> {
    let asked = wanted.metrics.iter().find(|metric| metric.is_of_digits());
    match asked {
        Some(metric) if shape != SHAPE => Err(Error::Usage(format!(
            "--metrics {} goes by a classifier of images of {SHAPE:?} (height, width, channels), and \
             those of the run are of {shape:?}; leave it out",
            metric.name()
        ))),
        _ => Ok(()),
    }
}

/// Measures samples beside `train`, all of them \[N, 28·28\] in \[−1, 1\].
///
/// # Errors
/// What opening and running the device may fail with.
pub fn measure(wanted: &Wanted, samples: &[f32], train: &[f32], test: &[f32]) -> Result<Digits> {
    let (mut classifier, judge) = classifier(wanted.asked)?;
    let pair = [classifier.read(samples)?, classifier.read(train)?];
    let features: Vec<Vec<f64>> = pair.iter().map(features).collect();
    let features = [0, 1].map(|at| Points::new(&features[at], FEATURES));
    let needs_test = wanted.has(Metric::Frechet) || wanted.has(Metric::Kernel);
    let real = match needs_test {
        true => self::features(&classifier.read(test)?),
        false => Vec::new(),
    };
    let real = Points::new(&real, FEATURES);
    let count = |images: &[f32]| images.len() / SHAPE.iter().product::<usize>();
    Ok(Digits {
        classifier: judge,
        samples: count(samples),
        training_images: count(train),
        test_images: count(test),
        classes: wanted.has(Metric::Classes).then(|| {
            let of = |answers: &Answers| Classes::of(&answers.classes(), CLASSES);
            Beside::of([of(&pair[0]), of(&pair[1])])
        }),
        frechet: wanted.has(Metric::Frechet).then(|| {
            let real = Fit::of(real);
            Beside::of(features.map(|points| squared_distance(&Fit::of(points), &real)))
        }),
        kernel: wanted
            .has(Metric::Kernel)
            .then(|| Beside::of(features.map(|points| kernel_distance(points, real)))),
    })
}

fn features(answers: &Answers) -> Vec<f64> {
    answers.features.iter().map(|x| f64::from(*x)).collect()
}

impl Digits {
    pub fn tables(&self) -> Vec<String> {
        let mut tables: Vec<String> = self.classes.iter().map(|c| self.histogram(c)).collect();
        let mut rows = Vec::new();
        if let Some(Beside {
            samples,
            training_images,
        }) = &self.frechet
        {
            let numbers = [samples, training_images].map(|x| number(*x));
            rows.push(("Frechet distance, squared (FID)", numbers));
        }
        if let Some(Beside {
            samples,
            training_images,
        }) = &self.kernel
        {
            let told = |found: &KernelDistance| match found.standard_error {
                Some(error) => format!("{} +- {}", number(found.squared), number(error)),
                None => number(found.squared),
            };
            let numbers = [told(samples), told(training_images)];
            rows.push(("kernel distance, squared (KID)", numbers));
        }
        if !rows.is_empty() {
            let counts = [self.samples, self.training_images].map(|count| count.to_string());
            rows.push(("images", counts));
            let cells = rows.into_iter();
            let cells: Vec<_> = cells
                .map(|(name, [samples, real])| vec![name.to_string(), samples, real])
                .collect();
            let first = format!("to {} test images", self.test_images);
            tables.push(table(&[&first, "samples", "training images"], &cells));
        }
        tables.push(format!(
            "{}, on {FEATURES} features: no number of Inception's",
            self.classifier.line()
        ));
        tables
    }

    fn histogram(&self, classes: &Beside<Classes>) -> String {
        let Beside {
            samples,
            training_images,
        } = classes;
        let both = [samples, training_images];
        let row = |name: &str, of: &dyn Fn(&Classes) -> String| {
            let [samples, real] = both.map(of);
            vec![name.to_string(), samples, real]
        };
        let mut rows: Vec<_> = (0..CLASSES)
            .map(|class| row(&class.to_string(), &|c| c.counts[class].to_string()))
            .collect();
        rows.push(row("classes found", &|c| c.found.to_string()));
        rows.push(row("entropy (nats)", &|c| number(c.entropy)));
        rows.push(row("KL to uniform (nats)", &|c| number(c.kl_to_uniform)));
        table(&["class", "samples", "training images"], &rows)
    }
}
