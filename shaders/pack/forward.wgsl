//!import lib/index

// y[N, P, M, C] = x[N, M, P, C]: M images of P pixels become one of M·C channels.

struct Params {
    rows: u32,
    count: u32, // M
    pixels: u32, // P
    channels: u32, // C
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, M, P, C]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N, P, M, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.rows * p.count * p.pixels * p.channels) {
        let line = i / p.channels; // of [N, P, M]
        let pixel = line / p.count;
        let sample = pixel / p.pixels * p.count + line % p.count;
        y[i] = x[(sample * p.pixels + pixel % p.pixels) * p.channels + i % p.channels];
    }
}
