//!import lib/index

// scaled[L] = weight[L] / sigma. Both have room for whole vectors.

struct Params {
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>; // [L]
@group(0) @binding(2) var<storage, read> sigma: array<f32>; // [1]
@group(0) @binding(3) var<storage, read_write> scaled: array<vec4<f32>>; // [L]

const PER_THREAD_X = 4u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (PER_THREAD_X * i < p.len) {
        scaled[i] = weight[i] / sigma[0];
    }
}
