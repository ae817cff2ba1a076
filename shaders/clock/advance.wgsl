//!import lib/clock
//!import lib/guard

// Moves the counters on, and notes the step at which the guard first saw something. One thread.

struct Params {
    step: u32,
    images: u32,
    count: u32, // images of an epoch; 0 leaves the data where it is
    latent: u32,
    mix: u32,
    dropout: u32,
    noise: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> clock: array<u32>; // [8]
@group(0) @binding(2) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

@compute @workgroup_size(1)
fn main() {
    for (var at = 0u; at < GUARD_SOURCES * GUARD_WORDS; at += GUARD_WORDS) {
        if (atomicLoad(&guard[at]) > 0u && atomicLoad(&guard[at + 1u]) == GUARD_NONE) {
            atomicStore(&guard[at + 1u], clock[CLOCK_STEP]);
        }
    }
    if (p.count > 0u) {
        let position = clock[CLOCK_POSITION] + p.images;
        let wraps = u32(position >= p.count);
        clock[CLOCK_POSITION] = position - wraps * p.count;
        clock[CLOCK_EPOCH] += wraps;
    }
    clock[CLOCK_STEP] += p.step;
    clock[CLOCK_LATENT] += p.latent;
    clock[CLOCK_MIX] += p.mix;
    clock[CLOCK_DROPOUT] += p.dropout;
    clock[CLOCK_NOISE] += p.noise;
}
