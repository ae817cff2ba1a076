//! `gpugan pushforward`: what it prints and draws.

use super::*;

fn pushforward(place: &Place, more: &[&str]) -> Outcome {
    let arguments = ["pushforward", "--device", "cpu", "--threads", "1"];
    place.run([&arguments[..], more].concat())
}

fn json(place: &Place, more: &[&str]) -> serde_json::Value {
    let outcome = pushforward(place, &[more, &["--json"]].concat()).succeeds();
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn number(report: &serde_json::Value, name: &str) -> f64 {
    report[name]
        .as_f64()
        .unwrap_or_else(|| panic!("{name} in {report}"))
}

#[test]
fn the_report_holds_samples_against_the_exact_distribution() {
    let place = Place::new();
    let report = json(
        &place,
        &["exponential:2", "--count", "200000", "--seed", "1"],
    );
    assert_eq!(
        (&report["count"], &report["seed"]),
        (&200_000.into(), &1.into())
    );
    assert_eq!(report["test"], "kolmogorov-smirnov");
    assert!((number(&report, "mean") - 0.5).abs() < 0.01, "{report}");
    assert_eq!(number(&report, "exact_mean"), 0.5);
    assert_eq!(number(&report, "exact_variance"), 0.25);
    assert!((number(&report, "critical") - 1.6276 / 200_000f64.sqrt()).abs() < 1e-6);
    assert_eq!(report["passes"], true, "{report}");
    let text = pushforward(
        &place,
        &["exponential:2", "--count", "200000", "--seed", "1"],
    );
    let text = text.succeeds().stdout;
    let statistic = format!("{:.6}", number(&report, "statistic"));
    for part in [
        "exponential:2",
        "200000",
        "seed 1",
        "exact 0.5",
        "passes",
        &statistic,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let cauchy = json(&place, &["cauchy", "--count", "1000"]);
    assert!(
        cauchy["exact_mean"].is_null() && cauchy["mean"].is_f64(),
        "{cauchy}"
    );
    let categories = json(&place, &["categorical:1,0,3", "--count", "10000"]);
    assert_eq!(categories["test"], "chi-square");
    assert_eq!(number(&categories, "exact_mean"), 1.5);
    assert_eq!(categories["passes"], true, "{categories}");
}

#[test]
fn a_table_of_ones_own_is_a_map() {
    let place = Place::new();
    fs::write(place.path("t.csv"), "x,F\n0,0\n1,0.25\n2,1\n").unwrap();
    let report = json(&place, &["table:t.csv", "--count", "50000"]);
    assert_eq!(number(&report, "exact_mean"), 0.25 * 0.5 + 0.75 * 1.5);
    assert_eq!(report["passes"], true, "{report}");
    fs::write(place.path("t.csv"), "0,0\n1,0.5\n2,0.5\n3,1\n").unwrap();
    let gap = json(&place, &["table:t.csv", "--count", "50000"]);
    assert_eq!(number(&gap, "exact_mean"), 0.5 * 0.5 + 0.5 * 2.5);
    assert_eq!(gap["passes"], true, "{gap}");
    for (rows, part) in [
        ("0,0\n2,0.5\n1,1\n", "does not rise"),
        ("0,0\n1,0.5\n1e300,1\n", "3.4e38"),
        ("0,0\n1,0.5\nc,d\n", "such as"),
    ] {
        fs::write(place.path("t.csv"), rows).unwrap();
        let outcome = pushforward(&place, &["table:t.csv"]);
        outcome.fails(5, &["'t.csv', line 3", part]);
    }
    pushforward(&place, &["table:none.csv"]).fails(5, &["'none.csv'"]);
}

#[test]
fn pictures_show_the_histogram_and_are_kept() {
    let place = Place::new();
    for (map, name) in [
        ("square:normal", "square-normal"),
        ("categorical:1,2", "categorical-1-2"),
        ("exponential", "exponential"),
    ] {
        let draw = [map, "--count", "2000", "--out", "pictures"];
        let text = pushforward(&place, &draw).succeeds().stdout;
        let [png, svg] = ["png", "svg"].map(|form| format!("pictures/{name}.{form}"));
        assert!(text.contains(&png) && text.contains(&svg), "{text}");
        let picture = image::load_from_memory(&place.read(&png)).unwrap();
        assert_eq!((picture.width(), picture.height()), (640, 480));
        let written = place.text(&svg);
        for part in [map, "samples", "exact", "2000 samples"] {
            assert!(written.contains(part), "{part}: {written}");
        }
        pushforward(&place, &draw).fails(2, &[&format!("'{png}' exists"), "--force"]);
        let before = place.read(&png);
        pushforward(&place, &[&draw[..], &["--force"]].concat()).succeeds();
        assert!(
            place.read(&png) == before,
            "the same seed draws the same picture"
        );
        let other = [&draw[..], &["--force", "--seed", "9"]].concat();
        pushforward(&place, &other).succeeds();
        assert!(
            place.read(&png) != before,
            "another seed draws another picture"
        );
    }
    assert_eq!(place.files("pictures").len(), 6);
}

#[test]
fn few_samples_are_no_failure() {
    let place = Place::new();
    for map in ["gaussian", "box-muller", "categorical:1", "abs:uniform"] {
        for count in ["1", "2", "7"] {
            let more = [map, "--count", count, "--out", "p", "--force"];
            pushforward(&place, &more).succeeds();
        }
    }
}

#[test]
fn impossible_requests_are_refused() {
    let place = Place::new();
    for count in ["0", "16777217"] {
        let outcome = pushforward(&place, &["cauchy", "--count", count]);
        outcome.fails(2, &["--count is", "16777216"]);
    }
    pushforward(&place, &["gamma:2"]).fails(2, &["'gamma:2'", "exponential"]);
    pushforward(&place, &["gaussian:0,-1"]).fails(2, &["DEVIATION is -1"]);
    pushforward(&place, &["gaussian:1000000,0.000001"]).fails(2, &["DEVIATION is 1e-6", "0.0625"]);
    pushforward(&place, &["cauchy", "--count", "-3"])
        .fails(2, &["--count", "'-3'", "whole number"]);
    pushforward(&place, &["cauchy", "--seed", "-1"]).fails(2, &["--seed", "seed '-1'"]);
    fs::write(place.path("file"), "").unwrap();
    let outcome = pushforward(&place, &["cauchy", "--count", "9", "--out", "file"]);
    outcome.fails(1, &["'file'"]);
    assert_eq!(place.run(["pushforward"]).code, Some(2));
    let help = place.run(["help", "pushforward"]).succeeds().stdout;
    for part in ["exponential", "table:FILE", "Examples", "box-muller"] {
        assert!(help.contains(part), "{part}: {help}");
    }
}
