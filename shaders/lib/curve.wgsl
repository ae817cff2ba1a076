//!import lib/box_muller

// Points on curves, as a map of random words. Angles are whole multiples of 2 pi / 2^24, so that
// devices differ in the last digits only.

const CURVE_UNIFORM = 0u;
const CURVE_SQUARE = 1u;
const CURVE_LINE = 2u;
const CURVE_SWISS_ROLL = 3u;
const CURVE_MOONS = 4u;
const CURVE_SPIRAL = 5u;

// (t cos t, t sin t) of the angle t of so many units.
fn winding(units: u32) -> vec2<f32> {
    const STEP = 6.283185307179586 / 16777216.0;
    return f32(units) * STEP * unit_vector(units & 0x00ffffffu);
}

fn one_and_a_half(bits: u32) -> u32 {
    return bits + (bits >> 1u);
}

// On (0, 1), from 23 bits: an odd integer that f32 holds.
fn open_unit(word: u32) -> f32 {
    return f32(2u * (word >> 9u) + 1u) / 16777216.0;
}

// The point that `words` stand for; one coordinate is x. `parameter` is the line's place.
fn on_curve(curve: u32, parameter: f32, words: vec2<u32>) -> vec2<f32> {
    let u = open_unit(words.x);
    let first = (words.x & 1u) == 0u;
    switch curve {
        case CURVE_SQUARE: {
            return vec2<f32>(u * u, 0.0);
        }
        case CURVE_LINE: {
            return vec2<f32>(parameter, u);
        }
        case CURVE_SWISS_ROLL: {
            return winding(12582912u + one_and_a_half(words.x >> 8u)) / 7.5;
        }
        case CURVE_MOONS: {
            let upper = unit_vector(words.x >> 9u);
            return select(vec2<f32>(1.0, 0.5) - upper, upper, first);
        }
        case CURVE_SPIRAL: {
            let furthest = max(words.x >> 8u, words.y >> 8u);
            let arm = winding(one_and_a_half(furthest)) / 3.0;
            return select(vec2<f32>(arm.x, -arm.y), vec2<f32>(-arm.x, arm.y), first);
        }
        default: {
            return vec2<f32>(u, 0.0);
        }
    }
}
