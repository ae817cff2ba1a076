// The product for GPUs: SIDE by SIDE threads make a block of four by four outputs each, from tiles
// of A and B in workgroup memory. What is known of lines and places lies there, too, so that nobody
// divides in the loop. Cells are single numbers, which fit every shape. A driver that imports this
// says SIDE, at least 4. Contract with the kernel: see gemm/plain.wgsl.

alias Out = f32;
alias Bits = u32;
alias Image = f32;
const WIDTH: u32 = 1u;
const IMAGE_WIDTH: u32 = 1u;
const BLOCK: u32 = 4u * SIDE;
const PER_GROUP_X: u32 = BLOCK;
const PER_GROUP_Y: u32 = BLOCK;
const DEPTH: u32 = 16u;
// Elements of a tile that each thread fetches.
const SHARE: u32 = BLOCK * DEPTH / (SIDE * SIDE);
// One more than a block, so that threads that write down a column meet different banks.
const STRIDE: u32 = BLOCK + 1u;

var<workgroup> tile_a: array<f32, DEPTH * STRIDE>; // [DEPTH, STRIDE], k-major
var<workgroup> tile_b: array<f32, DEPTH * STRIDE>; // [DEPTH, STRIDE]
var<workgroup> rows: array<Row, BLOCK>;
var<workgroup> columns: array<Column, BLOCK>;
var<workgroup> places: array<At, DEPTH>; // of the k of a tile

fn four(values: vec4<f32>) -> Out {
    return values.x;
}

// Where element `at` of a tile lies, (k, line), so that neighbouring threads read neighbours.
fn place(at: u32, along_k: bool) -> vec2<u32> {
    return select(vec2<u32>(at / BLOCK, at % BLOCK), vec2<u32>(at % DEPTH, at / DEPTH), along_k);
}

@compute @workgroup_size(SIDE, SIDE, 1)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) thread: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let slice = group.z;
    let size = extents(slice);
    let range = depth(slice);
    let m0 = group.y * BLOCK;
    let n0 = group.x * BLOCK;
    if (local < BLOCK) {
        rows[local] = row(slice, m0 + local);
        columns[local] = column(slice, n0 + local);
    }
    if (local < DEPTH) {
        places[local] = seek(slice, range.x + local);
    }
    workgroupBarrier();
    var sum: array<vec4<f32>, 4>;
    for (var k0 = range.x; k0 < range.y; k0 += DEPTH) {
        for (var i = 0u; i < SHARE; i++) {
            let of_a = place(i * SIDE * SIDE + local, A_ALONG_K);
            var value = 0.0;
            if (m0 + of_a.y < size.x && k0 + of_a.x < range.y) {
                value = a(rows[of_a.y], places[of_a.x]);
            }
            tile_a[of_a.x * STRIDE + of_a.y] = value;
            let of_b = place(i * SIDE * SIDE + local, B_ALONG_K);
            value = 0.0;
            if (n0 + of_b.y < size.y && k0 + of_b.x < range.y) {
                value = b(columns[of_b.y], places[of_b.x]);
            }
            tile_b[of_b.x * STRIDE + of_b.y] = value;
        }
        workgroupBarrier();
        if (local < DEPTH) {
            places[local] = seek(slice, k0 + DEPTH + local);
        }
        for (var k = 0u; k < DEPTH; k++) {
            let at = k * STRIDE;
            let w = vec4<f32>(
                tile_b[at + thread.x], tile_b[at + thread.x + SIDE],
                tile_b[at + thread.x + 2u * SIDE], tile_b[at + thread.x + 3u * SIDE]);
            sum[0] += tile_a[at + thread.y] * w;
            sum[1] += tile_a[at + thread.y + SIDE] * w;
            sum[2] += tile_a[at + thread.y + 2u * SIDE] * w;
            sum[3] += tile_a[at + thread.y + 3u * SIDE] * w;
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        for (var j = 0u; j < 4u; j++) {
            let m = m0 + thread.y + SIDE * i;
            let n = n0 + thread.x + SIDE * j;
            if (m < size.x && n < size.y) {
                store(slice, m, n, sum[i][j]);
            }
        }
    }
}
