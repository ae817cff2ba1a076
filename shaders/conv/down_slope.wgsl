//!import lib/activation
//!import lib/conv_down
//!import lib/conv_pass
// dx = (the windows of da · weight) ∘ φ'(x), where φ is the activation that made x: the input gradient
// of a transposed convolution, and the tangent of a convolution. A product (see shaders/gemm/); N
// rows, extents as in lib/conv.wgsl.

@group(0) @binding(1) var<storage, read> da: array<Image>; // [N, H, W, I]
@group(0) @binding(2) var<storage, read> weight: array<Out>; // [O, K, K, I]
@group(0) @binding(3) var<storage, read> x: array<Out>; // [N, h, w, O]
@group(0) @binding(4) var<storage, read_write> dx: array<Out>; // [N, h, w, O]

fn big(at: u32) -> Image {
    return da[at];
}

fn weight_cell(at: u32) -> Out {
    return weight[at];
}

fn store(slice: u32, m: u32, column: u32, sum: Out) {
    let at = (m * p.outputs + column) / WIDTH;
    dx[at] = sum * slope(p.activation, p.leak, x[at]);
}
