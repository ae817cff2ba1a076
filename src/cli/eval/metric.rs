//! What `gpugan eval` can measure, and of which runs.

use clap::ValueEnum;
use gpugan::run::Config;
use gpugan::run::config::Dataset;
use gpugan::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Metric {
    /// Points: centres with a sample within three deviations, the share of such samples, and KL of their
    /// histogram to uniform (VEEGAN, PacGAN)
    Modes,
    /// Points: the Wasserstein-1 distance, over 100 projections in several dimensions
    Wasserstein,
    /// Points: the maximum mean discrepancy, squared and unbiased, with a Gaussian kernel
    Mmd,
    /// Points: the energy distance, squared
    Energy,
    /// Points: divergences between the densities, where both are known, or else between histograms
    Divergence,
    /// Images: the log-likelihood of test images under Parzen windows, as in Goodfellow et al. 2014
    Parzen,
    /// Images: the same as in Nowozin et al. 2016
    ParzenFGan,
    /// Images: distances to the nearest training image, of samples and of test images
    Memorisation,
    /// Images: pairs of samples more alike than any two test images
    Duplicates,
    /// Images: mean scores that the critic gives to training images, test images and samples; one that
    /// knows the training images by heart tells them from test images
    Critic,
    /// Digits: how many samples a classifier takes for which, and KL of that to uniform
    Classes,
    /// Digits: the Frechet distance to test images on features of the classifier, squared
    Frechet,
    /// Digits: the kernel distance to test images on the same, squared and unbiased
    Kernel,
    /// Stacked digits: how many of the 1,000 numbers that three digits can write a classifier finds, and KL
    /// of their histogram to uniform (VEEGAN, PacGAN)
    Stacked,
}

impl Metric {
    /// What it is a measure of.
    fn subject(self) -> Subject {
        use Metric::*;
        match self {
            Modes | Wasserstein | Mmd | Energy | Divergence => Subject::Points,
            Stacked => Subject::Stacks,
            _ => Subject::Images,
        }
    }

    /// Whether it goes by the classifier of digits.
    pub fn is_of_digits(self) -> bool {
        matches!(self, Metric::Classes | Metric::Frechet | Metric::Kernel)
    }

    /// As it is typed.
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or(String::new(), |value| value.get_name().to_string())
    }
}

/// What a run learned, by what can be measured of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Points,
    /// Those of a set that has an end.
    Images,
    /// Digits that are stacked anew for every sample.
    Stacks,
}

impl Subject {
    pub fn of(config: &Config) -> Subject {
        match &config.dataset {
            Dataset::StackedMnist => Subject::Stacks,
            dataset if dataset.is_of_points() => Subject::Points,
            _ => Subject::Images,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Subject::Points => "points",
            Subject::Images => "images of a fixed set",
            Subject::Stacks => "stacked digits",
        }
    }

    /// The metrics that were asked for, or the usual ones.
    ///
    /// # Errors
    /// `Error::Usage` for one that is of something else.
    pub fn metrics(self, asked: &[Metric]) -> Result<Vec<Metric>> {
        let fits = |metric: &Metric| metric.subject() == self;
        if let Some(stranger) = asked.iter().find(|metric| !fits(metric)) {
            let (name, what, not) = (stranger.name(), self.name(), stranger.subject().name());
            return Err(Error::Usage(format!(
                "--metrics {name} is for {not}, and this run learned {what}; see gpugan eval --help"
            )));
        }
        if !asked.is_empty() {
            return Ok(asked.to_vec());
        }
        let all = Metric::value_variants().iter().copied().filter(fits);
        let usual = |metric: &Metric| *metric != Metric::ParzenFGan && !metric.is_of_digits();
        Ok(all.filter(usual).collect())
    }
}
