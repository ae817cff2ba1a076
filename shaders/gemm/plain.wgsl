// The readable product: one output per thread. C[M,N] = A[M,K] · B[K,N].
//
// Every driver works on what a product kernel defines:
//   extents(slice)   M and N
//   depth(slice)     the first k and the end of this slice of K
//   row(slice, m), column(slice, n)     what A and B need to know of a line, found once
//   seek(slice, k), next(at), skip(at)  a place in K, the next k, and the next cell along K
//   a(row, at), b(column, at)           a cell: along K if A_ALONG_K (B_ALONG_K), else along M (N)
//   store(slice, m, n, sum)             the epilogue of a cell along N
// and gives it the type of a cell, `Out`, which holds WIDTH neighbours, and that of its `Bits`.
// `Image` is the element of an image whose channels may be too few for cells, IMAGE_WIDTH wide, and
// four() makes a cell of numbers that were picked one by one.

alias Out = f32;
alias Bits = u32;
alias Image = f32;
const WIDTH: u32 = 1u;
const IMAGE_WIDTH: u32 = 1u;

fn four(values: vec4<f32>) -> Out {
    return values.x;
}

@compute @workgroup_size(8, 8, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let size = extents(id.z);
    if (id.y >= size.x || id.x >= size.y) {
        return;
    }
    let line = row(id.z, id.y);
    let across = column(id.z, id.x);
    let range = depth(id.z);
    // Four terms per turn: llvmpipe before 25.0 stops loops after 65,535 turns without a word.
    let whole = range.x + (range.y - range.x) / 4u * 4u;
    var sum = 0.0;
    var at = seek(id.z, range.x);
    for (var k = range.x; k < whole; k += 4u) {
        let second = next(at);
        let third = next(second);
        let fourth = next(third);
        sum += a(line, at) * b(across, at);
        sum += a(line, second) * b(across, second);
        sum += a(line, third) * b(across, third);
        sum += a(line, fourth) * b(across, fourth);
        at = next(fourth);
    }
    for (var k = whole; k < range.y; k++) {
        sum += a(line, at) * b(across, at);
        at = next(at);
    }
    store(id.z, id.y, id.x, sum);
}
