// The product for GPUs: 64 threads make a block of 32 by 32, four by four each, from tiles of A and
// B in workgroup memory. What is known of lines and places lies there, too, so that nobody divides
// in the loop. Contract with the kernel: see plain.wgsl.

alias Out = f32;
alias Bits = u32;
alias Image = f32;
const WIDTH: u32 = 1u;
const IMAGE_WIDTH: u32 = 1u;
const PER_GROUP_X: u32 = 32u;
const PER_GROUP_Y: u32 = 32u;
const BLOCK: u32 = 32u;
const DEPTH: u32 = 16u;
// One more than a block, so that threads that write down a column meet different banks.
const STRIDE: u32 = 33u;

var<workgroup> tile_a: array<f32, 528>; // [DEPTH, STRIDE], k-major
var<workgroup> tile_b: array<f32, 528>; // [DEPTH, STRIDE]
var<workgroup> rows: array<Row, 32>;
var<workgroup> columns: array<Column, 32>;
var<workgroup> places: array<At, 16>; // of the k of a tile

fn four(values: vec4<f32>) -> Out {
    return values.x;
}

// Where element `at` of a tile lies, (k, line), so that neighbouring threads read neighbours.
fn place(at: u32, along_k: bool) -> vec2<u32> {
    return select(vec2<u32>(at / BLOCK, at % BLOCK), vec2<u32>(at % DEPTH, at / DEPTH), along_k);
}

@compute @workgroup_size(8, 8, 1)
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
        for (var i = 0u; i < 8u; i++) {
            let of_a = place(i * 64u + local, A_ALONG_K);
            var value = 0.0;
            if (m0 + of_a.y < size.x && k0 + of_a.x < range.y) {
                value = a(rows[of_a.y], places[of_a.x]);
            }
            tile_a[of_a.x * STRIDE + of_a.y] = value;
            let of_b = place(i * 64u + local, B_ALONG_K);
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
            let m = m0 + thread.y + 8u * i;
            let n = n0 + thread.x + 8u * j;
            if (m < size.x && n < size.y) {
                store(slice, m, n, sum[i][j]);
            }
        }
    }
}
