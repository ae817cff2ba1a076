//!import lib/guard

// parameters[L] = −radius · gradients / |gradients|: what a linear function of the parameters is least
// at, among those of this length; 0 where the gradient is. One workgroup.

struct Params {
    len: u32,
    radius: f32,
    watched: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gradients: array<f32>; // [L]
@group(0) @binding(2) var<storage, read_write> parameters: array<f32>; // [L]
@group(0) @binding(3) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

var<workgroup> partial: array<f32, 256>;

// Over all threads, the largest value or the sum.
fn gather(local: u32, mine: f32, largest: bool) -> f32 {
    workgroupBarrier();
    partial[local] = mine;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            let other = partial[local + half];
            partial[local] = select(partial[local] + other, max(partial[local], other), largest);
        }
    }
    workgroupBarrier();
    return partial[0];
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
    // Moments of a high degree have squares beyond f32.
    var most = 0.0;
    for (var i = local; i < p.len; i += 256u) {
        guard_value(p.watched, i, gradients[i]);
        most = max(most, abs(gradients[i]));
    }
    let scale = max(gather(local, most, true), 1e-30);
    var sum = 0.0;
    for (var i = local; i < p.len; i += 256u) {
        let part = gradients[i] / scale;
        sum += part * part;
    }
    let length = max(sqrt(gather(local, sum, false)), 1e-30);
    for (var i = local; i < p.len; i += 256u) {
        parameters[i] = -p.radius * (gradients[i] / scale / length);
    }
}
