// Uniform on (-1, 1): 2 (n + 1/2) / 2^24 - 1 of the upper 24 bits n of a word. The odd integer fits in
// f32: exact everywhere.
fn uniform_of(word: u32) -> f32 {
    return f32(i32(2u * (word >> 8u) + 1u) - 16777216) / 16777216.0;
}
