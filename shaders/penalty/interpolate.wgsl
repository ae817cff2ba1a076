//!import lib/clock
//!import lib/index
//!import lib/open_unit
//!import lib/threefry

// mixed = ε real + (1 - ε) fake, one ε on (0, 1) for each row: draw clock[CLOCK_MIX] of the stream with
// this key, the first word of pair j for row j. Rows of F features.

struct Params {
    key0: u32,
    key1: u32,
    len: u32,
    features: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> real: array<f32>; // [N, F]
@group(0) @binding(2) var<storage, read> fake: array<f32>; // [N, F]
@group(0) @binding(3) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(4) var<storage, read_write> mixed: array<f32>; // [N, F]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        let words = threefry2x32(vec2<u32>(p.key0, p.key1), vec2<u32>(clock[CLOCK_MIX], i / p.features));
        let share = open_unit(words.x);
        mixed[i] = share * real[i] + (1.0 - share) * fake[i];
    }
}
