//! Moving data: `shaders/data/`.

use rayon::prelude::*;

use super::args::Args;
use super::real::Real;
use crate::plan::codes::Counter;
use crate::threefry::{Words, is_mirrored, permute, threefry2x32};

/// x\[N,H,W,S·C\]: the next N samples of S = `stack` images, bytes mapped to \[−1, 1\]. Each of these
/// has an order of the `count` images for itself in every epoch. A batch may reach into the next
/// epoch, so N is at most `count`. With `flip`, a sample is mirrored along its width where a bit that
/// depends on its place in the order says so.
pub fn gather<T: Real>(args: &mut Args<'_, T>) {
    let [count, rows, features] = ["count", "rows", "features"].map(|name| args.int(name));
    let [width, channels, stack] = ["width", "channels", "stack"].map(|name| args.int(name));
    let [key, flip_key] = [["key0", "key1"], ["flip_key0", "flip_key1"]]
        .map(|words| words.map(|name| args.int(name) as u32));
    let flip = args.int("flip") != 0;
    let (images, clock) = (args.bytes("images"), args.words("clock"));
    let value: [T; 256] = std::array::from_fn(|byte| T::of(byte as f64 * (2.0 / 255.0) - 1.0));
    let x = &mut args.floats_mut("x")[..rows * stack * features];
    x.par_chunks_mut(stack * features)
        .enumerate()
        .with_min_len(8)
        .for_each(|(row, x)| {
            let [position, epoch] = place(clock, count, row);
            for at in 0..stack {
                let image = index(key, count, [position, epoch], at as u32) * features;
                let pixels = images[image..][..features].chunks_exact(channels);
                for (x, pixel) in x.chunks_exact_mut(stack * channels).zip(pixels) {
                    let x = x[at * channels..][..channels].iter_mut();
                    x.zip(pixel)
                        .for_each(|(x, byte)| *x = value[usize::from(*byte)]);
                }
            }
            if flip && is_mirrored(flip_key, position, epoch) {
                x.chunks_exact_mut(width * stack * channels)
                    .for_each(|line| reverse_pixels(line, stack * channels));
            }
        });
}

/// Position and epoch of row `row` of the batch, in data of which `count` make an epoch.
pub(super) fn place(clock: &[u32], count: usize, row: usize) -> Words {
    let position = clock[Counter::Position as usize] as usize + row;
    let later = position >= count;
    let epoch = clock[Counter::Epoch as usize].wrapping_add(u32::from(later));
    [(position - if later { count } else { 0 }) as u32, epoch]
}

/// Which of `count` items lies at a position of an epoch, in the order for place `at` of a sample.
/// `key` is that of the stream.
fn index(key: Words, count: usize, [position, epoch]: Words, at: u32) -> usize {
    permute(threefry2x32(key, [epoch, at]), count as u32, position) as usize
}

/// classes\[N\]: the labels of the images that `gather` takes at the same clock.
pub fn labels<T: Real>(args: &mut Args<'_, T>) {
    let [count, rows] = ["count", "rows"].map(|name| args.int(name));
    let key = ["key0", "key1"].map(|name| args.int(name) as u32);
    let (labels, clock) = (args.bytes("labels"), args.words("clock"));
    let classes = args.words_mut("classes")[..rows].iter_mut();
    for (row, class) in classes.enumerate() {
        *class = u32::from(labels[index(key, count, place(clock, count, row), 0)]);
    }
}

/// x\[N,D\]: the next N of `count` points in the order of the epoch, with the same overlap.
pub fn rows<T: Real>(args: &mut Args<'_, T>) {
    let [count, rows, features] = ["count", "rows", "features"].map(|name| args.int(name));
    let key = ["key0", "key1"].map(|name| args.int(name) as u32);
    let (points, clock) = (args.floats("points"), args.words("clock"));
    let x = args.floats_mut("x")[..rows * features].chunks_exact_mut(features);
    for (row, x) in x.enumerate() {
        let at = index(key, count, place(clock, count, row), 0);
        x.copy_from_slice(&points[at * features..][..features]);
    }
}

/// The pixels of a line from last to first, the channels of each in their order.
fn reverse_pixels<T>(line: &mut [T], channels: usize) {
    line.reverse();
    line.chunks_exact_mut(channels)
        .for_each(|pixel| pixel.reverse());
}

/// values\[L\] = value
pub fn fill<T: Real>(args: &mut Args<'_, T>) {
    let (len, value) = (args.int("len"), T::of(args.float("value")));
    args.floats_mut("values")[..len].fill(value);
}

/// destination\[start..start+L\] = source\[L\]
pub fn copy<T: Real>(args: &mut Args<'_, T>) {
    let [skip, start, len] = ["skip", "start", "len"].map(|name| args.int(name));
    let source = &args.floats("source")[skip..][..len];
    args.floats_mut("destination")[start..start + len].copy_from_slice(source);
}
