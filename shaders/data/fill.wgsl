//!import lib/index

// values[L] = value

struct Params {
    len: u32,
    value: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> values: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        values[i] = p.value;
    }
}
