//!import lib/activation
//!import lib/dense
// dx = (da · weight) ∘ φ'(x), where φ is the activation that made x: the gradient arrives at the
// pre-activation of the layer below. A product (see shaders/gemm/). N rows, I inputs, O outputs.

struct Params {
    rows: u32,
    inputs: u32,
    outputs: u32,
    activation: u32,
    leak: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<Out>; // [N, O]
@group(0) @binding(2) var<storage, read> weight: array<Out>; // [O, I]
@group(0) @binding(3) var<storage, read> x: array<Out>; // [N, I]
@group(0) @binding(4) var<storage, read_write> dx: array<Out>; // [N, I]

const A_ALONG_K: bool = true;
const B_ALONG_K: bool = false;

fn extents(slice: u32) -> vec2<u32> {
    return vec2<u32>(p.rows, p.inputs);
}

fn depth(slice: u32) -> vec2<u32> {
    return vec2<u32>(0u, p.outputs);
}

fn a(row: Row, at: At) -> Out {
    return da[(row * p.outputs + at) / WIDTH];
}

fn b(column: Column, at: At) -> Out {
    return weight[(at * p.inputs + column) / WIDTH];
}

fn store(slice: u32, row: u32, column: u32, sum: Out) {
    let at = (row * p.inputs + column) / WIDTH;
    dx[at] = sum * slope(p.activation, p.leak, x[at]);
}
