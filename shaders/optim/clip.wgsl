//!import lib/index

// Clips every parameter to [-limit, limit] (Arjovsky et al. 2017, algorithm 1). What is not a
// number stays so, for the guard to find.

struct Params {
    len: u32,
    limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> parameters: array<vec4<f32>>; // [L]

const PER_THREAD_X = 4u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (PER_THREAD_X * i < p.len) {
        let limit = vec4<f32>(p.limit);
        let x = parameters[i];
        let low = select(x, -limit, x < -limit);
        parameters[i] = select(low, limit, x > limit);
    }
}
