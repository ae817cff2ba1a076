//!import lib/flush
//!import lib/guard
//!import lib/index

// RMSprop (Tieleman and Hinton 2012) with PyTorch's arithmetic, epsilon outside the root. Padding
// behind L is zero and stays zero, so whole vectors are updated.

struct Params {
    len: u32,
    decay: f32,
    rest: f32, // 1 - decay, taken before rounding
    epsilon: f32,
    watched: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gradients: array<vec4<f32>>; // [L]
@group(0) @binding(2) var<storage, read> rates: array<f32>; // [4]
@group(0) @binding(3) var<storage, read_write> parameters: array<vec4<f32>>; // [L]
@group(0) @binding(4) var<storage, read_write> square: array<vec4<f32>>; // [L]
@group(0) @binding(5) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

const PER_THREAD_X = 4u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (PER_THREAD_X * i < p.len) {
        let g = gradients[i];
        guard_values(p.watched, PER_THREAD_X * i, g);
        let v = flush4(p.decay * square[i] + p.rest * g * g);
        square[i] = v;
        parameters[i] -= rates[0] * g / (sqrt(v) + p.epsilon);
    }
}
