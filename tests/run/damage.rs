//! Checkpoints as they should not be: every damage is an error, none a panic or a wrong tensor.

use std::fs;
use std::path::{Path, PathBuf};

use gpugan::Error;
use gpugan::run::checkpoint::{find, load};

use crate::{names, save_step};

/// 64 places spread over `range`, its ends included.
fn places(range: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
    (0..64).map(move |i| range.start + i * (range.len() - 1) / 63)
}

/// Writes `bytes` in the place of a file and expects that loading fails as a checkpoint should.
fn refused(checkpoint: &Path, file: &str, bytes: &[u8], what: &str) {
    fs::write(checkpoint.join(file), bytes).unwrap();
    match load(checkpoint) {
        Err(Error::Checkpoint(message)) => assert!(message.contains(file), "{message}"),
        other => panic!("{file}, {what}: {other:?}"),
    }
}

/// Runs `damage` on every file of a fresh checkpoint, and checks that the file itself still loads.
fn each_file(damage: impl Fn(&Path, &str, &[u8])) {
    let place = tempfile::tempdir().unwrap();
    let path = save_step(place.path(), 4);
    for file in names(&path) {
        let whole = fs::read(path.join(&file)).unwrap();
        damage(&path, &file, &whole);
        fs::write(path.join(&file), &whole).unwrap();
        load(&path).unwrap();
    }
}

/// Where the data of a safetensors file begins; all of `state.json` counts as header.
fn header_end(file: &str, whole: &[u8]) -> usize {
    match file {
        "state.json" => whole.len(),
        _ => 8 + u64::from_le_bytes(whole[..8].try_into().unwrap()) as usize,
    }
}

#[test]
fn every_truncation_is_refused() {
    each_file(|path, file, whole| {
        let end = header_end(file, whole);
        for length in (0..end).chain(places(0..whole.len())) {
            refused(path, file, &whole[..length], &format!("cut at {length}"));
        }
        refused(path, file, &[whole, b"\n"].concat(), "one byte more");
    });
}

#[test]
fn every_flipped_bit_is_refused() {
    each_file(|path, file, whole| {
        let end = header_end(file, whole);
        for (i, place) in (0..end).chain(places(0..whole.len())).enumerate() {
            let mut bytes = whole.to_vec();
            bytes[place] ^= 1 << (i % 8);
            refused(
                path,
                file,
                &bytes,
                &format!("bit {} of byte {place}", i % 8),
            );
        }
    });
}

#[test]
fn a_missing_file_is_refused() {
    for file in ["model.safetensors", "optimizer.safetensors", "state.json"] {
        let place = tempfile::tempdir().unwrap();
        let path = save_step(place.path(), 4);
        fs::remove_file(path.join(file)).unwrap();
        let error = load(&path).unwrap_err();
        assert_eq!(error.exit_code(), 6);
        assert!(error.to_string().contains(file), "{error}");
    }
}

#[test]
fn a_newer_schema_names_both_versions() {
    let place = tempfile::tempdir().unwrap();
    let path = save_step(place.path(), 4);
    let newer = br#"{"schema": 2, "version": "9.8.7", "unheard-of": true}"#;
    fs::write(path.join("state.json"), newer).unwrap();
    let error = load(&path).unwrap_err().to_string();
    let ours = env!("CARGO_PKG_VERSION");
    assert!(error.contains("written by gpugan 9.8.7"), "{error}");
    assert!(error.contains(&format!("this is {ours}")), "{error}");
}

/// A run with the checkpoints 0, 10 and 20 and `latest` at 20.
fn run() -> (tempfile::TempDir, PathBuf) {
    let run = tempfile::tempdir().unwrap();
    let directory = run.path().join("checkpoints");
    fs::create_dir(&directory).unwrap();
    for step in [0, 10, 20] {
        save_step(&directory, step);
    }
    (run, directory)
}

#[test]
fn a_latest_that_leads_nowhere_gives_the_newest_whole_one() {
    for text in [
        &b"step-00000099\n"[..],
        b"../../elsewhere",
        b"/etc",
        b"",
        b"step-20",
        b"\xff\xfe",
    ] {
        let (run, directory) = run();
        fs::write(directory.join("latest"), text).unwrap();
        let found = find(run.path()).unwrap();
        assert_eq!(found.path, directory.join("step-00000020"));
        let warning = found.warning.unwrap();
        assert!(warning.contains("step-00000020"), "{warning}");
    }
    let (run, directory) = run();
    fs::remove_file(directory.join("latest")).unwrap();
    let found = find(run.path()).unwrap();
    assert!(found.warning.unwrap().contains("latest"));
    assert_eq!(load(&found.path).unwrap().state.step, 20);
}

#[test]
fn a_damaged_latest_checkpoint_gives_the_one_before() {
    let (run, directory) = run();
    let model = directory.join("step-00000020").join("model.safetensors");
    let mut bytes = fs::read(&model).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&model, bytes).unwrap();
    let found = find(run.path()).unwrap();
    assert_eq!(found.path, directory.join("step-00000010"));
    let warning = found.warning.unwrap();
    assert!(
        warning.contains("SHA-256") && warning.contains("step-00000010"),
        "{warning}"
    );
}

#[test]
fn directories_without_a_valid_state_are_ignored() {
    let (run, directory) = run();
    for step in [20, 10] {
        fs::remove_file(directory.join(format!("step-{step:08}/state.json"))).unwrap();
    }
    fs::create_dir(directory.join("step-00000030")).unwrap();
    fs::create_dir(directory.join(".tmp-1-1")).unwrap();
    let found = find(run.path()).unwrap();
    assert_eq!(found.path, directory.join("step-00000000"));
    fs::write(directory.join("step-00000000/state.json"), b"{}").unwrap();
    let error = find(run.path()).unwrap_err();
    assert_eq!(error.exit_code(), 6);
    assert!(error.to_string().contains("no whole checkpoint"), "{error}");
}

#[test]
fn nothing_to_find_is_an_error_with_the_path() {
    let place = tempfile::tempdir().unwrap();
    for path in [place.path().to_path_buf(), place.path().join("missing")] {
        let error = find(&path).unwrap_err();
        assert_eq!(error.exit_code(), 6);
        assert!(
            error.to_string().contains(path.to_str().unwrap()),
            "{error}"
        );
    }
}
