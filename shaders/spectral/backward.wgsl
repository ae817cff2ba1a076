//!import lib/index

// dweight[R, C] (+)= (dscaled - overlap · u vᵀ) / sigma: the gradient through scaled = weight / sigma
// with sigma = uᵀ weight v, u and v constant; `overlap` is the sum over dscaled ∘ scaled.

struct Params {
    rows: u32,
    columns: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dscaled: array<f32>; // [R, C]
@group(0) @binding(2) var<storage, read> u: array<f32>; // [R]
@group(0) @binding(3) var<storage, read> v: array<f32>; // [C]
@group(0) @binding(4) var<storage, read> sigma: array<f32>; // [1]
@group(0) @binding(5) var<storage, read> overlap: array<f32>; // [1]
@group(0) @binding(6) var<storage, read_write> dweight: array<f32>; // [R, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.rows * p.columns) {
        let along = overlap[0] * u[i / p.columns] * v[i % p.columns];
        let slope = (dscaled[i] - along) / sigma[0];
        if (p.accumulate != 0u) {
            dweight[i] += slope;
        } else {
            dweight[i] = slope;
        }
    }
}
