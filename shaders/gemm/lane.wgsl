// The product for software adapters: no barrier, no shared memory. Eight lanes, one subgroup, make
// 32 rows by 32 columns; each lane owns four columns. What such an adapter pays for is loads, about
// as much for one float as for four, so per four k a lane loads four cells of A and four of B, and
// a shuffle, one instruction, hands the values of A to all lanes. Contract with the kernel: see
// plain.wgsl. The extents that cells lie along are multiples of four.

alias Out = vec4<f32>;
alias Bits = vec4<u32>;
const WIDTH: u32 = 4u;
const PER_GROUP_X: u32 = 32u;
const PER_GROUP_Y: u32 = 32u;

// What each lane summed up, [32, 8]; no lane looks at another's.
var<workgroup> result: array<vec4<f32>, 256>;

// B[k..k+4, the columns of a cell], one k after the other; beyond `end` the last k again, which
// meets zeros of A.
fn b_block(k: u32, end: u32, cell: u32) -> mat4x4<f32> {
    if (B_ALONG_K) {
        let column = cell * 4u;
        let at = k / 4u;
        let columns = mat4x4<f32>(b(column, at), b(column + 1u, at), b(column + 2u, at), b(column + 3u, at));
        return transpose(columns);
    }
    let last = end - 1u;
    return mat4x4<f32>(b(k, cell), b(min(k + 1u, last), cell), b(min(k + 2u, last), cell), b(min(k + 3u, last), cell));
}

// A[four rows, k..k+4], one row after the other: the rows of which this lane holds the values for
// all lanes, see `row_of`. Zero beyond `end`.
fn a_block(m0: u32, rows: u32, k: u32, end: u32, lane: u32) -> mat4x4<f32> {
    if (A_ALONG_K) {
        let last = rows - 1u;
        let at = k / 4u;
        return mat4x4<f32>(
            a(min(m0 + lane, last), at), a(min(m0 + lane + 8u, last), at),
            a(min(m0 + lane + 16u, last), at), a(min(m0 + lane + 24u, last), at));
    }
    let cell = min(m0 / 4u + lane, rows / 4u - 1u);
    let last = end - 1u;
    let some = mat4x4<f32>(
        a(k, cell), select(vec4<f32>(), a(min(k + 1u, last), cell), k + 1u < end),
        select(vec4<f32>(), a(min(k + 2u, last), cell), k + 2u < end),
        select(vec4<f32>(), a(min(k + 3u, last), cell), k + 3u < end));
    return transpose(some);
}

// The row that lane `lane` holds as its part `part` of a block.
fn row_of(lane: u32, part: u32) -> u32 {
    return select(4u * lane + part, lane + 8u * part, A_ALONG_K);
}

// The eight rows of one part times four k. Short enough a loop that drivers unroll it.
fn add(sum: ptr<function, array<vec4<f32>, 32>>, first: u32, part: vec4<f32>, w: mat4x4<f32>) {
    for (var r = 0u; r < 8u; r++) {
        (*sum)[first + r] += w * subgroupShuffle(part, r);
    }
}

fn put(sum: ptr<function, array<vec4<f32>, 32>>, part: u32, lane: u32) {
    for (var r = 0u; r < 8u; r++) {
        result[8u * row_of(r, part) + lane] = (*sum)[8u * part + r];
    }
}

@compute @workgroup_size(8, 1, 1)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let size = extents();
    let range = depth(group.z);
    let m0 = group.y * PER_GROUP_Y;
    let cells = size.y / 4u;
    let cell = min(group.x * 8u + lane, cells - 1u);
    // Element 8·part + lane is row_of(lane, part).
    var sum: array<vec4<f32>, 32>;
    for (var k = range.x; k < range.y; k += 4u) {
        let w = b_block(k, range.y, cell);
        let u = a_block(m0, size.x, k, range.y, lane);
        add(&sum, 0u, u[0], w);
        add(&sum, 8u, u[1], w);
        add(&sum, 16u, u[2], w);
        add(&sum, 24u, u[3], w);
    }
    put(&sum, 0u, lane);
    put(&sum, 1u, lane);
    put(&sum, 2u, lane);
    put(&sum, 3u, lane);
    // The epilogue is a loop, which keeps the code short that a driver has to compile.
    let rows = select(0u, min(PER_GROUP_Y, size.x - m0), group.x * 8u + lane < cells);
    for (var row = 0u; row < rows; row++) {
        store(group.z, m0 + row, cell, result[8u * row + lane]);
    }
}
