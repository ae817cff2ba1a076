//! `gpugan reproduce`: tables, of games that are too short to say much.

use super::*;
use serde_json::Value;

fn run(place: &Place, more: &[&str]) -> Outcome {
    place.run([more, &["--device", "cpu", "--threads", "1"]].concat())
}

/// Side by side or one after the other, with two seeds.
#[test]
fn games_side_by_side_make_the_same_table() {
    let place = Place::new();
    let table = |threads: &str| {
        let asked = ["reproduce", "ring-grid", "--steps", "3", "--seeds", "2"];
        let more = ["--device", "cpu", "--threads", threads, "--json"];
        let outcome = place.run([&asked[..], &more].concat()).succeeds();
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let parts = report["parts"].as_array().unwrap().clone();
        assert_eq!(parts.len(), 2);
        let rows = parts
            .iter()
            .flat_map(|part| part["rows"].as_array().unwrap().clone());
        // All but the seconds.
        let cells = rows.map(|row| row.as_array().unwrap()[..7].to_vec());
        cells.collect::<Vec<_>>()
    };
    let [one, two] = ["1", "2"].map(table);
    assert_eq!(one, two);
    assert_eq!(one.len(), 8);
    assert!(
        one.iter().all(|row| row[2]["standard_error"].is_number()),
        "{one:?}"
    );
}

/// The cells of `wgan-lines` but for the seconds.
fn estimates(report: &Value) -> Vec<Vec<Value>> {
    let rows = report["parts"][0]["rows"].as_array().unwrap().iter();
    rows.map(|row| row.as_array().unwrap()[..7].to_vec())
        .collect()
}

#[test]
fn a_table_is_printed_and_kept_in_both_forms() {
    let place = Place::new();
    let outcome = run(&place, &["reproduce", "wgan-lines", "--steps", "60"]).succeeds();
    let kept = place.text("reproduced/wgan-lines.md");
    assert_eq!(kept.trim(), outcome.stdout.trim());
    assert!(kept.contains("| 0.25 | 0.25 | 0.6931 |"), "{kept}");
    assert!(kept.contains("batches of 64, seed 0\n"), "{kept}");
    let command = "`gpugan reproduce wgan-lines --steps 60 --threads 1 --device cpu`";
    assert!(kept.contains(command), "{kept}");
    let report: Value = serde_json::from_slice(&place.read("reproduced/wgan-lines.json")).unwrap();
    assert_eq!(report["parts"][0]["rows"].as_array().unwrap().len(), 5);
    // A clipped linear critic is at its wall in a few steps, at whatever distance.
    for row in report["parts"][0]["rows"].as_array().unwrap() {
        let number = |at: usize| row[at].as_f64().unwrap();
        assert!((number(3) / number(0)).abs() <= 1.000_001, "{row}");
    }
    let again = run(
        &place,
        &["reproduce", "wgan-lines", "--steps", "60", "--json"],
    )
    .succeeds();
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(estimates(&again), estimates(&report));
    run(&place, &["reproduce", "no-such-table"]).fails(2, &["no-such-table", "wgan-lines"]);
}

#[test]
fn what_cannot_be_kept_is_refused_before_anything_is_computed() {
    let place = Place::new();
    for taken in ["out/wgan-lines.md", "out/gp-toys-grid25-clip.svg"] {
        fs::create_dir_all(place.path(taken)).unwrap();
    }
    fs::write(place.path("file"), "").unwrap();
    for (table, out, part) in [
        ("wgan-lines", "out", "wgan-lines.md"),
        ("gp-toys", "out", "gp-toys-grid25-clip.svg"),
        ("wgan-lines", "file", "'file'"),
    ] {
        let outcome = run(&place, &["reproduce", table, "--out", out]);
        let stderr = outcome.fails(1, &[part]).stderr;
        assert_eq!(stderr.lines().count(), 1, "nothing was played: {stderr}");
    }
    assert!(place.files("out").is_empty());
}

#[test]
fn seeds_of_a_table_without_means_are_refused() {
    let place = Place::new();
    for table in ["fgan-univariate", "wgan-lines", "gp-toys"] {
        let outcome = run(&place, &["reproduce", table, "--seeds", "3"]);
        outcome.fails(2, &["--seeds is 3", table, "--seed N"]);
    }
    assert!(!place.path("reproduced").exists());
}

/// Five divergences, each of which plays a few steps.
#[test]
fn differences_are_numbers_in_json() {
    let place = Place::new();
    let asked = [
        "reproduce",
        "fgan-univariate",
        "--steps",
        "2",
        "--seed",
        "3",
    ];
    let outcome = run(&place, &[&asked[..], &["--json"]].concat()).succeeds();
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    for row in report["parts"][0]["rows"].as_array().unwrap() {
        let number = |at: usize| row[at].as_f64().unwrap();
        assert!((number(7) - (number(6) - number(4))).abs() < 1e-12, "{row}");
    }
    let command = "gpugan reproduce fgan-univariate --steps 2 --seed 3 --threads 1 --device cpu";
    assert_eq!(report["command"], command);
}
