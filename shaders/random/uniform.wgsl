//!import lib/index
//!import lib/threefry
//!import lib/uniform

// Uniform numbers on (-1, 1): draw clock[counter] of the stream with this key.

struct Params {
    key0: u32,
    key1: u32,
    counter: u32,
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(2) var<storage, read_write> values: array<f32>; // [L]

// One counter of the generator gives a pair.
const PER_THREAD_X = 2u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let pair = linear_index(group, local, 64u);
    let first = 2u * pair;
    if (first < p.len) {
        let words = threefry2x32(vec2<u32>(p.key0, p.key1), vec2<u32>(clock[p.counter], pair));
        values[first] = uniform_of(words.x);
        if (first + 1u < p.len) {
            values[first + 1u] = uniform_of(words.y);
        }
    }
}
