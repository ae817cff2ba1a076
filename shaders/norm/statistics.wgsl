// Combines the slices of norm/moments in order (Chan, Golub and LeVeque 1979), one thread per
// channel, and moves the running statistics on group after group, as torch.nn.BatchNorm would if it
// were called with one group after the other. A group of one line has variance 0, in the running
// one too, for which PyTorch would divide by 0.

struct Params {
    lines: u32,
    channels: u32,
    groups: u32,
    slices: u32,
    epsilon: f32,
    momentum: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> parts: array<f32>; // [S, G, 2, C]
@group(0) @binding(2) var<storage, read_write> stats: array<f32>; // [G, 2, C]
@group(0) @binding(3) var<storage, read_write> running_mean: array<f32>; // [C]
@group(0) @binding(4) var<storage, read_write> running_var: array<f32>; // [C]

struct Moments {
    mean: f32,
    squares: f32,
}

fn combined(group: u32, channel: u32) -> Moments {
    let c = p.channels;
    var all = Moments(0.0, 0.0);
    var count = 0.0;
    for (var slice = 0u; slice < p.slices; slice++) {
        let at = (slice * p.groups + group) * 2u * c + channel;
        let lines = f32((p.lines - slice + p.slices - 1u) / p.slices);
        let share = lines / (count + lines);
        let delta = parts[at] - all.mean;
        all.mean += delta * share;
        all.squares += parts[at + c] + delta * delta * (count * share);
        count += lines;
    }
    return all;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let channel = id.x;
    if (channel < p.channels) {
        var mean = running_mean[channel];
        var variance = running_var[channel];
        for (var group = 0u; group < p.groups; group++) {
            let moments = combined(group, channel);
            let to = group * 2u * p.channels + channel;
            stats[to] = moments.mean;
            stats[to + p.channels] = 1.0 / sqrt(moments.squares / f32(p.lines) + p.epsilon);
            let unbiased = moments.squares / f32(max(p.lines, 2u) - 1u);
            mean += p.momentum * (moments.mean - mean);
            variance += p.momentum * (unbiased - variance);
        }
        running_mean[channel] = mean;
        running_var[channel] = variance;
    }
}
