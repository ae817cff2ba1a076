//!import lib/clock
//!import lib/flush
//!import lib/guard
//!import lib/log1p

// The mean cross-entropy of N rows of C logits with their classes: slopes with respect to the
// logits, the number of rows told right, guard. A row is right where its class is the first of the
// largest logits. One workgroup; every sum in a fixed order.

struct Params {
    rows: u32,
    classes: u32,
    ring: u32,
    watched: u32, // what the guard counts a loss that is not finite as
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read> labels: array<u32>; // [N]
@group(0) @binding(3) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(4) var<storage, read_write> slopes: array<f32>; // [N, C]
@group(0) @binding(5) var<storage, read_write> tally: array<f32>; // [ring, 2]
@group(0) @binding(6) var<storage, read_write> guard: array<atomic<u32>>; // [4, 3]

const TALLY_LOSS = 0u;
const TALLY_RIGHT = 1u;
const TALLY_COUNT = 2u;

struct Sums {
    loss: f32,
    right: f32,
    faulty: u32, // logits that are not finite, and labels that are no class
}

var<workgroup> partial: array<Sums, 64>;

// The sum over all threads, for each of them.
fn total(local: u32, mine: Sums) -> Sums {
    partial[local] = mine;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            let a = partial[local];
            let b = partial[local + half];
            partial[local] = Sums(a.loss + b.loss, a.right + b.right, a.faulty + b.faulty);
        }
    }
    workgroupBarrier();
    return partial[0];
}

// Writes the slopes of a row and returns what it adds to the sums. The exponentials of the other
// classes are summed apart from that of the row's own, so that neither a small loss nor a small
// slope is a difference of large numbers.
fn play(row: u32, share: f32) -> Sums {
    let first = row * p.classes;
    let label = labels[row];
    var largest = 0u;
    var faulty = u32(label >= p.classes);
    for (var at = 0u; at < p.classes; at++) {
        faulty += u32(!is_finite(logits[first + at]));
        if (logits[first + at] > logits[first + largest]) {
            largest = at;
        }
    }
    let most = logits[first + largest];
    var others = 0.0;
    var behind = 0.0; // what the row's own logit falls short of the largest
    for (var at = 0u; at < p.classes; at++) {
        let below = logits[first + at] - most;
        if (at == label) {
            behind = -below;
        } else {
            others += exp(below);
        }
    }
    let sum = exp(-behind) + others;
    for (var at = 0u; at < p.classes; at++) {
        let others_slope = exp(logits[first + at] - most) / sum;
        slopes[first + at] = flush(select(others_slope, -others / sum, at == label) * share);
    }
    // With the class ahead, the sum is 1 and what the others add.
    var loss = behind + log(sum);
    if (behind == 0.0 && others <= 1.0) {
        loss = log1p(others);
    }
    return Sums(loss, f32(largest == label), faulty);
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    let share = 1.0 / f32(p.rows);
    var mine = Sums();
    for (var row = local; row < p.rows; row += 64u) {
        let of_row = play(row, share);
        mine.loss += of_row.loss;
        mine.right += of_row.right;
        mine.faulty += of_row.faulty;
    }
    let sums = total(local, mine);
    if (local == 0u) {
        let loss = sums.loss * share;
        let at = clock[CLOCK_STEP] % p.ring * TALLY_COUNT;
        tally[at + TALLY_LOSS] = loss;
        tally[at + TALLY_RIGHT] = sums.right;
        if (sums.faulty > 0u || !is_finite(loss)) {
            guard_count(p.watched);
        }
    }
}
