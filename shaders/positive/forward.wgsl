//!import lib/index
//!import lib/softplus

// weight[L] = scale log(1 + exp(raw[L])): positive whatever is learned.

struct Params {
    len: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> raw: array<f32>; // [L]
@group(0) @binding(2) var<storage, read_write> weight: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        weight[i] = p.scale * softplus(raw[i]).x;
    }
}
