//!import lib/lane
// As `lane`, where the big image of a convolution has channels that are no multiple of four: its
// numbers are picked one by one, and only those.

alias Image = f32;
const IMAGE_WIDTH: u32 = 1u;
