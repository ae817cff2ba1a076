// The sums of da and of da x̂ over each slice of a group's lines, per channel, x̂ being x normalised.
// Slices as in norm/moments; reduce/splits adds them up. Written for cells of any width
// (shaders/cell/).

struct Params {
    lines: u32,
    channels: u32,
    groups: u32,
    slices: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<Out>; // [G, L, C]
@group(0) @binding(2) var<storage, read> x: array<Out>; // [G, L, C]
@group(0) @binding(3) var<storage, read> stats: array<Out>; // [G, 2, C]
@group(0) @binding(4) var<storage, read_write> parts: array<Out>; // [S, G, 2, C]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let cells = p.channels / WIDTH;
    let slice = id.x / cells;
    if (slice < p.slices) {
        let cell = id.x - slice * cells;
        let mean = stats[id.y * 2u * cells + cell];
        let scale = stats[(id.y * 2u + 1u) * cells + cell];
        let begin = id.y * p.lines * cells;
        let end = begin + p.lines * cells;
        var sum = Out(0.0);
        var along = Out(0.0);
        for (var at = begin + id.x; at < end; at += p.slices * cells) {
            let d = da[at];
            sum += d;
            along += d * (x[at] - mean);
        }
        let to = (slice * p.groups + id.y) * 2u * cells + cell;
        parts[to] = sum;
        parts[to + cells] = along * scale;
    }
}
