//!import lib/activation
//!import lib/conv_up
//!import lib/conv_pass
// big = φ(the sum of the windows that small · weight makes + bias): the forward pass of a transposed
// convolution. A product (see shaders/gemm/); N rows, extents as in lib/conv.wgsl.

@group(0) @binding(1) var<storage, read> x: array<Out>; // [N, h, w, O]
@group(0) @binding(2) var<storage, read> weight: array<Out>; // [O, K, K, I]
@group(0) @binding(3) var<storage, read> bias: array<Out>; // [I]
@group(0) @binding(4) var<storage, read_write> y: array<Out>; // [N, H, W, I]

fn small_cell(at: u32) -> Out {
    return x[at];
}

fn weight_cell(at: u32) -> Out {
    return weight[at];
}

fn finish(pixel: u32, column: u32, sum: Out) {
    let value = activate(p.activation, p.leak, sum + bias[column / WIDTH]);
    y[(pixel * p.inputs + column) / WIDTH] = value;
}
