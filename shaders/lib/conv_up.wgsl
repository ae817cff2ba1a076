// From the small image to the big one: every small pixel times the weights, added up where its
// window lies. By sub-pixel phases: the big pixels whose coordinates leave the same remainders by the
// stride see the same taps, so that each phase is a dense sum over (tap, small channel), nothing of
// it zero by structure. A slice is a phase. Extents as in lib/conv.wgsl. Kernels that import this
// define small_cell(at), weight_cell(at), and finish(at, column, sum), `at` being a big pixel.

struct Row {
    before: u32, // pixels of the small image before this sample
    y: i32, // the small pixel that the phase's first tap sees
    x: i32,
}

alias Column = u32;

struct At {
    y: u32, // tap of the phase: every stride-th of the kernel
    x: u32,
    channel: u32, // of the small image
    taps: u32, // of the phase along x
    first: u32, // the phase's first tap in the kernel
}

const A_ALONG_K: bool = true;
const B_ALONG_K: bool = false;

// y and x of the phase.
fn phase(slice: u32) -> vec2<u32> {
    return vec2<u32>(slice / p.stride, slice % p.stride);
}

// Big pixels of the phase along y and x.
fn grid(slice: u32) -> vec2<u32> {
    return (vec2<u32>(p.height, p.width) + p.stride - 1u - phase(slice)) / p.stride;
}

fn first_taps(slice: u32) -> vec2<u32> {
    return (phase(slice) + p.padding) % p.stride;
}

fn taps(slice: u32) -> vec2<u32> {
    return (p.kernel + p.stride - 1u - min(first_taps(slice), vec2<u32>(p.kernel))) / p.stride;
}

fn extents(slice: u32) -> vec2<u32> {
    let pixels = grid(slice);
    return vec2<u32>(p.rows * pixels.x * pixels.y, p.inputs);
}

fn depth(slice: u32) -> vec2<u32> {
    let count = taps(slice);
    return vec2<u32>(0u, count.x * count.y * p.outputs);
}

// (sample, y, x) of row m on the phase's grid.
fn place_of(slice: u32, m: u32) -> vec3<u32> {
    let pixels = max(grid(slice), vec2<u32>(1u));
    let pixel = m % (pixels.x * pixels.y);
    return vec3<u32>(m / (pixels.x * pixels.y), pixel / pixels.y, pixel % pixels.y);
}

fn row(slice: u32, m: u32) -> Row {
    let at = place_of(slice, m);
    let first = (phase(slice) + p.padding) / p.stride;
    return Row(at.x * p.small_height * p.small_width, i32(at.y + first.x), i32(at.z + first.y));
}

fn column(slice: u32, n: u32) -> Column {
    return n;
}

fn seek(slice: u32, k: u32) -> At {
    let first = first_taps(slice);
    let across = max(taps(slice).y, 1u);
    let pixel = k / p.outputs;
    return At(pixel / across, pixel % across, k % p.outputs, across, first.x * p.kernel + first.y);
}

fn further(start: At, by: u32) -> At {
    var to = start;
    to.channel += by;
    if (to.channel >= p.outputs) {
        to.channel -= p.outputs;
        to.x += 1u;
        if (to.x == to.taps) {
            to.x = 0u;
            to.y += 1u;
        }
    }
    return to;
}

fn next(at: At) -> At {
    return further(at, 1u);
}

fn skip(at: At) -> At {
    return further(at, WIDTH);
}

fn a(row: Row, at: At) -> Out {
    let y = u32(row.y - i32(at.y));
    let x = u32(row.x - i32(at.x));
    let inside = y < p.small_height && x < p.small_width;
    let cell = ((row.before + y * p.small_width + x) * p.outputs + at.channel) / WIDTH;
    return select(Out(0.0), small_cell(select(0u, cell, inside)), inside);
}

fn b(column: Column, at: At) -> Out {
    let tap = at.first + p.stride * (at.y * p.kernel + at.x);
    return weight_cell(((at.channel * p.kernel * p.kernel + tap) * p.inputs + column) / WIDTH);
}

fn store(slice: u32, m: u32, column: u32, sum: Out) {
    let at = place_of(slice, m);
    let pixel = at.yz * p.stride + phase(slice);
    finish((at.x * p.height + pixel.x) * p.width + pixel.y, column, sum);
}
