//!import lib/activation
//!import lib/index

// y[L, C] = φ(weight[C] x[L, C] + bias[C]): one scale and one shift per column.

struct Params {
    len: u32, // L C
    columns: u32,
    activation: u32,
    leak: f32,
}

alias Out = f32;
alias Bits = u32;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [L, C]
@group(0) @binding(2) var<storage, read> weight: array<f32>; // [C]
@group(0) @binding(3) var<storage, read> bias: array<f32>; // [C]
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [L, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        let column = i % p.columns;
        // Not known before the thread is, as in norm/apply: local is below 64.
        let activation = p.activation + (local >> 6u);
        y[i] = activate(activation, p.leak, weight[column] * x[i] + bias[column]);
    }
}
