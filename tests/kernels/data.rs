//! Batches and sums against what they are said to be.

use gpugan::plan::{Contents, kernel};
use gpugan::threefry::{half_bits, permute, threefry2x32};

use crate::harness::{Case, Rig};

const KEY: [u32; 2] = [3, 4];

/// The key of the flip stream.
const FLIP_KEY: [u32; 2] = [5, 6];

/// A batch of `rows` images from bytes\[count, H, W, C\], at a place in the order.
fn gather(bytes: &[u8], shape: [usize; 4], rows: usize, place: [u32; 2], flip: bool) -> Vec<f64> {
    stacks(bytes, (shape, 1), rows, place, flip)
}

/// The same of samples of `stack` images.
fn stacks(
    bytes: &[u8],
    (shape, stack): ([usize; 4], usize),
    rows: usize,
    [epoch, position]: [u32; 2],
    flip: bool,
) -> Vec<f64> {
    let [count, height, width, channels] = shape;
    let features = height * width * channels;
    let case = Case::new(&kernel::DATA_GATHER, "")
        .read("images", Contents::U8(bytes.to_vec()))
        .read(
            "clock",
            Contents::U32(vec![0, epoch, position, 0, 0, 0, 0, 0]),
        )
        .write("x", rows * stack * features)
        .set("key0", KEY[0])
        .set("key1", KEY[1])
        .set("count", count)
        .set("half_bits", half_bits(count as u32))
        .set("rows", rows)
        .set("features", features)
        .set("flip", u32::from(flip))
        .set("flip_key0", FLIP_KEY[0])
        .set("flip_key1", FLIP_KEY[1])
        .set("width", width)
        .set("channels", channels)
        .set("stack", stack)
        .extent(rows * stack * features, 1, 1);
    Rig::new(case).run().floats("x")
}

#[test]
fn rows_of_a_table_come_in_the_order_of_images() {
    let table: Vec<f32> = (0..30).map(|at| at as f32).collect();
    let case = Case::new(&kernel::DATA_ROWS, "")
        .read("points", Contents::F32(table))
        .read("clock", Contents::U32(vec![0, 2, 6, 0, 0, 0, 0, 0]))
        .write("x", 21)
        .set("key0", KEY[0])
        .set("key1", KEY[1])
        .set("count", 10usize)
        .set("half_bits", half_bits(10))
        .set("rows", 7usize)
        .set("features", 3usize)
        .extent(7, 1, 1);
    let x = Rig::new(case).run().floats("x");
    let bytes: Vec<u8> = (0..30).collect();
    let images = gather(&bytes, [10, 1, 3, 1], 7, [2, 6], false);
    for (point, image) in x.iter().zip(images) {
        assert!((value(*point as u8) - image).abs() < 1e-12, "{x:?}");
    }
}

fn value(byte: u8) -> f64 {
    f64::from(byte) / 127.5 - 1.0
}

#[test]
fn a_batch_reaches_into_the_next_epoch() {
    let bytes: Vec<u8> = (0..30).map(|at| at * 8).collect();
    let x = gather(&bytes, [10, 1, 3, 1], 7, [2, 6], false);
    let places = [(2, 6), (2, 7), (2, 8), (2, 9), (3, 0), (3, 1), (3, 2)];
    for ((epoch, position), row) in places.into_iter().zip(x.chunks(3)) {
        let image = permute(threefry2x32(KEY, [epoch, 0]), 10, position) as usize;
        for (got, byte) in row.iter().zip(&bytes[image * 3..]) {
            assert!((got - value(*byte)).abs() < 1e-15);
        }
    }
}

#[test]
fn a_place_in_the_order_decides_what_is_mirrored() {
    let [count, height, width, channels] = [11, 2, 3, 4];
    let features = height * width * channels;
    let bytes: Vec<u8> = (0..count * features).map(|at| (at % 251) as u8).collect();
    let shape = [count, height, width, channels];
    let mut coins = [0; 2];
    for place in 0..3 * count as u32 {
        let [epoch, position] = [place / count as u32, place % count as u32];
        let plain = gather(&bytes, shape, 1, [epoch, position], false);
        // The definition, word for word.
        let mirrored = threefry2x32(FLIP_KEY, [position, epoch])[0] % 2 == 1;
        coins[usize::from(mirrored)] += 1;
        let mut expected: Vec<f64> = Vec::new();
        for row in 0..height {
            for column in 0..width {
                let from = if mirrored { width - 1 - column } else { column };
                expected.extend(&plain[(row * width + from) * channels..][..channels]);
            }
        }
        let seen = gather(&bytes, shape, 1, [epoch, position], true);
        assert_eq!(seen, expected, "epoch {epoch}, position {position}");
    }
    assert!(coins.iter().all(|seen| *seen > 8), "{coins:?}");
}

/// The order of place s has the key of (epoch, s): the first is that of single images.
#[test]
fn every_place_of_a_stack_has_an_order_of_its_own() {
    let (shape, stack) = ([10, 2, 3, 2], 3);
    let bytes: Vec<u8> = (0..120).map(|at| at * 2).collect();
    let places = [(2, 8), (2, 9), (3, 0)];
    let x = stacks(&bytes, (shape, stack), 3, [2, 8], false);
    let mirrored = stacks(&bytes, (shape, stack), 3, [2, 8], true);
    for (row, (epoch, position)) in places.into_iter().enumerate() {
        let order = |place| permute(threefry2x32(KEY, [epoch, place]), 10, position) as usize;
        let coin = threefry2x32(FLIP_KEY, [position, epoch])[0] % 2;
        for pixel in 0..6 {
            let other = [pixel, pixel / 3 * 3 + 2 - pixel % 3][coin as usize];
            for (place, channel) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)] {
                let image = &bytes[order(place) * 12..][..12];
                let at = |pixel: usize| (row * 6 + pixel) * 6 + place as usize * 2 + channel;
                let expected = value(image[pixel * 2 + channel]);
                assert!((x[at(pixel)] - expected).abs() < 1e-15);
                assert_eq!(mirrored[at(other)], x[at(pixel)]);
            }
        }
    }
}

#[test]
fn what_is_mirrored_does_not_depend_on_the_batch() {
    let bytes: Vec<u8> = (0..60).map(|at| at * 4).collect();
    let at = |rows, place| gather(&bytes, [10, 2, 3, 1], rows, place, true);
    let singles = [[0, 8], [0, 9], [1, 0], [1, 1]].map(|place| at(1, place));
    assert_eq!(at(4, [0, 8]), singles.concat());
}

#[test]
fn bytes_fill_the_interval_to_its_ends() {
    let bytes: Vec<u8> = (0..=255).collect();
    let x = gather(&bytes, [1, 16, 16, 1], 1, [0, 0], false);
    assert_eq!((x[0], x[255]), (-1.0, 1.0));
    assert!(
        x.windows(2)
            .all(|pair| (pair[1] - pair[0] - 2.0 / 255.0).abs() < 1e-15)
    );
}

#[test]
fn a_copy_leaves_the_rest_alone() {
    let case = Case::new(&kernel::DATA_COPY, "")
        .read("source", Contents::F32(vec![0.0, 1.0, 2.0, 3.0, 4.0]))
        .update("destination", Contents::F32(vec![9.0; 6]))
        .set("skip", 1usize)
        .set("start", 2usize)
        .set("len", 3usize)
        .extent(3, 1, 1);
    let destination = Rig::new(case).run().floats("destination");
    assert_eq!(destination, [9.0, 9.0, 1.0, 2.0, 3.0, 9.0]);
}

fn sums(accumulate: usize) -> [Vec<f64>; 2] {
    let numbers = || Contents::F32(vec![1.0, 2.0, 10.0, 20.0, 100.0, 200.0]);
    let before = || Contents::F32(vec![0.5; 2]);
    let columns = Case::new(&kernel::REDUCE_COLUMNS, "")
        .read("values", numbers())
        .update("parts", before())
        .set("len", 6usize)
        .set("width", 2usize);
    let splits = Case::new(&kernel::REDUCE_SPLITS, "")
        .read("parts", numbers())
        .update("total", before())
        .set("splits", 3usize)
        .set("len", 2usize);
    [(columns, "parts"), (splits, "total")].map(|(case, output)| {
        let case = case.set("accumulate", accumulate).extent(2, 1, 1);
        Rig::new(case).run().floats(output)
    })
}

#[test]
fn sums_overwrite_or_accumulate() {
    assert_eq!(sums(0), [[111.0, 222.0]; 2]);
    assert_eq!(sums(1), [[111.5, 222.5]; 2]);
}
