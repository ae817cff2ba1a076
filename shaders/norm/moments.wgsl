// Mean and M2 = the sum of (x - mean)^2 of each slice of a group's lines, per channel. Slice s of S
// is the lines s, s + S, s + 2 S, …; S is at most L, so that none is empty. Written for cells of any
// width (shaders/cell/).
//
// One pass over sums shifted by the slice's own first value. As that value is one of the n, what
// cancels in M2 is at most n + 1 times M2 itself, however far the mean lies from zero.

struct Params {
    lines: u32,
    channels: u32,
    groups: u32,
    slices: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<Out>; // [G, L, C]
@group(0) @binding(2) var<storage, read_write> parts: array<Out>; // [S, G, 2, C]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let cells = p.channels / WIDTH;
    let slice = id.x / cells;
    if (slice < p.slices) {
        let begin = id.y * p.lines * cells;
        let first = x[begin + id.x];
        let end = begin + p.lines * cells;
        var sum = Out(0.0);
        var squares = Out(0.0);
        for (var at = begin + id.x; at < end; at += p.slices * cells) {
            let d = x[at] - first;
            sum += d;
            squares += d * d;
        }
        let mean = sum / f32((p.lines - slice + p.slices - 1u) / p.slices);
        let to = (slice * p.groups + id.y) * 2u * cells + id.x - slice * cells;
        parts[to] = first + mean;
        parts[to + cells] = squares - sum * mean;
    }
}
