//! A distribution function as a table of points.

use crate::error::{Error, Result};

/// The points of a distribution function that goes straight from each to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// (x, F(x)): x rises, also when rounded to f32; F begins at 0, ends at 1 and does not fall between. Only
    /// between the first row and the second, and the last but one and the last, it surely rises.
    rows: Vec<[f64; 2]>,
}

/// More rows make no finer a distribution in 24 bits.
const MOST_ROWS: usize = 1 << 20;

impl Table {
    /// Reads lines `x,F(x)`. Empty lines, and a first line that is no pair of numbers, are passed over.
    /// Where F(x) stays the same there is a gap, in which no sample lies. `origin` stands in errors.
    ///
    /// # Errors
    /// `Error::Data` that names the line, where x does not rise or F(x) falls, and where F does not go from
    /// 0 to 1.
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
                None => {
                    let line = line.trim();
                    return fault(format!(
                        "'{line}' is not x,F(x); give two numbers, such as 1.5,0.25"
                    ));
                }
                Some(row) => {
                    if let Some(what) = misfit(rows.last(), row) {
                        return fault(what);
                    }
                    rows.push(row);
                }
            }
            if rows.len() > MOST_ROWS {
                return fault(format!("there are more than {MOST_ROWS} rows; give fewer"));
            }
        }
        Table::of(rows, origin)
    }

    /// Of rows that fit each other.
    fn of(rows: Vec<[f64; 2]>, origin: &str) -> Result<Table> {
        let heights = (
            rows.first().map(|row| row[1]),
            rows.last().map(|row| row[1]),
        );
        match (rows.len(), heights) {
            (2.., (Some(0.0), Some(1.0))) => Ok(Table {
                rows: without_flat_ends(rows),
            }),
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

/// Differences of larger x do not fit into f32.
const MOST: f64 = 1.7e38;

/// What is wrong with a row behind another.
fn misfit(before: Option<&[f64; 2]>, row: [f64; 2]) -> Option<String> {
    let [x, height] = row;
    if x.abs() > MOST {
        let fault = format!(
            "x is {x:e}, and 32-bit numbers end at 3.4e38; give numbers from -{MOST:e} to {MOST:e}"
        );
        return Some(fault);
    }
    let [last, below] = *before?;
    let closer = |a: f64, b: f64| a as f32 >= b as f32;
    let fault = if x <= last {
        "x does not rise; give increasing numbers"
    } else if closer(last, x) {
        "x rises by less than 32-bit numbers tell apart; give points further apart"
    } else if height < below {
        "F(x) falls; give numbers that rise or stay the same"
    } else if height > below && closer(below, height) {
        "F(x) rises by less than 32-bit numbers tell apart; let it rise further or stay the same"
    } else {
        return None;
    };
    Some(fault.to_string())
}

/// Without what lies before F begins to rise and after it is 1, where no sample is.
fn without_flat_ends(mut rows: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let begins = rows.iter().rposition(|row| row[1] == 0.0).unwrap_or(0);
    let ends = rows.iter().position(|row| row[1] == 1.0);
    rows.truncate(ends.map_or(rows.len(), |last| last + 1));
    rows.split_off(begins)
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
    fn a_gap_is_where_the_function_stays_the_same() {
        let table = Table::parse("-1,0\n0,0\n1,0.5\n3,0.5\n4,1\n9,1\n", "t.csv").unwrap();
        assert_eq!(table.points().collect::<Vec<_>>(), [0.0, 1.0, 3.0, 4.0]);
        assert_eq!(table.at(2.0), (0.5, 0.0));
        assert_eq!((table.at(-0.5), table.at(5.0)), ((0.0, 0.0), (1.0, 0.0)));
        assert_eq!(table.moment(1), 0.5 * 0.5 + 0.5 * 3.5);
    }

    #[test]
    fn a_table_that_is_no_distribution_function_is_refused() {
        for (text, parts) in [
            ("", &["fewer than two rows"][..]),
            ("0,0\n", &["fewer than two rows"]),
            ("0,0\n1,1\n1,1\n", &["line 3", "x does not rise"]),
            ("0,0\n1,0.5\n2,0.4\n3,1", &["line 3", "F(x) falls"]),
            (
                "0,0\n1,0.5\n2,0.500000001\n3,1",
                &["line 3", "F(x) rises by less"],
            ),
            ("0,0\n1,0.5\n1.00000001,1", &["line 3", "x rises by less"]),
            ("0,0\n1,0.5\n1e300,1", &["line 3", "1e300", "3.4e38"]),
            ("0,0\n-2e38,0.5\n1,1", &["line 2", "-2e38"]),
            ("0,0\n2,0.5\n1,1", &["line 3", "x does not rise"]),
            ("0,0.1\n1,1", &["from 0.1 to 1"]),
            ("0,0\n1,0.9", &["from 0 to 0.9"]),
            ("0,0\nx,1", &["line 2", "'x,1'", "such as"]),
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
