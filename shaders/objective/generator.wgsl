//!import lib/clock
//!import lib/flush
//!import lib/guard
//!import lib/objective

// The generator's loss on B generated scores: slopes with respect to the scores, metric, guard.
// Scores before the first of them, of real samples, get the slope 0. One workgroup; every sum in a
// fixed order.

struct Params {
    batch: u32,
    first: u32, // generated score
    objective: u32,
    ring: u32,
    parameter: f32, // of the divergence
    minimax: u32, // whether f-GAN's generator plays the critic's own loss
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> scores: array<f32>; // [first + B]
@group(0) @binding(2) var<storage, read> reals: array<f32>; // [B], for objectives that compare
@group(0) @binding(3) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(4) var<storage, read_write> slopes: array<f32>; // [first + B]
@group(0) @binding(5) var<storage, read_write> metrics: array<f32>; // [ring, 8]
@group(0) @binding(6) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

struct Sums {
    loss: f32,
    scores: vec2<f32>, // of generated samples, of real ones
    pull: f32, // how the mean of the generated scores moves the losses of real samples
    faulty: u32, // scores that are not finite, which the loss may hide
}

var<workgroup> partial: array<Sums, 64>;

fn plus(a: Sums, b: Sums) -> Sums {
    return Sums(a.loss + b.loss, a.scores + b.scores, a.pull + b.pull, a.faulty + b.faulty);
}

// The sum over all threads, for each of them.
fn total(local: u32, mine: Sums) -> Sums {
    workgroupBarrier();
    partial[local] = mine;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            partial[local] = plus(partial[local], partial[local + half]);
        }
    }
    workgroupBarrier();
    return partial[0];
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    let share = 1.0 / f32(p.batch);
    let in_pairs = p.objective == RELATIVISTIC;
    let to_average = p.objective == RELATIVISTIC_AVERAGE;
    var mine = Sums();
    var means = vec2<f32>();
    if (to_average) {
        for (var i = local; i < p.batch; i += 64u) {
            mine.scores += vec2<f32>(scores[p.first + i], reals[i]);
        }
        means = total(local, mine).scores * share;
        mine = Sums();
    }
    for (var i = local; i < p.batch; i += 64u) {
        let score = scores[p.first + i];
        let against = select(means.y, reals[i], in_pairs);
        let term = terms(p.objective, p.parameter, p.minimax, score - against).generator_fake;
        mine.loss += term.x;
        mine.faulty += u32(!is_finite(score)) + u32(!is_finite(reals[i]));
        slopes[p.first + i] = flush(term.y * share);
        if (to_average) {
            let of_real = softplus(reals[i] - means.x);
            mine.loss += of_real.x;
            mine.pull += of_real.y;
        }
    }
    for (var i = local; i < p.first; i += 64u) {
        slopes[i] = 0.0;
    }
    let sums = total(local, mine);
    if (to_average) {
        for (var i = local; i < p.batch; i += 64u) {
            let at = p.first + i;
            slopes[at] = flush(slopes[at] - sums.pull * share * share);
        }
    }
    if (local == 0u) {
        let loss = sums.loss * share;
        let row = clock[CLOCK_STEP] % p.ring * METRIC_COUNT;
        metrics[row + METRIC_LOSS_GENERATOR] = loss;
        if (sums.faulty > 0u || !is_finite(loss)) {
            guard_count(GUARD_GENERATOR_LOSS);
        }
    }
}
