//! Options from a TOML file, flags on top, and back to TOML.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use serde::Serialize;
use toml::Table;

use super::{Config, Dataset, Preset};
use crate::error::{Error, Result};
use crate::run::atomic::named;

/// No configuration is this long; a device or a data file given by mistake may be endless.
const LONGEST_FILE: u64 = 1 << 20;

impl Config {
    /// `flags` over the file over the preset over the defaults of the architecture that they come to,
    /// checked.
    ///
    /// `flags` serialises to a table whose keys are those of [`Config`] and whose unset fields are
    /// `None`. Setting one of `steps` and `epochs`, or of `dataset` and `data-dir`, unsets the other
    /// of the layer below. A relative path of the data becomes absolute, so that the run can be
    /// resumed from elsewhere.
    ///
    /// # Errors
    /// [`Error::Usage`] for a file that cannot be read or parsed, naming its line, and for a value
    /// out of range.
    pub fn layered(
        preset: Option<&str>,
        file: Option<&Path>,
        flags: &impl Serialize,
    ) -> Result<Config> {
        let preset = match preset.map(Preset::text).transpose()? {
            Some((text, origin)) => set_in(text, &origin)?,
            None => Table::new(),
        };
        let file = match file {
            Some(path) => set_in(&read_text(path)?, &path.display().to_string())?,
            None => Table::new(),
        };
        let mut config = over_defaults(&[preset, file, table_of(flags)?])?;
        config.validate()?;
        for path in config.data_dir.iter_mut().chain(config.dataset.path_mut()) {
            if let Ok(absolute) = std::path::absolute(&*path) {
                *path = absolute;
            }
        }
        Ok(config)
    }

    /// These options with `flags` over them, as [`Config::layered`] does it, unchecked.
    ///
    /// # Errors
    /// [`Error::Usage`] if a flag's value has no TOML form or not the type of the option.
    pub fn overlaid(&self, flags: &impl Serialize) -> Result<Config> {
        let (mut table, flags) = (table_of(self)?, table_of(flags)?);
        for (set, unset) in [
            ("steps", "epochs"),
            ("epochs", "steps"),
            ("dataset", "data-dir"),
            ("data-dir", "dataset"),
        ] {
            if flags.contains_key(set) {
                table.remove(unset);
            }
        }
        table.extend(flags);
        table
            .try_into()
            .map_err(|e: toml::de::Error| unusable(&e.to_string().trim_end().replace('\n', " ")))
    }

    /// The options that the file sets, over the defaults of its architecture, unchecked.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the file and, where there is one, the line.
    pub fn read(path: &Path) -> Result<Config> {
        Config::parse(&read_text(path)?, &path.display().to_string())
    }

    /// The options in a TOML text, over the defaults of its architecture; `origin` stands for it in error messages.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the origin and the line.
    pub fn parse(text: &str, origin: &str) -> Result<Config> {
        over_defaults(&[set_in(text, origin)?])
    }

    /// The TOML form, which [`Config::read`] takes back unchanged; unset options are absent.
    ///
    /// # Errors
    /// [`Error::Usage`] if a path is not Unicode, which TOML cannot express.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self)
            .map_err(|e| Error::Usage(format!("the options cannot be written as TOML: {e}")))
    }
}

fn read_text(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(|e| Error::Usage(named("read", path, e).to_string()))?;
    let origin = path.display();
    if bytes.len() as u64 > LONGEST_FILE {
        let message = format!("{origin}: a configuration is at most {LONGEST_FILE} bytes long");
        return Err(Error::Usage(message));
    }
    let text = String::from_utf8(bytes);
    text.map_err(|_| Error::Usage(format!("{origin}: it is not UTF-8 text")))
}

/// The keys that a text sets, each of its type.
fn set_in(text: &str, origin: &str) -> Result<Table> {
    let fault = |e: toml::de::Error| Error::Usage(explain(text, origin, &e));
    toml::from_str::<Config>(text).map_err(fault)?;
    toml::from_str(text).map_err(fault)
}

fn table_of(options: &impl Serialize) -> Result<Table> {
    Table::try_from(options).map_err(|e| unusable(&e))
}

fn unusable(what: &dyn std::fmt::Display) -> Error {
    Error::Usage(format!("unusable flags: {what}"))
}

/// Layers, the last on top, over the defaults of the architecture and the data that they come to.
fn over_defaults(layers: &[Table]) -> Result<Config> {
    let mut base = Config::default();
    let value = |key| layers.iter().rev().find_map(|layer| layer.get(key));
    if let Some(arch) = value("arch") {
        base.arch = arch.clone().try_into().map_err(|e| unusable(&e))?;
    }
    let says = |layer: &&Table| {
        ["dataset", "data-dir"]
            .iter()
            .any(|key| layer.contains_key(*key))
    };
    let data = layers.iter().rev().find(says);
    if let Some(dataset) = data.and_then(|layer| layer.get("dataset")) {
        base.dataset = dataset.clone().try_into().map_err(|e| unusable(&e))?;
    }
    let base = Config {
        dataset: Dataset::Mnist,
        ..Config::of_data(base.arch, base.dataset)
    };
    let mut layers = layers.iter();
    layers.try_fold(base, |config, layer| config.overlaid(layer))
}

/// One sentence from a parser's error.
fn explain(text: &str, origin: &str, error: &toml::de::Error) -> String {
    let message = error.message();
    let Some(span) = error.span() else {
        return format!("{origin}: {}", plain(message));
    };
    let (number, line) = line_at(text, &span);
    if message.starts_with("unknown field") {
        let key = text.get(span).unwrap_or(line);
        // The message quotes the key in question and then all that are known.
        let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        let advice = match nearest(key, &known) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("known are {}", known.join(", ")),
        };
        return format!("{origin}, line {number}: the key '{key}' is unknown; {advice}");
    }
    format!("{origin}, line {number} ({line}): {}", plain(message))
}

/// The number, from 1, and the text of the line on which a span begins.
fn line_at<'a>(text: &'a str, span: &Range<usize>) -> (usize, &'a str) {
    let before = &text.as_bytes()[..span.start.min(text.len())];
    let number = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    (number, text.lines().nth(number - 1).unwrap_or("").trim())
}

/// The parser's words without the names of Rust's types.
fn plain(message: &str) -> String {
    let words = [
        ("` as i128", "`"),
        ("expected f64", "expected a number"),
        ("expected usize", "expected a whole number from 0"),
        ("expected u64", "expected a whole number from 0"),
        ("expected a sequence", "expected a list such as [256, 512]"),
        ("expected path string", "expected a path in quotes"),
        ("expected a string", "expected a text in quotes"),
    ];
    let message = message.replace('\n', " ");
    words
        .iter()
        .fold(message, |text, (from, to)| text.replace(from, to))
}

/// The name with the fewest edits, if a slip of the finger can explain them.
fn nearest<'a>(key: &str, names: &[&'a str]) -> Option<&'a str> {
    let (edits, name) = names.iter().map(|name| (edits(key, name), *name)).min()?;
    (edits <= 2.max(name.len() / 3)).then_some(name)
}

/// Levenshtein distance in bytes.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_as_by_hand() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "lr", 2),
            ("batch", "batch", 0),
            ("bacth", "batch", 2),
            ("critic_steps", "critic-steps", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(edits(a, b), expected, "{a} {b}");
            assert_eq!(edits(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn only_a_near_name_is_suggested() {
        let names = ["lr", "lr-critic", "batch"];
        assert_eq!(nearest("lr_critic", &names), Some("lr-critic"));
        assert_eq!(nearest("weight-decay", &names), None);
    }
}
