//! Folders of PNG and JPEG files at any depth.
//!
//! Images are what an image's extension says, in any case; everything else is passed over, and so
//! are hidden names. The order is bytewise by the path within the folder, with `/` between its
//! parts, on every system. Symbolic links are followed; a folder that can be reached in several
//! ways, a loop among them, is read once, by the way that comes first in that order.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::files::{self, Files, LARGEST_FILE, Wanted, Watch, claims_image, is_hidden, printable};
use super::{Checked, Images, path_name};
use crate::{Error, Result};

/// Reads all images below `dir`, as `wanted`; without labels.
///
/// # Errors
/// [`Error::Data`] if the folder or one below it cannot be read, if there are no images, for the
/// first bad file (with [`Wanted::skip_bad`]: if all are bad), and for more than 2 GiB of pixels;
/// and whatever `watch` returns.
pub fn load(dir: &Path, wanted: &Wanted, watch: Watch) -> Result<Images> {
    let origin = printable(&dir.display().to_string());
    let fault = match fs::metadata(dir) {
        Ok(entry) if entry.is_dir() => None,
        Ok(_) => Some("is a file: give a folder, or zip:FILE for a zip file".to_string()),
        Err(e) if e.kind() == ErrorKind::NotFound => {
            Some("does not exist: give a folder of images".to_string())
        }
        Err(e) => Some(format!("cannot be read ({e}): give a folder of images")),
    };
    if let Some(fault) = fault {
        return Err(Error::Data(format!("{origin} {fault}")));
    }
    let found = list(dir)?;
    files::load(
        path_name(dir, Path::file_name),
        &origin,
        &found,
        wanted,
        watch,
    )
}

/// Paths within the data set, for the order, and where they are.
type Found = Vec<(Vec<u8>, PathBuf)>;

fn list(dir: &Path) -> Result<Found> {
    let mut found = Found::new();
    let mut seen = HashSet::new();
    let mut open = vec![(Vec::new(), dir.to_path_buf())];
    while let Some((name, folder)) = open.pop() {
        let mut below = Found::new();
        let mut read = || {
            if seen.insert(fs::canonicalize(&folder)?) {
                look(&name, &folder, &mut below, &mut found)?;
            }
            Ok(())
        };
        read().map_err(|e: io::Error| {
            let shown = printable(&folder.display().to_string());
            Error::Data(format!(
                "{shown} cannot be read ({e}): make the folder readable or take it away"
            ))
        })?;
        // The last one is taken first.
        below.sort_unstable_by(|a, b| b.cmp(a));
        open.extend(below);
    }
    found.sort_unstable();
    Ok(found)
}

/// Sorts the entries of a folder into folders and images.
fn look(name: &[u8], folder: &Path, folders: &mut Found, images: &mut Found) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file_name = entry.file_name();
        let file_name = file_name.as_encoded_bytes();
        if is_hidden(file_name) {
            continue;
        }
        let mut within = name.to_vec();
        if !within.is_empty() {
            within.push(b'/');
        }
        within.extend(file_name);
        let path = entry.path();
        // A link to nowhere is named when it is read, if it is to be an image.
        let is_folder = fs::metadata(&path).is_ok_and(|target| target.is_dir());
        if is_folder {
            folders.push((within, path));
        } else if claims_image(file_name) {
            images.push((within, path));
        }
    }
    Ok(())
}

impl Files for Found {
    fn count(&self) -> usize {
        self.len()
    }

    fn path(&self, at: usize) -> String {
        self[at].1.display().to_string()
    }

    fn read(&self, at: usize) -> Checked<Vec<u8>> {
        let path = &self[at].1;
        let unreadable = |e: io::Error| format!("cannot be read: {e}");
        // A pipe would be waited for without end.
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err("is no ordinary file: remove it".into());
        }
        let file = File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        let mut file = file.take(LARGEST_FILE + 1);
        file.read_to_end(&mut bytes).map_err(unreadable)?;
        match bytes.len() as u64 > LARGEST_FILE {
            true => Err(format!(
                "is larger than {LARGEST_FILE} bytes, the limit for one image file: make it smaller"
            )),
            false => Ok(bytes),
        }
    }
}
