//! One test per kind of mistake: the sentence names the file, what was found, what was expected.

use crate::{IMAGES, LABELS, assert_says, folder, gzip, idx_file, load, refusal};
use gpugan::data::{Split, idx};

/// The refusal of this file as the image file, raw and inside gzip, must say all `parts`.
fn both_ways(file: &[u8], parts: &[&str]) {
    for bytes in [file.to_vec(), gzip(file)] {
        let message = refusal(load(&[(IMAGES, &bytes)]));
        assert_says(&message, &[IMAGES]);
        assert_says(&message, parts);
    }
}

fn image_file() -> Vec<u8> {
    idx_file(&[2, 2, 2], &[1, 2, 3, 4, 5, 6, 7, 8])
}

/// What every sentence about a missing image file lists.
const LOOKED_FOR: [&str; 5] = [
    IMAGES,
    "train-images.idx3-ubyte",
    "train-images-idx4-ubyte",
    "train-images.idx4-ubyte",
    ".gz",
];

#[test]
fn missing_folder() {
    let dir = folder(&[]).path().join("nowhere");
    let message = refusal(idx::load_dir(&dir, Split::Train));
    assert_says(&message, &[dir.to_str().unwrap(), "does not exist"]);
    assert_says(&message, &LOOKED_FOR);
}

#[test]
fn path_is_a_file() {
    let dir = folder(&[("data.bin", &image_file())]);
    let message = refusal(idx::load_dir(&dir.path().join("data.bin"), Split::Train));
    assert_says(&message, &["data.bin is a file, not a folder"]);
    assert_says(&message, &LOOKED_FOR);
}

#[test]
fn folder_without_the_files_of_the_split() {
    let dir = folder(&[("readme", b"x"), (LABELS, &idx_file(&[1], &[1]))]);
    let train = refusal(idx::load_dir(dir.path(), Split::Train));
    assert_says(&train, &[dir.path().to_str().unwrap(), "has no such file"]);
    assert_says(&train, &LOOKED_FOR);
    let test = refusal(idx::load_dir(dir.path(), Split::Test));
    assert_says(&test, &["t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"]);
}

#[test]
fn other_files_are_recognised() {
    let others: [(&[u8], &str); 8] = [
        (b"<!DOCTYPE html><html>404</html>", "HTML"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"PK\x03\x04....", "zip"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"BZh91AY", "bzip2"),
        (b"\x93NUMPY\x01\x00", "NumPy"),
        (b"version https://git-lfs", "Git LFS"),
    ];
    for (bytes, name) in others {
        both_ways(bytes, &[name, "00 00 08"]);
    }
    both_ways(&[0x03, 0x08, 0, 0, 1, 2, 3, 4], &["03 08 00 00"]);
}

#[test]
fn gzip_inside_gzip() {
    let message = refusal(load(&[(IMAGES, &gzip(&gzip(&image_file())))]));
    assert_says(
        &message,
        &[IMAGES, "inside gzip", "1f 8b", "unpack it once"],
    );
}

#[test]
fn too_small_for_any_header() {
    both_ways(b"", &["0 bytes"]);
    both_ways(&[0, 0, 8], &["3 bytes"]);
    both_ways(&image_file()[..15], &["15 bytes", "header of 16 bytes"]);
}

#[test]
fn wrong_element_type() {
    let names = [
        (0x09, "signed bytes"),
        (0x0B, "16-bit integers"),
        (0x0C, "32-bit integers"),
    ];
    let more = [
        (0x0D, "32-bit floats"),
        (0x0E, "64-bit floats"),
        (0x55, "an unknown kind"),
    ];
    for (code, name) in names.into_iter().chain(more) {
        let mut file = image_file();
        file[2] = code;
        both_ways(&file, &[name, &format!("0x{code:02X}"), "0x08"]);
    }
}

#[test]
fn wrong_number_of_dimensions() {
    both_ways(&idx_file(&[], &[]), &["0 dimensions", "3 (N, H, W) or 4"]);
    both_ways(
        &idx_file(&[8], &[0; 8]),
        &["1 dimension,", "3 (N, H, W) or 4"],
    );
    both_ways(&idx_file(&[1, 1, 1, 1, 1], &[0]), &["5 dimensions"]);
    let labels = idx_file(&[2, 1, 1], &[0, 1]);
    let message = refusal(load(&[(IMAGES, &image_file()), (LABELS, &labels)]));
    assert_says(&message, &[LABELS, "3 dimensions", "1 (N)"]);
}

#[test]
fn wrong_sizes() {
    both_ways(&idx_file(&[0, 28, 28], &[]), &["0 images", "at least 1"]);
    both_ways(&idx_file(&[5, 0, 28], &[]), &["0x28", "1 to 16384"]);
    both_ways(&idx_file(&[5, 28, 0], &[]), &["28x0", "1 to 16384"]);
    both_ways(
        &idx_file(&[1, 16385, 1], &[0; 16385]),
        &["16385x1", "1 to 16384"],
    );
    both_ways(
        &idx_file(&[1, 1, 16385], &[0; 16385]),
        &["1x16385", "1 to 16384"],
    );
    both_ways(&idx_file(&[1, 1, 1, 0], &[]), &["1x1x0", "1 to 4 channels"]);
    both_ways(
        &idx_file(&[1, 1, 1, 5], &[0; 5]),
        &["1x1x5", "1 to 4 channels"],
    );
    assert!(load(&[(IMAGES, &idx_file(&[1, 16384, 1, 4], &[0; 65536]))]).is_ok());
}

#[test]
fn truncated_and_trailing_bytes() {
    let file = image_file();
    both_ways(
        &file[..20],
        &["truncated", "20 bytes", "24", "2 images of 2x2x1"],
    );
    let mut long = file.clone();
    long.push(0);
    let message = refusal(load(&[(IMAGES, &long)]));
    assert_says(&message, &["too long", "25 bytes", "24"]);
    let message = refusal(load(&[(IMAGES, &gzip(&long))]));
    assert_says(&message, &["too long", "more than 24 bytes"]);
    let mut garbage = gzip(&file);
    garbage.extend([1; 20]);
    assert_says(
        &refusal(load(&[(IMAGES, &garbage)])),
        &[IMAGES, "gzip, but damaged"],
    );
}

#[test]
fn damaged_gzip() {
    let good = gzip(&image_file());
    for end in 2..good.len() {
        let message = refusal(load(&[(IMAGES, &good[..end])]));
        assert_says(&message, &[IMAGES, "ends too early"]);
    }
    let mut wrong_crc = good.clone();
    let crc = good.len() - 8;
    wrong_crc[crc] ^= 1;
    assert_says(
        &refusal(load(&[(IMAGES, &wrong_crc)])),
        &[IMAGES, "damaged", "checksum"],
    );
}

#[test]
fn label_count_differs() {
    let labels = idx_file(&[3], &[0, 1, 2]);
    let message = refusal(load(&[(IMAGES, &image_file()), (LABELS, &labels)]));
    assert_says(&message, &[IMAGES, LABELS, "3 labels", "2 images"]);
}

#[test]
fn damaged_labels_are_named() {
    let labels = idx_file(&[2], &[0]);
    let message = refusal(load(&[(IMAGES, &image_file()), (LABELS, &labels)]));
    assert_says(&message, &[LABELS, "truncated", "9 bytes", "2 labels"]);
}
