//!import lib/dense
// dweight (+)= daᵀ · x, the sum over the N rows cut into S slices of ⌈N/S⌉ that are written side
// by side and added up in order by reduce/splits. A product (see shaders/gemm/).

struct Params {
    rows: u32,
    inputs: u32,
    outputs: u32,
    splits: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<Out>; // [N, O]
@group(0) @binding(2) var<storage, read> x: array<Out>; // [N, I]
@group(0) @binding(3) var<storage, read_write> dweight: array<Out>; // [S, O, I]

const A_ALONG_K: bool = false;
const B_ALONG_K: bool = false;

fn extents(slice: u32) -> vec2<u32> {
    return vec2<u32>(p.outputs, p.inputs);
}

fn depth(slice: u32) -> vec2<u32> {
    let rows = (p.rows + p.splits - 1u) / p.splits;
    return min(vec2<u32>(slice * rows, (slice + 1u) * rows), vec2<u32>(p.rows));
}

fn a(row: Row, at: At) -> Out {
    return da[(at * p.outputs + row) / WIDTH];
}

fn b(column: Column, at: At) -> Out {
    return x[(at * p.inputs + column) / WIDTH];
}

fn store(slice: u32, row: u32, column: u32, sum: Out) {
    let at = ((slice * p.outputs + row) * p.inputs + column) / WIDTH;
    if (p.accumulate != 0u) {
        dweight[at] += sum;
    } else {
        dweight[at] = sum;
    }
}
