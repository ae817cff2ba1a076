//! The cache of the fastest variants: kept, added to, and never a failure.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gpugan::run::variants::Variants;

fn choices(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = pairs.iter().map(|(c, v)| (c.to_string(), v.to_string()));
    owned.collect()
}

fn found(pairs: &[(&str, &str)]) -> Variants {
    Variants {
        adapter: "Radeon 780M".to_string(),
        backend: "vulkan".to_string(),
        driver: "radv 24.1".to_string(),
        shaders: "0123".to_string(),
        choices: choices(pairs),
    }
}

const FORWARD: (&str, &str) = ("dense/forward rows=4 inputs=8 outputs=8", "tile64");
const WEIGHT: (&str, &str) = ("conv/weight rows=4", "plain");

fn only_file(directory: &Path) -> PathBuf {
    let mut entries = fs::read_dir(directory).unwrap();
    let path = entries.next().unwrap().unwrap().path();
    assert!(entries.next().is_none(), "more than {}", path.display());
    path
}

#[test]
fn what_was_stored_is_found_again() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("not/there");
    assert!(found(&[]).cached(&directory).is_empty());
    found(&[FORWARD]).store(&directory).unwrap();
    assert_eq!(found(&[]).cached(&directory), choices(&[FORWARD]));
}

#[test]
fn later_choices_are_added_and_earlier_ones_stay() {
    let place = tempfile::tempdir().unwrap();
    found(&[FORWARD]).store(place.path()).unwrap();
    let other = (FORWARD.0, "plain");
    found(&[other, WEIGHT]).store(place.path()).unwrap();
    let both = choices(&[FORWARD, WEIGHT]);
    assert_eq!(found(&[]).cached(place.path()), both);
    only_file(place.path());
}

#[test]
fn another_driver_or_shader_makes_the_cache_begin_anew() {
    let changes: [fn(&mut Variants); 2] = [
        |v| v.driver = "radv 24.2".to_string(),
        |v| v.shaders = "4567".to_string(),
    ];
    for change in changes {
        let place = tempfile::tempdir().unwrap();
        found(&[FORWARD]).store(place.path()).unwrap();
        let mut changed = found(&[WEIGHT]);
        change(&mut changed);
        assert!(!changed.agrees(&found(&[])));
        assert!(changed.cached(place.path()).is_empty());
        changed.store(place.path()).unwrap();
        only_file(place.path());
        assert_eq!(changed.cached(place.path()), choices(&[WEIGHT]));
        assert!(found(&[]).cached(place.path()).is_empty());
    }
}

#[test]
fn another_adapter_or_backend_has_another_file() {
    let place = tempfile::tempdir().unwrap();
    found(&[FORWARD]).store(place.path()).unwrap();
    let changes: [fn(&mut Variants); 2] = [
        |v| v.adapter = "GeForce".to_string(),
        |v| v.backend = "dx12".to_string(),
    ];
    for change in changes {
        let mut other = found(&[WEIGHT]);
        change(&mut other);
        assert!(other.cached(place.path()).is_empty());
        other.store(place.path()).unwrap();
    }
    assert_eq!(found(&[]).cached(place.path()), choices(&[FORWARD]));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3);
}

#[test]
fn a_damaged_cache_holds_nothing_and_is_replaced() {
    let place = tempfile::tempdir().unwrap();
    found(&[FORWARD]).store(place.path()).unwrap();
    let path = only_file(place.path());
    let whole = fs::read(&path).unwrap();
    let damages = [
        Vec::new(),
        whole[..whole.len() / 2].to_vec(),
        b"[]".to_vec(),
        vec![0xff; 100],
        vec![b' '; 9 << 20],
        b"{\"adapter\":\"Radeon 780M\",\"choices\":{\"a\":1}}".to_vec(),
    ];
    for damage in damages {
        fs::write(&path, damage).unwrap();
        assert!(found(&[]).cached(place.path()).is_empty());
        found(&[WEIGHT]).store(place.path()).unwrap();
        assert_eq!(found(&[]).cached(place.path()), choices(&[WEIGHT]));
    }
}

#[test]
fn a_place_that_cannot_be_used_is_told_and_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert!(found(&[FORWARD]).store(&file).is_err());
    assert!(found(&[]).cached(&file).is_empty());
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    found(&[FORWARD])
        .store(place.path().join("d").as_path())
        .unwrap();
    let path = only_file(&place.path().join("d"));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(found(&[FORWARD]).store(path.parent().unwrap()).is_err());
    assert!(found(&[]).cached(path.parent().unwrap()).is_empty());
}
