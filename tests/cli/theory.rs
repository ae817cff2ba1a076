//! `gpugan theory` and `gpugan reproduce`: statements and tables, on games that are too short to say much.

use super::*;
use serde_json::Value;

fn run(place: &Place, more: &[&str]) -> Outcome {
    place.run([more, &["--device", "cpu", "--threads", "1"]].concat())
}

fn json(place: &Place, more: &[&str]) -> Value {
    let outcome = run(place, &[more, &["--json"]].concat()).succeeds();
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG") && bytes.len() > 2_000
}

#[test]
fn the_best_discriminator_is_approached_by_a_trained_one() {
    let place = Place::new();
    let asked = [
        "theory",
        "optimal-critic",
        "--dataset",
        "gaussian:0,1",
        "--generator",
        "1,1",
    ];
    let error = |steps: &str| {
        let found = json(&place, &[&asked[..], &["--steps", steps]].concat());
        // 2 JSD - log 4 of two normal distributions one standard deviation apart, by midpoint sums.
        let exact = found["exact"].as_f64().unwrap();
        assert!((exact - (-1.163_451)).abs() < 1e-5, "{found}");
        found["mean_error"].as_f64().unwrap()
    };
    let (early, late) = (error("2"), error("150"));
    assert!(late < 0.05 && late < 0.5 * early, "{early} {late}");
    let files = place.files("theory");
    assert!(is_png(&files["optimal-critic.png"]));
    let svg = String::from_utf8(files["optimal-critic.svg"].clone()).unwrap();
    assert!(svg.contains("<svg") && svg.contains("p/(p + q)"), "{svg}");
}

#[test]
fn what_is_no_pair_of_densities_is_refused_in_a_sentence() {
    let place = Place::new();
    for (more, parts) in [
        (["--dataset", "ring8"], ["'ring8'", "fgan-mix"]),
        (["--dataset", "mnist"], ["'mnist'", "fgan-mix"]),
        (["--generator", "1"], ["'1'", "MU,SIGMA"]),
        (["--generator", "1,-2"], ["'1,-2'", "SIGMA > 0"]),
    ] {
        let outcome = run(&place, &[&["theory", "bounds"], &more[..]].concat());
        outcome.fails(2, &parts);
    }
    assert!(!place.path("theory").exists());
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
        one.iter().all(|row| row[2].as_str().unwrap().contains('±')),
        "{one:?}"
    );
}

#[test]
fn a_table_is_printed_and_kept_in_both_forms() {
    let place = Place::new();
    let outcome = run(&place, &["reproduce", "wgan-lines", "--steps", "60"]).succeeds();
    let kept = place.text("reproduced/wgan-lines.md");
    assert_eq!(kept.trim(), outcome.stdout.trim());
    assert!(kept.contains("| 0.25 | 0.25 | 0.6931 |"), "{kept}");
    let report: Value = serde_json::from_slice(&place.read("reproduced/wgan-lines.json")).unwrap();
    assert_eq!(report["parts"][0]["rows"].as_array().unwrap().len(), 5);
    // A clipped linear critic is at its wall in a few steps, at whatever distance.
    for row in report["parts"][0]["rows"].as_array().unwrap() {
        let number = |at: usize| row[at].as_str().unwrap().parse::<f64>().unwrap();
        assert!((number(3) / number(0)).abs() <= 1.000_001, "{row}");
    }
    let again = run(
        &place,
        &["reproduce", "wgan-lines", "--steps", "60", "--json"],
    )
    .succeeds();
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(again["parts"], report["parts"]);
    run(&place, &["reproduce", "no-such-table"]).fails(2, &["no-such-table", "wgan-lines"]);
}
