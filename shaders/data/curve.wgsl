//!import lib/clock
//!import lib/curve
//!import lib/drawn
//!import lib/index
//!import lib/threefry

// The next N samples of a curve with normal noise. Pair 0 of a sample is its place on the curve,
// pair 1 the noise of both coordinates.

struct Params {
    key0: u32,
    key1: u32,
    curve: u32,
    rows: u32,
    features: u32, // 1 or 2
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> shape: array<f32>; // [2]: the curve's parameter, sigma
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> x: array<f32>; // [N, D]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let row = linear_index(group, local, 64u);
    if (row < p.rows) {
        let key = vec2<u32>(p.key0, p.key1);
        let counter = drawn(clock[CLOCK_POSITION], clock[CLOCK_EPOCH], row);
        let noise = shape[1] * box_muller(threefry2x32(key, counter + vec2<u32>(0u, 1u)));
        // Not known before the thread is, as in norm/apply: local is below 64.
        let curve = p.curve + (local >> 6u);
        let point = on_curve(curve, shape[0], threefry2x32(key, counter)) + noise;
        x[row * p.features] = point.x;
        if (p.features > 1u) {
            x[row * p.features + 1u] = point.y;
        }
    }
}
