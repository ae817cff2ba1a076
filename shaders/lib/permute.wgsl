//!import lib/threefry

// Where position `at` of an epoch lies among `count` items: a Feistel network of six rounds over
// the next power of four, 4^half_bits, walked until the result is below `count`. The walk ends
// because the network is a permutation and `at` is below `count`; it takes fewer than four turns
// on average.
fn permute(key: vec2<u32>, count: u32, half_bits: u32, at: u32) -> u32 {
    let mask = (1u << half_bits) - 1u;
    var index = at;
    loop {
        var halves = vec2<u32>(index >> half_bits, index & mask);
        for (var round = 0u; round < 6u; round++) {
            let mixed = threefry2x32(key, vec2<u32>(round, halves.y)).x & mask;
            halves = vec2<u32>(halves.y, halves.x ^ mixed);
        }
        index = (halves.x << half_bits) | halves.y;
        if (index < count) {
            break;
        }
    }
    return index;
}
