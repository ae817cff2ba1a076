// The product for software adapters: no barrier, no shared memory. Eight lanes, one subgroup, make
// 32 rows by 32 columns; each lane owns four columns. What such an adapter pays for is loads, about
// as much for one float as for four, so per four k a lane loads four cells of A and four of B, and
// a shuffle, one instruction, hands the values of A to all lanes. Contract with the kernel: see
// gemm/plain.wgsl.

alias Out = vec4<f32>;
alias Bits = vec4<u32>;
const WIDTH: u32 = 4u;
const PER_GROUP_X: u32 = 32u;
const PER_GROUP_Y: u32 = 32u;

// What each lane summed up, [32, 8]; no lane looks at another's.
var<workgroup> result: array<vec4<f32>, 256>;

fn four(values: vec4<f32>) -> Out {
    return values;
}

// The place after `at`, which is k; at the end of the slice it stays.
fn after(at: At, k: u32, end: u32) -> At {
    if (k + 1u < end) {
        return next(at);
    }
    return at;
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
    let slice = group.z;
    let size = extents(slice);
    let range = depth(slice);
    // A slice may be without rows: a phase that no pixel has.
    if (size.x == 0u) {
        return;
    }
    let m0 = group.y * PER_GROUP_Y;
    let last = size.x - 1u;
    let n = 4u * min(group.x * 8u + lane, size.y / 4u - 1u);
    // Lines along K are looked up one by one, a cell across K at once.
    let first = select(4u * min(m0 / 4u + lane, size.x / 4u - 1u), min(m0 + lane, last), A_ALONG_K);
    let r0 = row(slice, first);
    let r1 = row(slice, min(m0 + lane + 8u, last));
    let r2 = row(slice, min(m0 + lane + 16u, last));
    let r3 = row(slice, min(m0 + lane + 24u, last));
    let c0 = column(slice, n);
    let c1 = column(slice, n + 1u);
    let c2 = column(slice, n + 2u);
    let c3 = column(slice, n + 3u);
    // Element 8·part + lane is row_of(lane, part).
    var sum: array<vec4<f32>, 32>;
    var w: mat4x4<f32>; // B[k..k+4, the columns of a cell], one k after the other
    var u: mat4x4<f32>; // A[four rows, k..k+4], one row after the other; zero beyond the end
    var at = seek(slice, range.x);
    for (var k = range.x; k < range.y; k += 4u) {
        let second = after(at, k, range.y);
        let third = after(second, k + 1u, range.y);
        let fourth = after(third, k + 2u, range.y);
        if (B_ALONG_K) {
            w = transpose(mat4x4<f32>(b(c0, at), b(c1, at), b(c2, at), b(c3, at)));
        } else {
            w = mat4x4<f32>(b(c0, at), b(c0, second), b(c0, third), b(c0, fourth));
        }
        if (A_ALONG_K) {
            u = mat4x4<f32>(a(r0, at), a(r1, at), a(r2, at), a(r3, at));
        } else {
            u = transpose(mat4x4<f32>(
                a(r0, at), select(vec4<f32>(), a(r0, second), k + 1u < range.y),
                select(vec4<f32>(), a(r0, third), k + 2u < range.y),
                select(vec4<f32>(), a(r0, fourth), k + 3u < range.y)));
        }
        add(&sum, 0u, u[0], w);
        add(&sum, 8u, u[1], w);
        add(&sum, 16u, u[2], w);
        add(&sum, 24u, u[3], w);
        if (A_ALONG_K && B_ALONG_K) {
            at = skip(at);
        } else {
            at = next(fourth);
        }
    }
    put(&sum, 0u, lane);
    put(&sum, 1u, lane);
    put(&sum, 2u, lane);
    put(&sum, 3u, lane);
    // The epilogue is a loop, which keeps the code short that a driver has to compile.
    let inside = m0 < size.x && group.x * 8u + lane < size.y / 4u;
    let rows = select(0u, min(PER_GROUP_Y, size.x - m0), inside);
    for (var i = 0u; i < rows; i++) {
        store(slice, m0 + i, n, result[8u * i + lane]);
    }
}
