//!import lib/index
//!import lib/softplus

// draw[L] (+)= scale dweight[L] / (1 + exp(-raw[L]))

struct Params {
    len: u32,
    scale: f32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dweight: array<f32>; // [L]
@group(0) @binding(2) var<storage, read> raw: array<f32>; // [L]
@group(0) @binding(3) var<storage, read_write> draw: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        let before = select(0.0, draw[i], p.accumulate != 0u);
        draw[i] = before + p.scale * dweight[i] * softplus(raw[i]).y;
    }
}
