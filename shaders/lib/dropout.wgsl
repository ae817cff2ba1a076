//!import lib/threefry

// Which elements dropout keeps: element i where word i of the draw, as a uniform number on (0, 1),
// is at least the share that is dropped. `least` is the smallest such word, of 24 bits, so that all
// devices agree.

// What the two elements of a pair are multiplied by.
fn kept(key: vec2<u32>, draw: u32, pair: u32, least: u32, scale: f32) -> vec2<f32> {
    let words = threefry2x32(key, vec2<u32>(draw, pair)) >> vec2<u32>(8u);
    return select(vec2<f32>(), vec2<f32>(scale), words >= vec2<u32>(least));
}
