//!import lib/clock
//!import lib/index
//!import lib/open_unit
//!import lib/threefry

// mixed = x + scale spread ε u: a point on the way from x to what noise makes of it, as DRAGAN's authors
// have it. ε on (0, 1) is one per row, draw clock[CLOCK_MIX] of the first key's stream, as in
// penalty/interpolate; u on (0, 1) one per element, draw clock[CLOCK_NOISE] of the other's.

struct Params {
    key0: u32,
    key1: u32,
    noise_key0: u32,
    noise_key1: u32,
    len: u32,
    features: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, F]
@group(0) @binding(2) var<storage, read> spread: array<f32>; // [1]
@group(0) @binding(3) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(4) var<storage, read_write> mixed: array<f32>; // [N, F]

// One counter of the generator gives a pair of u.
const PER_THREAD_X = 2u;

fn share(i: u32) -> f32 {
    let counter = vec2<u32>(clock[CLOCK_MIX], i / p.features);
    return open_unit(threefry2x32(vec2<u32>(p.key0, p.key1), counter).x);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let pair = linear_index(group, local, 64u);
    let first = 2u * pair;
    if (first < p.len) {
        let key = vec2<u32>(p.noise_key0, p.noise_key1);
        let words = threefry2x32(key, vec2<u32>(clock[CLOCK_NOISE], pair));
        let scale = p.scale * spread[0];
        mixed[first] = x[first] + scale * share(first) * open_unit(words.x);
        if (first + 1u < p.len) {
            mixed[first + 1u] = x[first + 1u] + scale * share(first + 1u) * open_unit(words.y);
        }
    }
}
