//! Kernels that fill, move or sum tensors.

use gpugan::plan::{Contents, Kernel, kernel};
use gpugan::threefry::half_bits;

use super::{LENGTHS, floats};
use crate::harness::{Case, noise};

pub fn random() -> Vec<Case> {
    let draw = |kernel: &'static Kernel, len: usize| {
        Case::new(kernel, len)
            .read("clock", Contents::U32(vec![9, 8, 7, 6, 5, 4, 3, 2]))
            .write("values", len)
            .set("key0", 0xdead_beefu32)
            .set("key1", 77u32)
            .set("counter", 4usize)
            .set("len", len)
            .extent(len, 1, 1)
    };
    let both = |len| [&kernel::RANDOM_NORMAL, &kernel::RANDOM_UNIFORM].map(|k| draw(k, len));
    LENGTHS.into_iter().flat_map(both).collect()
}

/// Images of any size and stacks of them, in batches that begin anywhere and may reach into the next
/// epoch, as they are and mirrored at random.
pub fn gather() -> Vec<Case> {
    let case =
        |count: usize, [h, w, c, stack]: [usize; 4], rows: usize, position: u32, flip: bool| {
            let features = h * w * c;
            let bytes = noise(1, count * features, 127.9);
            let bytes = bytes.into_iter().map(|x| (x + 128.0) as u8).collect();
            let label = format!("{count} {h}x{w}x{c} by {stack} {rows} {flip}");
            Case::new(&kernel::DATA_GATHER, label)
                .read("images", Contents::U8(bytes))
                .read("clock", Contents::U32(vec![1, 3, position, 1, 1, 1, 1, 1]))
                .write("x", rows * stack * features)
                .set("key0", 5u32)
                .set("key1", 6u32)
                .set("count", count)
                .set("half_bits", half_bits(count as u32))
                .set("rows", rows)
                .set("features", features)
                .set("flip", u32::from(flip))
                .set("flip_key0", 7u32)
                .set("flip_key1", 8u32)
                .set("width", w)
                .set("channels", c)
                .set("stack", stack)
                .extent(rows * stack * features, 1, 1)
        };
    let shapes = [
        (1, [1, 1, 1, 1], 1, 0),
        (1, [1, 5, 1, 1], 1, 0),
        (10, [1, 1, 1, 1], 10, 9),
        (1000, [2, 1, 1, 1], 513, 600),
        (100, [1, 1, 3, 1], 64, 50),
        (300, [1, 7, 1, 1], 65, 299),
        (130, [28, 28, 1, 1], 128, 100),
        (3, [64, 64, 3, 1], 2, 2),
        (20, [3, 65, 4, 1], 7, 15),
        (9, [2, 257, 2, 1], 9, 1),
        (1, [1, 1, 1, 7], 1, 0),
        (10, [1, 1, 1, 257], 10, 9),
        (130, [28, 28, 1, 3], 65, 100),
        (64, [1, 7, 1, 3], 64, 63),
        (20, [3, 65, 4, 2], 7, 15),
        (9, [2, 5, 3, 64], 9, 1),
    ];
    let both = shapes
        .into_iter()
        .flat_map(|shape| [(shape, false), (shape, true)]);
    both.map(|((count, shape, rows, position), flip)| case(count, shape, rows, position, flip))
        .collect()
}

/// The last is longer than 65,535 workgroups.
pub fn copy() -> Vec<Case> {
    let case = |(start, len, room): (usize, usize, usize)| {
        let skip = room % 3;
        Case::new(&kernel::DATA_COPY, format!("{skip} {start} {len} {room}"))
            .read("source", floats(2, skip + len, 3.0))
            .set("skip", skip)
            .update("destination", floats(3, room, 3.0))
            .set("start", start)
            .set("len", len)
            .extent(len, 1, 1)
    };
    let lengths = LENGTHS.into_iter().map(|len| (len % 5, len, len + 9));
    lengths
        .chain([(0, 65_536 * 64 + 7, 65_536 * 64 + 7)])
        .map(case)
        .collect()
}

pub fn splits() -> Vec<Case> {
    let case = |(slices, len, accumulate): (usize, usize, usize)| {
        let case = Case::new(
            &kernel::REDUCE_SPLITS,
            format!("{slices} {len} {accumulate}"),
        )
        .read("parts", floats(4, slices * len, 1.0));
        let case = match accumulate {
            0 => case.write("total", len),
            _ => case.update("total", floats(5, len, 1.0)),
        };
        case.set("splits", slices)
            .set("len", len)
            .set("accumulate", accumulate)
            .extent(len, 1, 1)
    };
    let shapes = LENGTHS
        .into_iter()
        .flat_map(|len| [(1, len, 0), (1, len, 1), (5, len, 0), (5, len, 1)]);
    shapes.chain([(70, 33, 0)]).map(case).collect()
}

/// Few halves, whose sums are exact: a sum that ends early is not lost in the tolerance. The last
/// rows are more than a loop of llvmpipe has turns, and the last slices are not all as long.
pub fn columns() -> Vec<Case> {
    let case = |(rows, columns, splits, accumulate): (usize, usize, usize, usize)| {
        let (len, width) = (rows * columns, splits * columns);
        let values = noise(6, len, 4.0).into_iter().map(|x| x.round() / 2.0);
        let label = format!("{rows}x{columns} {splits} {accumulate}");
        let case = Case::new(&kernel::REDUCE_COLUMNS, label)
            .read("values", Contents::F32(values.collect()));
        let case = match accumulate {
            0 => case.write("parts", width),
            _ => case.update("parts", floats(7, width, 1.0)),
        };
        case.set("len", len)
            .set("width", width)
            .set("accumulate", accumulate)
            .extent(width, 1, 1)
    };
    let shapes = [
        (1, 1, 1, 0),
        (3, 7, 1, 1),
        (4, 64, 1, 0),
        (7, 65, 1, 1),
        (257, 257, 20, 0),
        (128, 784, 1, 1),
        (300, 64, 20, 0),
        (4096, 1, 64, 0),
        (4098, 3, 68, 1),
        (65_537, 3, 256, 0),
        (131_075, 1, 364, 1),
        (131_072, 4, 364, 0),
    ];
    shapes.into_iter().map(case).collect()
}
