//!import lib/activation
//!import lib/conv_pass
//!import lib/fold
//!import lib/index
// y = φ(the sum of the windows + bias): the end of a transposed convolution to few channels. N rows, extents as in lib/conv.wgsl.

@group(0) @binding(1) var<storage, read> windows: array<f32>; // [N, h, w, K, K, I]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [I]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N, H, W, I]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let at = linear_index(group, local, 64u);
    // Not known before the thread is, as in norm/apply: local is below 64.
    let activation = p.activation + (local >> 6u);
    if (at < p.rows * p.height * p.width * p.inputs) {
        y[at] = activate(activation, p.leak, folded(at) + bias[at % p.inputs]);
    }
}
