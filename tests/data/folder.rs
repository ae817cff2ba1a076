//! Folders that are as they should be, in all the forms they come in.

use crate::{IMAGES, folder, gzip, idx_file, load};
use gpugan::data::{Split, idx, mnist};

#[test]
fn images_without_labels() {
    let dir = folder(&[(IMAGES, &idx_file(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]))]);
    let images = idx::load_dir(dir.path(), Split::Train).unwrap();
    assert_eq!((images.count, images.shape), (2, [1, 3, 1]));
    assert_eq!(images.pixels, [1, 2, 3, 4, 5, 6]);
    assert_eq!(images.labels, None);
    assert_eq!(
        images.name,
        dir.path().file_name().unwrap().to_str().unwrap()
    );
    // printf '\1\2\3\4\5\6' | sha256sum
    assert_eq!(
        images.checksum,
        "7192385c3c0605de55bb9476ce1d90748190ecb32a8eed7f5207b30cf6a1fe89"
    );
}

#[test]
fn colour_images_under_either_name() {
    let file = idx_file(&[2, 1, 2, 3], &(0..12).collect::<Vec<u8>>());
    for name in [
        IMAGES,
        "train-images-idx4-ubyte",
        "train-images.idx4-ubyte.gz",
    ] {
        let images = load(&[(name, &file)]).unwrap();
        assert_eq!((images.count, images.shape), (2, [1, 2, 3]), "{name}");
        assert_eq!(images.pixels, (0..12).collect::<Vec<u8>>(), "{name}");
    }
}

#[test]
fn gzip_is_told_by_content_whatever_the_name() {
    let raw = idx_file(&[3, 1, 1], &[7, 8, 9]);
    let labels = idx_file(&[3], &[0, 128, 255]);
    for separator in ["-", "."] {
        for end in ["", ".gz"] {
            for (images, labels) in [(raw.clone(), gzip(&labels)), (gzip(&raw), labels.clone())] {
                let image_name = format!("train-images{separator}idx3-ubyte{end}");
                let label_name = format!("train-labels{separator}idx1-ubyte{end}");
                let found = load(&[(&image_name, &images), (&label_name, &labels)]).unwrap();
                assert_eq!(found.pixels, [7, 8, 9], "{image_name}");
                assert_eq!(
                    found.labels.as_deref(),
                    Some(&[0, 128, 255][..]),
                    "{label_name}"
                );
            }
        }
    }
}

#[test]
fn a_prefixed_name_is_found_if_it_is_the_only_one() {
    let (one, two) = (idx_file(&[3, 1, 1], &[7, 8, 9]), idx_file(&[1, 1, 1], &[1]));
    let letters = ("emnist-letters-train-images-idx3-ubyte", &one[..]);
    assert_eq!(load(&[letters]).unwrap().pixels, [7, 8, 9]);
    let digits = ("emnist-digits-train-images-idx3-ubyte.gz", &two[..]);
    assert_eq!(load(&[letters, digits]).unwrap_err().exit_code(), 5);
    assert_eq!(
        load(&[letters, ("train-images-idx3-ubyte", &two)])
            .unwrap()
            .pixels,
        [1]
    );
}

#[test]
fn gzip_of_several_members_is_one_file() {
    let raw = idx_file(&[4, 1, 1], &[1, 2, 3, 4]);
    let mut members = gzip(&raw[..9]);
    members.extend(gzip(&raw[9..]));
    assert_eq!(load(&[(IMAGES, &members)]).unwrap().pixels, [1, 2, 3, 4]);
}

#[test]
fn the_split_chooses_the_files() {
    let dir = folder(&[
        (IMAGES, &idx_file(&[1, 1, 1], &[11])),
        ("t10k-images-idx3-ubyte", &idx_file(&[2, 1, 1], &[22, 33])),
        ("t10k-labels.idx1-ubyte", &idx_file(&[2], &[4, 5])),
    ]);
    let train = idx::load_dir(dir.path(), Split::Train).unwrap();
    let test = idx::load_dir(dir.path(), Split::Test).unwrap();
    assert_eq!((train.pixels, train.labels), (vec![11], None));
    assert_eq!((test.pixels, test.labels), (vec![22, 33], Some(vec![4, 5])));
}

#[test]
fn a_folder_that_bears_a_files_name_is_passed_over() {
    let dir = folder(&[("train-images.idx3-ubyte", &idx_file(&[1, 1, 1], &[5]))]);
    std::fs::create_dir(dir.path().join(IMAGES)).unwrap();
    assert_eq!(idx::load_dir(dir.path(), Split::Train).unwrap().pixels, [5]);
}

#[test]
fn a_path_that_ends_in_dots_still_gives_a_name() {
    let dir = folder(&[(IMAGES, &idx_file(&[1, 1, 1], &[5]))]);
    let name = dir.path().file_name().unwrap().to_str().unwrap();
    std::fs::create_dir(dir.path().join("inner")).unwrap();
    let images = idx::load_dir(&dir.path().join("inner").join(".."), Split::Train).unwrap();
    assert_eq!(images.name, name);
}

#[test]
fn the_files_of_mnist_give_what_is_embedded() {
    let embedded = mnist::load(Split::Test).unwrap();
    let images = idx_file(&[10_000, 28, 28], &embedded.pixels);
    let labels = gzip(&idx_file(&[10_000], embedded.labels.as_ref().unwrap()));
    for images in [gzip(&images), images] {
        let dir = folder(&[
            ("t10k-images-idx3-ubyte", &images),
            ("t10k-labels-idx1-ubyte", &labels),
        ]);
        let found = idx::load_dir(dir.path(), Split::Test).unwrap();
        assert_eq!(found.checksum, embedded.checksum);
        assert_eq!(found.pixels, embedded.pixels);
        assert_eq!(found.labels, embedded.labels);
        assert_eq!(found.pixels.capacity(), found.pixels.len());
    }
}
