// The rates of the next update. 1 - beta^t is carried on as c <- beta c + (1 - beta) from c = 0,
// which needs no power and loses nothing while it is small. One thread.

struct Params {
    lr: f32,
    beta1: f32,
    rest1: f32, // 1 - beta1, taken before rounding
    beta2: f32,
    rest2: f32,
    momentum: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> rates: array<f32>; // [4]

@compute @workgroup_size(1)
fn main() {
    rates[0] = p.lr;
    rates[1] = p.beta1 * rates[1] + p.rest1;
    rates[2] = p.beta2 * rates[2] + p.rest2;
    rates[3] = p.momentum;
}
