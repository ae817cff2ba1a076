//!import lib/dense
// windows = small · weight: what every small pixel adds to the big image, not yet added up. A product
// (see shaders/gemm/). M small pixels, O channels, windows of I elements.

struct Params {
    rows: u32,
    inputs: u32,
    outputs: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> small: array<Out>; // [M, O]
@group(0) @binding(2) var<storage, read> weight: array<Out>; // [O, I]
@group(0) @binding(3) var<storage, read_write> windows: array<Out>; // [M, I]

const A_ALONG_K: bool = true;
const B_ALONG_K: bool = false;

fn extents(slice: u32) -> vec2<u32> {
    return vec2<u32>(p.rows, p.inputs);
}

fn depth(slice: u32) -> vec2<u32> {
    return vec2<u32>(0u, p.outputs);
}

fn a(row: Row, at: At) -> Out {
    return small[(row * p.outputs + at) / WIDTH];
}

fn b(column: Column, at: At) -> Out {
    return weight[(at * p.inputs + column) / WIDTH];
}

fn store(slice: u32, row: u32, column: u32, sum: Out) {
    windows[(row * p.inputs + column) / WIDTH] = sum;
}
