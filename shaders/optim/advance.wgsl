//!import lib/clock

// The rates of the next update. 1 - beta^t is carried on as c <- beta c + (1 - beta) from c = 0,
// which needs no power and loses nothing while it is small. Learning rate and momentum follow from the
// number of the turn. One thread.

struct Params {
    lr: f32,
    slope: f32, // of a straight line to 0, per turn
    decay: f32, // logarithm of what the rate is divided by, per turn
    floor: f32, // of a rate that decays
    beta1: f32,
    rest1: f32, // 1 - beta1, taken before rounding
    beta2: f32,
    rest2: f32,
    momentum: f32,
    rise: f32, // of the momentum, over the whole ramp
    ramp: f32, // the turn at which it begins
    pace: f32, // share of the ramp, per turn
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> clock: array<u32>; // [8]
@group(0) @binding(2) var<storage, read_write> rates: array<f32>; // [4]

@compute @workgroup_size(1)
fn main() {
    let turn = f32(clock[CLOCK_STEP]);
    // exp(0) need not be 1 to the last digit.
    let decayed = select(exp(-p.decay * turn), 1.0, p.decay == 0.0);
    rates[0] = max(p.lr * max(1.0 - p.slope * turn, 0.0) * decayed, p.floor);
    rates[1] = p.beta1 * rates[1] + p.rest1;
    rates[2] = p.beta2 * rates[2] + p.rest2;
    rates[3] = p.momentum + p.rise * clamp((turn - p.ramp) * p.pace, 0.0, 1.0);
}
