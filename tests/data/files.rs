//! Which files of a folder or an archive are taken, and in which order.

use std::fs;
use std::path::Path;

use gpugan::Error;
use gpugan::data::{Images, Wanted, archive, folder};
use zip::CompressionMethod;

use crate::pictures::{any, grey, load, load_tree, load_zip, packed, sized, skipping, tree};
use crate::{assert_says, refusal};

/// 1x1 pictures under names of all kinds; their values are their order, 99 is not to be seen.
fn names() -> Vec<(&'static str, Vec<u8>)> {
    let names = [
        ("a/é.jpeg", 5),
        ("a-b.png", 2),
        ("B.PNG", 1),
        ("a/b/c.JpG", 3),
        ("a/b.png", 4),
        ("b.png", 6),
        (".hidden.png", 99),
        ("a/._b.png", 99),
        (".git/x.png", 99),
        ("__MACOSX/a/x.png", 99),
    ];
    let mut files = vec![
        ("readme.txt", b"text".to_vec()),
        ("dataset.json", b"{}".to_vec()),
        ("png", b"no extension".to_vec()),
    ];
    files.extend(names.map(|(name, value)| (name, grey(1, 1, value))));
    files
}

#[test]
fn folders_and_archives_of_the_same_files_are_the_same_data() {
    let folder = load_tree(&names(), any()).unwrap();
    // "a/b.png" comes before "a/b/c": a point before a stroke.
    let expected = [1, 2, 4, 3, 5, 6];
    assert_eq!(folder.pixels, expected);
    assert_eq!((folder.count, folder.shape), (6, [1, 1, 1]));
    assert_eq!(folder.warning, None);
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        for backwards in [false, true] {
            let mut files = names();
            if backwards {
                files.reverse();
            }
            let zip = load_zip(&packed(&files, method), any()).unwrap();
            assert_eq!(zip.pixels, expected);
            assert_eq!(zip.checksum, folder.checksum);
        }
    }
}

#[test]
fn data_sets_are_named_after_their_place() {
    let root = tree(&[("faces/x.png", grey(1, 1, 1)), ("faces/b/c.txt", vec![])]);
    let faces = root.path().join("faces");
    assert_eq!(load(&faces, any()).unwrap().name, "faces");
    assert_eq!(
        load(&faces.join("b").join(".."), any()).unwrap().name,
        "faces"
    );
    let bytes = packed(&[("./x.png", grey(1, 1, 1))], CompressionMethod::Stored);
    assert_eq!(load_zip(&bytes, any()).unwrap().name, "pictures");
}

#[test]
fn names_of_archives_lead_nowhere() {
    let files = ["../../x.png", "/etc/x.png", "C:\\x.png", "./x.png"];
    let files: Vec<_> = (1..)
        .zip(files)
        .map(|(value, name)| (name, grey(1, 1, value)))
        .collect();
    let place = tempfile::tempdir().unwrap();
    let inner = place.path().join("a").join("b");
    fs::create_dir_all(&inner).unwrap();
    let path = inner.join("x.zip");
    fs::write(&path, packed(&files, CompressionMethod::Deflated)).unwrap();
    let images = archive::load(&path, &any(), &mut |_, _| Ok(())).unwrap();
    assert_eq!(images.pixels, [1, 4, 2, 3]);
    let left = |folder: &Path| fs::read_dir(folder).unwrap().count();
    assert_eq!((left(place.path()), left(&inner)), (1, 1));
}

#[test]
fn order_and_first_fault_do_not_depend_on_threads() {
    // More files than are decoded between two looks at the watch.
    let mut files: Vec<(String, Vec<u8>)> = (0..400)
        .map(|at| {
            (
                format!("{at:03}.png"),
                grey(1 + at % 7, 1 + at % 5, at as u8),
            )
        })
        .collect();
    let images = load_tree(&files, sized(1, 1, 1)).unwrap();
    let expected: Vec<u8> = (0..400).map(|at| at as u8).collect();
    assert_eq!(images.pixels, expected);
    for at in [399, 201, 200, 130] {
        files[at].1.truncate(40);
    }
    for _ in 0..5 {
        let message = refusal(load_tree(&files, sized(1, 1, 1)));
        assert_says(&message, &["130.png"]);
    }
    let wanted = Wanted {
        skip_bad: true,
        ..sized(1, 1, 1)
    };
    let images = load_tree(&files, wanted).unwrap();
    let bad = [130, 200, 201, 399];
    let good: Vec<u8> = (0..400)
        .filter(|at| !bad.contains(at))
        .map(|at| at as u8)
        .collect();
    assert_eq!((images.count, images.pixels), (396, good));
    let warning = images.warning.unwrap();
    assert_says(&warning, &["4 of 400", "130.png", "--skip-bad"]);
}

#[test]
fn with_skip_bad_the_first_good_image_decides() {
    let files = [
        ("a.png", b"broken".to_vec()),
        ("b.png", grey(3, 2, 7)),
        ("c.png", grey(9, 9, 8)),
    ];
    let images = load_tree(&files, skipping()).unwrap();
    assert_eq!((images.count, images.shape), (2, [2, 3, 1]));
    assert_eq!(images.pixels, [[7; 6], [8; 6]].concat());
    assert_says(&refusal(load_tree(&files, any())), &["a.png"]);
    let message = refusal(load_tree(&files[..1], skipping()));
    assert_says(&message, &["a.png", "no image"]);
}

#[test]
fn too_many_pixels_are_refused_before_they_are_decoded() {
    let files: Vec<(String, Vec<u8>)> = (0..33)
        .map(|at| (format!("{at}.png"), grey(1, 1, at)))
        .collect();
    let root = tree(&files);
    let mut seen = 0;
    let result = folder::load(root.path(), &sized(4_096, 4_096, 4), &mut |_, _| {
        seen += 1;
        Ok(())
    });
    let message = refusal(result);
    assert_says(&message, &["33 images", "4096x4096x4", "2 GiB", "--size"]);
    assert_eq!(seen, 0, "nothing is decoded");
}

#[test]
fn the_watch_sees_progress_and_stops_the_loading() {
    let files: Vec<(String, Vec<u8>)> = (0..300)
        .map(|at| (format!("{at}.png"), grey(1, 1, 0)))
        .collect();
    let root = tree(&files);
    let mut seen = Vec::new();
    let mut watched = |stop_at: usize| {
        seen.clear();
        let result = folder::load(root.path(), &sized(1, 1, 1), &mut |done, count| {
            seen.push((done, count));
            match done >= stop_at {
                true => Err(Error::Runtime("stopped".into())),
                false => Ok(()),
            }
        });
        (result.map(|images: Images| images.count), seen.clone())
    };
    let (count, seen) = watched(usize::MAX);
    assert_eq!(count.unwrap(), 300);
    assert_eq!((seen[0], seen[seen.len() - 1]), ((0, 300), (300, 300)));
    assert!(seen.is_sorted() && seen.len() > 2, "{seen:?}");
    let (stopped, seen) = watched(1);
    assert_eq!(stopped.unwrap_err().exit_code(), 1);
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_are_followed_and_no_folder_is_read_twice() {
        let root = tree(&[
            ("b/x.png", grey(1, 1, 2)),
            ("b/deep/y.png", grey(1, 1, 3)),
            ("outside/z.png", grey(1, 1, 4)),
        ]);
        let path = |name: &str| root.path().join(name);
        let data = path("data");
        fs::create_dir(&data).unwrap();
        symlink(path("b"), data.join("a")).unwrap();
        symlink(path("b"), data.join("c")).unwrap();
        symlink(path("outside/z.png"), data.join("d.png")).unwrap();
        symlink(path("outside/z.png"), data.join("e.png")).unwrap();
        symlink("nowhere", data.join("no picture")).unwrap();
        // Loops: to itself, and to a folder above.
        symlink("self", data.join("self")).unwrap();
        symlink(&data, path("b/deep/up")).unwrap();
        let images = load(&data, any()).unwrap();
        assert_eq!(images.pixels, [3, 2, 4, 4]);
    }

    #[test]
    fn links_to_nowhere_and_pipes_are_named() {
        let good = ("z.png", grey(1, 1, 1));
        for (target, says) in [("nowhere", "cannot be read"), ("a.png", "cannot be read")] {
            let root = tree(std::slice::from_ref(&good));
            symlink(target, root.path().join("a.png")).unwrap();
            assert_says(&refusal(load(root.path(), any())), &["a.png", says]);
            assert_eq!(load(root.path(), skipping()).unwrap().count, 1);
        }
        let root = tree(std::slice::from_ref(&good));
        let pipe = root.path().join("a.png");
        let name = std::ffi::CString::new(pipe.to_str().unwrap()).unwrap();
        // SAFETY: the name is a string that ends in zero.
        assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
        assert_says(
            &refusal(load(root.path(), any())),
            &["a.png", "no ordinary file"],
        );
        let result = archive::load(&pipe, &any(), &mut |_, _| Ok(()));
        assert_says(&refusal(result), &["a.png", "no ordinary file"]);
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_named() {
        let root = tree(&[("a.png", grey(1, 1, 1)), ("closed/b.png", grey(1, 1, 1))]);
        let closed = root.path().join("closed");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        let result = load(root.path(), skipping());
        // For an administrator nothing is closed.
        let open = fs::read_dir(&closed).is_ok();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        match open {
            true => assert_eq!(result.unwrap().count, 2),
            false => assert_says(&refusal(result), &["closed", "cannot be read"]),
        }
    }

    #[test]
    fn names_that_no_terminal_likes_are_shown_on_one_line() {
        let root = tree(&[("a\n\u{1b}[31m.png", b"x".to_vec())]);
        let message = refusal(load(root.path(), any()));
        assert!(!message.contains('\u{1b}'), "{message:?}");
        let bytes = packed(
            &[("a\n\u{1b}.png", b"x".to_vec())],
            CompressionMethod::Stored,
        );
        let message = refusal(load_zip(&bytes, any()));
        assert!(!message.contains('\u{1b}'), "{message:?}");
    }
}
