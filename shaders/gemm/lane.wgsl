// The product for software adapters: no barrier, no shared memory. Eight lanes, one subgroup, make
// 16 rows by 32 columns; each lane owns four columns. Per four k a lane loads two cells of A, and a
// shuffle hands every value of A to all lanes, which is one instruction where a load is a loop over
// lanes. Contract with the kernel: see plain.wgsl. Rows and columns of the operands that cells lie
// along are multiples of four.

alias Out = vec4<f32>;
const WIDTH: u32 = 4u;
const PER_GROUP_X: u32 = 32u;
const PER_GROUP_Y: u32 = 16u;

// B[k..k+4, columns of a cell] as four rows; beyond `end` the last line, which meets zeros of A.
fn b_rows(k: u32, end: u32, cell: u32) -> mat4x4<f32> {
    if (B_ALONG_K) {
        let column = cell * 4u;
        let at = k / 4u;
        return transpose(mat4x4<f32>(b(column, at), b(column + 1u, at), b(column + 2u, at), b(column + 3u, at)));
    }
    let last = end - 1u;
    return mat4x4<f32>(b(k, cell), b(min(k + 1u, last), cell), b(min(k + 2u, last), cell), b(min(k + 3u, last), cell));
}

// Along k: row m0 + lane and row m0 + 8 + lane, four k each. Along rows: the sixteen cells of four
// rows at four k, of which lane l holds cells l and l + 8, cell 4j + q being rows 4q.. at k + j.
fn a_cells(m0: u32, rows: u32, k: u32, end: u32, lane: u32) -> array<vec4<f32>, 2> {
    if (A_ALONG_K) {
        let last = rows - 1u;
        return array<vec4<f32>, 2>(a(min(m0 + lane, last), k / 4u), a(min(m0 + 8u + lane, last), k / 4u));
    }
    let cell = min(m0 / 4u + (lane & 3u), rows / 4u - 1u);
    let first = k + (lane >> 2u);
    let second = first + 2u;
    let low = select(vec4<f32>(), a(min(first, end - 1u), cell), first < end);
    let high = select(vec4<f32>(), a(min(second, end - 1u), cell), second < end);
    return array<vec4<f32>, 2>(low, high);
}

@compute @workgroup_size(8, 1, 1)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let size = extents();
    let range = depth(group.z);
    let m0 = group.y * PER_GROUP_Y;
    let cells = size.y / 4u;
    let cell = min(group.x * 8u + lane, cells - 1u);
    var sum: array<vec4<f32>, 16>;
    for (var k = range.x; k < range.y; k += 4u) {
        let v = a_cells(m0, size.x, k, range.y, lane);
        let w = b_rows(k, range.y, cell);
        if (A_ALONG_K) {
            for (var r = 0u; r < 8u; r++) {
                sum[r] += subgroupShuffle(v[0].x, r) * w[0] + subgroupShuffle(v[0].y, r) * w[1]
                    + subgroupShuffle(v[0].z, r) * w[2] + subgroupShuffle(v[0].w, r) * w[3];
                sum[r + 8u] += subgroupShuffle(v[1].x, r) * w[0] + subgroupShuffle(v[1].y, r) * w[1]
                    + subgroupShuffle(v[1].z, r) * w[2] + subgroupShuffle(v[1].w, r) * w[3];
            }
        } else {
            for (var q = 0u; q < 4u; q++) {
                let t = q + 4u;
                sum[4u * q] += subgroupShuffle(v[0].x, q) * w[0] + subgroupShuffle(v[0].x, t) * w[1]
                    + subgroupShuffle(v[1].x, q) * w[2] + subgroupShuffle(v[1].x, t) * w[3];
                sum[4u * q + 1u] += subgroupShuffle(v[0].y, q) * w[0] + subgroupShuffle(v[0].y, t) * w[1]
                    + subgroupShuffle(v[1].y, q) * w[2] + subgroupShuffle(v[1].y, t) * w[3];
                sum[4u * q + 2u] += subgroupShuffle(v[0].z, q) * w[0] + subgroupShuffle(v[0].z, t) * w[1]
                    + subgroupShuffle(v[1].z, q) * w[2] + subgroupShuffle(v[1].z, t) * w[3];
                sum[4u * q + 3u] += subgroupShuffle(v[0].w, q) * w[0] + subgroupShuffle(v[0].w, t) * w[1]
                    + subgroupShuffle(v[1].w, q) * w[2] + subgroupShuffle(v[1].w, t) * w[3];
            }
        }
    }
    if (group.x * 8u + lane < cells) {
        for (var r = 0u; r < PER_GROUP_Y; r++) {
            if (m0 + r < size.x) {
                store(group.z, m0 + r, cell, sum[r]);
            }
        }
    }
}
