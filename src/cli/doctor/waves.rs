//! Whether a curve swings: waves told from noise and from a trend.

use super::finding::Severity;
use super::limits::{AMPLITUDE, FEWEST_CROSSINGS, FEWEST_FOR_WAVES, JUMP, SWING};

/// What is left of a curve without its trend, a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waves {
    /// Standard deviation over the mean absolute value of the curve.
    pub amplitude: f64,
    /// Von Neumann's ratio by half: 1 for noise, less for waves, up to 2 for jumps to and fro.
    pub ratio: f64,
    /// Times that the curve, averaged over three neighbours, crosses its trend.
    pub crossings: usize,
}

impl Waves {
    /// That of the amplitude, where there are waves or jumps.
    pub fn severity(&self) -> Severity {
        let slow = self.ratio < SWING && self.crossings >= FEWEST_CROSSINGS;
        match slow || self.ratio > JUMP {
            true => AMPLITUDE.judge(self.amplitude),
            false => Severity::Ok,
        }
    }
}

/// Looks at a curve of values at equal intervals; None where they are too few, or not finite.
pub fn waves(values: &[f64]) -> Option<Waves> {
    let n = values.len();
    if n < FEWEST_FOR_WAVES || values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let size = values.iter().map(|x| x.abs()).sum::<f64>() / n as f64;
    let rest = without_trend(values);
    let variance = mean(rest.iter().map(|x| x * x));
    // Rounding is no wave.
    if variance.sqrt() <= 1e-9 * size || size == 0.0 {
        return Some(Waves {
            amplitude: 0.0,
            ratio: 1.0,
            crossings: 0,
        });
    }
    let smooth: Vec<f64> = rest
        .windows(3)
        .map(|w| w.iter().sum::<f64>() / 3.0)
        .collect();
    let crosses = |pair: &&[f64]| (pair[0] < 0.0) != (pair[1] < 0.0);
    Some(Waves {
        amplitude: variance.sqrt() / size,
        ratio: 0.5 * mean(rest.windows(2).map(|w| (w[1] - w[0]).powi(2))) / variance,
        crossings: smooth.windows(2).filter(crosses).count(),
    })
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

/// Differences from the line of least squares.
fn without_trend(values: &[f64]) -> Vec<f64> {
    let centre = (values.len() - 1) as f64 / 2.0;
    let level = mean(values.iter().copied());
    let along = |at: usize| at as f64 - centre;
    let each = values.iter().enumerate();
    let slope = each.clone().map(|(at, x)| along(at) * x).sum::<f64>()
        / (0..values.len()).map(|at| along(at).powi(2)).sum::<f64>();
    each.map(|(at, x)| x - level - slope * along(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpugan::threefry::{open_unit, threefry2x32};

    fn noise(at: usize) -> f64 {
        open_unit(threefry2x32([5, 5], [at as u32, 0])[0]) - 0.5
    }

    fn of(f: impl Fn(usize) -> f64) -> Waves {
        waves(&(0..60).map(f).collect::<Vec<f64>>()).unwrap()
    }

    #[test]
    fn waves_are_told_from_noise_and_from_trends() {
        let wave = of(|at| 1.0 + 0.9 * (at as f64 * 0.4).sin() + 0.1 * noise(at));
        assert_eq!(wave.severity(), Severity::Ill, "{wave:?}");
        let small = of(|at| 1.0 + 0.3 * (at as f64 * 0.4).sin());
        assert_eq!(small.severity(), Severity::Watch, "{small:?}");
        let jumps = of(|at| 1.0 + if at % 2 == 0 { 0.8 } else { -0.8 });
        assert_eq!(jumps.severity(), Severity::Ill, "{jumps:?}");
        let noisy = of(|at| 1.0 + 2.0 * noise(at));
        assert_eq!(noisy.severity(), Severity::Ok, "{noisy:?}");
        assert!(noisy.amplitude > AMPLITUDE.watch, "{noisy:?}");
        let trend = of(|at| 10.0 - 0.15 * at as f64);
        assert_eq!(
            (trend.severity(), trend.crossings),
            (Severity::Ok, 0),
            "{trend:?}"
        );
        let bend = of(|at| 1.0 + (at as f64 / 60.0).powi(2));
        assert_eq!(bend.severity(), Severity::Ok, "{bend:?}");
        assert_eq!(of(|_| 0.7).amplitude, 0.0);
        assert_eq!(waves(&[1.0; 5]), None);
        assert_eq!(waves(&[f64::NAN; 60]), None);
    }
}
