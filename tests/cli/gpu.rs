//! The same promises on a GPU, software adapters included. Skipped with a line where there is no
//! adapter, unless GPUGAN_REQUIRE_GPU is set.

use super::resume::assert_alike;
use super::*;

fn adapter(place: &Place) -> bool {
    let devices = place.run(["devices", "--json"]).succeeds().stdout;
    let devices: serde_json::Value = serde_json::from_str(&devices).unwrap();
    let found = !devices["adapters"].as_array().unwrap().is_empty();
    let required = std::env::var_os("GPUGAN_REQUIRE_GPU").is_some();
    assert!(found || !required, "no adapter was found");
    if !found {
        println!("skipped: no adapter was found");
    }
    found
}

#[test]
fn a_killed_run_on_a_gpu_goes_on_to_the_byte() {
    let place = Place::new();
    if !adapter(&place) {
        return;
    }
    let child = place.start_endless(&["--device", "gpu", "--out", "killed"]);
    let saved = place.wait_for_step("killed", 30);
    child.kill();
    let steps = (saved + 103).to_string();
    place
        .run(["train", "--resume", "killed", "--steps", &steps])
        .succeeds();
    place
        .train(&["--device", "gpu", "--steps", &steps, "--out", "straight"])
        .succeeds();
    assert_alike(&place, "straight", "killed", saved + 103);
    let facts: serde_json::Value = serde_json::from_str(&place.text("straight/run.json")).unwrap();
    assert_ne!(facts["device"]["backend"], "cpu");
}

#[test]
fn a_run_changes_from_the_gpu_to_the_cpu() {
    let place = Place::new();
    if !adapter(&place) {
        return;
    }
    place
        .train(&["--device", "gpu", "--steps", "10", "--out", "run"])
        .succeeds();
    place
        .run(["sample", "run", "--device", "gpu", "--out", "gpu.png"])
        .succeeds();
    let resume = [
        "train", "--resume", "run", "--steps", "20", "--device", "cpu",
    ];
    place.run(resume).succeeds();
    assert_eq!(place.text("run/checkpoints/latest"), "step-00000020\n");
}

#[test]
fn a_run_on_points_stops_and_goes_on_to_the_byte() {
    let place = Place::new();
    if !adapter(&place) {
        return;
    }
    let train = |steps, out| {
        let options = [
            "--dataset",
            "ring8",
            "--device",
            "gpu",
            "--generator-hidden",
            "8",
            "--critic-hidden",
            "8",
            "--batch",
            "4",
            "--sample-every",
            "10",
            "--log-every",
            "5",
        ];
        let command = [&["train"], &options[..], &["--steps", steps, "--out", out]].concat();
        place.run(command).succeeds();
    };
    train("24", "straight");
    train("13", "halves");
    place
        .run(["train", "--resume", "halves", "--steps", "24"])
        .succeeds();
    assert_alike(&place, "straight", "halves", 24);
}
