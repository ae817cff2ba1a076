// The readable product: one output per thread. C[M,N] = A[M,K] · B[K,N].
//
// Every driver works on what a product kernel defines:
//   extents()        M and N
//   depth(slice)     the first k and the end of this slice of K
//   a(line, cell)    of A: line is a row and cells lie along k if A_ALONG_K, else k and rows
//   b(line, cell)    of B: line is a column and cells lie along k if B_ALONG_K, else k and columns
//   store(slice, row, cell, sum)    the epilogue; cells lie along the columns
// and gives it the type of a cell, `Out`, which holds WIDTH neighbours, and that of its `Bits`.

alias Out = f32;
alias Bits = u32;
const WIDTH: u32 = 1u;

fn a_at(row: u32, k: u32) -> f32 {
    if (A_ALONG_K) {
        return a(row, k);
    }
    return a(k, row);
}

fn b_at(k: u32, column: u32) -> f32 {
    if (B_ALONG_K) {
        return b(column, k);
    }
    return b(k, column);
}

@compute @workgroup_size(8, 8, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let size = extents();
    if (id.y >= size.x || id.x >= size.y) {
        return;
    }
    let range = depth(id.z);
    // Four terms per turn: llvmpipe before 25.0 stops loops after 65,535 turns without a word.
    let whole = range.x + (range.y - range.x) / 4u * 4u;
    var sum = 0.0;
    for (var k = range.x; k < whole; k += 4u) {
        sum += a_at(id.y, k) * b_at(k, id.x);
        sum += a_at(id.y, k + 1u) * b_at(k + 1u, id.x);
        sum += a_at(id.y, k + 2u) * b_at(k + 2u, id.x);
        sum += a_at(id.y, k + 3u) * b_at(k + 3u, id.x);
    }
    for (var k = whole; k < range.y; k++) {
        sum += a_at(id.y, k) * b_at(k, id.x);
    }
    store(id.z, id.y, id.x, sum);
}
