//!import lib/clock
//!import lib/dropout
//!import lib/index

// y = x ∘ mask / (1 - share dropped): draw clock[CLOCK_DROPOUT] + `draw` of the stream with this
// key.

struct Params {
    key0: u32,
    key1: u32,
    draw: u32,
    least: u32,
    len: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [L]
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [L]

// One counter of the generator gives a pair.
const PER_THREAD_X = 2u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let pair = linear_index(group, local, 64u);
    let first = 2u * pair;
    if (first < p.len) {
        let draw = clock[CLOCK_DROPOUT] + p.draw;
        let factors = kept(vec2<u32>(p.key0, p.key1), draw, pair, p.least, p.scale);
        y[first] = x[first] * factors.x;
        if (first + 1u < p.len) {
            y[first + 1u] = x[first + 1u] * factors.y;
        }
    }
}
