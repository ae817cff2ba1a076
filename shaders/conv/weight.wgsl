//!import lib/conv
// dweight (+)= smallᵀ · the windows of big, the sum over the N·h·w small pixels cut into S slices that
// are written side by side and added up in order by reduce/splits: the weight gradient of a
// convolution, whose x is big, and of a transposed one, whose x is small. A product (see
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
    splits: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> small: array<Out>; // [N, h, w, O]
@group(0) @binding(2) var<storage, read> image: array<Image>; // [N, H, W, I]
@group(0) @binding(3) var<storage, read_write> dweight: array<Out>; // [S, O, K, K, I]

alias Row = u32;
alias Column = Tap;

struct At {
    m: u32, // small pixel
    window: Window,
}

const A_ALONG_K: bool = false;
const B_ALONG_K: bool = false;

fn big(at: u32) -> Image {
    return image[at];
}

fn extents(slice: u32) -> vec2<u32> {
    return vec2<u32>(p.outputs, p.kernel * p.kernel * p.inputs);
}

fn depth(slice: u32) -> vec2<u32> {
    let all = p.rows * p.small_height * p.small_width;
    let pixels = (all + p.splits - 1u) / p.splits;
    return min(vec2<u32>(slice * pixels, (slice + 1u) * pixels), vec2<u32>(all));
}

fn row(slice: u32, m: u32) -> Row {
    return m;
}

fn column(slice: u32, n: u32) -> Column {
    return tap(n);
}

fn seek(slice: u32, k: u32) -> At {
    return At(k, window(k));
}

fn next(at: At) -> At {
    var to = At(at.m + 1u, at.window);
    to.window.x += i32(p.stride);
    if (to.window.x == i32(p.small_width * p.stride) - i32(p.padding)) {
        to.window.x = -i32(p.padding);
        to.window.y += i32(p.stride);
        if (to.window.y == i32(p.small_height * p.stride) - i32(p.padding)) {
            to.window.y = -i32(p.padding);
            to.window.before += p.height * p.width;
        }
    }
    return to;
}

// No operand has cells along K.
fn skip(at: At) -> At {
    return next(at);
}

fn a(row: Row, at: At) -> Out {
    return small[(at.m * p.outputs + row) / WIDTH];
}

fn b(column: Column, at: At) -> Out {
    return seen_cell(at.window, column);
}

fn store(slice: u32, m: u32, column: u32, sum: Out) {
    let len = p.kernel * p.kernel * p.inputs;
    let at = ((slice * p.outputs + m) * len + column) / WIDTH;
    if (p.accumulate != 0u) {
        dweight[at] += sum;
    } else {
        dweight[at] = sum;
    }
}
