//!import lib/activation
//!import lib/index

// y = φ(weight (x - mean)/√(variance + ε) + bias). A thread has one cell of channels in the lines
// b, b + B, b + 2 B, … of a group, so that what belongs to the channels is loaded once. Written for
// cells of any width (shaders/cell/).

struct Params {
    lines: u32,
    channels: u32,
    groups: u32,
    blocks: u32,
    activation: u32,
    leak: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<Out>; // [G, L, C]
@group(0) @binding(2) var<storage, read> stats: array<Out>; // [G, 2, C]
@group(0) @binding(3) var<storage, read> weight: array<Out>; // [C]
@group(0) @binding(4) var<storage, read> bias: array<Out>; // [C]
@group(0) @binding(5) var<storage, read_write> y: array<Out>; // [G, L, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let cells = p.channels / WIDTH;
    let stride = p.blocks * cells;
    let i = linear_index(workgroup, local, 64u);
    let group = i / stride;
    if (group < p.groups) {
        let offset = i - group * stride;
        let cell = offset % cells;
        let mean = stats[group * 2u * cells + cell];
        let scale = stats[(group * 2u + 1u) * cells + cell] * weight[cell];
        let shift = bias[cell];
        let begin = group * p.lines * cells;
        let end = begin + p.lines * cells;
        // llvmpipe runs every case of a switch in every turn of a loop, the tanh too, and compiles
        // a shader anew for each dispatch that lets it take a case for granted. Hence two loops, one
        // left at once, and a choice that is not known before the thread is: local is below 64.
        let activation = p.activation + (local >> 6u);
        var at = begin + offset;
        if (activation < TANH) {
            let leak = negative_slope(activation, p.leak);
            for (; at < end; at += stride) {
                y[at] = bent(leak, (x[at] - mean) * scale + shift);
            }
        }
        for (; at < end; at += stride) {
            y[at] = activate(activation, p.leak, (x[at] - mean) * scale + shift);
        }
    }
}
