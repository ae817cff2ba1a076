//! Zip files of PNG and JPEG files, read entry by entry into memory: nothing is unpacked to disk,
//! so no name in an archive can lead anywhere.
//!
//! The same files in a folder and in an archive make the same data set: order, conversions and what
//! is passed over are those of [`folder`](super::folder). Entries are stored or deflated; other
//! methods, encryption and links are faults of the entry. What an entry unpacks to is limited by
//! what the archive says of it, that by the limit for a file, and the sum by the archive's length.

use std::fs::{self, File};
use std::io::{BufReader, ErrorKind, Read, Seek};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use zip::read::ZipFileEntry;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::files::{self, Files, LARGEST_FILE, Wanted, Watch, claims_image, is_hidden, printable};
use super::{Checked, Images, path_name};
use crate::{Error, Result};

/// An archive may hold so many times its own length, and [`SLACK`] bytes on top. Images hardly
/// shrink, and a bomb reaches a factor of 1,032 without tricks.
const MOST_EXPANSION: u64 = 100;
const SLACK: u64 = 64 << 20;

/// Reads all images of the zip file `path`, as `wanted`; without labels.
///
/// # Errors
/// [`Error::Data`] if it cannot be read or is no zip file, if it claims to hold far more than it
/// can, if there are no images in it, for the first bad entry (with [`Wanted::skip_bad`]: if all
/// are bad), and for more than 2 GiB of pixels; and whatever `watch` returns.
pub fn load(path: &Path, wanted: &Wanted, watch: Watch) -> Result<Images> {
    let origin = printable(&path.display().to_string());
    let archive = Archive::open(path, &origin);
    let archive = archive.map_err(|fault| Error::Data(format!("{origin} {fault}")))?;
    let name = path_name(path, Path::file_stem);
    files::load(name, &origin, &archive, wanted, watch)
}

/// An opened zip file.
struct Archive {
    path: String,
    /// Entries are unpacked by one thread at a time; what costs is decoding them.
    zip: Mutex<ZipArchive<BufReader<File>>>,
    /// Names of the images, in order, and their numbers in the archive.
    entries: Vec<(Vec<u8>, usize)>,
}

impl Archive {
    fn open(path: &Path, origin: &str) -> Checked<Archive> {
        let length = match fs::metadata(path) {
            Ok(entry) if entry.is_file() => entry.len(),
            Ok(entry) if entry.is_dir() => {
                return Err("is a folder: give a zip file, or folder:DIR for a folder".into());
            }
            Ok(_) => return Err("is no ordinary file: give a zip file".into()),
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Err("does not exist: give a zip file".into());
            }
            Err(e) => return Err(format!("cannot be read: {e}")),
        };
        let file = File::open(path).map_err(|e| format!("cannot be read: {e}"))?;
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|e| fault("zip file", &e))?;
        let entries = list(&zip, length)?;
        Ok(Archive {
            path: origin.to_string(),
            zip: Mutex::new(zip),
            entries,
        })
    }
}

/// The images of an archive of `length` bytes.
fn list<R: Read + Seek>(zip: &ZipArchive<R>, length: u64) -> Checked<Vec<(Vec<u8>, usize)>> {
    let mut entries = Vec::new();
    let mut claimed: u64 = 0;
    for at in 0..zip.len() {
        let entry = zip.by_index_data(at).map_err(|e| fault("zip file", &e))?;
        let name = entry.name_raw();
        let hidden = name.split(|byte| *byte == b'/').any(is_hidden);
        if !entry.is_dir() && !hidden && claims_image(name) {
            claimed = claimed.saturating_add(entry.size());
            entries.push((name.to_vec(), at));
        }
    }
    let most = length.saturating_mul(MOST_EXPANSION).saturating_add(SLACK);
    if claimed > most {
        return Err(format!(
            "is {length} bytes long and claims to hold {claimed} bytes of images, more than the \
             {most} that are taken for possible: if you trust it, unpack it and give folder:DIR"
        ));
    }
    entries.sort_unstable();
    Ok(entries)
}

/// Refuses an entry by what the archive says of it.
fn check(entry: &ZipFileEntry<'_>) -> Checked<()> {
    let (size, method) = (entry.size(), entry.compression());
    let known = [CompressionMethod::Stored, CompressionMethod::Deflated];
    if entry.encrypted() {
        return Err("is encrypted: unpack it with its password and give folder:DIR".into());
    }
    if entry.is_symlink() {
        return Err("is a symbolic link, not a file: pack the file itself".into());
    }
    if !known.contains(&method) {
        return Err(format!(
            "is compressed with {method}, but stored or deflated is expected: pack it again"
        ));
    }
    if size > LARGEST_FILE {
        return Err(format!(
            "is {size} bytes long, and the limit for one image file is {LARGEST_FILE}: make it \
             smaller"
        ));
    }
    Ok(())
}

impl Files for Archive {
    fn count(&self) -> usize {
        self.entries.len()
    }

    fn path(&self, at: usize) -> String {
        let name = String::from_utf8_lossy(&self.entries[at].0);
        format!("{name} in {}", self.path)
    }

    fn read(&self, at: usize) -> Checked<Vec<u8>> {
        let index = self.entries[at].1;
        let mut zip = self.zip.lock().unwrap_or_else(PoisonError::into_inner);
        let damaged = |e: ZipError| fault("entry", &e);
        let entry = zip.by_index_data(index).map_err(damaged)?;
        check(&entry)?;
        let size = entry.size();
        let mut bytes = Vec::new();
        let file = zip.by_index(index).map_err(damaged)?;
        // One byte more than promised: the end must be seen, where the checksum is compared.
        file.take(size + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| damaged(e.into()))?;
        match bytes.len() as u64 == size {
            true => Ok(bytes),
            false => Err(format!(
                "has not the {size} bytes that the archive promises: download or pack it again"
            )),
        }
    }
}

fn fault(what: &str, error: &ZipError) -> String {
    let text = printable(&error.to_string());
    format!("is no sound {what} ({text}): download or pack it again")
}
