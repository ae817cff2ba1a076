//! The embedded MNIST against what is published about it.

use crate::{assert_says, refusal};
use gpugan::data::{Data, Images, Split, mnist};

fn histogram(images: &Images) -> [usize; 10] {
    let mut counts = [0; 10];
    for &label in images.labels.as_ref().unwrap() {
        counts[usize::from(label)] += 1;
    }
    counts
}

fn mean(images: &Images) -> f64 {
    let sum: u64 = images.pixels.iter().map(|&p| u64::from(p)).sum();
    sum as f64 / images.pixels.len() as f64
}

#[test]
fn train_split_is_the_published_one() {
    let images = mnist::load(Split::Train).unwrap();
    assert_eq!(
        (images.name.as_str(), images.count, images.shape),
        ("mnist", 60_000, [28, 28, 1])
    );
    assert_eq!(images.image_bytes(), 784);
    assert_eq!(images.pixels.len(), 47_040_000);
    assert_eq!(images.pixels.capacity(), images.pixels.len());
    assert_eq!(
        histogram(&images),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    );
    assert!(
        (mean(&images) - 33.318_421).abs() < 1e-6,
        "{}",
        mean(&images)
    );
    assert_eq!(
        &images.labels.unwrap()[..10],
        &[5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    );
    assert_eq!(
        images.checksum,
        "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757"
    );
}

#[test]
fn test_split_is_the_published_one() {
    let images = mnist::load(Split::Test).unwrap();
    assert_eq!(
        (images.name.as_str(), images.count, images.shape),
        ("mnist", 10_000, [28, 28, 1])
    );
    assert_eq!(images.pixels.len(), 7_840_000);
    assert_eq!(
        histogram(&images),
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    );
    assert!(
        (mean(&images) - 33.791_224).abs() < 1e-6,
        "{}",
        mean(&images)
    );
    assert_eq!(
        &images.labels.as_ref().unwrap()[..10],
        &[7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    );
    assert_eq!(
        images.checksum,
        "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161"
    );
}

#[test]
fn a_batch_larger_than_the_data_set_is_refused() {
    let images = Data::Images(mnist::load(Split::Test).unwrap());
    assert!(images.require_batch(1).is_ok());
    assert!(images.require_batch(10_000).is_ok());
    let message = refusal(images.require_batch(10_001));
    assert_says(
        &message,
        &["mnist", "10000 images", "10001", "--batch 10000"],
    );
}
