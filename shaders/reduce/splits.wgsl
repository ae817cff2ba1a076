//!import lib/index

// total[L] (+)= the sum over slices of parts[S, L], in order, so that the same run gives the same
// bytes.

struct Params {
    splits: u32,
    len: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> parts: array<f32>; // [S, L]
@group(0) @binding(2) var<storage, read_write> total: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        var sum = parts[i];
        for (var s = 1u; s < p.splits; s++) {
            sum += parts[s * p.len + i];
        }
        if (p.accumulate != 0u) {
            sum += total[i];
        }
        total[i] = sum;
    }
}
