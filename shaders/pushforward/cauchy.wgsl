//!import lib/index

// y[L]: Cauchy numbers, location + scale tan(pi (u - 1/2)) of u = (1 + x) / 2.

struct Params {
    len: u32,
    location: f32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [L]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [L]

// tan(pi v / 2) of -1 < v < 1, which has poles at both ends: there it is the cotangent of what is left
// to the pole, 1 - |v|, which is exact. WGSL promises little about tan; the angle is at most an
// eighth of a turn, for which the series of sin and cos to the tenth order are exact in f32.
fn tangent(v: f32) -> f32 {
    const QUARTER_TURN = 1.5707963267948966;
    let outer = abs(v) > 0.5;
    let a = QUARTER_TURN * select(abs(v), 1.0 - abs(v), outer);
    let q = a * a;
    let c = 1.0 - q * (1.0 / 2.0 - q * (1.0 / 24.0 - q * (1.0 / 720.0 - q * (1.0 / 40320.0 - q / 3628800.0))));
    let s = a * (1.0 - q * (1.0 / 6.0 - q * (1.0 / 120.0 - q * (1.0 / 5040.0 - q / 362880.0))));
    return sign(v) * select(s / c, c / s, outer);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        y[i] = p.location + p.scale * tangent(x[i]);
    }
}
