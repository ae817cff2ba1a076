// Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// 2011). Integers only, so that every device agrees on the bits.

fn threefry_round(x: vec2<u32>, rotation: u32) -> vec2<u32> {
    let sum = x.x + x.y;
    return vec2<u32>(sum, ((x.y << rotation) | (x.y >> (32u - rotation))) ^ sum);
}

fn threefry_rounds(x: vec2<u32>, rotations: vec4<u32>) -> vec2<u32> {
    let half = threefry_round(threefry_round(x, rotations.x), rotations.y);
    return threefry_round(threefry_round(half, rotations.z), rotations.w);
}

// Two random words as a pure function of key and counter.
fn threefry2x32(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    const EVEN = vec4<u32>(13u, 15u, 26u, 6u);
    const ODD = vec4<u32>(17u, 29u, 16u, 24u);
    let last = 0x1BD11BDAu ^ key.x ^ key.y;
    var x = counter + key;
    x = threefry_rounds(x, EVEN) + vec2<u32>(key.y, last + 1u);
    x = threefry_rounds(x, ODD) + vec2<u32>(last, key.x + 2u);
    x = threefry_rounds(x, EVEN) + vec2<u32>(key.x, key.y + 3u);
    x = threefry_rounds(x, ODD) + vec2<u32>(key.y, last + 4u);
    return threefry_rounds(x, EVEN) + vec2<u32>(last, key.x + 5u);
}
