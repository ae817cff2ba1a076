//!import lib/activation
//!import lib/index

// dx[L, C] = weight[C] da[L, C] ∘ φ'(x). φ is the activation that made x.

struct Params {
    len: u32, // L C
    columns: u32,
    activation: u32,
    leak: f32,
}

alias Out = f32;
alias Bits = u32;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<f32>; // [L, C]
@group(0) @binding(2) var<storage, read> weight: array<f32>; // [C]
@group(0) @binding(3) var<storage, read> x: array<f32>; // [L, C]
@group(0) @binding(4) var<storage, read_write> dx: array<f32>; // [L, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        // Not known before the thread is, as in norm/apply: local is below 64.
        let activation = p.activation + (local >> 6u);
        dx[i] = weight[i % p.columns] * da[i] * slope(activation, p.leak, x[i]);
    }
}
