//!import lib/index

// weighed = values, each row of F times its weight, plus added[C] from element `start` on, a whole row
// of F. Written for cells of any width (shaders/cell/).

struct Params {
    len: u32,
    width: u32,
    start: u32,
    count: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> values: array<Out>; // [N, F]
@group(0) @binding(2) var<storage, read> weights: array<f32>; // [N]
@group(0) @binding(3) var<storage, read> added: array<Out>; // [C]
@group(0) @binding(4) var<storage, read_write> weighed: array<Out>; // [N, F]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len / WIDTH) {
        var sum = values[i] * weights[i / (p.width / WIDTH)];
        // Wraps around below the start.
        let at = i - p.start / WIDTH;
        if (at < p.count / WIDTH) {
            sum += added[at];
        }
        weighed[i] = sum;
    }
}
