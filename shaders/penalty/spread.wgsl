// The standard deviation of a whole tensor from the slices of norm/moments, of one group and one
// channel, combined in order (Chan, Golub and LeVeque 1979). One thread.

struct Params {
    lines: u32,
    slices: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> parts: array<f32>; // [S, 1, 2, 1]
@group(0) @binding(2) var<storage, read_write> spread: array<f32>; // [1]

@compute @workgroup_size(1)
fn main() {
    var mean = 0.0;
    var squares = 0.0;
    var count = 0.0;
    for (var slice = 0u; slice < p.slices; slice++) {
        let lines = f32((p.lines - slice + p.slices - 1u) / p.slices);
        let share = lines / (count + lines);
        let delta = parts[2u * slice] - mean;
        mean += delta * share;
        squares += parts[2u * slice + 1u] + delta * delta * (count * share);
        count += lines;
    }
    spread[0] = sqrt(max(squares, 0.0) / f32(p.lines));
}
