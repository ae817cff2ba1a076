//!import lib/box_muller
//!import lib/clock
//!import lib/drawn
//!import lib/index
//!import lib/threefry

// The next N samples of a mixture of normal distributions. Pair 0 of a sample chooses the component,
// pairs 1, 2, ... make its normal numbers, two coordinates each.

struct Params {
    key0: u32,
    key1: u32,
    components: u32,
    rows: u32,
    features: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
// [K, 2 + D]: 2^24 times the weights up to this one, sigma, mean
@group(0) @binding(1) var<storage, read> components: array<f32>;
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> x: array<f32>; // [N, D]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let row = linear_index(group, local, 64u);
    if (row < p.rows) {
        let key = vec2<u32>(p.key0, p.key1);
        let counter = drawn(clock[CLOCK_POSITION], clock[CLOCK_EPOCH], row);
        let choice = f32(threefry2x32(key, counter).x >> 8u);
        let width = 2u + p.features;
        var component = 0u;
        // Of 24-bit integers, which f32 holds.
        while (component + 1u < p.components && choice >= components[component * width]) {
            component++;
        }
        let first = component * width;
        let sigma = components[first + 1u];
        for (var at = 0u; at < p.features; at += 2u) {
            let words = threefry2x32(key, counter + vec2<u32>(0u, 1u + at / 2u));
            let normal = box_muller(words);
            x[row * p.features + at] = components[first + 2u + at] + sigma * normal.x;
            if (at + 1u < p.features) {
                x[row * p.features + at + 1u] = components[first + 3u + at] + sigma * normal.y;
            }
        }
    }
}
