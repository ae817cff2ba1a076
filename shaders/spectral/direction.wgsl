// direction[L] = values[L] / max(|values|, 1e-12), as torch.nn.functional.normalize. One workgroup.

struct Params {
    len: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> values: array<f32>; // [L]
@group(0) @binding(2) var<storage, read_write> direction: array<f32>; // [L]

var<workgroup> partial: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var i = local; i < p.len; i += 256u) {
        sum += values[i] * values[i];
    }
    partial[local] = sum;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            partial[local] += partial[local + half];
        }
    }
    workgroupBarrier();
    let length = max(sqrt(partial[0]), 1e-12);
    for (var i = local; i < p.len; i += 256u) {
        direction[i] = values[i] / length;
    }
}
