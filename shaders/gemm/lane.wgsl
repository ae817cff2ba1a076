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

fn put(slice: u32, row: u32, rows: u32, cell: u32, value: vec4<f32>) {
    if (row < rows) {
        store(slice, row, cell, value);
    }
}

@compute @workgroup_size(8, 1, 1)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let size = extents();
    let range = depth(group.z);
    let m0 = group.y * PER_GROUP_Y;
    let cells = size.y / 4u;
    let cell = min(group.x * 8u + lane, cells - 1u);
    var sum: array<vec4<f32>, 32>;
    for (var k = range.x; k < range.y; k += 4u) {
        let w = b_block(k, range.y, cell);
        let u0 = a_block(m0 + 0u, size.x, k, range.y, lane);
        sum[0] += w * subgroupShuffle(u0[0], 0u);
        sum[1] += w * subgroupShuffle(u0[0], 1u);
        sum[2] += w * subgroupShuffle(u0[0], 2u);
        sum[3] += w * subgroupShuffle(u0[0], 3u);
        sum[4] += w * subgroupShuffle(u0[0], 4u);
        sum[5] += w * subgroupShuffle(u0[0], 5u);
        sum[6] += w * subgroupShuffle(u0[0], 6u);
        sum[7] += w * subgroupShuffle(u0[0], 7u);
        sum[8] += w * subgroupShuffle(u0[1], 0u);
        sum[9] += w * subgroupShuffle(u0[1], 1u);
        sum[10] += w * subgroupShuffle(u0[1], 2u);
        sum[11] += w * subgroupShuffle(u0[1], 3u);
        sum[12] += w * subgroupShuffle(u0[1], 4u);
        sum[13] += w * subgroupShuffle(u0[1], 5u);
        sum[14] += w * subgroupShuffle(u0[1], 6u);
        sum[15] += w * subgroupShuffle(u0[1], 7u);
        sum[16] += w * subgroupShuffle(u0[2], 0u);
        sum[17] += w * subgroupShuffle(u0[2], 1u);
        sum[18] += w * subgroupShuffle(u0[2], 2u);
        sum[19] += w * subgroupShuffle(u0[2], 3u);
        sum[20] += w * subgroupShuffle(u0[2], 4u);
        sum[21] += w * subgroupShuffle(u0[2], 5u);
        sum[22] += w * subgroupShuffle(u0[2], 6u);
        sum[23] += w * subgroupShuffle(u0[2], 7u);
        sum[24] += w * subgroupShuffle(u0[3], 0u);
        sum[25] += w * subgroupShuffle(u0[3], 1u);
        sum[26] += w * subgroupShuffle(u0[3], 2u);
        sum[27] += w * subgroupShuffle(u0[3], 3u);
        sum[28] += w * subgroupShuffle(u0[3], 4u);
        sum[29] += w * subgroupShuffle(u0[3], 5u);
        sum[30] += w * subgroupShuffle(u0[3], 6u);
        sum[31] += w * subgroupShuffle(u0[3], 7u);
    }
    if (group.x * 8u + lane < cells) {
        put(group.z, m0 + 0u + row_of(0u, 0u), size.x, cell, sum[0]);
        put(group.z, m0 + 0u + row_of(1u, 0u), size.x, cell, sum[1]);
        put(group.z, m0 + 0u + row_of(2u, 0u), size.x, cell, sum[2]);
        put(group.z, m0 + 0u + row_of(3u, 0u), size.x, cell, sum[3]);
        put(group.z, m0 + 0u + row_of(4u, 0u), size.x, cell, sum[4]);
        put(group.z, m0 + 0u + row_of(5u, 0u), size.x, cell, sum[5]);
        put(group.z, m0 + 0u + row_of(6u, 0u), size.x, cell, sum[6]);
        put(group.z, m0 + 0u + row_of(7u, 0u), size.x, cell, sum[7]);
        put(group.z, m0 + 0u + row_of(0u, 1u), size.x, cell, sum[8]);
        put(group.z, m0 + 0u + row_of(1u, 1u), size.x, cell, sum[9]);
        put(group.z, m0 + 0u + row_of(2u, 1u), size.x, cell, sum[10]);
        put(group.z, m0 + 0u + row_of(3u, 1u), size.x, cell, sum[11]);
        put(group.z, m0 + 0u + row_of(4u, 1u), size.x, cell, sum[12]);
        put(group.z, m0 + 0u + row_of(5u, 1u), size.x, cell, sum[13]);
        put(group.z, m0 + 0u + row_of(6u, 1u), size.x, cell, sum[14]);
        put(group.z, m0 + 0u + row_of(7u, 1u), size.x, cell, sum[15]);
        put(group.z, m0 + 0u + row_of(0u, 2u), size.x, cell, sum[16]);
        put(group.z, m0 + 0u + row_of(1u, 2u), size.x, cell, sum[17]);
        put(group.z, m0 + 0u + row_of(2u, 2u), size.x, cell, sum[18]);
        put(group.z, m0 + 0u + row_of(3u, 2u), size.x, cell, sum[19]);
        put(group.z, m0 + 0u + row_of(4u, 2u), size.x, cell, sum[20]);
        put(group.z, m0 + 0u + row_of(5u, 2u), size.x, cell, sum[21]);
        put(group.z, m0 + 0u + row_of(6u, 2u), size.x, cell, sum[22]);
        put(group.z, m0 + 0u + row_of(7u, 2u), size.x, cell, sum[23]);
        put(group.z, m0 + 0u + row_of(0u, 3u), size.x, cell, sum[24]);
        put(group.z, m0 + 0u + row_of(1u, 3u), size.x, cell, sum[25]);
        put(group.z, m0 + 0u + row_of(2u, 3u), size.x, cell, sum[26]);
        put(group.z, m0 + 0u + row_of(3u, 3u), size.x, cell, sum[27]);
        put(group.z, m0 + 0u + row_of(4u, 3u), size.x, cell, sum[28]);
        put(group.z, m0 + 0u + row_of(5u, 3u), size.x, cell, sum[29]);
        put(group.z, m0 + 0u + row_of(6u, 3u), size.x, cell, sum[30]);
        put(group.z, m0 + 0u + row_of(7u, 3u), size.x, cell, sum[31]);
    }
}
