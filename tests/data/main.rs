//! Data sets through the public interface: the embedded MNIST, folders of IDX files, and folders
//! and archives of images, good and bad. Bad input must end in one sentence and exit code 5, without a panic and without
//! memory that the input does not justify.

mod broken;
mod conversions;
mod faults;
mod files;
mod folder;
mod hostile;
mod memory;
mod mnist;
mod pictures;
mod points;
mod toy;

use flate2::{Compression, write::GzEncoder};
use gpugan::data::{Images, Split, idx};
use gpugan::{Error, Result};
use std::io::Write;
use tempfile::TempDir;

const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";

/// A folder with the given files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

fn load(files: &[(&str, &[u8])]) -> Result<Images> {
    idx::load_dir(folder(files).path(), Split::Train)
}

/// An IDX file of bytes: header and payload.
fn idx_file(dimensions: &[u32], payload: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, dimensions.len() as u8];
    for size in dimensions {
        file.extend(size.to_be_bytes());
    }
    file.extend(payload);
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The sentence of a data error, after checking that it is one sentence with exit code 5.
fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.expect_err("expected a refusal");
    assert_eq!(error.exit_code(), 5, "{error}");
    let Error::Data(message) = error else {
        panic!("expected Error::Data, got {error:?}")
    };
    assert!(
        !message.contains(['\n', '\r']),
        "{message:?} is more than one line"
    );
    message
}

/// Asserts that every part stands in the message.
fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is missing in {message:?}");
    }
}
