// The product for GPUs: 64 threads make a block of 32 by 32, four by four each, from tiles of A and
// B in workgroup memory. Contract with the kernel: see plain.wgsl.

alias Out = f32;
alias Bits = u32;
const WIDTH: u32 = 1u;
const PER_GROUP_X: u32 = 32u;
const PER_GROUP_Y: u32 = 32u;
const BLOCK: u32 = 32u;
const DEPTH: u32 = 16u;
// One more than a block, so that threads that write down a column meet different banks.
const STRIDE: u32 = 33u;

var<workgroup> tile_a: array<f32, 528>; // [DEPTH, STRIDE], k-major
var<workgroup> tile_b: array<f32, 528>; // [DEPTH, STRIDE]

// Where element `at` of a tile lies, (k, line), so that neighbouring threads read neighbours.
fn place(at: u32, along_k: bool) -> vec2<u32> {
    return select(vec2<u32>(at / BLOCK, at % BLOCK), vec2<u32>(at % DEPTH, at / DEPTH), along_k);
}

fn load_a(row: u32, k: u32, rows: u32, end: u32) -> f32 {
    if (row >= rows || k >= end) {
        return 0.0;
    }
    if (A_ALONG_K) {
        return a(row, k);
    }
    return a(k, row);
}

fn load_b(k: u32, column: u32, columns: u32, end: u32) -> f32 {
    if (column >= columns || k >= end) {
        return 0.0;
    }
    if (B_ALONG_K) {
        return b(column, k);
    }
    return b(k, column);
}

@compute @workgroup_size(8, 8, 1)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) thread: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let size = extents();
    let range = depth(group.z);
    let m0 = group.y * BLOCK;
    let n0 = group.x * BLOCK;
    var sum: array<vec4<f32>, 4>;
    for (var k0 = range.x; k0 < range.y; k0 += DEPTH) {
        for (var i = 0u; i < 8u; i++) {
            let at_a = place(i * 64u + local, A_ALONG_K);
            tile_a[at_a.x * STRIDE + at_a.y] = load_a(m0 + at_a.y, k0 + at_a.x, size.x, range.y);
            let at_b = place(i * 64u + local, B_ALONG_K);
            tile_b[at_b.x * STRIDE + at_b.y] = load_b(k0 + at_b.x, n0 + at_b.y, size.y, range.y);
        }
        workgroupBarrier();
        for (var k = 0u; k < DEPTH; k++) {
            let at = k * STRIDE;
            let w = vec4<f32>(
                tile_b[at + thread.x], tile_b[at + thread.x + 8u],
                tile_b[at + thread.x + 16u], tile_b[at + thread.x + 24u]);
            sum[0] += tile_a[at + thread.y] * w;
            sum[1] += tile_a[at + thread.y + 8u] * w;
            sum[2] += tile_a[at + thread.y + 16u] * w;
            sum[3] += tile_a[at + thread.y + 24u] * w;
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        for (var j = 0u; j < 4u; j++) {
            let row = m0 + thread.y + 8u * i;
            let column = n0 + thread.x + 8u * j;
            if (row < size.x && column < size.y) {
                store(group.z, row, column, sum[i][j]);
            }
        }
    }
}
