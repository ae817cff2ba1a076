//! Integrals of functions of one variable, with an estimate of their error.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The abscissas of the 15-point rule of Kronrod on \[0, 1\]; every other one, from the second, is of
/// the 7-point rule of Gauss.
pub(super) const ABSCISSAS: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
pub(super) const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_82,
];
pub(super) const GAUSS: [f64; 4] = [
    0.129_484_966_168_869_7,
    0.279_705_391_489_276_64,
    0.381_830_050_505_118_9,
    0.417_959_183_673_469_4,
];

/// Cuts in half, at most.
const MOST_CUTS: usize = 2_000;

/// A number that was computed by quadrature.
#[derive(Clone, Copy, Debug, PartialEq, Default, serde::Serialize)]
pub struct Integral {
    pub value: f64,
    /// An estimate of the absolute error, usually far too large.
    pub error: f64,
}

/// ∫ f over \[lo, hi\]; see [`integrate_parts`].
pub fn integrate(f: impl Fn(f64) -> f64, range: [f64; 2], tolerance: f64) -> Integral {
    integrate_parts(f, &range, tolerance)
}

/// ∫ f from the first edge to the last: the rule of Gauss and Kronrod of 7 and 15 points between each two
/// `edges`, which rise; the part with the largest error is cut in half until all errors together are below
/// `tolerance` · max(1, |∫ f|), or below what f64 can tell. An f that is infinite somewhere has an infinite
/// integral, and one that is not a number has none.
pub fn integrate_parts(f: impl Fn(f64) -> f64, edges: &[f64], tolerance: f64) -> Integral {
    let parts = edges.windows(2).map(|part| Part::of(&f, part[0], part[1]));
    let mut parts: BinaryHeap<Part> = parts.collect();
    let mut total = sum(&parts);
    for _ in 0..MOST_CUTS {
        let allowed = tolerance * total.value.abs().max(1.0);
        let Some(worst) = parts.peek().filter(|_| total.value.is_finite()) else {
            break;
        };
        if total.error <= allowed || worst.integral.error <= worst.noise {
            break;
        }
        let [lo, hi] = worst.range;
        let before = parts.pop().map_or(0.0, |part| part.integral.error);
        let middle = 0.5 * (lo + hi);
        let halves = [Part::of(&f, lo, middle), Part::of(&f, middle, hi)];
        let after: f64 = halves.iter().map(|half| half.integral.error).sum();
        parts.extend(halves);
        total.error += after - before;
        // Sums that are only ever changed lose digits.
        if total.error <= allowed || !after.is_finite() {
            total = sum(&parts);
        }
    }
    sum(&parts)
}

/// All parts from left to right.
fn sum(parts: &BinaryHeap<Part>) -> Integral {
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by(|a, b| a.range[0].total_cmp(&b.range[0]));
    let value = sorted.iter().map(|part| part.integral.value).sum();
    let error = sorted.iter().map(|part| part.integral.error).sum();
    Integral { value, error }
}

/// One interval; the greatest is the one with the largest error.
struct Part {
    range: [f64; 2],
    integral: Integral,
    /// An error that is only rounding.
    noise: f64,
}

impl Part {
    fn of(f: &impl Fn(f64) -> f64, lo: f64, hi: f64) -> Part {
        let integral = rule(f, lo, hi);
        let error = match integral.value.is_finite() {
            true => integral.error,
            false => f64::INFINITY,
        };
        Part {
            range: [lo, hi],
            noise: 1e-14 * integral.value.abs(),
            integral: Integral { error, ..integral },
        }
    }
}

impl Ord for Part {
    fn cmp(&self, other: &Part) -> Ordering {
        let by_error = self.integral.error.total_cmp(&other.integral.error);
        by_error.then(other.range[0].total_cmp(&self.range[0]))
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Part) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Part) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Part {}

fn rule(f: &impl Fn(f64) -> f64, lo: f64, hi: f64) -> Integral {
    let (centre, half) = (0.5 * (lo + hi), 0.5 * (hi - lo));
    let (mut kronrod, mut gauss) = (0.0, 0.0);
    for (at, abscissa) in ABSCISSAS.iter().enumerate() {
        let value = match *abscissa {
            0.0 => f(centre),
            x => f(centre - half * x) + f(centre + half * x),
        };
        kronrod += KRONROD[at] * value;
        if at % 2 == 1 {
            gauss += GAUSS[at / 2] * value;
        }
    }
    Integral {
        value: half * kronrod,
        error: (half * (kronrod - gauss)).abs(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn one_rule_is_exact_for_polynomials_of_degree_22() {
        for degree in 0..=22 {
            let got = rule(&|x: f64| x.powi(degree), -1.0, 2.0).value;
            let exact = (2f64.powi(degree + 1) - (-1f64).powi(degree + 1)) / f64::from(degree + 1);
            assert!(
                (got - exact).abs() < 1e-13 * exact.abs().max(1.0),
                "{degree}: {got} {exact}"
            );
        }
        let got = rule(&|x: f64| x.powi(30), -1.0, 1.0).value;
        assert!((got - 2.0 / 31.0).abs() > 1e-9, "no 15 points do that");
    }

    #[test]
    fn peaks_kinks_and_roots_are_found_to_the_tolerance() {
        type Case<'a> = (&'a dyn Fn(f64) -> f64, [f64; 2], f64);
        let cases: [Case; 4] = [
            (&|x| (-0.5 * x * x).exp(), [-40.0, 40.0], TAU.sqrt()),
            (
                &|x| (-0.5 * (x / 1e-3) * (x / 1e-3)).exp(),
                [-1.0, 1.5],
                1e-3 * TAU.sqrt(),
            ),
            (&|x| (x - 0.3).abs(), [0.0, 1.0], 0.5 * (0.09 + 0.49)),
            (&|x| x.sqrt(), [0.0, 1.0], 2.0 / 3.0),
        ];
        for (at, (f, range, exact)) in cases.into_iter().enumerate() {
            let edges: Vec<f64> = (0..=16)
                .map(|at| range[0] + (range[1] - range[0]) * f64::from(at) / 16.0)
                .collect();
            let got = integrate_parts(f, &edges, 1e-10);
            assert!(
                (got.value - exact).abs() < 1e-10,
                "{at}: {got:?}, not {exact}"
            );
            assert!(got.error < 1e-8, "{at}: {got:?}");
        }
    }

    #[test]
    fn infinity_and_what_is_no_number_show() {
        let infinite = integrate(
            |x| if x > 0.5 { f64::INFINITY } else { 0.0 },
            [0.0, 1.0],
            1e-6,
        );
        assert_eq!(infinite.value, f64::INFINITY);
        assert!(integrate(|_| f64::NAN, [0.0, 1.0], 1e-6).value.is_nan());
    }
}
