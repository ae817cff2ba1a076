//! What becomes of images of other kinds and sizes than the data set's.

use gpugan::data::Wanted;
use image::{
    DynamicImage, GrayAlphaImage, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, RgbImage,
    Rgba, RgbaImage,
};

use crate::pictures::{any, chunk, encoded, find_chunk, grey, jpeg, load_tree, png, sized};

fn one(file: Vec<u8>, wanted: Wanted) -> ([usize; 3], Vec<u8>) {
    let images = load_tree(&[("x.png", file)], wanted).unwrap();
    assert_eq!((images.count, images.labels), (1, None));
    (images.shape, images.pixels)
}

fn channels(channels: usize) -> Wanted {
    Wanted {
        channels: Some(channels),
        ..any()
    }
}

#[test]
fn the_first_image_decides_size_and_colour() {
    let colour = RgbImage::from_pixel(3, 2, Rgb([1, 2, 3]));
    let (shape, pixels) = one(png(colour), any());
    assert_eq!(shape, [2, 3, 3]);
    assert_eq!(pixels, [1, 2, 3].repeat(6));
    assert_eq!(one(grey(5, 4, 9), any()), ([4, 5, 1], vec![9; 20]));
    // Whatever comes later is fitted to it.
    let later = png(RgbImage::from_pixel(10, 8, Rgb([50; 3])));
    let files = [("a.png", grey(5, 4, 9)), ("b.png", later)];
    let images = load_tree(&files, any()).unwrap();
    assert_eq!((images.count, images.shape), (2, [4, 5, 1]));
    assert_eq!(images.pixels, [[9; 20], [50; 20]].concat());
}

#[test]
fn every_kind_becomes_every_number_of_channels() {
    let luma = (0.2126 * 200.0 + 0.7152 * 100.0 + 0.0722 * 50.0_f64) as u8;
    let kinds: [(DynamicImage, [&[u8]; 4]); 4] = [
        (
            GrayImage::from_pixel(1, 1, Luma([7])).into(),
            [&[7], &[7, 255], &[7, 7, 7], &[7, 7, 7, 255]],
        ),
        (
            GrayAlphaImage::from_pixel(1, 1, LumaA([7, 30])).into(),
            [&[7], &[7, 30], &[7, 7, 7], &[7, 7, 7, 30]],
        ),
        (
            RgbImage::from_pixel(1, 1, Rgb([200, 100, 50])).into(),
            [&[luma], &[luma, 255], &[200, 100, 50], &[200, 100, 50, 255]],
        ),
        (
            RgbaImage::from_pixel(1, 1, Rgba([200, 100, 50, 0])).into(),
            [&[luma], &[luma, 0], &[200, 100, 50], &[200, 100, 50, 0]],
        ),
    ];
    for (image, expected) in kinds {
        let by_default = if image.color().has_color() { 3 } else { 1 };
        let file = png(image);
        let found = one(file.clone(), any());
        let told = expected[by_default - 1].to_vec();
        assert_eq!(found, ([1, 1, by_default], told), "alpha is dropped");
        for (at, expected) in expected.into_iter().enumerate() {
            let (shape, pixels) = one(file.clone(), channels(at + 1));
            assert_eq!(shape, [1, 1, at + 1]);
            let near = pixels
                .iter()
                .zip(expected)
                .all(|(a, b)| a.abs_diff(*b) <= 1);
            assert!(near && pixels.len() == at + 1, "{pixels:?} {expected:?}");
        }
    }
}

#[test]
fn sixteen_bits_are_rounded_to_eight() {
    let values = [0, 257, 257 * 7 + 128, 257 * 7 + 129, 65_535];
    let deep = ImageBuffer::<Luma<u16>, _>::from_vec(5, 1, values.to_vec()).unwrap();
    let (shape, pixels) = one(png(deep), any());
    assert_eq!((shape, pixels), ([1, 5, 1], vec![0, 1, 7, 8, 255]));
    let deep = ImageBuffer::<Rgba<u16>, _>::from_pixel(1, 1, Rgba([65_535, 0, 257 * 9, 0]));
    assert_eq!(one(png(deep), any()), ([1, 1, 3], vec![255, 0, 9]));
}

#[test]
fn one_pixel_becomes_a_surface() {
    let (shape, pixels) = one(grey(1, 1, 77), sized(5, 3, 2));
    assert_eq!((shape, pixels), ([5, 3, 2], [77, 255].repeat(15)));
}

#[test]
fn other_ratios_are_cropped_around_the_centre() {
    let stripes = |wide: bool| {
        let (w, h) = if wide { (30, 10) } else { (10, 30) };
        png(GrayImage::from_fn(w, h, |x, y| {
            Luma([if wide { x / 10 } else { y / 10 } as u8 * 100])
        }))
    };
    for wide in [true, false] {
        assert_eq!(one(stripes(wide), sized(10, 10, 1)).1, [100; 100]);
        assert_eq!(one(stripes(wide), sized(2, 2, 1)).1, [100; 4]);
        assert_eq!(one(stripes(wide), sized(17, 17, 1)).1, [100; 17 * 17]);
    }
    // 20 of 30 columns, from the sixth on.
    let (_, pixels) = one(stripes(true), sized(10, 20, 1));
    let row = [vec![0; 5], vec![100; 10], vec![200; 5]].concat();
    assert_eq!(pixels, row.repeat(10));
}

#[test]
fn shrinking_takes_the_mean_and_not_every_nth_pixel() {
    let board = GrayImage::from_fn(64, 64, |x, y| Luma([(x + y) as u8 % 2 * 255]));
    let (_, pixels) = one(png(board), sized(8, 8, 1));
    assert!(
        pixels.iter().all(|&p| (126..=129).contains(&p)),
        "{pixels:?}"
    );
}

#[test]
fn enlarging_keeps_the_picture() {
    let halves = GrayImage::from_fn(8, 8, |x, _| Luma([if x < 4 { 20 } else { 220 }]));
    let (_, pixels) = one(png(halves), sized(64, 64, 1));
    let row = &pixels[32 * 64..33 * 64];
    assert!(row[..20].iter().all(|&p| p.abs_diff(20) < 20), "{row:?}");
    assert!(row[44..].iter().all(|&p| p.abs_diff(220) < 20), "{row:?}");
}

#[test]
fn jpeg_is_read_whatever_its_name() {
    let images = load_tree(&[("x.PNG", jpeg(24, 16))], any()).unwrap();
    assert_eq!(images.shape, [16, 24, 3]);
    let grey = encoded(GrayImage::from_pixel(9, 9, Luma([90])), ImageFormat::Jpeg);
    let images = load_tree(&[("x.jpg", grey)], any()).unwrap();
    assert_eq!(images.shape, [9, 9, 1]);
    assert!(images.pixels.iter().all(|p| p.abs_diff(90) <= 1));
}

/// A baseline JPEG of one block of 8x8 pixels in four components, each of one value. `adobe` is
/// the transform that an Adobe marker tells: 0 is CMYK.
fn four_components(values: [u8; 4], adobe: u8) -> Vec<u8> {
    let mut bits = String::new();
    for value in values {
        // The mean less 128 as category and bits, then the end of the block.
        let mean = i32::from(value) - 128;
        let category = 32 - mean.unsigned_abs().leading_zeros();
        let coded = if mean < 0 {
            mean + (1 << category) - 1
        } else {
            mean
        };
        bits += &format!("{category:04b}");
        for bit in (0..category).rev() {
            bits += if coded >> bit & 1 == 1 { "1" } else { "0" };
        }
        bits += "0";
    }
    bits += &"1".repeat((8 - bits.len() % 8) % 8);
    let mut scan = Vec::new();
    for byte in bits.as_bytes().chunks(8) {
        let byte = u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap();
        scan.push(byte);
        if byte == 0xff {
            scan.push(0);
        }
    }
    let segment = |marker: u8, data: &[u8]| {
        let length = (data.len() as u16 + 2).to_be_bytes();
        [&[0xff, marker][..], &length, data].concat()
    };
    let adobe = [b"Adobe\0\x64\0\0\0\0".as_slice(), &[adobe]].concat();
    let frame = [
        &[8, 0, 8, 0, 8, 4][..],
        &[1, 0x11, 0, 2, 0x11, 0],
        &[3, 0x11, 0, 4, 0x11, 0],
    ];
    // Nine codes of four bits for the categories 0 to 8, one of one bit for the end of a block.
    let dc = [&[0, 0, 0, 0, 9][..], &[0; 12], &[0, 1, 2, 3, 4, 5, 6, 7, 8]].concat();
    let ac = [&[0x10, 1][..], &[0; 15], &[0]].concat();
    [
        vec![0xff, 0xd8],
        segment(0xee, &adobe),
        segment(0xdb, &[&[0][..], &[8; 64]].concat()),
        segment(0xc0, &frame.concat()),
        segment(0xc4, &dc),
        segment(0xc4, &ac),
        segment(0xda, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]),
        scan,
        vec![0xff, 0xd9],
    ]
    .concat()
}

#[test]
fn cmyk_becomes_rgb() {
    // Adobe stores what is left of the light: 255 is no ink.
    for (values, expected) in [
        ([255, 255, 255, 255], [255, 255, 255]),
        ([0, 255, 255, 255], [0, 255, 255]),
        ([255, 255, 0, 255], [255, 255, 0]),
        ([200, 100, 50, 255], [200, 100, 50]),
        ([255, 255, 255, 0], [0, 0, 0]),
        ([255, 255, 255, 128], [128, 128, 128]),
    ] {
        let images = load_tree(&[("x.jpg", four_components(values, 0))], any()).unwrap();
        assert_eq!(images.shape, [8, 8, 3]);
        for pixel in images.pixels.chunks(3) {
            let near = pixel.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 2);
            assert!(near, "{values:?}: {pixel:?}");
        }
    }
}

#[test]
fn an_animated_png_counts_as_its_first_picture() {
    let (first, second) = (grey(4, 4, 10), grey(4, 4, 200));
    let data_at = find_chunk(&second, b"IDAT");
    let length = u32::from_be_bytes(second[data_at..][..4].try_into().unwrap()) as usize;
    let frame = |number: u32| {
        let words = [number, 4, 4, 0, 0].map(u32::to_be_bytes).concat();
        chunk(b"fcTL", &[&words[..], &[0, 1, 0, 10, 0, 0]].concat())
    };
    let data = [&2_u32.to_be_bytes()[..], &second[data_at + 8..][..length]].concat();
    let (before, end) = (find_chunk(&first, b"IDAT"), find_chunk(&first, b"IEND"));
    let animated = [
        &first[..before],
        &chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]),
        &frame(0),
        &first[before..end],
        &frame(1),
        &chunk(b"fdAT", &data),
        &first[end..],
    ];
    assert_eq!(one(animated.concat(), any()), ([4, 4, 1], vec![10; 16]));
}

#[test]
fn what_the_camera_notes_about_its_position_is_applied() {
    // Exif: little-endian TIFF, one entry: orientation (0x112), short, one value.
    let turned = |orientation: u8| {
        let tiff = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice();
        let note = [tiff, &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat();
        let length = (note.len() as u16 + 2).to_be_bytes();
        let file = jpeg(24, 16);
        let parts = [&file[..2], &[0xff, 0xe1], &length, &note, &file[2..]];
        load_tree(&[("x.jpg", parts.concat())], any()).unwrap()
    };
    let (plain, upside_down, right) = (turned(1), turned(3), turned(6));
    assert_eq!((plain.shape, right.shape), ([16, 24, 3], [24, 16, 3]));
    let pixels = |images: &gpugan::data::Images| {
        images
            .pixels
            .chunks(3)
            .map(<[u8]>::to_vec)
            .collect::<Vec<_>>()
    };
    let mut backwards = pixels(&upside_down);
    backwards.reverse();
    assert_eq!(pixels(&plain), backwards);
    // Turned by 90 degrees clockwise: the first column from below becomes the first row.
    let left: Vec<_> = (0..16)
        .rev()
        .map(|y| pixels(&plain)[y * 24].clone())
        .collect();
    assert_eq!(pixels(&right)[..16], left);
}
