//!import lib/activation
//!import lib/clock
//!import lib/dropout
//!import lib/index

// dx = da ∘ mask / (1 - share dropped) ∘ φ'(x) with the mask of the forward pass, drawn once more. φ
// is the activation that made x.

struct Params {
    key0: u32,
    key1: u32,
    draw: u32,
    least: u32,
    len: u32,
    scale: f32,
    activation: u32,
    leak: f32,
}

alias Out = vec2<f32>;
alias Bits = vec2<u32>;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<f32>; // [L]
@group(0) @binding(2) var<storage, read> x: array<f32>; // [L]
@group(0) @binding(3) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(4) var<storage, read_write> dx: array<f32>; // [L]

// One counter of the generator gives a pair.
const PER_THREAD_X = 2u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let pair = linear_index(group, local, 64u);
    let first = 2u * pair;
    if (first < p.len) {
        let second = min(first + 1u, p.len - 1u);
        let draw = clock[CLOCK_DROPOUT] + p.draw;
        let factors = kept(vec2<u32>(p.key0, p.key1), draw, pair, p.least, p.scale);
        let slopes = slope(p.activation, p.leak, vec2<f32>(x[first], x[second]));
        let made = vec2<f32>(da[first], da[second]) * factors * slopes;
        dx[first] = made.x;
        if (first + 1u < p.len) {
            dx[second] = made.y;
        }
    }
}
