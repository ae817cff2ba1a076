//!import lib/index

// y[N, K] = the products of 1 to `degree` coordinates of x[N, D], every sequence of coordinates by
// itself: K = D + D² + … . Sequences of equal length stand together, ordered like numbers in base D.

struct Params {
    rows: u32,
    dims: u32,
    features: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, D]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N, K]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.rows * p.features) {
        let row = i / p.features * p.dims;
        // Sequence number k of all lengths: taking the last coordinate off leaves number k / D − 1.
        var product = 1.0;
        for (var left = i % p.features + 1u; left > 0u; left = (left - 1u) / p.dims) {
            product *= x[row + (left - 1u) % p.dims];
        }
        y[i] = product;
    }
}
