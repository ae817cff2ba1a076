//! MNIST (LeCun, Cortes and Burges), embedded so that the first run needs no network.
//!
//! The four original files travel as xz streams. Only the split that is asked for is decoded,
//! straight into its final vector, and checked against the SHA-256 of the original file.
//! Nothing is cached on disk: decoding anew takes about a second.

use super::{Images, Split, sha256};
use crate::{Error, Result};
use lzma_rust2::XzReader;
use std::io::{self, Read};

/// The decoded files, as `sha256sum` prints them.
const SUMS: &str = include_str!("../../assets/mnist/SHA256SUMS");

/// One embedded file: its name in [`SUMS`] and its xz stream.
struct Packed {
    name: &'static str,
    xz: &'static [u8],
}

const TRAIN_IMAGES: Packed = Packed {
    name: "train-images-idx3-ubyte",
    xz: include_bytes!("../../assets/mnist/train-images-idx3-ubyte.xz"),
};
const TRAIN_LABELS: Packed = Packed {
    name: "train-labels-idx1-ubyte",
    xz: include_bytes!("../../assets/mnist/train-labels-idx1-ubyte.xz"),
};
const TEST_IMAGES: Packed = Packed {
    name: "t10k-images-idx3-ubyte",
    xz: include_bytes!("../../assets/mnist/t10k-images-idx3-ubyte.xz"),
};
const TEST_LABELS: Packed = Packed {
    name: "t10k-labels-idx1-ubyte",
    xz: include_bytes!("../../assets/mnist/t10k-labels-idx1-ubyte.xz"),
};

/// The 60,000 training or the 10,000 test digits, 28×28×1, with their labels.
///
/// # Errors
/// [`Error::Data`] if the embedded bytes do not decode to the published files.
pub fn load(split: Split) -> Result<Images> {
    let (count, images, labels) = match split {
        Split::Train => (60_000, TRAIN_IMAGES, TRAIN_LABELS),
        Split::Test => (10_000, TEST_IMAGES, TEST_LABELS),
    };
    // IDX headers: a magic number and one length per dimension, 4 bytes each.
    let pixels = unpack::<16>(&images, count * 28 * 28)?;
    let labels = unpack::<8>(&labels, count)?;
    Ok(Images::new(
        "mnist".into(),
        [28, 28, 1],
        pixels,
        Some(labels),
    ))
}

/// Digits of a sample of [`stacked`].
pub const STACK: usize = 3;

/// Samples of three digits, 28×28×3, that are drawn independently of each other, one for each channel:
/// 1,000 classes, among which a generator may lose some (Srivastava et al. 2017, VEEGAN).
///
/// # Errors
/// As [`load`].
pub fn stacked(split: Split) -> Result<Images> {
    let digits = load(split)?;
    Ok(Images {
        name: "stacked-mnist".into(),
        stack: STACK,
        ..digits
    })
}

/// The `len` bytes that follow the `HEADER` bytes of a decoded file; all of it is checked.
fn unpack<const HEADER: usize>(file: &Packed, len: usize) -> Result<Vec<u8>> {
    let damaged = |what: String| {
        let name = file.name;
        Error::Data(format!(
            "the embedded MNIST file {name} is damaged ({what}): build gpugan again"
        ))
    };
    let (header, payload) = decode::<HEADER>(file.xz, len).map_err(|e| damaged(e.to_string()))?;
    let found = sha256(&[&header, &payload]);
    let expected = SUMS
        .lines()
        .find_map(|line| line.strip_suffix(file.name))
        .map(str::trim);
    if expected != Some(&found) {
        let expected = expected.unwrap_or("missing");
        return Err(damaged(format!(
            "its SHA-256 is {found}, expected {expected}"
        )));
    }
    Ok(payload)
}

fn decode<const HEADER: usize>(xz: &[u8], len: usize) -> io::Result<([u8; HEADER], Vec<u8>)> {
    let mut reader = XzReader::new(xz, false);
    let mut header = [0; HEADER];
    reader.read_exact(&mut header)?;
    let mut payload = vec![0; len];
    reader.read_exact(&mut payload)?;
    // Only a read at the end makes the decoder compare the stream's own checksum.
    match reader.read(&mut [0])? {
        0 => Ok((header, payload)),
        _ => Err(io::Error::other(format!(
            "more than {} bytes",
            HEADER + len
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(file: Packed, len: usize) -> String {
        match unpack::<8>(&file, len) {
            Err(Error::Data(message)) => message,
            other => panic!("expected Error::Data, got {other:?}"),
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_found() {
        let good = TEST_LABELS.xz;
        for at in (0..good.len()).step_by(97) {
            let mut bad = good.to_vec();
            bad[at] ^= 0x10;
            refusal(
                Packed {
                    name: TEST_LABELS.name,
                    xz: bad.leak(),
                },
                10_000,
            );
        }
    }

    #[test]
    fn a_cut_anywhere_is_found() {
        // The last 12 bytes are the stream footer, read by the decoder as well.
        for end in (0..TEST_LABELS.xz.len()).step_by(89) {
            refusal(
                Packed {
                    name: TEST_LABELS.name,
                    xz: &TEST_LABELS.xz[..end],
                },
                10_000,
            );
        }
    }

    #[test]
    fn a_valid_stream_of_other_content_fails_its_sha256() {
        let message = refusal(
            Packed {
                name: TRAIN_LABELS.name,
                xz: TEST_LABELS.xz,
            },
            10_000,
        );
        assert!(message.contains("65a50cbbf4e9"), "{message}");
        assert!(message.contains("ff7bcfd416de"), "{message}");
    }

    #[test]
    fn more_bytes_than_expected_are_refused() {
        let message = refusal(TEST_LABELS, 9_999);
        assert!(message.contains("more than 10007 bytes"), "{message}");
    }
}
