//! Images, folders and archives that are broken or hostile: each kind in one sentence that names
//! the file; cut, bent and made-up ones without a panic.

use std::path::Path;

use gpugan::Result;
use gpugan::data::{Images, Wanted, archive};
use image::{GrayImage, ImageFormat, Luma};
use zip::CompressionMethod;

use crate::hostile::Bytes;
use crate::pictures::{
    any, chunk, encoded, grey, jpeg, load, load_tree, load_zip, packed, png, sized, skipping, tree,
};
use crate::{assert_says, gzip, refusal};

/// The refusal of a file with these bytes, in a folder and in an archive, must say all `parts`.
fn refused(file: &[u8], parts: &[&str]) {
    let files = [("in/x.png", file.to_vec())];
    for result in [
        load_tree(&files, any()),
        load_zip(&packed(&files, CompressionMethod::Deflated), any()),
    ] {
        let message = refusal(result);
        assert_says(&message, &["in/x.png"]);
        assert_says(&message, parts);
    }
}

#[test]
fn what_is_no_png_or_jpeg_is_named() {
    refused(b"", &["empty"]);
    refused(b"<html>not found</html>", &["no image", "PNG or JPEG"]);
    refused(&gzip(&grey(1, 1, 1)), &["no image"]);
    let picture = || image::RgbImage::new(2, 2);
    refused(&encoded(picture(), ImageFormat::Gif), &["GIF", "convert"]);
    refused(b"RIFF\x24\0\0\0WEBPVP8 ", &["WEBP", "convert"]);
    refused(b"BM\x3a\0\0\0\0\0", &["BMP", "convert"]);
}

#[test]
fn a_size_that_is_too_large_is_refused_before_it_costs_memory() {
    let wide = png(GrayImage::from_pixel(20_000, 1, Luma([9])));
    refused(&wide, &["1 pixels high and 20000 wide", "16384"]);
    // Two hundred bytes that claim gigabytes, within and beyond the limit for a side.
    for side in [16_000_u32, 65_535, 0x7fff_ffff] {
        let mut huge = grey(9, 9, 9);
        let header = [side.to_be_bytes(), side.to_be_bytes()].concat();
        let header = chunk(b"IHDR", &[&header[..], &[16, 6, 0, 0, 0]].concat());
        huge.splice(8..33, header);
        let result = load_tree(&[("x.png", huge)], any());
        assert_says(&refusal(result), &["x.png"]);
    }
    // The start of a JPEG frame of 65,500 pixels a side.
    let mut huge = jpeg(16, 16);
    let frame = huge.windows(2).position(|m| m == [0xff, 0xc0]).unwrap();
    huge.splice(frame + 5..frame + 9, [0xff, 0xdc, 0xff, 0xdc]);
    refused(&huge, &["65500", "16384"]);
}

#[test]
fn a_first_image_that_is_too_large_to_learn_asks_for_a_size() {
    let file = png(GrayImage::from_pixel(4_097, 2, Luma([9])));
    let files = [("x.png", file)];
    let message = refusal(load_tree(&files, any()));
    assert_says(&message, &["x.png", "4097", "--size", "4096x4096"]);
    assert_eq!(load_tree(&files, sized(2, 4_096, 1)).unwrap().count, 1);
}

#[test]
fn places_without_images_are_told_apart() {
    let root = tree(&[
        ("a/readme.txt", b"x".to_vec()),
        (
            "x.zip",
            packed(&[("a.txt", vec![])], CompressionMethod::Stored),
        ),
    ]);
    let zip = |path: &Path| archive::load(path, &any(), &mut |_, _| Ok(()));
    let path = |name: &str| root.path().join(name);
    let shown = root.path().to_str().unwrap();
    assert_says(
        &refusal(load(root.path(), any())),
        &[shown, "no images", ".png"],
    );
    assert_says(&refusal(load(root.path(), skipping())), &["no images"]);
    assert_says(
        &refusal(load(&path("gone"), any())),
        &["gone", "does not exist"],
    );
    assert_says(
        &refusal(load(&path("x.zip"), any())),
        &["x.zip", "zip:FILE"],
    );
    assert_says(&refusal(zip(&path("x.zip"))), &["x.zip", "no images"]);
    assert_says(&refusal(zip(&path("gone"))), &["gone", "does not exist"]);
    assert_says(&refusal(zip(&path("a"))), &["folder:DIR"]);
    assert_says(
        &refusal(zip(&path("a/readme.txt"))),
        &["readme.txt", "zip file"],
    );
}

#[test]
fn every_cut_of_an_image_is_refused() {
    for whole in [
        jpeg(24, 24),
        png(image::load_from_memory(&jpeg(9, 9)).unwrap()),
    ] {
        assert_eq!(
            load_tree(&[("x.png", whole.clone())], any()).unwrap().count,
            1
        );
        let cuts: Vec<(String, Vec<u8>)> = (0..whole.len())
            .map(|end| (format!("{end:05}.png"), whole[..end].to_vec()))
            .collect();
        let result = load_tree(&cuts, skipping());
        // A PNG lacks nothing without the 12 bytes of its end; not one of a JPEG may miss.
        match result {
            Ok(images) => {
                let warning = images.warning.unwrap();
                let bad = cuts.len() - images.count;
                assert_says(&warning, &[&format!("{bad} of {}", cuts.len())]);
                assert!(images.count <= 12 && whole[1] == b'P', "{}", images.count);
            }
            refused => assert_says(&refusal(refused), &["00000.png"]),
        }
    }
}

/// Whether the data set was taken; checks either outcome.
fn sound(result: Result<Images>) -> bool {
    match result {
        Ok(images) => {
            assert!(images.count > 0);
            assert_eq!(images.pixels.len(), images.count * images.image_bytes());
            true
        }
        refused => {
            refusal(refused);
            false
        }
    }
}

#[test]
fn bent_images_are_refused_or_harmless() {
    let mut random = Bytes::new(4);
    let good = [
        jpeg(20, 12),
        grey(20, 12, 7),
        png(image::load_from_memory(&jpeg(8, 8)).unwrap()),
    ];
    let mut files = Vec::new();
    for at in 0..1_500 {
        let mut bent = good[at % 3].clone();
        for _ in 0..1 + random.below(3) {
            let bit = random.below(8 * bent.len());
            bent[bit / 8] ^= 1 << (bit % 8);
        }
        files.push((format!("{at:05}.png"), bent));
    }
    for at in 0..200 {
        let magic: &[u8] = [b"\x89PNG\r\n\x1a\n".as_slice(), b"\xff\xd8\xff\xe0"][at % 2];
        let len = random.below(300);
        files.push((
            format!("random{at}.png"),
            [magic, &random.vec(len)].concat(),
        ));
    }
    let wanted = Wanted {
        skip_bad: true,
        ..sized(6, 6, 3)
    };
    let images = load_tree(&files, wanted).unwrap();
    // Many bits of a JPEG are pixels; a PNG has a checksum for all but a few.
    assert!((100..800).contains(&images.count), "{}", images.count);
    sound(Ok(images));
}

/// An archive of one picture, and where its entry in the directory begins.
fn one_picture() -> (Vec<u8>, usize) {
    let picture = encoded(GrayImage::from_pixel(40, 40, Luma([9])), ImageFormat::Png);
    let bytes = packed(&[("x.png", picture)], CompressionMethod::Deflated);
    let entry = bytes.windows(4).position(|m| m == b"PK\x01\x02").unwrap();
    (bytes, entry)
}

/// The refusal of that archive after the bytes at `offset` of the entry were replaced.
fn bent_entry(offset: usize, with: &[u8]) -> String {
    let (mut bytes, entry) = one_picture();
    bytes[entry + offset..][..with.len()].copy_from_slice(with);
    refusal(load_zip(&bytes, any()))
}

#[test]
fn entries_that_cannot_be_unpacked_are_named() {
    let (bytes, entry) = one_picture();
    assert_eq!(load_zip(&bytes, any()).unwrap().shape, [40, 40, 1]);
    let size = u32::from_le_bytes(bytes[entry + 24..][..4].try_into().unwrap());
    // Offsets are those of the central directory: flags 8, method 10, checksum 16, size 24.
    assert_says(&bent_entry(8, &[1]), &["x.png", "encrypted", "password"]);
    assert_says(
        &bent_entry(10, &[12]),
        &["x.png", "compressed with", "deflated"],
    );
    assert_says(&bent_entry(16, &[1, 2, 3, 4]), &["x.png", "hecksum"]);
    for (claimed, says) in [
        (size - 1, "larger than its declared"),
        (0, "larger than its declared"),
        (size + 1, "promises"),
    ] {
        let message = bent_entry(24, &claimed.to_le_bytes());
        assert_says(&message, &["x.png", says]);
    }
    let huge = bent_entry(24, &0x7fff_ffff_u32.to_le_bytes());
    assert_says(&huge, &["2147483647 bytes", "claims", "folder:DIR"]);
    // The mode of a link, and that Unix made it.
    let (mut link, entry) = one_picture();
    link[entry + 5] = 3;
    link[entry + 38..][..4].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
    assert_says(
        &refusal(load_zip(&link, any())),
        &["x.png", "symbolic link"],
    );
}

#[test]
fn a_bomb_is_left_before_it_is_unpacked() {
    // 60 entries that all claim 2 MiB in an archive of some kilobytes: each may be, not all.
    let files: Vec<(String, Vec<u8>)> = (0..60)
        .map(|at| (format!("{at}.png"), vec![0; 2 << 20]))
        .collect();
    let bytes = packed(&files, CompressionMethod::Deflated);
    assert!(bytes.len() < 200_000, "{}", bytes.len());
    let message = refusal(load_zip(&bytes, skipping()));
    assert_says(&message, &["claims to hold 125829120 bytes"]);
    // What unpacks to more than it claims is left right behind the claim.
    let mut modest = packed(&files[..1], CompressionMethod::Deflated);
    let entry = modest.windows(4).position(|m| m == b"PK\x01\x02").unwrap();
    modest[entry + 24..][..4].copy_from_slice(&1_000_u32.to_le_bytes());
    assert_says(
        &refusal(load_zip(&modest, any())),
        &["0.png", "larger than its declared"],
    );
}

#[test]
fn bent_and_cut_archives_never_panic() {
    let files = [
        ("a.png", grey(3, 3, 1)),
        ("b/c.jpg", jpeg(16, 8)),
        ("d.txt", vec![5; 90]),
    ];
    let good = packed(&files, CompressionMethod::Deflated);
    let mut random = Bytes::new(5);
    for _ in 0..400 {
        let mut bent = good.clone();
        for _ in 0..1 + random.below(4) {
            let bit = random.below(8 * bent.len());
            bent[bit / 8] ^= 1 << (bit % 8);
        }
        sound(load_zip(&bent, sized(2, 2, 1)));
        let start = random.below(good.len() / 4);
        sound(load_zip(&good[start..], skipping()));
        let noise = [&good[..random.below(good.len())], &random.vec(30)].concat();
        sound(load_zip(&noise, skipping()));
    }
    for end in (0..good.len()).filter(|end| end % 5 == 0 || end + 25 > good.len()) {
        assert!(!sound(load_zip(&good[..end], skipping())), "{end}");
    }
}
