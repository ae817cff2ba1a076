//!import lib/index

// parts[W] (+)= the sums of values[L] at the distance W: of rows of O values, W = S O, slice s of S
// sums the rows s, s + S, s + 2 S, … of each column. However few columns there are, neighbouring
// threads read neighbouring values. Written for cells of any width (shaders/cell/).

struct Params {
    len: u32,
    width: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> values: array<Out>; // [L]
@group(0) @binding(2) var<storage, read_write> parts: array<Out>; // [W]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let cell = linear_index(group, local, 64u);
    let width = p.width / WIDTH;
    if (cell < width) {
        let end = p.len / WIDTH;
        var sum = Out(0.0);
        for (var at = cell; at < end; at += width) {
            sum += values[at];
        }
        if (p.accumulate != 0u) {
            sum += parts[cell];
        }
        parts[cell] = sum;
    }
}
