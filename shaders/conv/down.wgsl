//!import lib/activation
//!import lib/conv_down
// small = φ(the windows of big · weight + bias): the forward pass of a convolution. A product (see
// shaders/gemm/); N rows, extents as in lib/conv.wgsl.

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
