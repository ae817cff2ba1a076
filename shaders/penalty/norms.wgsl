//!import lib/clock
//!import lib/flush
//!import lib/guard

// From the squared norms of the gradients g of N rows: the factors of the penalty's slope v = factor g,
// times `boost`, and the metrics, without it. Rows below `split` have the one weight, those from there
// on the other. One workgroup; every sum in a fixed order.

struct Params {
    rows: u32,
    split: u32,
    norm: u32,
    ring: u32,
    weight: f32,
    rest: f32,
    share: f32, // of a row in the penalty
    boost: f32,
}

// What the norm n shall be. 1 costs weight (n - 1)^2, 1 at most the same where n > 1, and 0 costs
// weight n^2 / 2.
const NORM_ONE = 0u;
const NORM_AT_MOST_ONE = 1u;
const NORM_ZERO = 2u;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> squares: array<f32>; // [N]
@group(0) @binding(2) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(3) var<storage, read_write> factors: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> metrics: array<f32>; // [ring, 9]
@group(0) @binding(5) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

// Within the root, whose slope would be infinite at 0.
const EPSILON = 1e-12;

struct Sums {
    penalty: f32,
    norm: f32,
    counted: f32, // rows with a weight
}

var<workgroup> partial: array<Sums, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    var mine = Sums();
    for (var i = local; i < p.rows; i += 64u) {
        let weight = select(p.rest, p.weight, i < p.split);
        let n = sqrt(squares[i] + EPSILON);
        // n - 1 without what cancels where n is near 1.
        let beyond = (squares[i] - 1.0 + EPSILON) / (n + 1.0);
        let is_free = p.norm == NORM_AT_MOST_ONE && beyond <= 0.0;
        var cost = select(beyond * beyond, 0.0, is_free);
        var factor = select(2.0 * beyond / n, 0.0, is_free);
        if (p.norm == NORM_ZERO) {
            cost = 0.5 * squares[i];
            factor = 1.0;
        }
        factors[i] = flush(p.boost * p.share * weight * factor);
        let counted = f32(weight > 0.0);
        mine.penalty += weight * cost;
        mine.norm += counted * n;
        mine.counted += counted;
    }
    partial[local] = mine;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            let other = partial[local + half];
            partial[local].penalty += other.penalty;
            partial[local].norm += other.norm;
            partial[local].counted += other.counted;
        }
    }
    if (local == 0u) {
        let row = clock[CLOCK_STEP] % p.ring * METRIC_COUNT;
        let penalty = p.share * partial[0].penalty;
        metrics[row + METRIC_PENALTY] = penalty;
        metrics[row + METRIC_GRADIENT_NORM] = partial[0].norm / partial[0].counted;
        if (!is_finite(penalty)) {
            guard_count(GUARD_CRITIC_LOSS);
        }
    }
}
