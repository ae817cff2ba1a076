//!import lib/index

// A moving average of parameters or buffers: average = decay · average + (1 - decay) · source, in
// the form that leaves it alone where both are equal. Padding behind L is zero and stays zero, so
// whole vectors are updated.

struct Params {
    len: u32,
    rest: f32, // 1 - decay, taken before rounding
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>; // [L]
@group(0) @binding(2) var<storage, read_write> average: array<vec4<f32>>; // [L]

const PER_THREAD_X = 4u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (PER_THREAD_X * i < p.len) {
        average[i] += (source[i] - average[i]) * p.rest;
    }
}
