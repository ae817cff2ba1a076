//! Folders of IDX files (MNIST, Fashion-MNIST, EMNIST and anything stored like them), raw or gzip.
//!
//! The files come from anywhere, so nothing in them is believed before it is checked: a raw
//! file's header must agree with the file's real length before any pixel is read, and what a
//! gzip file holds is stored in steps that grow with the data that really arrives.
//!
//! Deliberately not here: downloading, other element types than bytes, conversion of sizes.

mod header;

use super::{Checked, Images, Split, path_name};
use crate::{Error, Result};
use flate2::bufread::MultiGzDecoder;
use header::{Header, Kind};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The first allocation for pixels; each next one at most doubles what has arrived.
const FIRST_STEP: usize = 1 << 20;

/// Reads the images of `split`, and their labels if there are any, from the IDX files in `dir`.
///
/// Looked for are `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` (`t10k-` for the test
/// split), also with `.idx3-ubyte`, with `idx4` for colour images, and with `.gz` at the end.
/// Whether a file is gzip is decided by its first bytes. Images are `[N, H, W]` or
/// `[N, H, W, C]` with C from 1 to 4.
///
/// # Errors
/// [`Error::Data`] if the folder or the image file is missing or cannot be read, or if a file is
/// not IDX, not of bytes, truncated, too long, damaged, empty, or larger than 8 GiB, or if the
/// numbers of images and labels differ.
pub fn load_dir(dir: &Path, split: Split) -> Result<Images> {
    let image_file = locate(dir, split)?;
    let (header, pixels) = read(&image_file, Kind::Images)?;
    let labels = match find(dir, &stems(split, "labels", &["idx1"])) {
        None => None,
        Some(label_file) => {
            let (Header { count, .. }, labels) = read(&label_file, Kind::Labels)?;
            if count != header.count {
                return Err(Error::Data(format!(
                    "{} has {count} labels, but {} has {} images: the two files must belong together",
                    label_file.display(),
                    image_file.display(),
                    header.count,
                )));
            }
            Some(labels)
        }
    };
    let name = path_name(dir, Path::file_name);
    Ok(Images::new(name, header.shape, pixels, labels))
}

/// The image file of the split, or one sentence that lists what was looked for.
fn locate(dir: &Path, split: Split) -> Result<PathBuf> {
    let stems = stems(split, "images", &["idx3", "idx4"]);
    let fault = match fs::metadata(dir) {
        Ok(entry) if entry.is_dir() => match find(dir, &stems) {
            Some(path) => return Ok(path),
            None => "has no such file".into(),
        },
        Ok(_) => "is a file, not a folder".into(),
        Err(e) if e.kind() == ErrorKind::NotFound => "does not exist".into(),
        Err(e) => format!("cannot be read ({e})"),
    };
    Err(Error::Data(format!(
        "expected a folder with one of the files {}, with or without .gz at the end, but {} {fault}",
        stems.join(", "),
        dir.display(),
    )))
}

/// The names without `.gz`, the most usual one first.
fn stems(split: Split, what: &str, idx: &[&str]) -> Vec<String> {
    let prefix = split.prefix();
    let name = |idx| ["-", "."].map(|separator| format!("{prefix}-{what}{separator}{idx}-ubyte"));
    idx.iter().flat_map(name).collect()
}

/// The file of one of the names; else the only file whose name ends in one of them, such as
/// `emnist-letters-train-images-idx3-ubyte`.
fn find(dir: &Path, stems: &[String]) -> Option<PathBuf> {
    exact(dir, stems).or_else(|| {
        let entries = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
        let fits = |path: &PathBuf| {
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or("");
            let stem = name.strip_suffix(".gz").unwrap_or(name);
            path.is_file() && stems.iter().any(|wanted| stem.ends_with(wanted.as_str()))
        };
        let mut found = entries.filter(fits);
        found.next().filter(|_| found.next().is_none())
    })
}

/// The first of the names that is a file. Folders of these names exist in some archives.
fn exact(dir: &Path, stems: &[String]) -> Option<PathBuf> {
    let names = stems
        .iter()
        .flat_map(|stem| [stem.clone(), format!("{stem}.gz")]);
    // What cannot be looked at counts as found, so that opening it says why.
    let found = |path: &PathBuf| match fs::metadata(path) {
        Ok(entry) => entry.is_file(),
        Err(e) => e.kind() != ErrorKind::NotFound,
    };
    names.map(|name| dir.join(name)).find(found)
}

/// Reads and checks one whole file.
fn read(path: &Path, kind: Kind) -> Result<(Header, Vec<u8>)> {
    Source::open(path)
        .and_then(|mut source| {
            let header = source.header(kind)?;
            let payload = source.payload(&header)?;
            Ok((header, payload))
        })
        .map_err(|fault| Error::Data(format!("{} {fault}", path.display())))
}

/// An opened file as a stream of IDX bytes.
struct Source {
    bytes: Box<dyn Read>,
    /// Length of the IDX bytes; unknown for gzip until everything is decoded.
    length: Option<u64>,
}

impl Source {
    fn open(path: &Path) -> Checked<Source> {
        let open = || {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            let mut file = BufReader::new(file);
            let gzip = file.fill_buf()?.starts_with(header::GZIP);
            Ok(if gzip {
                Source {
                    bytes: Box::new(MultiGzDecoder::new(file)),
                    length: None,
                }
            } else {
                Source {
                    bytes: Box::new(file),
                    length: Some(length),
                }
            })
        };
        open().map_err(|e: io::Error| format!("cannot be read: {e}"))
    }

    fn header(&mut self, kind: Kind) -> Checked<Header> {
        let mut start = Vec::new();
        self.read_more(4, &mut start)?;
        let dimensions = header::check_magic(&start, kind, self.length.is_none())?;
        self.read_more(4 * dimensions, &mut start)?;
        let header = Header::parse(&start, dimensions)?;
        match self.length {
            Some(found) if found < header.file_bytes() => Err(header.truncated(found)),
            Some(found) if found > header.file_bytes() => Err(header.too_long(found)),
            _ => Ok(header),
        }
    }

    /// Everything after the header, in a vector of exactly that size.
    fn payload(&mut self, header: &Header) -> Checked<Vec<u8>> {
        let size = header.payload()?;
        let mut payload = Vec::new();
        while payload.len() < size {
            let step = payload.len().max(FIRST_STEP).min(size - payload.len());
            payload
                .try_reserve_exact(step)
                .map_err(|_| format!("needs {size} bytes of memory, more than there are"))?;
            if self.read_more(step, &mut payload)? < step {
                return Err(header.truncated(header.bytes() + payload.len() as u64));
            }
        }
        // The end of the file must be seen: only there does gzip check its checksum.
        match self.read_more(1, &mut Vec::new())? {
            0 => Ok(payload),
            _ => Err(header.too_long(format!("more than {}", header.file_bytes()))),
        }
    }

    /// Appends up to `count` bytes; fewer only at the end of the file.
    fn read_more(&mut self, count: usize, to: &mut Vec<u8>) -> Checked<usize> {
        let gzip = self.length.is_none();
        (&mut self.bytes)
            .take(count as u64)
            .read_to_end(to)
            .map_err(|e| match e.kind() {
                ErrorKind::UnexpectedEof if gzip => {
                    "is gzip, but ends too early: download it again".into()
                }
                ErrorKind::InvalidInput | ErrorKind::InvalidData if gzip => {
                    format!("is gzip, but damaged ({e}): download it again")
                }
                _ => format!("cannot be read: {e}"),
            })
    }
}
