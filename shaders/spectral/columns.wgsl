//!import lib/index

// sums[C] = weight[R, C]ᵀ · u[R]: 64 columns per workgroup, four threads for each, which take every
// fourth row.

struct Params {
    rows: u32,
    columns: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> weight: array<f32>; // [R, C]
@group(0) @binding(2) var<storage, read> u: array<f32>; // [R]
@group(0) @binding(3) var<storage, read_write> sums: array<f32>; // [C]

const PER_GROUP_X = 64u;

var<workgroup> partial: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let column = linear_index(group, local % 64u, 64u);
    var sum = 0.0;
    if (column < p.columns) {
        for (var row = local / 64u; row < p.rows; row += 4u) {
            sum += weight[row * p.columns + column] * u[row];
        }
    }
    partial[local] = sum;
    workgroupBarrier();
    if (local < 64u && column < p.columns) {
        sums[column] = (partial[local] + partial[local + 64u]) + (partial[local + 128u] + partial[local + 192u]);
    }
}
