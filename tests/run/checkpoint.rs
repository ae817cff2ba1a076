//! Checkpoints as they should be: what is written comes back, and the right ones stay.

use std::fs;

use gpugan::run::checkpoint::{find, load, prune, save};

use crate::{METADATA, model, names, optimizer, save_step, state};

#[test]
fn what_is_saved_comes_back() {
    let place = tempfile::tempdir().unwrap();
    let path = save_step(place.path(), 12);
    assert_eq!(path, place.path().join("step-00000012"));
    assert_eq!(
        names(&path),
        ["model.safetensors", "optimizer.safetensors", "state.json"]
    );
    assert_eq!(names(place.path()), ["latest", "step-00000012"]);
    let found = load(&path).unwrap();
    assert_eq!(found.state, state(12));
    assert_eq!(found.model_metadata, METADATA);
    assert_eq!(found.path, path);
    let (mut model, mut optimizer) = (model(12), optimizer(12));
    model.sort_by(|a, b| a.name.cmp(&b.name));
    optimizer.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(found.model, model);
    assert_eq!(found.optimizer, optimizer);
}

#[test]
fn equal_tensors_give_equal_bytes_in_any_order() {
    let place = tempfile::tempdir().unwrap();
    let (one, other) = (place.path().join("one"), place.path().join("other"));
    for directory in [&one, &other] {
        fs::create_dir(directory).unwrap();
    }
    let one = save_step(&one, 3);
    let reversed: Vec<_> = model(3).into_iter().rev().collect();
    let other = save(&other, &state(3), &reversed, METADATA, &optimizer(3)).unwrap();
    for name in names(&one) {
        assert!(fs::read(one.join(&name)).unwrap() == fs::read(other.join(&name)).unwrap());
    }
}

#[test]
fn the_tensor_files_are_plain_safetensors_with_one_metadata_key() {
    let place = tempfile::tempdir().unwrap();
    let bytes = fs::read(save_step(place.path(), 1).join("model.safetensors")).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = header.metadata().as_ref().unwrap();
    assert_eq!(metadata.len(), 1);
    assert_eq!(metadata["gpugan"], METADATA);
    assert_eq!(header.info("generator.0.weight").unwrap().shape, [5, 3]);
}

#[test]
fn the_state_is_readable_json_with_the_seed_as_text() {
    let place = tempfile::tempdir().unwrap();
    let text = fs::read(save_step(place.path(), 1).join("state.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["step"], 1);
    assert_eq!(json["seed"], "18446744073709551615");
    assert_eq!(json["streams"]["latent"], 2);
    assert_eq!(
        json["files"]["model.safetensors"]["sha256"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
}

#[test]
fn the_same_step_can_be_saved_again() {
    let place = tempfile::tempdir().unwrap();
    let path = save_step(place.path(), 5);
    fs::write(path.join("model.safetensors"), b"damaged").unwrap();
    save_step(place.path(), 5);
    assert_eq!(load(&path).unwrap().state.step, 5);
    assert_eq!(names(place.path()), ["latest", "step-00000005"]);
}

#[test]
fn a_run_gives_its_latest_and_a_checkpoint_itself() {
    let run = tempfile::tempdir().unwrap();
    let directory = run.path().join("checkpoints");
    fs::create_dir(&directory).unwrap();
    let old = save_step(&directory, 100_000_000);
    let new = save_step(&directory, 7);
    for path in [run.path(), &directory] {
        let found = find(path).unwrap();
        // `latest` decides, not the number: a resumed run may be behind what it left.
        assert_eq!((found.path, found.warning), (new.clone(), None));
    }
    assert_eq!(find(&old).unwrap().path, old);
}

#[test]
fn pruning_spares_step_zero_the_newest_and_the_latest() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path();
    for step in [0, 10, 20, 30, 40] {
        save_step(directory, step);
    }
    prune(directory, 3).unwrap();
    let kept = |steps: &[u64]| -> Vec<String> {
        let steps = steps.iter().map(|step| format!("step-{step:08}"));
        std::iter::once("latest".into()).chain(steps).collect()
    };
    assert_eq!(names(directory), kept(&[0, 20, 30, 40]));
    // A run that was continued from an early checkpoint: the newest in time has a low number.
    save_step(directory, 15);
    prune(directory, 1).unwrap();
    assert_eq!(names(directory), kept(&[0, 15, 40]));
    prune(directory, 0).unwrap();
    assert_eq!(names(directory), kept(&[0, 15, 40]));
}

#[test]
fn pruning_counts_and_removes_only_checkpoints_and_rubbish() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path();
    for step in [1, 2, 3] {
        save_step(directory, step);
    }
    fs::create_dir(directory.join(".tmp-1-2")).unwrap();
    fs::write(
        directory.join(".tmp-1-2").join("model.safetensors"),
        b"half",
    )
    .unwrap();
    fs::write(directory.join(".tmp-1-3"), b"half").unwrap();
    fs::create_dir(directory.join("step-00000009")).unwrap();
    fs::write(directory.join("notes.txt"), b"mine").unwrap();
    prune(directory, 2).unwrap();
    let left = [
        "latest",
        "notes.txt",
        "step-00000002",
        "step-00000003",
        "step-00000009",
    ];
    assert_eq!(names(directory), left);
}
