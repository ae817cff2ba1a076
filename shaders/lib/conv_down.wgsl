//!import lib/conv
// From the big image to the small one, small[m, o] = Σ window(m)[k] · weight[o, k], as a product.
// Kernels that import this define weight_cell(at), and store.

alias Row = Window;
alias Column = u32; // where the weights of an output begin

struct At {
    k: u32,
    tap: Tap,
}

const A_ALONG_K: bool = true;
const B_ALONG_K: bool = true;

fn extents(slice: u32) -> vec2<u32> {
    return vec2<u32>(p.rows * p.small_height * p.small_width, p.outputs);
}

fn depth(slice: u32) -> vec2<u32> {
    return vec2<u32>(0u, p.kernel * p.kernel * p.inputs);
}

fn row(slice: u32, m: u32) -> Row {
    return window(m);
}

fn column(slice: u32, n: u32) -> Column {
    return n * p.kernel * p.kernel * p.inputs;
}

fn seek(slice: u32, k: u32) -> At {
    return At(k, tap(k));
}

fn next(at: At) -> At {
    return At(at.k + 1u, further(at.tap, 1u));
}

fn skip(at: At) -> At {
    if (WIDTH == IMAGE_WIDTH) {
        return At(at.k + WIDTH, further(at.tap, WIDTH));
    }
    return next(next(next(next(at))));
}

fn a(row: Row, at: At) -> Out {
    return seen_cell(row, at.tap);
}

fn b(column: Column, at: At) -> Out {
    return weight_cell((column + at.k) / WIDTH);
}
