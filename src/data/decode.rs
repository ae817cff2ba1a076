//! One image file as the bytes that a data set wants: PNG or JPEG, told by content.
//!
//! What becomes of the many kinds of images:
//! - 16 bits per channel are rounded to 8; palettes and fewer bits are expanded.
//! - Colour becomes grey by 0.2126 R + 0.7152 G + 0.0722 B of the values as they are stored; grey
//!   becomes colour by repetition.
//! - Alpha is dropped and the colour beneath it kept, unless 2 or 4 channels are wanted; an image
//!   without alpha is then opaque.
//! - CMYK and YCCK become RGB by the plain formula. Colour profiles and gamma are not applied.
//! - The orientation that a camera noted (Exif) is applied.
//! - Of an animated PNG the image counts that a viewer without animation shows.
//! - An image of another size is cropped around its centre to the wanted ratio of sides, then
//!   resized with Lanczos3, be it larger or smaller; colour and alpha each on their own.
//!
//! Other formats, sides of more than 16,384 pixels, images of more than 256 MiB and files that end
//! too early are refused. JPEG has no checksum: damage that leaves its structure whole goes unseen.

use std::io::Cursor;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::Checked;

/// Largest height or width of an image in a file.
const LARGEST_SIDE: u32 = 16_384;
/// Most bytes of a decoded image, before it is resized.
const LARGEST_IMAGE: u64 = 256 << 20;

/// The image in a file of these bytes. The error is the end of a sentence that begins with the
/// file's name.
pub(super) fn decode(bytes: &[u8]) -> Checked<DynamicImage> {
    let format = format(bytes)?;
    if format == ImageFormat::Jpeg && !has_end(bytes) {
        return Err("is a JPEG file that ends too early: copy or download it again".into());
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(LARGEST_IMAGE);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let ((width, height), size) = (decoder.dimensions(), decoder.total_bytes());
    if width.max(height) > LARGEST_SIDE || size > LARGEST_IMAGE {
        return Err(format!(
            "is {height} pixels high and {width} wide, {size} bytes, but the limits are \
             {LARGEST_SIDE} for a side and {LARGEST_IMAGE} bytes: make it smaller"
        ));
    }
    // Damaged notes of a camera are no reason to refuse its picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(fault)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// \[H, W, C\] bytes of the image, cropped, converted and resized.
pub(super) fn fit(image: DynamicImage, [height, width, channels]: [usize; 3]) -> Vec<u8> {
    let (wanted, found) = ([width, height].map(|side| side as u32), size(&image));
    let (left, top, cut) = centre(found, wanted);
    let image = match cut == found {
        true => image,
        false => image.crop_imm(left, top, cut[0], cut[1]),
    };
    let image = match channels {
        1 => DynamicImage::ImageLuma8(image.into_luma8()),
        2 => DynamicImage::ImageLumaA8(image.into_luma_alpha8()),
        3 => DynamicImage::ImageRgb8(image.into_rgb8()),
        _ => DynamicImage::ImageRgba8(image.into_rgba8()),
    };
    let image = match size(&image) == wanted {
        true => image,
        false => image.resize_exact(wanted[0], wanted[1], FilterType::Lanczos3),
    };
    image.into_bytes()
}

/// Width and height.
fn size(image: &DynamicImage) -> [u32; 2] {
    [image.width(), image.height()]
}

/// The largest part around the centre with the ratio of `wanted`: left, top, \[width, height\].
fn centre([width, height]: [u32; 2], wanted: [u32; 2]) -> (u32, u32, [u32; 2]) {
    let wide = u64::from(width) * u64::from(wanted[1]);
    let high = u64::from(height) * u64::from(wanted[0]);
    // Rounded to the nearest, at least 1.
    let part = |of: u64, by: u32| ((2 * of + u64::from(by)) / (2 * u64::from(by))).max(1) as u32;
    let cut = match wide > high {
        true => [part(high, wanted[1]).min(width), height],
        false => [width, part(wide, wanted[0]).min(height)],
    };
    ((width - cut[0]) / 2, (height - cut[1]) / 2, cut)
}

fn format(bytes: &[u8]) -> Checked<ImageFormat> {
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => Ok(format),
        Ok(other) => Err(format!(
            "is {} inside, but PNG or JPEG is expected: convert it",
            format!("{other:?}").to_uppercase()
        )),
        Err(_) if bytes.is_empty() => Err("is empty: copy or download it again".into()),
        Err(_) => {
            Err("is no image inside, but PNG or JPEG is expected: remove or rename it".into())
        }
    }
}

/// Whether the end marker of a JPEG file stands where its segments lead to. Decoders fill up with
/// grey what is missing.
fn has_end(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or(&[]);
    // A marker is FF and neither 0 (a pixel's FF), nor FF (filling), nor a restart.
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
    while let Some(at) = rest.windows(2).position(is_marker) {
        let (marker, after) = (rest[at + 1], &rest[at + 2..]);
        let segment = match (marker, after) {
            (0xd9, _) => return true,
            // The two markers besides that have no segment.
            (0x01 | 0xd8, _) => 0,
            (_, [high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return false,
        };
        rest = after.get(segment..).unwrap_or(&[]);
    }
    false
}

/// What a decoder says, on one line.
fn fault(error: ImageError) -> String {
    let text = error.to_string().replace(['\n', '\r'], " ");
    let text = text.trim_end_matches(['.', ' ']);
    format!("cannot be decoded ({text}): save or download it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_keeps_the_ratio() {
        for (found, wanted, expected) in [
            ([10, 10], [5, 5], (0, 0, [10, 10])),
            ([20, 10], [5, 5], (5, 0, [10, 10])),
            ([10, 21], [5, 5], (0, 5, [10, 10])),
            ([10, 10], [4, 2], (0, 2, [10, 5])),
            ([10, 10], [2, 4], (2, 0, [5, 10])),
            ([1, 1], [64, 3], (0, 0, [1, 1])),
            ([16_384, 1], [1, 4_096], (8_191, 0, [1, 1])),
            ([3, 7], [3, 7], (0, 0, [3, 7])),
        ] {
            assert_eq!(centre(found, wanted), expected, "{found:?} {wanted:?}");
        }
    }

    #[test]
    fn the_end_of_a_jpeg_is_found_behind_its_segments() {
        // Start, a segment that holds an end marker, a scan with a stuffed byte and a restart.
        let whole = [
            &[0xff, 0xd8, 0xff, 0xe1, 0, 4, 0xff, 0xd9][..],
            &[0xff, 0xda, 0, 3, 9, 1, 0xff, 0, 2, 0xff, 0xd0, 3],
            &[0xff, 0xff, 0xd9, 7],
        ]
        .concat();
        assert!(has_end(&whole));
        for end in 0..whole.len() - 1 {
            assert!(!has_end(&whole[..end]), "{end}");
        }
    }
}
