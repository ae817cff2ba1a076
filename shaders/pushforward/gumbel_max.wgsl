//!import lib/index
//!import lib/threefry
//!import lib/uniform
//!import lib/unit_log

// values[L]: categories from 0 to K - 1, each with a probability in proportion to exp(logit): the place
// of the largest of logits[K] + gumbel noise (Gumbel 1954), where gumbel noise is -log(-log u). Element
// K i + k of draw clock[counter] of the stream with this key is the u of category k in values[i].

struct Params {
    key0: u32,
    key1: u32,
    counter: u32,
    len: u32,
    categories: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // [K]
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> values: array<f32>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.len) {
        var best = -3e38;
        var place = 0u;
        for (var k = 0u; k < p.categories; k++) {
            let element = i * p.categories + k;
            let counter = vec2<u32>(clock[p.counter], element / 2u);
            let words = threefry2x32(vec2<u32>(p.key0, p.key1), counter);
            let v = uniform_of(select(words.x, words.y, (element & 1u) == 1u));
            let score = logits[k] - log(minus_log_unit(v));
            place = select(place, k, score > best);
            best = max(best, score);
        }
        values[i] = f32(place);
    }
}
