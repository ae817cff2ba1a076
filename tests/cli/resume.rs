//! A run that stops and goes on is, byte for byte, one that never stopped.

use super::*;

/// Asserts that two runs are alike at `step`: networks, optimiser, metrics and pictures.
pub fn assert_alike(place: &Place, one: &str, other: &str, step: u64) {
    for file in ["model", "optimizer"] {
        let name = format!("checkpoints/step-{step:08}/{file}.safetensors");
        let [a, b] = [one, other].map(|run| place.read(format!("{run}/{name}")));
        assert!(a == b, "{name} of {one} and {other} differ");
    }
    assert_eq!(place.metrics(one), place.metrics(other));
    let sample = format!("samples/step-{step:08}.png");
    let [a, b] = [one, other].map(|run| place.read(format!("{run}/{sample}")));
    assert!(a == b, "{sample} differs");
}

#[test]
fn half_a_run_and_its_other_half_are_a_whole_run() {
    let place = Place::new();
    // Lengths on and off the intervals of 5 and 10, and schedules with turns of several steps.
    for (number, (half, whole, schedule)) in [
        ("10", 20, &[][..]),
        ("13", 26, &[]),
        ("7", 33, &["--critic-steps", "2"]),
        ("8", 19, &["--generator-steps", "3"]),
        ("20", 40, &["--generator-steps", "7", "--optimizer", "sgd"]),
        ("8", 20, &["--generator-steps", "3", "--ema", "0.9"]),
        ("8", 20, &["--arch", "maxout", "--spectral-norm"]),
        ("8", 20, &["--objective", "wgan-gp", "--critic-steps", "2"]),
        (
            "8",
            20,
            &["--dragan", "10", "--critic-activation", "softplus"],
        ),
        // Steps that pay stand in the middle of a turn, and not at the point where it stops.
        (
            "7",
            33,
            &["--critic-steps", "2", "--r1", "1", "--r1-every", "3"],
        ),
        (
            "13",
            26,
            &[
                "--r1",
                "1",
                "--r2",
                "0.5",
                "--r1-every",
                "4",
                "--arch",
                "maxout",
            ],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let [straight, halves] = [format!("straight{number}"), format!("halves{number}")];
        let text = whole.to_string();
        let begin = |steps, out| [&["--steps", steps, "--out", out], schedule].concat();
        place.train(&begin(&text, &straight)).succeeds();
        place.train(&begin(half, &halves)).succeeds();
        let resume = ["train", "--resume", &halves, "--steps", &text];
        let outcome = place.run(resume).succeeds();
        assert_eq!(outcome.stdout, format!("{halves}\n"));
        let latest = place.text(format!("{straight}/checkpoints/latest"));
        let step = latest
            .trim()
            .strip_prefix("step-")
            .unwrap()
            .parse()
            .unwrap();
        assert!(step >= whole, "{latest}");
        assert_alike(&place, &straight, &halves, step);
        assert_eq!(
            place.text(format!("{straight}/config.toml")),
            place.text(format!("{halves}/config.toml"))
        );
    }
}

#[test]
fn a_killed_run_goes_on_as_if_nothing_had_happened() {
    let place = Place::new();
    let child = place.start_endless(&["--out", "killed"]);
    let saved = place.wait_for_step("killed", 30);
    child.kill();
    // The metrics go beyond the checkpoint, as they do after most crashes, and end in half a line.
    let metrics = place.path("killed/metrics.jsonl");
    let mut torn = fs::read(&metrics).unwrap();
    torn.extend(b"{\"step\":77777777,\"ima");
    fs::write(&metrics, torn).unwrap();
    let steps = (saved + 103).to_string();
    place
        .run(["train", "--resume", "killed", "--steps", &steps])
        .succeeds();
    place
        .train(&["--steps", &steps, "--out", "straight"])
        .succeeds();
    assert_alike(&place, "straight", "killed", saved + 103);
}

#[test]
fn a_run_that_is_complete_stays_what_it_is() {
    let place = Place::new();
    place.train(&["--steps", "12", "--out", "run"]).succeeds();
    let before = place.files("run");
    place.run(["train", "--resume", "run"]).succeeds();
    let after = place.files("run");
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in before {
        if !["log.txt", "metrics.jsonl", "run.json", "run.lock"].contains(&name.as_str()) {
            assert!(bytes == after[&name], "{name} differs");
        }
    }
    assert_eq!(place.metrics("run").len(), 3);
    let shorter = ["train", "--resume", "run", "--steps", "5"];
    place.run(shorter).fails(2, &["--steps is 5", "12 steps"]);
}

#[test]
fn only_some_flags_may_change() {
    let place = Place::new();
    place.train(&["--steps", "10", "--out", "run"]).succeeds();
    for flag in [
        ["--lr", "0.1"],
        ["--seed", "1"],
        ["--batch", "8"],
        ["--log-every", "10"],
        ["--on-nan", "ignore"],
        ["--data-dir", "data"],
        ["--generator-hidden", "9"],
    ] {
        let outcome = place.run([&["train", "--resume", "run"], &flag[..]].concat());
        outcome.fails(2, &[flag[0], "--resume", "--checkpoint-every"]);
    }
    let more = [
        "--steps",
        "30",
        "--keep",
        "1",
        "--sample-every",
        "15",
        "--checkpoint-every",
        "4",
    ];
    let more = [&more[..], &["--threads", "2", "--device", "cpu"]].concat();
    place
        .run([&["train", "--resume", "run"], &more[..]].concat())
        .succeeds();
    let files = place.files("run");
    let kept = |step| files.contains_key(&format!("checkpoints/step-{step:08}/state.json"));
    assert_eq!(
        [0, 10, 12, 28, 30].map(kept),
        [true, false, false, false, true]
    );
    assert!(files.contains_key("samples/step-00000015.png"));
    let facts: serde_json::Value = serde_json::from_str(&place.text("run/run.json")).unwrap();
    assert_eq!(facts["resumed"][0]["step"], 10);
    assert_eq!(facts["resumed"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_resumed_is_refused() {
    let place = Place::new();
    place
        .run(["train", "--resume", "nowhere"])
        .fails(2, &["nowhere"]);
    place
        .run(["train", "--resume", "data"])
        .fails(2, &["data", "not a run directory"]);
    place.train(&["--steps", "10", "--out", "run"]).succeeds();
    let checkpoint = "run/checkpoints/step-00000010";
    place
        .run(["train", "--resume", checkpoint])
        .fails(2, &["is a checkpoint"]);
    place.write_images(21);
    let others = place.run(["train", "--resume", "run", "--steps", "20"]);
    others.fails(6, &["SHA-256", "data"]);
    place.write_images(20);
    fs::write(place.path("run/run.json"), "[]").unwrap();
    place
        .run(["train", "--resume", "run"])
        .fails(6, &["run.json"]);
    fs::remove_dir_all(place.path("run/checkpoints")).unwrap();
    place.run(["train", "--resume", "run"]).fails(6, &["run"]);
}

#[test]
fn a_run_in_progress_is_left_alone() {
    let place = Place::new();
    let child = place.start_endless(&["--out", "busy"]);
    place.wait_for_step("busy", 10);
    let outcome = place.run(["train", "--resume", "busy"]);
    child.kill();
    outcome.fails(1, &["'busy'", "is being trained"]);
}

#[test]
fn a_dry_run_of_a_resumed_run_changes_nothing() {
    let place = Place::new();
    place.train(&["--steps", "12", "--out", "run"]).succeeds();
    let before = place.files("run");
    let outcome = place
        .run(["train", "--resume", "run", "--steps", "99", "--dry-run"])
        .succeeds();
    assert!(outcome.stdout.contains("steps = 99"), "{outcome:?}");
    assert_eq!(before, place.files("run"));
}
