//! A table that was made, as Markdown and as JSON.

use std::path::Path;
use std::time::Instant;

use gpugan::plot::{Plot, SIZE};
use gpugan::run::atomic;
use gpugan::{Error, Result};
use serde::Serialize;

use super::cell::Cell;

/// A table with what it takes to make it again.
#[derive(Serialize)]
pub struct Report {
    pub name: &'static str,
    pub title: String,
    /// One line each: the options that all experiments share, and what stands in the columns.
    pub about: Vec<String>,
    pub version: &'static str,
    /// What makes it again.
    pub command: String,
    pub parts: Vec<Part>,
    pub notes: Vec<String>,
    /// Of everything.
    pub seconds: f64,
    /// With the names of their files.
    #[serde(skip)]
    pictures: Vec<(String, Plot)>,
    #[serde(skip)]
    began: Instant,
}

/// Rows under one header.
#[derive(Serialize)]
pub struct Part {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl Report {
    pub fn new(name: &'static str, title: &str, about: &[&str]) -> Report {
        Report {
            name,
            title: title.to_string(),
            about: about.iter().map(|line| line.to_string()).collect(),
            version: env!("CARGO_PKG_VERSION"),
            command: format!("gpugan reproduce {name}"),
            parts: Vec::new(),
            notes: Vec::new(),
            seconds: 0.0,
            pictures: Vec::new(),
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
    pub fn row(&mut self, cells: Vec<Cell>) {
        let part = self.parts.last_mut().expect("a part was begun");
        assert_eq!(part.columns.len(), cells.len(), "{cells:?}");
        part.rows.push(cells);
        self.seconds = self.began.elapsed().as_secs_f64();
    }

    pub fn note(&mut self, note: &str) {
        self.notes.push(note.to_string());
    }

    /// Two files beside the table.
    pub fn picture(&mut self, name: String, plot: Plot) {
        self.pictures.push((name, plot));
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
            let line = |cells: &[&str]| format!("\n| {} |", cells.join(" | "));
            let columns: Vec<&str> = part.columns.iter().map(String::as_str).collect();
            text += "\n";
            text += &line(&columns);
            text += &line(&vec!["---"; columns.len()]);
            for row in &part.rows {
                let cells: Vec<&str> = row.iter().map(Cell::as_str).collect();
                text += &line(&cells);
            }
        }
        for note in &self.notes {
            text += &format!("\n\n{note}");
        }
        let (seconds, version) = (self.seconds, self.version);
        text + &format!(
            "\n\n`{}`, gpugan {version}, {seconds:.0} s in all.\n",
            self.command
        )
    }

    /// Writes both forms and all pictures into a folder.
    ///
    /// # Errors
    /// `Error::Runtime` where a file cannot be written; that file is then as before.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self);
        let json = json.map_err(|e| Error::Runtime(format!("the table has no JSON form: {e}")))?;
        let write = |name: &str, ending: &str, bytes: &[u8]| {
            let path = folder.join(format!("{name}.{ending}"));
            atomic::write(&path, bytes).map_err(|e| Error::Runtime(e.to_string()))
        };
        write(self.name, "md", self.markdown().as_bytes())?;
        write(self.name, "json", (json + "\n").as_bytes())?;
        for (name, plot) in &self.pictures {
            write(name, "png", &plot.png(SIZE)?)?;
            write(name, "svg", plot.svg(SIZE)?.as_bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_table_in_both_forms() {
        let mut report = Report::new("lines", "Lines", &["--lr 1"]);
        report.part("", &["a", "b"]);
        report.row(vec![Cell::text("1"), Cell::number(2.0, 0)]);
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
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["parts"][0]["rows"][0], serde_json::json!(["1", 2.0]));
    }
}
