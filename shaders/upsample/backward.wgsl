//!import lib/activation
//!import lib/index

// dx[N, H, W, C] = the sum over the S × S pixels of da that each pixel became, times φ'(x). φ is the
// activation that made x. Rows are N·H.

struct Params {
    rows: u32,
    width: u32,
    channels: u32,
    scale: u32,
    activation: u32,
    leak: f32,
}

alias Out = f32;
alias Bits = u32;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<f32>; // [N·H, S, W, S, C]
@group(0) @binding(2) var<storage, read> x: array<f32>; // [N·H, W, C]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>; // [N·H, W, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    let line = p.width * p.channels;
    if (i < p.rows * line) {
        let column = i % line / p.channels;
        var sum = 0.0;
        for (var down = 0u; down < p.scale; down++) {
            let start = (i / line * p.scale + down) * line + column * p.channels;
            for (var right = 0u; right < p.scale; right++) {
                sum += da[start * p.scale + right * p.channels + i % p.channels];
            }
        }
        dx[i] = sum * slope(p.activation, p.leak, x[i]);
    }
}
