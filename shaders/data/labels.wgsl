//!import lib/clock
//!import lib/index
//!import lib/permute

// The labels of the next N of `count` images in the order of the epoch: those of data/gather at the
// same clock. A batch may reach into the next epoch, so N is at most `count`.

struct Params {
    key0: u32,
    key1: u32,
    count: u32,
    half_bits: u32,
    rows: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // [count] bytes, four to a word
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> classes: array<u32>; // [N]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let row = linear_index(group, local, 64u);
    if (row < p.rows) {
        let reached = clock[CLOCK_POSITION] + row;
        let later = u32(reached >= p.count);
        let epoch = clock[CLOCK_EPOCH] + later;
        let key = threefry2x32(vec2<u32>(p.key0, p.key1), vec2<u32>(epoch, 0u));
        let image = permute(key, p.count, p.half_bits, reached - later * p.count);
        classes[row] = (labels[image / 4u] >> (8u * (image % 4u))) & 255u;
    }
}
