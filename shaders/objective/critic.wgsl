//!import lib/clock
//!import lib/flush
//!import lib/guard
//!import lib/objective

// The critic's loss on B real and B generated scores: slopes with respect to the scores, metrics,
// guard. One workgroup; every sum in a fixed order.

struct Params {
    batch: u32,
    objective: u32,
    ring: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> scores: array<f32>; // [2B], real ones first
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> slopes: array<f32>; // [2B]
@group(0) @binding(4) var<storage, read_write> metrics: array<f32>; // [ring, 8]
@group(0) @binding(5) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

struct Sums {
    loss: f32,
    p_real: f32,
    p_fake: f32,
    right: f32,
    faulty: u32, // scores that are not finite, which the loss may hide
}

var<workgroup> partial: array<Sums, 64>;

fn plus(a: Sums, b: Sums) -> Sums {
    return Sums(a.loss + b.loss, a.p_real + b.p_real, a.p_fake + b.p_fake, a.right + b.right, a.faulty + b.faulty);
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    let share = 1.0 / f32(p.batch);
    var mine = Sums();
    for (var i = local; i < 2u * p.batch; i += 64u) {
        let score = scores[i];
        let of_score = terms(p.objective, score);
        let faulty = u32(!is_finite(score));
        var term = of_score.critic_fake;
        if (i < p.batch) {
            term = of_score.critic_real;
            mine = plus(mine, Sums(term.x, sigmoid(score), 0.0, f32(score > 0.0), faulty));
        } else {
            mine = plus(mine, Sums(term.x, 0.0, sigmoid(score), f32(score < 0.0), faulty));
        }
        slopes[i] = flush(term.y * share);
    }
    partial[local] = mine;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            partial[local] = plus(partial[local], partial[local + half]);
        }
    }
    if (local == 0u) {
        let sums = partial[0];
        let loss = sums.loss * share;
        let row = clock[CLOCK_STEP] % p.ring * METRIC_COUNT;
        metrics[row + METRIC_LOSS_CRITIC] = loss;
        metrics[row + METRIC_P_REAL] = sums.p_real * share;
        metrics[row + METRIC_P_FAKE] = sums.p_fake * share;
        metrics[row + METRIC_ACCURACY] = 0.5 * sums.right * share;
        metrics[row + METRIC_JSD_BOUND] = 0.5 * (log(4.0) - loss);
        if (sums.faulty > 0u || !is_finite(loss)) {
            guard_count(GUARD_CRITIC_LOSS);
        }
    }
}
