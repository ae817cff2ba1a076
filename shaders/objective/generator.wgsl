//!import lib/clock
//!import lib/flush
//!import lib/guard
//!import lib/objective

// The generator's loss on B generated scores: slopes with respect to the scores, metric, guard.
// One workgroup; every sum in a fixed order.

struct Params {
    batch: u32,
    objective: u32,
    ring: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> scores: array<f32>; // [B]
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> slopes: array<f32>; // [B]
@group(0) @binding(4) var<storage, read_write> metrics: array<f32>; // [ring, 8]
@group(0) @binding(5) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

struct Sums {
    loss: f32,
    faulty: u32, // scores that are not finite, which the loss may hide
}

var<workgroup> partial: array<Sums, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    let share = 1.0 / f32(p.batch);
    var mine = Sums();
    for (var i = local; i < p.batch; i += 64u) {
        let score = scores[i];
        let term = terms(p.objective, score).generator_fake;
        mine = Sums(mine.loss + term.x, mine.faulty + u32(!is_finite(score)));
        slopes[i] = flush(term.y * share);
    }
    partial[local] = mine;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            partial[local].loss += partial[local + half].loss;
            partial[local].faulty += partial[local + half].faulty;
        }
    }
    if (local == 0u) {
        let loss = partial[0].loss * share;
        let row = clock[CLOCK_STEP] % p.ring * METRIC_COUNT;
        metrics[row + METRIC_LOSS_GENERATOR] = loss;
        if (partial[0].faulty > 0u || !is_finite(loss)) {
            guard_count(GUARD_GENERATOR_LOSS);
        }
    }
}
