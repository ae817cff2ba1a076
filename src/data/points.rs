//! Points to learn from: drawn without end from a [`Distribution`], or the rows of a text file with
//! 1 to 16 columns of numbers, which are learned as they stand, unscaled.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::toy::{Distribution, MOST_DIMS};
use super::{files, path_name, sha256};
use crate::random::Points as Source;
use crate::threefry::{DRAWN, Stream, permute, stream_key, threefry2x32};
use crate::{Error, Result};

/// Most bytes of a text file.
const LARGEST_FILE: u64 = 1 << 30;

/// Editors of some systems begin a file with a mark of its encoding.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Where points come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    Drawn(Distribution),
    /// \[count, D\]
    Table(Vec<f32>),
}

/// Points of `dims` coordinates each.
#[derive(Debug, Clone)]
pub struct Points {
    /// What the run directory is named after: that of the distribution or the file.
    pub name: String,
    pub dims: usize,
    pub origin: Origin,
    /// SHA-256 in hexadecimal of the floats of a table, least significant bytes first, or of the
    /// name of the distribution.
    pub checksum: String,
}

impl Points {
    /// Points of a distribution.
    pub fn drawn(distribution: Distribution) -> Points {
        let name = distribution.to_string();
        Points {
            checksum: sha256(&[name.as_bytes()]),
            name,
            dims: distribution.dims(),
            origin: Origin::Drawn(distribution),
        }
    }

    /// Rows of an epoch: those of the table, or [`DRAWN`].
    pub fn count(&self) -> usize {
        match &self.origin {
            Origin::Drawn(_) => DRAWN,
            Origin::Table(values) => values.len() / self.dims,
        }
    }

    /// How the device gets them, and the table that it needs for that.
    pub fn recipe(&self) -> (Source, Vec<f32>) {
        match &self.origin {
            Origin::Drawn(distribution) => distribution.recipe(),
            Origin::Table(values) => (Source::Table, values.clone()),
        }
    }

    /// The first `n` points that the critic of the run with this seed sees, \[n, D\], or all of a
    /// table if they are fewer.
    pub fn first(&self, seed: u64, n: usize) -> Vec<f32> {
        match &self.origin {
            Origin::Drawn(distribution) => distribution.draw(seed, 0, n),
            Origin::Table(values) => {
                let count = self.count();
                let epoch = threefry2x32(stream_key(seed, Stream::Data), [0, 0]);
                let row = |at| permute(epoch, count as u32, at as u32) as usize;
                let rows = (0..n.min(count)).map(row);
                rows.flat_map(|row| &values[row * self.dims..][..self.dims])
                    .copied()
                    .collect()
            }
        }
    }
}

/// Reads a text file of numbers: one point per line, 1 to 16 columns that commas, semicolons or tabs
/// separate. A first line without any number is a header.
///
/// # Errors
/// [`Error::Data`] for a file that cannot be read or holds no points, and, with line and column, for
/// what is no finite number of single precision and for lines of unequal length.
pub fn load(path: &Path) -> Result<Points> {
    let shown = files::printable(&path.display().to_string());
    let refused = |what: String| Error::Data(format!("{shown}{what}"));
    let mut text = Vec::new();
    let read = File::open(path).and_then(|f| f.take(LARGEST_FILE + 1).read_to_end(&mut text));
    read.map_err(|e| refused(format!(" cannot be read: {e}")))?;
    if text.len() as u64 > LARGEST_FILE {
        let message = format!(" is longer than {LARGEST_FILE} bytes; give fewer points");
        return Err(refused(message));
    }
    let text = text.strip_prefix(MARK).unwrap_or(&text);
    let mut table = Table::default();
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(text))
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text);
    let mut record = csv::ByteRecord::new();
    while reader
        .read_byte_record(&mut record)
        .map_err(|e| refused(format!(" cannot be read: {e}")))?
    {
        let start = record.position().map_or(0, csv::Position::byte);
        let line = lines.of(start as usize);
        table
            .add(line, &record)
            .map_err(|what| refused(format!(", line {line}{what}")))?;
    }
    if table.values.is_empty() {
        let message = " holds no points: expected lines of 1 to 16 numbers, separated by commas, \
                       semicolons or tabs";
        return Err(refused(message.into()));
    }
    let bytes: Vec<u8> = table.values.iter().flat_map(|x| x.to_le_bytes()).collect();
    Ok(Points {
        name: path_name(path, Path::file_stem),
        dims: table.dims,
        origin: Origin::Table(table.values),
        checksum: sha256(&[&bytes]),
    })
}

/// Tab or semicolon, where the first line that is not empty has one, else comma.
fn separator(text: &[u8]) -> u8 {
    let mut lines = text.split(|byte| matches!(byte, b'\n' | b'\r'));
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let mut rare = [b'\t', b';'].into_iter();
    rare.find(|separator| first.contains(separator))
        .unwrap_or(b',')
}

/// Counts lines, from 1, on the way through a text.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of what stands at a place or behind the empty lines there; places only grow.
    fn of(&mut self, place: usize) -> usize {
        let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let rest = &self.text[place..];
        let place = place + rest.iter().take_while(|byte| ends(byte)).count();
        let passed = &self.text[self.at..place];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = place;
        self.line
    }
}

/// What was read so far.
#[derive(Default)]
struct Table {
    values: Vec<f32>,
    /// Columns, and the line that has told them.
    dims: usize,
    told: usize,
}

impl Table {
    /// Adds a line, unless it is a header. The error is the end of a sentence that names the line.
    fn add(&mut self, line: usize, record: &csv::ByteRecord) -> std::result::Result<(), String> {
        let first = self.dims == 0;
        if first {
            let columns = record.len();
            if columns > MOST_DIMS {
                return Err(format!(" has {columns} columns; expected 1 to {MOST_DIMS}"));
            }
            (self.dims, self.told) = (columns, line);
        } else if record.len() != self.dims {
            let (found, dims, told) = (record.len(), self.dims, self.told);
            return Err(format!(" has {found} columns, but line {told} has {dims}"));
        }
        if first && record.iter().all(|field| number(field).is_none()) {
            return Ok(());
        }
        for (at, field) in record.iter().enumerate() {
            let column = at + 1;
            let shown = files::printable(&String::from_utf8_lossy(field));
            let shown: String = shown.chars().take(40).collect();
            let Some(value) = number(field) else {
                return Err(format!(
                    ", column {column}: '{shown}' is no number; write numbers such as -1.5e3"
                ));
            };
            if !value.is_finite() {
                return Err(format!(
                    ", column {column}: '{shown}' is no finite number of single precision (up to \
                     3.4e38); leave such points out"
                ));
            }
            self.values.push(value);
        }
        Ok(())
    }
}

fn number(field: &[u8]) -> Option<f32> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}
