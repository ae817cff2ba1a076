//!import lib/index

// dbias[O] (+)= the sum over rows of da[N, O], one column per thread.

struct Params {
    rows: u32,
    outputs: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<f32>; // [N, O]
@group(0) @binding(2) var<storage, read_write> dbias: array<f32>; // [O]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let column = linear_index(group, local, 64u);
    if (column < p.outputs) {
        // Four rows per turn: llvmpipe stops loops after 65,535 turns without a word, and four
        // chains of additions hide the latency of a device.
        let o = p.outputs;
        let whole = p.rows / 4u * 4u;
        var sums = vec4<f32>();
        var at = column;
        for (var row = 0u; row < whole; row += 4u) {
            sums += vec4<f32>(da[at], da[at + o], da[at + 2u * o], da[at + 3u * o]);
            at += 4u * o;
        }
        var sum = (sums.x + sums.y) + (sums.z + sums.w);
        for (var row = whole; row < p.rows; row++) {
            sum += da[at];
            at += o;
        }
        if (p.accumulate != 0u) {
            sum += dbias[column];
        }
        dbias[column] = sum;
    }
}
