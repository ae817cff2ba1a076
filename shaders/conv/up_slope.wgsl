//!import lib/activation
//!import lib/conv_up
//!import lib/conv_pass
// dx = (the sum of the windows that da · weight makes) ∘ φ'(x), where φ is the activation that made
// x: the input gradient of a convolution, and the tangent of a transposed one. A product (see
// shaders/gemm/); N rows, extents as in lib/conv.wgsl.

@group(0) @binding(1) var<storage, read> da: array<Out>; // [N, h, w, O]
@group(0) @binding(2) var<storage, read> weight: array<Out>; // [O, K, K, I]
@group(0) @binding(3) var<storage, read> x: array<Out>; // [N, H, W, I]
@group(0) @binding(4) var<storage, read_write> dx: array<Out>; // [N, H, W, I]

fn small_cell(at: u32) -> Out {
    return da[at];
}

fn weight_cell(at: u32) -> Out {
    return weight[at];
}

fn finish(pixel: u32, column: u32, sum: Out) {
    let at = (pixel * p.inputs + column) / WIDTH;
    dx[at] = sum * slope(p.activation, p.leak, x[at]);
}
