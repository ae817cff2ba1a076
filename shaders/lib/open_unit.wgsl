// Uniform on (0, 1): (n + 1/2) / 2^24 of the upper 24 bits n of a random word.
fn open_unit(word: u32) -> f32 {
    return (f32(word >> 8u) + 0.5) / 16777216.0;
}
