//! `gpugan fit`: simpler models of a data set.

use super::*;
use serde_json::Value;

fn fit(place: &Place, more: &[&str]) -> Outcome {
    place.run([&["fit"], more].concat())
}

fn json(outcome: Outcome) -> Value {
    serde_json::from_str(&outcome.succeeds().stdout).unwrap()
}

#[test]
fn models_are_compared_by_what_they_say_of_held_out_points() {
    let place = Place::new();
    let asked = [
        "gaussian:3,0.5",
        "--count",
        "1500",
        "--components",
        "1-3",
        "--seed",
        "2",
    ];
    let more = ["--json", "--out", "fit.json"];
    let outcome = fit(&place, &[&asked[..], &more].concat());
    assert_eq!(place.text("fit.json").trim(), outcome.stdout.trim());
    let found = json(outcome);
    let report = &found[0];
    assert_eq!(
        (&report["points"], &report["held_out"]),
        (&1500.into(), &1500.into())
    );
    let mean = |of: &Value| of["mean"].as_f64().unwrap();
    let truth = mean(&report["truth"]);
    let entropy = 0.5 * (std::f64::consts::TAU * std::f64::consts::E * 0.25).ln();
    assert!((truth + entropy).abs() < 0.06, "{truth} {entropy}");
    let gmm = &report["gmm"];
    assert_eq!(
        gmm["components"], 1,
        "a normal distribution is one component"
    );
    assert!(
        (gmm["means"][0].as_f64().unwrap() - 3.0).abs() < 0.05,
        "{gmm}"
    );
    assert!(
        (gmm["covariances"][0].as_f64().unwrap() - 0.25).abs() < 0.03,
        "{gmm}"
    );
    assert!((mean(&gmm["held_out"]) - truth).abs() < 0.01);
    for estimate in report["kde"].as_array().unwrap() {
        let got = mean(&estimate["held_out"]);
        assert!(got < truth + 0.002 && got > truth - 0.05, "{estimate}");
    }
    let text = fit(&place, &asked).succeeds().stdout;
    for part in [
        "held-out log-likelihood",
        "cross-validated",
        "BIC",
        "1 *",
        "k-means",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn a_fifth_of_a_file_is_held_out() {
    let place = Place::new();
    let line = |at: i32| format!("{},{}\n", at % 17, at * at % 13);
    fs::write(place.path("x.csv"), (0..50).map(line).collect::<String>()).unwrap();
    let found = json(fit(
        &place,
        &["points:x.csv", "--components", "2", "--json"],
    ));
    assert_eq!(
        (&found[0]["points"], &found[0]["held_out"]),
        (&40.into(), &10.into())
    );
    assert_eq!(found[0]["truth"], Value::Null);
    assert_eq!(found[0]["gmm"]["weights"].as_array().unwrap().len(), 2);
}

#[test]
fn densities_are_drawn() {
    let place = Place::new();
    let asked = [
        "--count",
        "300",
        "--components",
        "2",
        "--model",
        "data,kde,gmm",
        "--plot",
    ];
    for (data, file) in [
        ("fgan-mix", "line.png"),
        ("moons", "plane.png"),
        ("x2", "line.svg"),
    ] {
        fit(&place, &[&[data], &asked[..], &[file]].concat()).succeeds();
        assert!(place.read(file).len() > 5_000, "{file}");
    }
    fit(&place, &[&["fgan-mix"], &asked[..], &["x.gif"]].concat()).fails(2, &["x.gif", ".png"]);
}

#[test]
fn images_have_mixtures_and_windows() {
    let place = Place::new();
    fs::copy(
        place.path("data/train-images-idx3-ubyte"),
        place.path("data/t10k-images-idx3-ubyte"),
    )
    .unwrap();
    let found = json(fit(
        &place,
        &["--data-dir", "data", "--components", "1-2", "--json"],
    ));
    let report = &found[0];
    assert_eq!(
        (&report["dims"], &report["points"]),
        (&16.into(), &20.into())
    );
    assert_eq!(report["gmm"]["covariance"], "diagonal");
    assert!(report["kde"][0]["held_out"]["mean"].is_number());
    fit(
        &place,
        &["--data-dir", "data", "--components", "1", "--plot", "x.png"],
    )
    .fails(2, &["--plot", "16"]);
}

#[test]
fn what_cannot_be_fitted_is_refused_in_a_sentence() {
    let place = Place::new();
    fit(&place, &[]).fails(2, &["DATASET"]);
    fit(&place, &["circle"]).fails(2, &["circle"]);
    fit(&place, &["ring8", "--components", "5-2"]).fails(2, &["5-2"]);
    fit(&place, &["ring8", "--least-sigma=-1"]).fails(2, &["--least-sigma is -1"]);
    fit(&place, &["point-mass:1,2", "--model", "kde"]).fails(5, &["dimensions", "density"]);
    fit(&place, &["ring8", "moons", "--plot", "x.png"]).fails(2, &["--plot"]);
    fs::write(place.path("few.csv"), "1\n2\n3\n").unwrap();
    fit(&place, &["points:few.csv"]).fails(5, &["few", "at least 10"]);
}
