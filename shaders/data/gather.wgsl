//!import lib/clock
//!import lib/index
//!import lib/permute

// The next N of `count` images in the order of the epoch, bytes mapped to [-1, 1]. A batch may
// reach into the next epoch, so N is at most `count`.

struct Params {
    key0: u32,
    key1: u32,
    count: u32,
    half_bits: u32,
    rows: u32,
    features: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> images: array<u32>; // [count, F] bytes, four to a word
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> x: array<f32>; // [N, F], as one run of N F elements

// Elements per thread: enough that the permutation, six hundred operations per row that a thread
// touches, does not show.
const PER_THREAD_X = 16u;

// Which image row `row` of the batch is.
fn image_of(row: u32) -> u32 {
    var position = clock[CLOCK_POSITION] + row;
    var epoch = clock[CLOCK_EPOCH];
    if (position >= p.count) {
        position -= p.count;
        epoch += 1u;
    }
    let key = threefry2x32(vec2<u32>(p.key0, p.key1), vec2<u32>(epoch, 0u));
    return permute(key, p.count, p.half_bits, position);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    var at = linear_index(group, local, 64u) * PER_THREAD_X;
    let end = min(at + PER_THREAD_X, p.rows * p.features);
    var row = at / p.features;
    var feature = at - row * p.features;
    while (at < end) {
        // Invariant: `at` is element `feature` of `row`; one turn per row that is touched.
        var byte = image_of(row) * p.features + feature;
        let stop = min(end, at + p.features - feature);
        for (; at < stop; at++) {
            let value = (images[byte / 4u] >> (8u * (byte % 4u))) & 255u;
            x[at] = f32(value) * (2.0 / 255.0) - 1.0;
            byte++;
        }
        row++;
        feature = 0u;
    }
}
