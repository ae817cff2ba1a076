//!import lib/activation
//!import lib/dense
// ty = (tx · weightᵀ) ∘ φ'(y), where φ is the activation that made y: how the output moves with the
// input. A product (see shaders/gemm/). N rows, I inputs, O outputs.

struct Params {
    rows: u32,
    inputs: u32,
    outputs: u32,
    activation: u32,
    leak: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> tx: array<Out>; // [N, I]
@group(0) @binding(2) var<storage, read> weight: array<Out>; // [O, I]
@group(0) @binding(3) var<storage, read> y: array<Out>; // [N, O]
@group(0) @binding(4) var<storage, read_write> ty: array<Out>; // [N, O]

const A_ALONG_K: bool = true;
const B_ALONG_K: bool = true;

fn extents(slice: u32) -> vec2<u32> {
    return vec2<u32>(p.rows, p.outputs);
}

fn depth(slice: u32) -> vec2<u32> {
    return vec2<u32>(0u, p.inputs);
}

fn a(row: Row, at: At) -> Out {
    return tx[(row * p.inputs + at) / WIDTH];
}

fn b(column: Column, at: At) -> Out {
    return weight[(column * p.inputs + at) / WIDTH];
}

fn store(slice: u32, row: u32, column: u32, sum: Out) {
    let at = (row * p.outputs + column) / WIDTH;
    ty[at] = sum * slope(p.activation, p.leak, y[at]);
}
