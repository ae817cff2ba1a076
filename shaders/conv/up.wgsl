//!import lib/activation
//!import lib/conv_up
// big = φ(the sum of the windows that small · weight makes + bias): the forward pass of a transposed
// convolution. A product (see shaders/gemm/); N rows, extents as in lib/conv.wgsl.

struct Params {
    rows: u32,
    height: u32,
    width: u32,
    inputs: u32,
    small_height: u32,
    small_width: u32,
    outputs: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    activation: u32,
    leak: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
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
