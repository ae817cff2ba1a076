//! Full disks, damaged files, diverging runs: one sentence, an exit code, nothing lost.

use super::*;

const MODEL: &str = "model.safetensors";

/// Runs with files limited to `blocks` of 512 bytes, as if the disk were full.
#[cfg(unix)]
fn limited(place: &Place, blocks: u32, arguments: &[&str]) -> Outcome {
    let script = format!("ulimit -f {blocks}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_gpugan")]);
    let output = command.args(arguments).current_dir(place.path("")).output();
    Outcome::of(output.unwrap())
}

#[cfg(unix)]
#[test]
fn a_checkpoint_that_cannot_be_written_exits_with_6_and_the_last_one_stays() {
    let place = Place::new();
    // Some 80 kB of weights, with pictures of less than 10 kB.
    let more = [
        "--steps",
        "10",
        "--out",
        "run",
        "--generator-hidden",
        "128,128",
    ];
    place.train(&more).succeeds();
    let before = place.files("run/checkpoints");
    assert!(before[&format!("step-00000010/{MODEL}")].len() > 64 * 512);
    let outcome = limited(&place, 64, &["train", "--resume", "run", "--steps", "30"]);
    outcome.fails(6, &["step-00000020", "limit on the size of a file"]);
    assert_eq!(place.files("run/checkpoints"), before);
    place
        .run(["train", "--resume", "run", "--steps", "30"])
        .succeeds();
    let straight = [
        "--steps",
        "30",
        "--out",
        "straight",
        "--generator-hidden",
        "128,128",
    ];
    place.train(&straight).succeeds();
    resume::assert_alike(&place, "straight", "run", 30);
}

#[cfg(unix)]
#[test]
fn a_picture_that_cannot_be_written_exits_with_1() {
    let place = Place::new();
    let outcome = limited(&place, 2, &tiny(&["--steps", "10", "--out", "run"]));
    outcome.fails(1, &[".png", "limit on the size of a file"]);
    assert!(!place.path("run/checkpoints/latest").exists());
}

#[test]
fn a_place_that_is_a_file_is_named() {
    let place = Place::new();
    fs::write(place.path("file"), "").unwrap();
    for path in ["file", "file/run"] {
        place.train(&["--out", path]).fails(2, &[path, "a file"]);
    }
}

fn damage(place: &Place, name: &str) {
    let path = place.path(name);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_checkpoint_gives_way_to_the_one_before() {
    let place = Place::new();
    place.train(&["--steps", "20", "--out", "run"]).succeeds();
    let newest = format!("run/checkpoints/step-00000020/{MODEL}");
    let good = place.read(&newest);
    let metrics = place.metrics("run");
    damage(&place, &newest);
    for command in [
        &["sample", "run", "--device", "cpu"][..],
        &["train", "--resume", "run"],
    ] {
        let outcome = place.run(command).succeeds();
        for part in ["warning: ", "step-00000020", "step-00000010' instead"] {
            assert!(outcome.stderr.contains(part), "{part}: {outcome:?}");
        }
    }
    assert!(place.path("run-step-00000010-seed-0.png").is_file());
    assert!(
        place.read(&newest) == good,
        "the way from step 10 to 20 is another one"
    );
    assert_eq!(place.metrics("run"), metrics);
    for step in [0, 10, 20] {
        damage(&place, &format!("run/checkpoints/step-{step:08}/{MODEL}"));
    }
    for command in [
        &["sample", "run", "--device", "cpu"][..],
        &["train", "--resume", "run"],
    ] {
        place.run(command).fails(6, &["no whole checkpoint", MODEL]);
    }
}

#[test]
fn a_diverging_run_exits_with_4_and_keeps_the_last_good_checkpoint() {
    let place = Place::new();
    let wild = [
        "--steps",
        "40",
        "--optimizer",
        "sgd",
        "--lr",
        "1e30",
        "--out",
        "run",
    ];
    let outcome = place
        .train(&wild)
        .fails(4, &["not finite at step", "step-00000000", "--lr"]);
    // Either network may be the first, by its loss or by a gradient.
    let tensor = outcome
        .stderr
        .split("error: '")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert!(
        tensor.starts_with("critic.") || tensor.starts_with("generator."),
        "{tensor}"
    );
    assert!(
        tensor.ends_with(".loss") || tensor.ends_with(".grad"),
        "{tensor}"
    );
    assert_eq!(place.text("run/checkpoints/latest"), "step-00000000\n");
    let record = &place.metrics("run")[0];
    assert!(
        record.contains("null") && !record.contains("\"nonfinite\":0"),
        "{record}"
    );
    place
        .run(["sample", "run", "--device", "cpu", "--out", "x.png"])
        .succeeds();
    place
        .run(["train", "--resume", "run"])
        .fails(4, &["not finite at step"]);
}

#[test]
fn a_diverging_run_goes_on_if_that_is_wanted() {
    let place = Place::new();
    let wild = [
        "--steps",
        "10",
        "--optimizer",
        "sgd",
        "--lr",
        "1e30",
        "--on-nan",
        "ignore",
    ];
    place
        .train(&[&wild[..], &["--out", "run"]].concat())
        .succeeds();
    place
        .run(["train", "--resume", "run", "--steps", "20"])
        .succeeds();
    assert_eq!(place.text("run/checkpoints/latest"), "step-00000020\n");
    let records = place.metrics("run");
    assert_eq!(records.len(), 4);
    assert!(records[3].contains("\"loss_critic\":null"), "{records:?}");
}
