//!import lib/index
//!import lib/maxout

// ty[L] = tx[L, P] at the first of the largest of each P neighbours of x: how the output moves with
// the input.

struct Params {
    len: u32,
    pieces: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> tx: array<f32>; // [L, P]
@group(0) @binding(2) var<storage, read> x: array<f32>; // [L, P]
@group(0) @binding(3) var<storage, read_write> ty: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        ty[i] = tx[largest(i * p.pieces, p.pieces)];
    }
}
