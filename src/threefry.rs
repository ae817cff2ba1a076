//! Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
//! 2011) and what is made of its bits. Integers only, so that every device agrees on them.

/// A 64-bit key or counter as two words, the low one first.
pub type Words = [u32; 2];

const ROTATIONS: [[u32; 4]; 2] = [[13, 15, 26, 6], [17, 29, 16, 24]];

/// Two random words as a pure function of key and counter.
pub fn threefry2x32(key: Words, counter: Words) -> Words {
    let keys = [key[0], key[1], 0x1BD1_1BDA ^ key[0] ^ key[1]];
    let mut x = counter[0].wrapping_add(keys[0]);
    let mut y = counter[1].wrapping_add(keys[1]);
    for group in 0..5 {
        for rotation in ROTATIONS[group % 2] {
            x = x.wrapping_add(y);
            y = y.rotate_left(rotation) ^ x;
        }
        x = x.wrapping_add(keys[(group + 1) % 3]);
        y = y
            .wrapping_add(keys[(group + 2) % 3])
            .wrapping_add(group as u32 + 1);
    }
    [x, y]
}

/// What a run draws random numbers for; each purpose has a stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    Data = 1,
    Latent = 2,
    Sample = 3,
    Mix = 4,
    Dropout = 5,
    Noise = 6,
    /// Initial weights, drawn on the host.
    Init = 7,
    /// Which images are mirrored.
    Flip = 8,
}

/// The key of a stream of the run with this seed.
pub fn stream_key(seed: u64, stream: Stream) -> Words {
    threefry2x32([seed as u32, (seed >> 32) as u32], [stream as u32, 0])
}

/// Uniform on (0, 1), from the upper 24 bits, never 0.
pub fn open_unit(bits: u32) -> f64 {
    (f64::from(bits >> 8) + 0.5) * 2f64.powi(-24)
}

/// Uniform on \[0, 1), from the upper 24 bits.
pub fn half_open_unit(bits: u32) -> f64 {
    f64::from(bits >> 8) * 2f64.powi(-24)
}

/// Two independent standard normal numbers (Box and Muller 1958).
pub fn box_muller(bits: Words) -> [f64; 2] {
    let radius = (-2.0 * open_unit(bits[0]).ln()).sqrt();
    let angle = 2.0 * std::f64::consts::PI * half_open_unit(bits[1]);
    [radius * angle.cos(), radius * angle.sin()]
}

/// The smallest b ≥ 1 with 2^(2b) ≥ count: half the bits that `permute` works on.
pub fn half_bits(count: u32) -> u32 {
    (1..16)
        .find(|b| 1u64 << (2 * b) >= u64::from(count))
        .unwrap_or(16)
}

/// Whether the image at `position` of `epoch`, in the order of the data, is shown mirrored. `key` is
/// that of the flip stream.
pub fn is_mirrored(key: Words, position: u32, epoch: u32) -> bool {
    threefry2x32(key, [position, epoch])[0] & 1 == 1
}

/// Samples of an epoch of data that are drawn without end: sample number p of a run has position
/// p mod 2³¹ and epoch p div 2³¹, and its pair j is `threefry2x32(key of the stream data,
/// (position, 16·epoch + j))`, which is (p, j) in the first epoch.
pub const DRAWN: usize = 1 << 31;

/// Pairs that one sample has to itself.
pub const PAIRS: u32 = 16;

/// Where position `at` of an epoch lies among `count` items: a Feistel network of six rounds over
/// the next power of four, walked until the result is below `count`. `key` is that of the epoch.
pub fn permute(key: Words, count: u32, at: u32) -> u32 {
    let bits = half_bits(count);
    let mask = ((1u64 << bits) - 1) as u32;
    let mut index = at;
    loop {
        let (mut left, mut right) = (index >> bits, index & mask);
        for round in 0..6 {
            let mixed = threefry2x32(key, [round, right])[0] & mask;
            (left, right) = (right, left ^ mixed);
        }
        index = left << bits | right;
        if index < count {
            return index;
        }
    }
}
