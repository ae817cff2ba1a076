// Counts values that are not finite. Needs the binding `guard: array<atomic<u32>>`, three words
// for each watched thing: the count, the step of the first such value (noted by clock/advance at
// the step's end), and the smallest index seen at that step.

const GUARD_CRITIC_LOSS = 0u;
const GUARD_CRITIC_GRADIENTS = 1u;
const GUARD_GENERATOR_LOSS = 2u;
const GUARD_GENERATOR_GRADIENTS = 3u;
const GUARD_SOURCES = 4u;
const GUARD_WORDS = 3u;
const GUARD_NONE = 0xffffffffu;

// On bits: compilers may assume that floats are finite and drop a comparison.
fn is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

fn guard_count(watched: u32) {
    atomicAdd(&guard[watched * GUARD_WORDS], 1u);
}

fn guard_value(watched: u32, index: u32, x: f32) {
    if (!is_finite(x)) {
        guard_count(watched);
        if (atomicLoad(&guard[watched * GUARD_WORDS + 1u]) == GUARD_NONE) {
            atomicMin(&guard[watched * GUARD_WORDS + 2u], index);
        }
    }
}

// Four neighbouring elements, the first at `index`.
fn guard_values(watched: u32, index: u32, x: vec4<f32>) {
    let exponents = bitcast<vec4<u32>>(x) & vec4<u32>(0x7f800000u);
    if (any(exponents == vec4<u32>(0x7f800000u))) {
        guard_value(watched, index, x.x);
        guard_value(watched, index + 1u, x.y);
        guard_value(watched, index + 2u, x.z);
        guard_value(watched, index + 3u, x.w);
    }
}
