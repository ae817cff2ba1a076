//! Marks: how the numbers along axes and scales of colours are written, and where those of a narrow
//! logarithmic axis lie.

use std::sync::Arc;

use kuva::TickFormat;

/// 0.05, 2, 500, and below a thousandth or from `most` on 1e-5 or 2e6, where zeros would have to be
/// counted; with as many digits as tell neighbours between `from` and `to` apart.
pub fn decimal(most: f64, [from, to]: [f64; 2]) -> TickFormat {
    let digits = digits([from, to]);
    TickFormat::Custom(Arc::new(move |value: f64| written(value, most, digits)))
}

fn written(value: f64, most: f64, digits: usize) -> String {
    let rounded: f64 = format!("{value:.digits$e}").parse().unwrap_or(value);
    match rounded.abs() {
        size if size == 0.0 || (0.001..most).contains(&size) => rounded.to_string(),
        _ => format!("{rounded:e}"),
    }
}

/// Digits behind the first one.
fn digits([from, to]: [f64; 2]) -> usize {
    let size = from.abs().max(to.abs());
    match (size / (to - from)).log10().ceil() + 2.0 {
        needed if needed.is_finite() => (needed as usize).clamp(7, 15),
        _ => 7,
    }
}

/// The step between marks of a logarithmic axis on which fewer than two of 1, 2 and 5 times the powers
/// of ten lie.
pub fn narrow_step([from, to]: [f64; 2]) -> Option<f64> {
    let exponents = from.log10().floor() as i32..=to.log10().ceil() as i32;
    let usual = exponents.flat_map(|exponent| FACTORS.map(|factor| factor * 10f64.powi(exponent)));
    if usual.filter(|mark| (from..=to).contains(mark)).count() > 1 {
        return None;
    }
    let most = (to - from) / 4.0;
    let unit = 10f64.powf(most.log10().floor());
    let factor = FACTORS.into_iter().rfind(|factor| factor * unit <= most);
    Some(factor.unwrap_or(1.0) * unit)
}

const FACTORS: [f64; 3] = [1.0, 2.0, 5.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_have_the_digits_that_tell_them_apart() {
        let text = |range, value| decimal(1e7, range).format(value);
        assert_eq!(text([0.0, 1.0], 0.1 + 0.2), "0.3");
        assert_eq!(text([0.0, 1e-4], 5e-5), "5e-5");
        let narrow = [0.011_000_000_1, 0.011_000_000_6];
        let marks = [0.011_000_000_2, 0.011_000_000_4].map(|mark| text(narrow, mark));
        assert_eq!(marks, ["0.0110000002", "0.0110000004"]);
        assert_eq!(text([3.0, 3.0], 3.0), "3");
    }

    #[test]
    fn a_narrow_logarithmic_axis_has_steps_of_its_own() {
        for range in [[0.1, 10.0], [0.9, 2.1], [1e-10, 1e3]] {
            assert_eq!(narrow_step(range), None, "{range:?}");
        }
        for (range, wanted) in [([0.9, 1.9], 0.2), ([0.69, 0.7], 0.002), ([2.1, 4.9], 0.5)] {
            let step = narrow_step(range).unwrap();
            assert!((step / wanted - 1.0).abs() < 1e-9, "{range:?}: {step}");
        }
    }
}
