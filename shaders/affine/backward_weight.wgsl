//!import lib/index

// terms[L] = da[L] x[L]: the terms of the weight's gradient, whose sums over rows reduce/columns
// makes.

struct Params {
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<f32>; // [L]
@group(0) @binding(2) var<storage, read> x: array<f32>; // [L]
@group(0) @binding(3) var<storage, read_write> terms: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        terms[i] = da[i] * x[i];
    }
}
