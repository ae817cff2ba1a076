//! A distribution function as a table of points.

use crate::error::{Error, Result};

/// The points of a distribution function that goes straight from each to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// (x, F(x)): both rise, also when rounded to f32; F begins at 0 and ends at 1.
    rows: Vec<[f64; 2]>,
}

/// More rows make no finer a distribution in 24 bits.
const MOST_ROWS: usize = 1 << 20;

impl Table {
    /// Reads lines `x,F(x)`. Empty lines, and a first line that is no pair of numbers, are passed over.
    /// `origin` stands in errors.
    ///
    /// # Errors
    /// `Error::Data` that names the line, where x or F(x) does not rise, and where F does not go from 0
    /// to 1.
    pub fn parse(text: &str, origin: &str) -> Result<Table> {
        let mut rows: Vec<[f64; 2]> = Vec::new();
        let mut heading = true;
        for (at, line) in text
            .lines()
            .enumerate()
            .filter(|(_, l)| !l.trim().is_empty())
        {
            let fault =
                |what: String| Err(Error::Data(format!("'{origin}', line {}: {what}", at + 1)));
            let was_first = std::mem::replace(&mut heading, false);
            match pair(line) {
                None if was_first => continue,
                None => return fault(format!("'{}' is not x,F(x)", line.trim())),
                Some(row) => {
                    let before = rows.last();
                    if let Some(name) = before.and_then(|before| falls(*before, row)) {
                        return fault(format!("{name} does not rise; give increasing numbers"));
                    }
                    rows.push(row);
                }
            }
            if rows.len() > MOST_ROWS {
                return fault(format!("there are more than {MOST_ROWS} rows; give fewer"));
            }
        }
        let heights = (
            rows.first().map(|row| row[1]),
            rows.last().map(|row| row[1]),
        );
        match (rows.len(), heights) {
            (2.., (Some(0.0), Some(1.0))) => Ok(Table { rows }),
            (2.., (Some(from), Some(to))) => Err(Error::Data(format!(
                "F(x) in '{origin}' goes from {from} to {to}; a distribution function goes from 0 to 1"
            ))),
            _ => Err(Error::Data(format!(
                "'{origin}' has fewer than two rows x,F(x); give at least those where F is 0 and 1"
            ))),
        }
    }

    /// The x of all points, as kernels see them.
    pub fn points(&self) -> impl Iterator<Item = f32> {
        self.rows.iter().map(|row| row[0] as f32)
    }

    /// The F(x) of all points, as kernels see them.
    pub fn heights(&self) -> impl Iterator<Item = f32> {
        self.rows.iter().map(|row| row[1] as f32)
    }

    /// F(x), and its slope, which is the density.
    pub(super) fn at(&self, x: f64) -> (f64, f64) {
        let above = self.rows.partition_point(|row| row[0] <= x);
        if above == 0 {
            return (0.0, 0.0);
        }
        if above == self.rows.len() {
            return (1.0, 0.0);
        }
        let ([x0, f0], [x1, f1]) = (self.rows[above - 1], self.rows[above]);
        let slope = (f1 - f0) / (x1 - x0);
        (f0 + slope * (x - x0), slope)
    }

    /// The mean of x^`power`, which is 1 or 2.
    pub(super) fn moment(&self, power: u32) -> f64 {
        let mean = |pair: &[[f64; 2]]| {
            let ([a, f0], [b, f1]) = (pair[0], pair[1]);
            let within = match power {
                1 => (a + b) / 2.0,
                _ => (a * a + a * b + b * b) / 3.0,
            };
            (f1 - f0) * within
        };
        self.rows.windows(2).map(mean).sum()
    }
}

fn pair(line: &str) -> Option<[f64; 2]> {
    let (x, height) = line.split_once(',')?;
    let number = |text: &str| text.trim().parse().ok().filter(|x: &f64| x.is_finite());
    Some([number(x)?, number(height)?])
}

/// What does not rise from one row to the next, as f32.
fn falls(before: [f64; 2], row: [f64; 2]) -> Option<&'static str> {
    let rises = |at: usize| (before[at] as f32) < (row[at] as f32);
    match (rises(0), rises(1)) {
        (false, _) => Some("x"),
        (_, false) => Some("F(x)"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_with_or_without_a_heading() {
        for text in ["x,F\n0,0\n1,0.5\n\n4,1\n", "0,0\r\n 1 , 0.5 \r\n4,1"] {
            let table = Table::parse(text, "t.csv").unwrap();
            assert_eq!(table.points().collect::<Vec<_>>(), [0.0, 1.0, 4.0]);
            assert_eq!(table.heights().collect::<Vec<_>>(), [0.0, 0.5, 1.0]);
            assert_eq!(table.at(2.5), (0.75, 0.5 / 3.0));
            assert_eq!((table.at(-1.0), table.at(9.0)), ((0.0, 0.0), (1.0, 0.0)));
            assert_eq!(table.moment(1), 0.5 * 0.5 + 0.5 * 2.5);
        }
    }

    #[test]
    fn a_table_that_is_no_distribution_function_is_refused() {
        for (text, parts) in [
            ("", &["fewer than two rows"][..]),
            ("0,0\n", &["fewer than two rows"]),
            ("0,0\n1,1\n1,1\n", &["line 3", "x does not rise"]),
            ("0,0\n1,0.5\n2,0.5\n3,1", &["line 3", "F(x) does not rise"]),
            (
                "0,0\n1,0.5\n2,0.500000001\n3,1",
                &["line 3", "F(x) does not rise"],
            ),
            ("0,0\n2,0.5\n1,1", &["line 3", "x does not rise"]),
            ("0,0.1\n1,1", &["from 0.1 to 1"]),
            ("0,0\n1,0.9", &["from 0 to 0.9"]),
            ("0,0\nx,1", &["line 2", "'x,1'"]),
            ("0,0\n1;1", &["line 2", "'1;1'"]),
            ("0,0\n1,nan\n", &["line 2", "'1,nan'"]),
        ] {
            let error = Table::parse(text, "t.csv").unwrap_err();
            assert_eq!(error.exit_code(), 5);
            for part in parts.iter().chain(&["t.csv"]) {
                assert!(error.to_string().contains(part), "{text:?}: {error}");
            }
        }
    }
}
