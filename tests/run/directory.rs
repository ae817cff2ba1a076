//! Run directories: numbers, places that are taken, and the lock.

use std::fs;
use std::sync::Barrier;
use std::thread;

use gpugan::run::RunDirectory;

use crate::names;

#[test]
fn runs_are_numbered_after_the_greatest() {
    let place = tempfile::tempdir().unwrap();
    let parent = place.path().join("a/runs");
    let first = RunDirectory::create_next(&parent, "mnist-mlp-non-saturating").unwrap();
    assert_eq!(first.root(), parent.join("00000-mnist-mlp-non-saturating"));
    assert_eq!(names(first.root()), ["checkpoints", "run.lock", "samples"]);
    fs::create_dir(parent.join("00041-other")).unwrap();
    fs::create_dir(parent.join("99999999999999999999-not-ours")).unwrap();
    fs::write(parent.join("notes"), b"").unwrap();
    let next = RunDirectory::create_next(&parent, "../x y").unwrap();
    assert_eq!(next.root(), parent.join("00042----x-y"));
}

#[test]
fn launches_at_once_get_different_numbers() {
    let place = tempfile::tempdir().unwrap();
    let start = Barrier::new(8);
    let mut numbers: Vec<String> = thread::scope(|scope| {
        let launch = |i: usize| {
            let (start, parent) = (&start, place.path());
            scope.spawn(move || {
                start.wait();
                // Unlike slugs: the name alone would not collide.
                let run = RunDirectory::create_next(parent, &format!("slug-{}", i % 4)).unwrap();
                let name = run.root().file_name().unwrap().to_string_lossy();
                name[..5].to_string()
            })
        };
        let launched: Vec<_> = (0..8).map(launch).collect();
        launched.into_iter().map(|t| t.join().unwrap()).collect()
    });
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 8, "{numbers:?}");
    assert_eq!(names(place.path()).len(), 8, "claims are left over");
}

#[test]
fn an_exact_place_must_be_new_or_empty() {
    let place = tempfile::tempdir().unwrap();
    let run = RunDirectory::create_at(&place.path().join("new/run")).unwrap();
    assert_eq!(names(run.root()), ["checkpoints", "run.lock", "samples"]);
    let empty = place.path().join("empty");
    fs::create_dir(&empty).unwrap();
    RunDirectory::create_at(&empty).unwrap();
    let full = place.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("thesis.tex"), b"mine").unwrap();
    let error = RunDirectory::create_at(&full).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("is not empty"), "{error}");
    assert_eq!(names(&full), ["thesis.tex"]);
    let error = RunDirectory::create_at(&full.join("thesis.tex")).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("is a file"), "{error}");
    let error = RunDirectory::create_at(&full.join("thesis.tex/run")).unwrap_err();
    assert!(error.to_string().contains("thesis.tex/run"), "{error}");
    assert_eq!(fs::read(full.join("thesis.tex")).unwrap(), b"mine");
}

#[test]
fn a_run_is_trained_by_one_process_only() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("run");
    let mut run = RunDirectory::create_at(&path).unwrap();
    fs::write(run.config(), b"").unwrap();
    let mut second = RunDirectory::open(&path).unwrap();
    let error = second.lock().unwrap_err();
    assert_eq!(error.exit_code(), 1);
    let holder = format!("process {}", std::process::id());
    assert!(error.to_string().contains(&holder), "{error}");
    run.lock().unwrap();
    drop(run);
    second.lock().unwrap();
}

#[test]
fn the_lock_sweeps_what_a_crash_left() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("run");
    drop(RunDirectory::create_at(&path).unwrap());
    fs::write(path.join("config.toml"), b"").unwrap();
    fs::write(path.join(".tmp-1-1"), b"half").unwrap();
    fs::write(path.join("samples/.tmp-1-2"), b"half").unwrap();
    fs::create_dir(path.join("checkpoints/.tmp-1-3")).unwrap();
    let mut run = RunDirectory::open(&path).unwrap();
    assert!(path.join(".tmp-1-1").exists(), "reading must not sweep");
    run.lock().unwrap();
    assert_eq!(
        names(&path),
        ["checkpoints", "config.toml", "run.lock", "samples"]
    );
    assert!(names(&run.samples()).is_empty() && names(&run.checkpoints()).is_empty());
}

#[test]
fn what_is_no_run_is_refused_with_the_reason() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path();
    fs::write(path.join("file"), b"").unwrap();
    fs::create_dir(path.join("step-00000001")).unwrap();
    fs::write(path.join("step-00000001/state.json"), b"").unwrap();
    for (path, reason) in [
        (path.join("missing"), "no such file or directory"),
        (path.join("file"), "is a file"),
        (path.to_path_buf(), "no config.toml"),
        (path.join("step-00000001"), "is a checkpoint"),
    ] {
        let error = RunDirectory::open(&path).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let message = error.to_string();
        assert!(message.contains(reason), "{message}");
        assert!(message.contains(path.to_str().unwrap()), "{message}");
    }
}
