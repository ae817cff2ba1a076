//! Image files of many kinds, made here so that every byte of them is known.

use std::io::{Cursor, Write};
use std::path::Path;

use gpugan::Result;
use gpugan::data::{Images, Wanted, archive, folder};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

pub fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

pub fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    encoded(image, ImageFormat::Png)
}

/// A PNG of one grey.
pub fn grey(width: u32, height: u32, value: u8) -> Vec<u8> {
    png(GrayImage::from_pixel(width, height, Luma([value])))
}

/// A JPEG with edges and colours.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        Rgb([
            (x * 9) as u8,
            (y * 7) as u8,
            ((x / 4 + y / 4) % 2 * 255) as u8,
        ])
    };
    encoded(RgbImage::from_fn(width, height, pixel), ImageFormat::Jpeg)
}

/// A chunk of a PNG file.
pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(data);
    let length = (data.len() as u32).to_be_bytes();
    [&length[..], kind, data, &crc.sum().to_be_bytes()].concat()
}

/// Where a chunk of a PNG file begins.
pub fn find_chunk(png: &[u8], kind: &[u8; 4]) -> usize {
    let at = png.windows(4).position(|bytes| bytes == kind);
    at.expect("the chunk is there") - 4
}

/// A folder with files at any depth.
pub fn tree(files: &[(impl AsRef<str>, Vec<u8>)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = root.path().join(name.as_ref());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    root
}

/// A zip file of these entries.
pub fn packed(files: &[(impl AsRef<str>, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in files {
        zip.start_file(name.as_ref(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn load(root: &Path, wanted: Wanted) -> Result<Images> {
    folder::load(root, &wanted, &mut |_, _| Ok(()))
}

/// The images of a folder that holds just these files.
pub fn load_tree(files: &[(impl AsRef<str>, Vec<u8>)], wanted: Wanted) -> Result<Images> {
    load(tree(files).path(), wanted)
}

/// The images of a zip file with these bytes.
pub fn load_zip(bytes: &[u8], wanted: Wanted) -> Result<Images> {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("pictures.zip");
    std::fs::write(&path, bytes).unwrap();
    archive::load(&path, &wanted, &mut |_, _| Ok(()))
}

/// As the first image is.
pub fn any() -> Wanted {
    Wanted::default()
}

pub fn sized(height: usize, width: usize, channels: usize) -> Wanted {
    Wanted {
        size: Some([height, width]),
        channels: Some(channels),
        skip_bad: false,
    }
}

pub fn skipping() -> Wanted {
    Wanted {
        skip_bad: true,
        ..Wanted::default()
    }
}
