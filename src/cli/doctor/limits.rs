//! Where the doctor draws lines, and why there: all thresholds of `gpugan doctor`.

use super::finding::Severity;

/// From where on a number is worth watching, and from where on it is ill. Where `ill` is the smaller one,
/// small numbers are the bad ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    pub watch: f64,
    pub ill: f64,
}

impl Limit {
    pub fn judge(self, value: f64) -> Severity {
        let beyond = |edge: f64| match self.falls() {
            true => value < edge,
            false => value > edge,
        };
        if beyond(self.ill) {
            Severity::Ill
        } else if beyond(self.watch) {
            Severity::Watch
        } else {
            Severity::Ok
        }
    }

    /// Whether small numbers are the bad ones.
    pub fn falls(self) -> bool {
        self.ill < self.watch
    }
}

/// Generator updates, and records, of a run that can be judged. Fewer updates hardly move a network at the
/// usual rates; a tenth of a run is its end only if it is a record at least.
pub const FEWEST_STEPS: u64 = 500;
pub const FEWEST_RECORDS: usize = 10;

/// Share of its length that a run is young for: samples are still forming, and what is wrong with them may
/// pass. The default run on MNIST makes few digits at 1,200 of its 16,000 updates.
pub const YOUNG_SHARE: f64 = 0.1;

/// What counts of a run's curves as its end: a quarter, so that the beginning, which every run has, does
/// not count, and that single records do not decide.
pub const LAST_SHARE: f64 = 0.25;

/// Share of samples that the critic sorts rightly. At 0.5 it guesses, between 0.6 and 0.9 both learn; from
/// 0.99 on one sample in a hundred is left to tell the generator where it does well.
pub const ACCURACY: Limit = Limit {
    watch: 0.95,
    ill: 0.99,
};

/// The bound as a share of the most that it can be. At 1 the critic's loss has come to its end, and
/// nothing that the generator does within reach changes it.
pub const BOUND: Limit = Limit {
    watch: 0.8,
    ill: 0.95,
};

/// Norm of the gradient of the generator's loss, as a share of that at step 0. Near an equilibrium the
/// noise of batches keeps it above a hundredth; below a ten-thousandth steps no longer add up.
pub const GRADIENT: Limit = Limit {
    watch: 1e-2,
    ill: 1e-4,
};

/// Mean distance of two samples as a share of that of two real ones. A model of half of a distribution
/// comes to about 0.7, a single mode of a mixture to hundredths.
pub const SPREAD: Limit = Limit {
    watch: 0.7,
    ill: 0.3,
};

/// The same where samples are further apart than data: beyond twice as far most lie where no data are.
pub const SCATTER: Limit = Limit {
    watch: 2.0,
    ill: 5.0,
};

/// Share of samples that are copies: nearer to another sample than [`NEAR`] times the distance that 99 of
/// 100 real ones keep from another real one. Of as many real points it is 0.01; modes that are narrower
/// than those of the data by half make it 0.04 in the plane.
pub const COPIES: Limit = Limit {
    watch: 0.2,
    ill: 0.5,
};

/// What that distance is multiplied by, of points and of images. Generated images have less detail than real
/// ones and so lie closer without being alike: nearly all of them, of a young run on MNIST, by the whole
/// distance.
pub const NEAR: [f64; 2] = [1.0, 0.25];

/// Share of the modes of a mixture that samples found. Plain GANs miss some now and then (Lin et al.
/// 2018, table 1: 6.3 of 8); with more than half missing it is collapse.
pub const MODES: Limit = Limit {
    watch: 1.0,
    ill: 0.5,
};

/// Effective number of digits among samples (exp of the entropy of the classifier's words) as a share of
/// that among data. A perceptron of a few thousand steps that hardly makes 0, 5 and 6 comes to 0.7, one that
/// makes nothing but 1 to 0.12; [`SPREAD`] is 0.6 to 1 for any single digit of MNIST.
pub const DIGITS: Limit = Limit {
    watch: 0.8,
    ill: 0.4,
};

/// Share of a moving average (`--ema`) that the weights from before the first update still have. Beyond it
/// images of the average are faint, however good those of the generator itself are. It passes: never ill.
pub const LAG: Limit = Limit {
    watch: 0.05,
    ill: 1.0,
};

/// Share of values beyond ±[`STUCK`] in samples less that share in data. A tanh has a slope of
/// 1 − 0.99² = 0.02 there, and what is stuck learns that much slower.
pub const SATURATION: Limit = Limit {
    watch: 0.1,
    ill: 0.3,
};
pub const STUCK: f32 = 0.99;

/// Standard deviation of scores as a share of the greatest. Single precision tells 6e-8 of a number: a
/// critic that is flatter than 1e-5 has hardly a slope left that is not rounding.
pub const FLATNESS: Limit = Limit {
    watch: 1e-4,
    ill: 1e-6,
};

/// Inhomogeneity of samples and data (`eval::spread`): 0.002 for a ring that was learned, 0.5 for a point
/// beside it, and a quarter where samples are somewhere else altogether.
pub const FIT: Limit = Limit {
    watch: 0.05,
    ill: 0.25,
};

/// The inhomogeneity up to which they count as alike, so that a flat
/// critic and a small gradient are what an equilibrium has: a thousand samples tell no finer.
pub const ALIKE: f64 = 5e-3;

/// Standard deviation of a loss, without its trend, as a share of its mean, where it swings: where
/// neighbouring records go together ([`SWING`]) and it comes and goes.
pub const AMPLITUDE: Limit = Limit {
    watch: 0.15,
    ill: 0.5,
};
/// Half the mean squared difference of neighbouring records over the variance (von Neumann 1941): 1 for
/// noise, 0 for slow waves and 2 for a loss that jumps to and fro.
pub const SWING: f64 = 0.5;
pub const JUMP: f64 = 1.6;
/// Times that a loss crosses its trend: twice per wave. Fewer are a bend and no swing.
pub const FEWEST_CROSSINGS: usize = 4;
/// Records that waves can be told from noise in.
pub const FEWEST_FOR_WAVES: usize = 12;

/// Mean score or loss. A sigmoid is 1 to the last digit of single precision at 17, targets of the others
/// are about 1; beyond 1e4 products of gradients overflow before long.
pub const MAGNITUDE: Limit = Limit {
    watch: 1e2,
    ill: 1e4,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_judge_in_their_direction() {
        let of = |limit: Limit, values: [f64; 3]| values.map(|value| limit.judge(value));
        let all = [Severity::Ok, Severity::Watch, Severity::Ill];
        assert_eq!(of(ACCURACY, [0.7, 0.97, 0.995]), all);
        assert_eq!(of(GRADIENT, [0.5, 1e-3, 1e-6]), all);
        assert_eq!(of(MODES, [1.0, 0.875, 0.375]), all);
    }
}
