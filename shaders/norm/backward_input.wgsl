//!import lib/activation
//!import lib/index

// dx = weight (da - share (sum of da + x̂ sum of da x̂))/√(variance + ε) ∘ φ'(x), φ being the
// activation that made x. `share` is 1/L where the statistics are those of the batch, and 0 where
// they are constants. Threads as in norm/apply.

struct Params {
    lines: u32,
    channels: u32,
    groups: u32,
    blocks: u32,
    share: f32,
    activation: u32,
    leak: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<Out>; // [G, L, C]
@group(0) @binding(2) var<storage, read> x: array<Out>; // [G, L, C]
@group(0) @binding(3) var<storage, read> stats: array<Out>; // [G, 2, C]
@group(0) @binding(4) var<storage, read> weight: array<Out>; // [C]
@group(0) @binding(5) var<storage, read> sums: array<Out>; // [G, 2, C]
@group(0) @binding(6) var<storage, read_write> dx: array<Out>; // [G, L, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let cells = p.channels / WIDTH;
    let stride = p.blocks * cells;
    let i = linear_index(workgroup, local, 64u);
    let group = i / stride;
    if (group < p.groups) {
        let offset = i - group * stride;
        let cell = offset % cells;
        let first = group * 2u * cells + cell;
        let mean = stats[first];
        let normal = stats[first + cells];
        let scale = normal * weight[cell];
        let shift = p.share * sums[first];
        let along = p.share * normal * sums[first + cells];
        let begin = group * p.lines * cells;
        let end = begin + p.lines * cells;
        // Not known before the thread is, as in norm/apply; local is below 64.
        let activation = p.activation + (local >> 6u);
        for (var at = begin + offset; at < end; at += stride) {
            let value = x[at];
            let d = scale * (da[at] - shift - (value - mean) * along);
            dx[at] = d * slope(activation, p.leak, value);
        }
    }
}
