//!import lib/index

// dots[r] = left[r, ..] · right[r, ..], a workgroup per row. All rows of left meet the same row of
// right where its stride is 0.

struct Params {
    rows: u32,
    columns: u32,
    stride: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> left: array<f32>; // [R, C]
@group(0) @binding(2) var<storage, read> right: array<f32>; // [R, C] or [C]
@group(0) @binding(3) var<storage, read_write> dots: array<f32>; // [R]

const PER_GROUP_X = 1u;

var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let row = linear_index(group, 0u, 1u);
    var sum = 0.0;
    if (row < p.rows) {
        for (var column = local; column < p.columns; column += 64u) {
            sum += left[row * p.columns + column] * right[row * p.stride + column];
        }
    }
    partial[local] = sum;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            partial[local] += partial[local + half];
        }
    }
    if (local == 0u && row < p.rows) {
        dots[row] = partial[0];
    }
}
