// The running statistics in the form in which norm/apply and the backward pass take them.

struct Params {
    channels: u32,
    epsilon: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> running_mean: array<f32>; // [C]
@group(0) @binding(2) var<storage, read> running_var: array<f32>; // [C]
@group(0) @binding(3) var<storage, read_write> stats: array<f32>; // [1, 2, C]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x < p.channels) {
        stats[id.x] = running_mean[id.x];
        stats[p.channels + id.x] = 1.0 / sqrt(running_var[id.x] + p.epsilon);
    }
}
