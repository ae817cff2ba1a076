//!import lib/index

// y[L] = exp(x[L])

struct Params {
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [L]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        y[i] = exp(x[i]);
    }
}
