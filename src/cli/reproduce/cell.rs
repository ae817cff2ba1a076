//! Cells of a table: a text for people, and beside it what JSON has in its place.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::eval;

/// What stands where there is no number.
const NONE: &str = "none";

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Cell {
    #[serde(skip)]
    text: String,
    /// A text, a number in full, a mean with its standard error, or null.
    value: Value,
}

impl Cell {
    pub fn blank() -> Cell {
        Cell {
            text: String::new(),
            value: Value::Null,
        }
    }

    /// Of a game that did not come to its end.
    pub fn diverged() -> Cell {
        Cell::text("diverged")
    }

    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        let value = json!(text);
        Cell { text, value }
    }

    pub fn count(count: impl Into<u64>) -> Cell {
        let count = count.into();
        Cell {
            text: count.to_string(),
            value: json!(count),
        }
    }

    /// A number in its shortest form.
    pub fn exact(value: f64) -> Cell {
        Cell::shown(value, value.to_string())
    }

    pub fn number(value: f64, digits: usize) -> Cell {
        Cell::shown(value, format!("{value:.digits$}"))
    }

    /// A difference.
    pub fn signed(value: f64, digits: usize) -> Cell {
        Cell::shown(value, format!("{value:+.digits$}"))
    }

    /// Five significant digits.
    pub fn significant(value: f64) -> Cell {
        Cell::shown(value, eval::number(value))
    }

    fn shown(value: f64, text: String) -> Cell {
        match value.is_finite() {
            true => Cell {
                text,
                value: json!(value),
            },
            false => Cell {
                text: if value.is_nan() { NONE.into() } else { text },
                value: Value::Null,
            },
        }
    }

    pub fn with_error(mean: f64, error: f64, digits: usize) -> Cell {
        Cell::pair(mean, error, format!("{mean:.digits$} ± {error:.digits$}"))
    }

    /// Both in their shortest form.
    pub fn exact_with_error(mean: f64, error: f64) -> Cell {
        Cell::pair(mean, error, format!("{mean} ± {error}"))
    }

    fn pair(mean: f64, error: f64, text: String) -> Cell {
        let value = json!({ "mean": mean, "standard_error": error });
        Cell { text, value }
    }

    /// Mean and, of several, the standard error; of no game that came to its end, that. Games without a number
    /// do not count, and the text says how many do.
    pub fn mean(values: &[f64], digits: usize) -> Cell {
        if values.is_empty() {
            return Cell::diverged();
        }
        let finite = values.iter().copied().filter(|value| value.is_finite());
        let finite: Vec<f64> = finite.collect();
        let n = finite.len() as f64;
        let mean = finite.iter().sum::<f64>() / n;
        let mut cell = match finite.len() {
            0 | 1 => Cell::number(mean, digits),
            _ => {
                let spread = finite.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
                Cell::with_error(mean, (spread / n).sqrt(), digits)
            }
        };
        if !finite.is_empty() && finite.len() < values.len() {
            cell.text += &format!(" ({} of {})", finite.len(), values.len());
        }
        cell
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_of_several_has_its_standard_error() {
        let text = |values: &[f64], digits| Cell::mean(values, digits).text;
        assert_eq!(text(&[2.0], 1), "2.0");
        assert_eq!(text(&[1.0, 3.0], 2), "2.00 ± 1.00");
        assert_eq!(text(&[], 2), "diverged");
        assert_eq!(text(&[f64::NAN], 2), "none");
        assert_eq!(text(&[1.0, f64::NAN, 3.0], 0), "2 ± 1 (2 of 3)");
    }

    #[test]
    fn json_has_numbers_in_full() {
        let json = |cell: Cell| serde_json::to_value(cell).unwrap();
        let third = Cell::signed(1.0 / 3.0, 2);
        assert_eq!(third.as_str(), "+0.33");
        assert_eq!(json(third), json!(1.0 / 3.0));
        let pair = Cell::with_error(6.3, 0.5, 1);
        assert_eq!(pair.as_str(), "6.3 ± 0.5");
        assert_eq!(json(pair), json!({ "mean": 6.3, "standard_error": 0.5 }));
        for (value, text) in [(f64::NAN, "none"), (f64::INFINITY, "inf")] {
            let cell = Cell::number(value, 2);
            assert_eq!(cell.as_str(), text);
            assert_eq!(json(cell), Value::Null);
        }
        assert_eq!(json(Cell::text("2.0")), json!("2.0"));
        assert_eq!(json(Cell::count(7u32)), json!(7));
    }
}
