// How fast this device multiplies and adds when memory is out of the way: every element of sums
// takes `rounds` steps x ← x·0.999 + 0.001 from x = 0. Eight chains of four per thread hide the
// latency of each.

struct Params {
    rounds: u32, // a multiple of 4
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4<f32>>; // [L], L a multiple of 2048

const PER_THREAD_X: u32 = 32u;

fn chain(x: vec4<f32>) -> vec4<f32> {
    let once = x * 0.999 + vec4<f32>(0.001);
    let twice = once * 0.999 + vec4<f32>(0.001);
    let thrice = twice * 0.999 + vec4<f32>(0.001);
    return thrice * 0.999 + vec4<f32>(0.001);
}

@compute @workgroup_size(64, 1, 1)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    var a = vec4<f32>();
    var b = vec4<f32>();
    var c = vec4<f32>();
    var d = vec4<f32>();
    var e = vec4<f32>();
    var f = vec4<f32>();
    var g = vec4<f32>();
    var h = vec4<f32>();
    for (var round = 0u; round < p.rounds; round += 4u) {
        a = chain(a);
        b = chain(b);
        c = chain(c);
        d = chain(d);
        e = chain(e);
        f = chain(f);
        g = chain(g);
        h = chain(h);
    }
    let at = group.x * 512u + local;
    sums[at] = a;
    sums[at + 64u] = b;
    sums[at + 128u] = c;
    sums[at + 192u] = d;
    sums[at + 256u] = e;
    sums[at + 320u] = f;
    sums[at + 384u] = g;
    sums[at + 448u] = h;
}
