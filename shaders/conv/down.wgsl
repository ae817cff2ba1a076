//!import lib/activation
//!import lib/conv_down
//!import lib/conv_pass
// small = φ(the windows of big · weight + bias): the forward pass of a convolution. A product (see
// shaders/gemm/); N rows, extents as in lib/conv.wgsl.

@group(0) @binding(1) var<storage, read> x: array<Image>; // [N, H, W, I]
@group(0) @binding(2) var<storage, read> weight: array<Out>; // [O, K, K, I]
@group(0) @binding(3) var<storage, read> bias: array<Out>; // [O]
@group(0) @binding(4) var<storage, read_write> y: array<Out>; // [N, h, w, O]

fn big(at: u32) -> Image {
    return x[at];
}

fn weight_cell(at: u32) -> Out {
    return weight[at];
}

fn store(slice: u32, m: u32, column: u32, sum: Out) {
    let value = activate(p.activation, p.leak, sum + bias[column / WIDTH]);
    y[(m * p.outputs + column) / WIDTH] = value;
}
