//!import lib/index

// destination[start..start + L] = source[skip..skip + L]

struct Params {
    skip: u32,
    start: u32,
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<f32>; // at least [skip + L]
@group(0) @binding(2) var<storage, read_write> destination: array<f32>; // at least [start + L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        destination[p.start + i] = source[p.skip + i];
    }
}
