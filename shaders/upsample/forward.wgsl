//!import lib/index

// y[N, H·S, W·S, C] = every pixel of x[N, H, W, C] S times along both sides. Rows are N·H.

struct Params {
    rows: u32,
    width: u32,
    channels: u32,
    scale: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N·H, W, C]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N·H, S, W, S, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    let line = p.width * p.scale * p.channels;
    if (i < p.rows * p.scale * line) {
        let row = i / line / p.scale;
        let column = i % line / p.channels / p.scale;
        y[i] = x[(row * p.width + column) * p.channels + i % p.channels];
    }
}
