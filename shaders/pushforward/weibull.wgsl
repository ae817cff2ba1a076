//!import lib/index
//!import lib/unit_log

// y[L]: Weibull numbers, scale (-log(1 - u))^power of u = (1 + x) / 2; power is 1 / shape.

struct Params {
    len: u32,
    power: f32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [L]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        y[i] = p.scale * exp(p.power * log(minus_log_unit(-x[i])));
    }
}
