//! Sample images side by side, as a picture that shows every pixel.
//!
//! For people: values are rounded to 8 bits and small images enlarged. Whoever wants to compute
//! with samples takes the tensors.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage};

use crate::error::{Error, Result};

/// Between images and around them.
const BACKGROUND: Rgba<u8> = Rgba([48, 48, 48, 255]);
const GAP: usize = 2;

/// Where a value is not a finite number: a colour that no image of digits has.
const NOT_A_NUMBER: Rgba<u8> = Rgba([255, 0, 255, 255]);

/// Narrower grids are enlarged.
const LEAST_WIDTH: usize = 500;
/// No side of an image becomes longer than this by enlarging it.
const MOST_ENLARGED: usize = 1_024;
const MOST_PIXELS: usize = 1 << 26;

/// Lays out `n` images, `images` [N, H, W, C] in [−1, 1], in rows of `columns`.
///
/// C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA). Small images are enlarged by a whole factor
/// and never blurred. Values beyond [−1, 1] are clamped; pixels that are not finite are magenta.
///
/// # Errors
/// [`Error::Runtime`] if the values do not fill the shape or C is another number, and
/// [`Error::Usage`] for a grid of more than 2²⁶ pixels.
pub fn grid(
    images: &[f32],
    n: usize,
    [height, width, channels]: [usize; 3],
    columns: usize,
) -> Result<RgbaImage> {
    let expected = [height, width, channels]
        .iter()
        .try_fold(n, |product, extent| product.checked_mul(*extent));
    if expected != Some(images.len()) || images.is_empty() || columns == 0 || channels > 4 {
        return Err(Error::Runtime(format!(
            "{} values make no grid of {n} images of {height}x{width}x{channels} in {columns} \
             columns; give whole images with 1 to 4 channels",
            images.len()
        )));
    }
    let columns = columns.min(n);
    let wanted = LEAST_WIDTH.div_ceil(columns.saturating_mul(width));
    let scale = wanted.min(MOST_ENLARGED / height.max(width)).max(1);
    let (cell_width, cell_height) = (width * scale + GAP, height * scale + GAP);
    let total_width = columns * cell_width + GAP;
    let total_height = n.div_ceil(columns) * cell_height + GAP;
    if total_width.saturating_mul(total_height) > MOST_PIXELS {
        return Err(Error::Usage(format!(
            "a grid of {n} images is {total_width}x{total_height} pixels; ask for fewer images or \
             for a .safetensors file"
        )));
    }
    let mut picture = RgbaImage::from_pixel(total_width as u32, total_height as u32, BACKGROUND);
    for (i, image) in images.chunks_exact(height * width * channels).enumerate() {
        let left = GAP + i % columns * cell_width;
        let top = GAP + i / columns * cell_height;
        for (pixel, values) in image.chunks_exact(channels).enumerate() {
            let (x, y) = (pixel % width * scale, pixel / width * scale);
            fill_square(&mut picture, [left + x, top + y], scale, colour(values));
        }
    }
    Ok(picture)
}

fn fill_square(picture: &mut RgbaImage, [left, top]: [usize; 2], side: usize, colour: Rgba<u8>) {
    for y in top..top + side {
        for x in left..left + side {
            picture.put_pixel(x as u32, y as u32, colour);
        }
    }
}

/// One pixel of 1 to 4 channels.
fn colour(values: &[f32]) -> Rgba<u8> {
    if values.iter().any(|value| !value.is_finite()) {
        return NOT_A_NUMBER;
    }
    let byte = |i: usize| ((values[i].clamp(-1.0, 1.0) + 1.0) * 127.5).round() as u8;
    match values.len() {
        1 => Rgba([byte(0), byte(0), byte(0), 255]),
        2 => Rgba([byte(0), byte(0), byte(0), byte(1)]),
        3 => Rgba([byte(0), byte(1), byte(2), 255]),
        _ => Rgba([byte(0), byte(1), byte(2), byte(3)]),
    }
}

/// The bytes of a PNG file, with colour and alpha only where the picture has them.
///
/// # Errors
/// [`Error::Runtime`] if the picture cannot be encoded.
pub fn encode_png(picture: &RgbaImage) -> Result<Vec<u8>> {
    let grey = picture.pixels().all(|p| p[0] == p[1] && p[1] == p[2]);
    let opaque = picture.pixels().all(|p| p[3] == 255);
    let (form, channels): (_, &[usize]) = match (grey, opaque) {
        (true, true) => (ExtendedColorType::L8, &[0]),
        (true, false) => (ExtendedColorType::La8, &[0, 3]),
        (false, true) => (ExtendedColorType::Rgb8, &[0, 1, 2]),
        (false, false) => (ExtendedColorType::Rgba8, &[0, 1, 2, 3]),
    };
    let bytes: Vec<u8> = picture
        .pixels()
        .flat_map(|p| channels.iter().map(|c| p[*c]))
        .collect();
    let mut file = Cursor::new(Vec::new());
    // Enlarged pixels repeat exactly, which a filter would hide from the compression.
    PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::NoFilter)
        .write_image(&bytes, picture.width(), picture.height(), form)
        .map_err(|e| Error::Runtime(format!("the grid cannot be encoded as PNG: {e}")))?;
    Ok(file.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(picture: &RgbaImage) -> image::DynamicImage {
        image::load_from_memory(&encode_png(picture).unwrap()).unwrap()
    }

    #[test]
    fn sixty_four_digits_fill_at_least_500_pixels() {
        let picture = grid(&vec![0.0; 64 * 784], 64, [28, 28, 1], 8).unwrap();
        let side = 8 * (3 * 28 + 2) + 2;
        assert_eq!(picture.dimensions(), (side, side));
        assert_eq!(decoded(&picture).color(), image::ColorType::L8);
    }

    #[test]
    fn images_lie_in_rows_and_are_enlarged_without_blur() {
        // Three images of 1x2 in two columns; the fourth place stays empty.
        let images = [-1.0, 1.0, 0.0, 0.5, 2.0, -3.0];
        let picture = grid(&images, 3, [1, 2, 1], 2).unwrap();
        let scale = (picture.width() - 6) / 4;
        assert!(picture.width() >= LEAST_WIDTH as u32 && scale > 1);
        let cell = 2 * scale + 2;
        let expected = [0, 255, 128, 191, 255, 0];
        for (i, grey) in expected.into_iter().enumerate() {
            let (image, pixel) = (i as u32 / 2, i as u32 % 2);
            let left = 2 + image % 2 * cell + pixel * scale;
            let top = 2 + image / 2 * (scale + 2);
            for (x, y) in [(0, 0), (scale - 1, scale - 1)] {
                let found = picture.get_pixel(left + x, top + y);
                assert_eq!(*found, Rgba([grey, grey, grey, 255]), "{i}");
            }
        }
        assert_eq!(*picture.get_pixel(1, 1), BACKGROUND);
        let empty = (picture.width() - 3, picture.height() - 3);
        assert_eq!(*picture.get_pixel(empty.0, empty.1), BACKGROUND);
    }

    #[test]
    fn every_number_of_channels_survives_the_file() {
        use image::ColorType::{L8, La8, Rgb8, Rgba8};
        let pixel = [-1.0, 1.0, 0.0, -0.5];
        for (channels, form, expected) in [
            (1, L8, [0, 0, 0, 255]),
            (2, La8, [0, 0, 0, 255]),
            (3, Rgb8, [0, 255, 128, 255]),
            (4, Rgba8, [0, 255, 128, 64]),
        ] {
            // The second image of two channels is transparent, so that alpha must be kept.
            let mut images = pixel[..channels].to_vec();
            images.extend(vec![-1.0; channels]);
            let picture = decoded(&grid(&images, 2, [1, 1, channels], 2).unwrap());
            assert_eq!(picture.color(), form);
            assert_eq!(*picture.to_rgba8().get_pixel(2, 2), Rgba(expected));
        }
    }

    #[test]
    fn what_is_not_finite_is_magenta() {
        let picture = grid(&[f32::NAN, f32::INFINITY, 0.0], 3, [1, 1, 1], 3).unwrap();
        let marked = picture.pixels().filter(|p| **p == NOT_A_NUMBER).count() as u32;
        let scale = picture.height() - 4;
        assert_eq!(marked, 2 * scale * scale);
    }

    #[test]
    fn impossible_grids_are_refused() {
        for (count, n, shape, columns) in [
            (0, 0, [1, 1, 1], 1),
            (4, 1, [1, 1, 5], 1),
            (4, 1, [2, 2, 1], 0),
            (4, 2, [2, 2, 1], 1),
            (4, usize::MAX, [2, 2, 1], 1),
        ] {
            let refused = grid(&vec![0.0; count], n, shape, columns);
            assert_eq!(refused.unwrap_err().exit_code(), 1, "{n} {shape:?}");
        }
        let many = grid(&vec![0.0; 1_000_000], 1_000_000, [1, 1, 1], 1);
        assert_eq!(many.unwrap_err().exit_code(), 2);
    }
}
