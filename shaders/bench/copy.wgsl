// How fast this device copies: one cell of four floats per thread.

struct Params {
    len: u32, // a multiple of 256
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>; // [L]
@group(0) @binding(2) var<storage, read_write> destination: array<vec4<f32>>; // [L]

const PER_THREAD_X: u32 = 4u;

@compute @workgroup_size(64, 1, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x < p.len / 4u) {
        destination[id.x] = source[id.x];
    }
}
