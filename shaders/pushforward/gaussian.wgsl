//!import lib/index
//!import lib/unit_log

// y[L]: normal numbers, location + scale times the inverse of the normal distribution function at
// u = (1 + x) / 2.

struct Params {
    len: u32,
    location: f32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [L]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [L]

// The inverse at (1 + v) / 2 as quotients of polynomials, to seven digits: routine PPND7 of Wichura,
// "Algorithm AS 241" (1988). Its last pair is for probabilities below exp(-25), which 24 bits never
// make.
fn normal_quantile(v: f32) -> f32 {
    let q = 0.5 * v;
    let r = 0.180625 - q * q;
    let near = q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
        / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0);
    let t = sqrt(minus_log_unit(-abs(v))) - 1.6;
    let far = (((0.17023821103 * t + 1.3067284816) * t + 2.7568153900) * t + 1.4234372777)
        / ((0.12021132975 * t + 0.73700164250) * t + 1.0);
    return select(sign(v) * far, near, abs(q) <= 0.425);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        y[i] = p.location + p.scale * normal_quantile(x[i]);
    }
}
