//!import lib/log1p

// Standard normal numbers from random bits (Box and Muller 1958). WGSL promises little about the
// accuracy of sin, cos and of log near 1, so that latents would differ from vendor to vendor in
// the fourth digit; these agree within a few units in the last place.

// -log((bits + 1/2) / 2^24) of a 24-bit integer; both branches scale an exact number.
fn minus_log_open_unit(bits: u32) -> f32 {
    const SCALE = 1.0 / 16777216.0;
    let from_below = (f32(bits) + 0.5) * SCALE;
    let from_above = (f32(16777216u - bits) - 0.5) * SCALE;
    let is_low = bits < 8388608u;
    return -select(log1p(-min(from_above, 0.5)), log(min(from_below, 0.5)), is_low);
}

// (cos, sin) of 2 pi bits / 2^24, by quadrant; the remainder is at most an eighth of a turn, for
// which the Taylor series to the tenth order is exact in f32.
fn unit_vector(bits: u32) -> vec2<f32> {
    const STEP = 6.283185307179586 / 16777216.0;
    let quadrant = (bits + 2097152u) >> 22u;
    let x = f32(i32(bits) - i32(quadrant << 22u)) * STEP;
    let q = x * x;
    let c = 1.0 - q * (1.0 / 2.0 - q * (1.0 / 24.0 - q * (1.0 / 720.0 - q * (1.0 / 40320.0 - q / 3628800.0))));
    let s = x * (1.0 - q * (1.0 / 6.0 - q * (1.0 / 120.0 - q * (1.0 / 5040.0 - q / 362880.0))));
    let turned = select(vec2<f32>(c, s), vec2<f32>(-s, c), (quadrant & 1u) == 1u);
    return select(turned, -turned, (quadrant & 2u) == 2u);
}

fn box_muller(words: vec2<u32>) -> vec2<f32> {
    return sqrt(2.0 * minus_log_open_unit(words.x >> 8u)) * unit_vector(words.y >> 8u);
}
