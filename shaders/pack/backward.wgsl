//!import lib/activation
//!import lib/index

// dx[N, M, P, C] = da[N, P, M, C] ∘ φ'(x). φ is the activation that made x.

struct Params {
    rows: u32,
    count: u32, // M
    pixels: u32, // P
    channels: u32, // C
    activation: u32,
    leak: f32,
}

alias Out = f32;
alias Bits = u32;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<f32>; // [N, P, M, C]
@group(0) @binding(2) var<storage, read> x: array<f32>; // [N, M, P, C]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>; // [N, M, P, C]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.rows * p.count * p.pixels * p.channels) {
        let line = i / p.channels; // of [N, M, P]
        let sample = line / p.pixels;
        let pixel = sample / p.count * p.pixels + line % p.pixels;
        let packed = (pixel * p.count + sample % p.count) * p.channels + i % p.channels;
        dx[i] = da[packed] * slope(p.activation, p.leak, x[i]);
    }
}
