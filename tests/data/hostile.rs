//! Files cut, bent and made up: never a panic, always images that keep their invariant or
//! [`Error::Data`](gpugan::Error::Data).

use crate::{IMAGES, LABELS, gzip, idx_file, load, refusal};
use gpugan::Result;
use gpugan::data::Images;

/// Deterministic bytes: the multiply-xorshift generator splitmix64 by Steele, Lea and Flood.
pub struct Bytes(u64);

impl Bytes {
    pub fn new(seed: u64) -> Bytes {
        Bytes(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn vec(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}

/// Whether the data set was taken; checks either outcome.
fn sound(result: Result<Images>) -> bool {
    match result {
        Ok(images) => {
            assert!(images.count > 0);
            assert_eq!(images.pixels.len(), images.count * images.image_bytes());
            assert!(
                images
                    .labels
                    .is_none_or(|labels| labels.len() == images.count)
            );
            true
        }
        refused => {
            assert!(refusal(refused).contains("train-"));
            false
        }
    }
}

fn colour_file() -> Vec<u8> {
    idx_file(&[7, 4, 5, 3], &Bytes(1).vec(420))
}

#[test]
fn every_cut_is_refused() {
    let raw = colour_file();
    assert!(sound(load(&[(IMAGES, &raw)])));
    for file in [gzip(&raw), raw] {
        for end in (0..file.len()).filter(|&at| at < 30 || at % 7 == 0 || at + 12 > file.len()) {
            assert!(
                !sound(load(&[(IMAGES, &file[..end])])),
                "{end} of {}",
                file.len()
            );
        }
    }
}

#[test]
fn every_cut_of_the_labels_is_refused() {
    let images = idx_file(&[9, 1, 1], &[0; 9]);
    let labels = idx_file(&[9], &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    for file in [gzip(&labels), labels] {
        for end in 0..file.len() {
            assert!(
                !sound(load(&[(IMAGES, &images), (LABELS, &file[..end])])),
                "{end}"
            );
        }
    }
}

#[test]
fn every_flipped_bit_of_a_header_is_refused() {
    // 7 images of 4x5x3: no single flip of one factor keeps the product and the limits.
    let raw = colour_file();
    for bit in 0..20 * 8 {
        let mut bent = raw.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert!(!sound(load(&[(IMAGES, &bent)])), "bit {bit}");
        assert!(!sound(load(&[(IMAGES, &gzip(&bent))])), "bit {bit} in gzip");
    }
}

#[test]
fn flipped_bits_of_gzip_are_refused_or_harmless() {
    let pixels = colour_file();
    let good = gzip(&pixels);
    for bit in 0..good.len() * 8 {
        let mut bent = good.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        // Some bits mean nothing (time, padding): what is taken must still be the same pixels.
        let result = load(&[(IMAGES, &bent)]);
        if let Ok(images) = &result {
            assert_eq!(images.pixels, pixels[20..], "bit {bit}");
        }
        sound(result);
    }
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Bytes(2);
    for _ in 0..600 {
        let len = random.below(64);
        let noise = random.vec(len);
        let mut with_magic = vec![0, 0, 8, 3 + random.below(2) as u8];
        with_magic.extend(&noise);
        let mut like_gzip = vec![0x1f, 0x8b, 8, 0];
        like_gzip.extend(&noise);
        for file in [&noise, &with_magic, &gzip(&with_magic), &like_gzip] {
            sound(load(&[(IMAGES, file)]));
        }
    }
}

#[test]
fn random_small_shapes_are_taken_exactly_when_the_length_fits() {
    let mut random = Bytes(3);
    let mut taken = 0;
    for _ in 0..600 {
        let dimensions: Vec<u32> = (0..3 + random.below(2))
            .map(|_| random.below(6) as u32)
            .collect();
        let size = dimensions.iter().product::<u32>() as usize;
        let len = (size + random.below(3)).saturating_sub(1);
        let raw = idx_file(&dimensions, &random.vec(len));
        let channels = dimensions.get(3).copied().unwrap_or(1);
        let good = len == size && size > 0 && channels <= 4;
        assert_eq!(
            sound(load(&[(IMAGES, &raw)])),
            good,
            "{dimensions:?} with {len} bytes"
        );
        assert_eq!(
            sound(load(&[(IMAGES, &gzip(&raw))])),
            good,
            "{dimensions:?} with {len} bytes"
        );
        taken += usize::from(good);
    }
    assert!(
        taken > 50,
        "only {taken} good files: the test has lost its sense"
    );
}
