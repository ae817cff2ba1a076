//! Batches and sums against what they are said to be.

use gpugan::plan::{Contents, kernel};
use gpugan::threefry::{half_bits, permute, threefry2x32};

use crate::harness::{Case, Rig};

const KEY: [u32; 2] = [3, 4];

#[test]
fn a_batch_reaches_into_the_next_epoch() {
    let (count, rows, features) = (10, 7, 3);
    let bytes: Vec<u8> = (0..count * features).map(|at| at as u8 * 8).collect();
    let (epoch, position) = (2, 6);
    let case = Case::new(&kernel::DATA_GATHER, "")
        .read("images", Contents::U8(bytes.clone()))
        .read(
            "clock",
            Contents::U32(vec![0, epoch, position, 0, 0, 0, 0, 0]),
        )
        .write("x", rows * features)
        .set("key0", KEY[0])
        .set("key1", KEY[1])
        .set("count", count)
        .set("half_bits", half_bits(count as u32))
        .set("rows", rows)
        .set("features", features)
        .extent(rows * features, 1, 1);
    let x = Rig::new(case).run().floats("x");
    let places = [(2, 6), (2, 7), (2, 8), (2, 9), (3, 0), (3, 1), (3, 2)];
    for ((epoch, position), row) in places.into_iter().zip(x.chunks(features)) {
        let image = permute(threefry2x32(KEY, [epoch, 0]), 10, position) as usize;
        for (got, byte) in row.iter().zip(&bytes[image * features..]) {
            assert!((got - (f64::from(*byte) / 127.5 - 1.0)).abs() < 1e-15);
        }
    }
}

#[test]
fn bytes_fill_the_interval_to_its_ends() {
    let case = Case::new(&kernel::DATA_GATHER, "")
        .read("images", Contents::U8((0..=255).collect()))
        .read("clock", Contents::U32(vec![0; 8]))
        .write("x", 256)
        .set("key0", 0usize)
        .set("key1", 0usize)
        .set("count", 1usize)
        .set("half_bits", 1usize)
        .set("rows", 1usize)
        .set("features", 256usize)
        .extent(256, 1, 1);
    let x = Rig::new(case).run().floats("x");
    assert_eq!((x[0], x[255]), (-1.0, 1.0));
    assert!(
        x.windows(2)
            .all(|pair| (pair[1] - pair[0] - 2.0 / 255.0).abs() < 1e-15)
    );
}

#[test]
fn a_copy_leaves_the_rest_alone() {
    let case = Case::new(&kernel::DATA_COPY, "")
        .read("source", Contents::F32(vec![1.0, 2.0, 3.0]))
        .update("destination", Contents::F32(vec![9.0; 6]))
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
