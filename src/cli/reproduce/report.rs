//! A table that was made, as Markdown and as JSON.

use std::path::Path;
use std::time::Instant;

use gpugan::run::atomic;
use gpugan::{Error, Result};
use serde::Serialize;

/// A table with what it takes to make it again.
#[derive(Serialize)]
pub struct Report {
    pub name: &'static str,
    pub title: String,
    /// One line each: the options that all experiments share, and what stands in the columns.
    pub about: Vec<String>,
    pub version: &'static str,
    pub parts: Vec<Part>,
    pub notes: Vec<String>,
    /// Of everything.
    pub seconds: f64,
    #[serde(skip)]
    began: Instant,
}

/// Rows under one header.
#[derive(Serialize)]
pub struct Part {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Report {
    pub fn new(name: &'static str, title: &str, about: &[&str]) -> Report {
        Report {
            name,
            title: title.to_string(),
            about: about.iter().map(|line| line.to_string()).collect(),
            version: env!("CARGO_PKG_VERSION"),
            parts: Vec::new(),
            notes: Vec::new(),
            seconds: 0.0,
            began: Instant::now(),
        }
    }

    /// Begins rows of their own.
    pub fn part(&mut self, title: &str, columns: &[&str]) {
        self.parts.push(Part {
            title: title.to_string(),
            columns: columns.iter().map(|name| name.to_string()).collect(),
            rows: Vec::new(),
        });
    }

    /// A row of the last part.
    ///
    /// # Panics
    /// Where it has another number of cells than the header.
    pub fn row(&mut self, cells: Vec<String>) {
        let part = self.parts.last_mut().expect("a part was begun");
        assert_eq!(part.columns.len(), cells.len(), "{cells:?}");
        part.rows.push(cells);
        self.seconds = self.began.elapsed().as_secs_f64();
    }

    pub fn note(&mut self, note: &str) {
        self.notes.push(note.to_string());
    }

    pub fn markdown(&self) -> String {
        let mut text = format!("# {}\n", self.title);
        for line in &self.about {
            text += &format!("\n- {line}");
        }
        for part in &self.parts {
            if !part.title.is_empty() {
                text += &format!("\n\n## {}", part.title);
            }
            let line = |cells: &[String]| format!("\n| {} |", cells.join(" | "));
            text += "\n";
            text += &line(&part.columns);
            text += &line(&vec!["---".to_string(); part.columns.len()]);
            part.rows.iter().for_each(|row| text += &line(row));
        }
        for note in &self.notes {
            text += &format!("\n\n{note}");
        }
        let (seconds, version) = (self.seconds, self.version);
        text + &format!(
            "\n\n`gpugan reproduce {}`, gpugan {version}, {seconds:.0} s in all.\n",
            self.name
        )
    }

    /// Writes both forms into a folder.
    ///
    /// # Errors
    /// `Error::Runtime` where a file cannot be written; that file is then as before.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self);
        let json = json.map_err(|e| Error::Runtime(format!("the table has no JSON form: {e}")))?;
        for (ending, text) in [("md", self.markdown()), ("json", json + "\n")] {
            let path = folder.join(format!("{}.{ending}", self.name));
            let written = atomic::write(&path, text.as_bytes());
            written.map_err(|e| Error::Runtime(e.to_string()))?;
        }
        Ok(())
    }
}

/// Mean and, of several, the standard error; of no game that came to its end, that.
pub fn mean(values: &[f64], digits: usize) -> String {
    if values.is_empty() {
        return "diverged".into();
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() < 2 {
        return format!("{mean:.digits$}");
    }
    let spread = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    format!("{mean:.digits$} ± {:.digits$}", (spread / n).sqrt())
}

/// The same of shares.
pub fn percent(shares: &[f64]) -> String {
    let percents: Vec<f64> = shares.iter().map(|share| 100.0 * share).collect();
    let unit = if shares.is_empty() { "" } else { " %" };
    mean(&percents, 1) + unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_table_in_both_forms() {
        let mut report = Report::new("lines", "Lines", &["--lr 1"]);
        report.part("", &["a", "b"]);
        report.row(vec!["1".into(), "2".into()]);
        report.note("Enough.");
        let text = report.markdown();
        assert!(text.starts_with("# Lines\n\n- --lr 1\n"), "{text}");
        assert!(
            text.contains("| a | b |\n| --- | --- |\n| 1 | 2 |\n\nEnough.\n"),
            "{text}"
        );
        let place = tempfile::tempdir().unwrap();
        report.save(place.path()).unwrap();
        let json = std::fs::read_to_string(place.path().join("lines.json")).unwrap();
        assert!(json.contains("\"rows\""), "{json}");
    }

    #[test]
    fn a_mean_of_several_has_its_standard_error() {
        assert_eq!(mean(&[2.0], 1), "2.0");
        assert_eq!(mean(&[1.0, 3.0], 2), "2.00 ± 1.00");
    }
}
