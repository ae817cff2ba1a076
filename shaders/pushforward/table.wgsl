//!import lib/index

// y[L]: numbers with the distribution function that goes straight from each of M points to the next,
// (points, heights): its inverse at u = (1 + x) / 2. Points rise, heights do not
// fall; they begin at 0 and end at 1, and rise at both ends.

struct Params {
    len: u32,
    count: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [L]
@group(0) @binding(2) var<storage, read> points: array<f32>; // [M]
@group(0) @binding(3) var<storage, read> heights: array<f32>; // [M]
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        let u = 0.5 * (1.0 + x[i]);
        // Invariant: heights[below] <= u, and u < heights[above] unless that is the last.
        var below = 0u;
        var above = p.count - 1u;
        while (above - below > 1u) {
            let middle = (below + above) / 2u;
            let low = heights[middle] <= u;
            below = select(below, middle, low);
            above = select(middle, above, low);
        }
        let part = (u - heights[below]) / (heights[above] - heights[below]);
        y[i] = points[below] + part * (points[above] - points[below]);
    }
}
