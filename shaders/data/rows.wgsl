//!import lib/clock
//!import lib/index
//!import lib/permute

// The next N of `count` points in the order of the epoch. A batch may reach into the next epoch, so
// N is at most `count`.

struct Params {
    key0: u32,
    key1: u32,
    count: u32,
    half_bits: u32,
    rows: u32,
    features: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> points: array<f32>; // [count, D]
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> x: array<f32>; // [N, D]

// A thread makes a row: the permutation is most of the work.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let row = linear_index(group, local, 64u);
    if (row < p.rows) {
        let reached = clock[CLOCK_POSITION] + row;
        let later = u32(reached >= p.count);
        let epoch = clock[CLOCK_EPOCH] + later;
        let key = threefry2x32(vec2<u32>(p.key0, p.key1), vec2<u32>(epoch, 0u));
        let point = permute(key, p.count, p.half_bits, reached - later * p.count);
        for (var at = 0u; at < p.features; at++) {
            x[row * p.features + at] = points[point * p.features + at];
        }
    }
}
