//!import lib/activation
//!import lib/index
//!import lib/maxout

// dx[L, P] = da[L] ∘ φ'(x) at the first of the largest of each P neighbours, and 0 elsewhere. φ is
// the activation that made x.

struct Params {
    len: u32,
    pieces: u32,
    activation: u32,
    leak: f32,
}

alias Out = f32;
alias Bits = u32;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<f32>; // [L]
@group(0) @binding(2) var<storage, read> x: array<f32>; // [L, P]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>; // [L, P]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        let first = i * p.pieces;
        let chosen = largest(first, p.pieces);
        for (var at = first; at < first + p.pieces; at++) {
            dx[at] = 0.0;
        }
        dx[chosen] = da[i] * slope(p.activation, p.leak, x[chosen]);
    }
}
