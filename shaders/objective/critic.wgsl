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
    parameter: f32, // of the divergence
    smoothing: f32, // of the real samples' label
    threshold: f32, // above which a score says "real"
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> scores: array<f32>; // [2B], real ones first
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> slopes: array<f32>; // [2B]
@group(0) @binding(4) var<storage, read_write> metrics: array<f32>; // [ring, 8]
@group(0) @binding(5) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

// Pairs are (of real samples, of generated samples).
struct Sums {
    loss: f32,
    right: f32,
    scores: vec2<f32>,
    probabilities: vec2<f32>,
    slopes: vec2<f32>,
    faulty: u32, // scores that are not finite, which the loss may hide
}

var<workgroup> partial: array<Sums, 64>;

fn plus(a: Sums, b: Sums) -> Sums {
    return Sums(a.loss + b.loss, a.right + b.right, a.scores + b.scores, a.probabilities + b.probabilities,
        a.slopes + b.slopes, a.faulty + b.faulty);
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

fn pair(i: u32) -> vec2<f32> {
    return vec2<f32>(scores[i], scores[p.batch + i]);
}

// Both losses of a pair whose scores stand `against` others.
fn losses(i: u32, against: vec2<f32>) -> Sums {
    let both = pair(i);
    let compared = both - against;
    let hard = terms(p.objective, p.parameter, 0u, compared.x).critic_real;
    let real = smoothed(p.objective, p.smoothing, hard, compared.x);
    let fake = terms(p.objective, p.parameter, 0u, compared.y).critic_fake;
    let right = f32(compared.x > p.threshold) + f32(compared.y < p.threshold);
    let faulty = u32(!is_finite(both.x)) + u32(!is_finite(both.y));
    let probabilities = vec2<f32>(sigmoid(both.x), sigmoid(both.y));
    return Sums(real.x + fake.x, right, both, probabilities, vec2<f32>(real.y, fake.y), faulty);
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    let share = 1.0 / f32(p.batch);
    let in_pairs = p.objective == WGAN || p.objective == RELATIVISTIC;
    let to_average = p.objective == RELATIVISTIC_AVERAGE;
    var mine = Sums();
    var means = vec2<f32>();
    if (to_average) {
        for (var i = local; i < p.batch; i += 64u) {
            mine.scores += pair(i);
        }
        means = total(local, mine).scores.yx * share;
        mine = Sums();
    }
    for (var i = local; i < p.batch; i += 64u) {
        var of_pair = losses(i, select(means, pair(i).yx, in_pairs));
        if (in_pairs) {
            // Two halves that are equal, each moved by both scores.
            of_pair.loss *= 0.5;
            of_pair.slopes = 0.5 * (of_pair.slopes - of_pair.slopes.yx);
        }
        mine = plus(mine, of_pair);
        slopes[i] = flush(of_pair.slopes.x * share);
        slopes[p.batch + i] = flush(of_pair.slopes.y * share);
    }
    let sums = total(local, mine);
    if (to_average) {
        // Each score also moves the mean that the others stand against.
        let pull = sums.slopes.yx * share * share;
        for (var i = local; i < p.batch; i += 64u) {
            slopes[i] = flush(slopes[i] - pull.x);
            slopes[p.batch + i] = flush(slopes[p.batch + i] - pull.y);
        }
    }
    if (local == 0u) {
        let loss = sums.loss * share;
        let row = clock[CLOCK_STEP] % p.ring * METRIC_COUNT;
        metrics[row + METRIC_LOSS_CRITIC] = loss;
        metrics[row + METRIC_P_REAL] = sums.probabilities.x * share;
        metrics[row + METRIC_P_FAKE] = sums.probabilities.y * share;
        metrics[row + METRIC_ACCURACY] = 0.5 * sums.right * share;
        metrics[row + METRIC_SCORE_REAL] = sums.scores.x * share;
        metrics[row + METRIC_SCORE_FAKE] = sums.scores.y * share;
        if (sums.faulty > 0u || !is_finite(loss)) {
            guard_count(GUARD_CRITIC_LOSS);
        }
    }
}
