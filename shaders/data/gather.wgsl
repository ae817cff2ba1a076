//!import lib/clock
//!import lib/index
//!import lib/permute

// The next N samples, each of `stack` images one behind the other along the channels, bytes mapped
// to [-1, 1]. Each of these has an order of the `count` images for itself in every epoch. A batch may
// reach into the next epoch, so N is at most `count`. With `flip`, every sample is mirrored along its
// width or not, as a bit that depends on its place in the order says.

struct Params {
    key0: u32,
    key1: u32,
    count: u32,
    half_bits: u32,
    rows: u32,
    features: u32,
    flip: u32,
    flip_key0: u32,
    flip_key1: u32,
    width: u32,
    channels: u32,
    stack: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> images: array<u32>; // [count, F] bytes, four to a word; F = H W C
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> x: array<f32>; // [N, H, W, S, C], S being `stack`; made as [N, S, F]

// Elements per thread: enough that the permutation, six hundred operations per image that a thread
// touches, does not show.
const PER_THREAD_X = 16u;

// What stands in a place of a sample: which image it is, and whether it is mirrored.
struct Shown {
    image: u32,
    mirrored: bool,
}

fn shown(row: u32, place: u32, flip: u32) -> Shown {
    var position = clock[CLOCK_POSITION] + row;
    var epoch = clock[CLOCK_EPOCH];
    if (position >= p.count) {
        position -= p.count;
        epoch += 1u;
    }
    let key = threefry2x32(vec2<u32>(p.key0, p.key1), vec2<u32>(epoch, place));
    var mirrored = false;
    if (flip != 0u) {
        let coin = threefry2x32(vec2<u32>(p.flip_key0, p.flip_key1), vec2<u32>(position, epoch));
        mirrored = (coin.x & 1u) == 1u;
    }
    return Shown(permute(key, p.count, p.half_bits, position), mirrored);
}

// Where `feature` comes from in a mirrored image: the same row and channel, W - 1 - column.
fn mirror(feature: u32) -> u32 {
    let column = feature / p.channels % p.width;
    return feature + (p.width - 1u - column) * p.channels - column * p.channels;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    var at = linear_index(group, local, 64u) * PER_THREAD_X;
    let end = min(at + PER_THREAD_X, p.rows * p.stack * p.features);
    var plane = at / p.features;
    var feature = at - plane * p.features;
    // Between the pixels of an image, in x.
    let gap = (p.stack - 1u) * p.channels;
    // Not known before the thread is, as in norm/apply: local is below 64.
    let flip = p.flip + (local >> 6u);
    while (at < end) {
        // Invariant: `at` is element `feature` of `plane`; one turn per plane that is touched.
        let row = plane / p.stack;
        let place = plane - row * p.stack;
        let source = shown(row, place, flip);
        let first = source.image * p.features;
        let stop = min(end, at + p.features - feature);
        let pixel = feature / p.channels;
        var channel = feature - pixel * p.channels;
        var to = row * p.stack * p.features + place * p.channels + pixel * gap + feature;
        for (; at < stop; at++) {
            var byte = first + feature;
            if (source.mirrored) {
                byte = first + mirror(feature);
            }
            let value = (images[byte / 4u] >> (8u * (byte % 4u))) & 255u;
            x[to] = f32(value) * (2.0 / 255.0) - 1.0;
            feature++;
            channel++;
            to++;
            if (channel == p.channels) {
                channel = 0u;
                to += gap;
            }
        }
        plane++;
        feature = 0u;
    }
}
