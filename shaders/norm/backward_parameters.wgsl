// The gradients of shift and scale from the sums of all groups, in order.

struct Params {
    channels: u32,
    groups: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> sums: array<f32>; // [G, 2, C]
@group(0) @binding(2) var<storage, read_write> dweight: array<f32>; // [C]
@group(0) @binding(3) var<storage, read_write> dbias: array<f32>; // [C]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let c = p.channels;
    if (id.x < c) {
        var shift = 0.0;
        var scale = 0.0;
        for (var group = 0u; group < p.groups; group++) {
            shift += sums[group * 2u * c + id.x];
            scale += sums[(group * 2u + 1u) * c + id.x];
        }
        if (p.accumulate != 0u) {
            shift += dbias[id.x];
            scale += dweight[id.x];
        }
        dbias[id.x] = shift;
        dweight[id.x] = scale;
    }
}
