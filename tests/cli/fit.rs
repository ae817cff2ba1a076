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
fn what_cannot_be_kept_is_refused_before_anything_is_fitted() {
    let place = Place::new();
    fs::create_dir(place.path("taken.png")).unwrap();
    // So many components that fitting them would take minutes.
    let long = ["ring8", "--count", "100000", "--components", "1-1000"];
    for (option, file, code, parts) in [
        (
            "--out",
            "nowhere/f.json",
            1,
            ["nowhere/f.json", "no folder"],
        ),
        ("--out", "taken.png", 1, ["taken.png", "not a file"]),
        ("--plot", "nowhere/f.png", 1, ["nowhere/f.png", "no folder"]),
        ("--plot", "taken.png", 1, ["taken.png", "not a file"]),
        ("--plot", "f.txt", 2, ["f.txt", ".png"]),
    ] {
        fit(&place, &[&long[..], &[option, file]].concat()).fails(code, &parts);
    }
    let plane = ["ring8", "--model", "data", "--plot", "f.png"];
    fit(&place, &plane).fails(2, &["--plot", "kde"]);
}

#[test]
fn points_without_a_density_still_have_mixtures_and_clusters() {
    let place = Place::new();
    let lines: String = (0..50).map(|at| format!("3,{}\n", at % 17)).collect();
    fs::write(place.path("flat.csv"), lines).unwrap();
    let asked = ["points:flat.csv", "--components", "2", "--json"];
    let outcome = fit(&place, &asked);
    assert!(
        outcome.stderr.contains("KDE of flat left out"),
        "{outcome:?}"
    );
    let found = json(outcome);
    assert!(found[0].get("kde").is_none(), "{found}");
    assert_eq!(found[0]["gmm"]["weights"].as_array().unwrap().len(), 2);
    assert_eq!(found[0]["kmeans"]["clusters"], 2);
    fit(&place, &["points:flat.csv", "--model", "kde"]).fails(5, &["dimensions"]);
}

#[test]
fn there_are_no_more_clusters_than_points() {
    let place = Place::new();
    let asked = [
        "ring8",
        "--count",
        "30",
        "--model",
        "kmeans",
        "--clusters",
        "500",
    ];
    let outcome = fit(&place, &[&asked[..], &["--json"]].concat());
    assert!(outcome.stderr.contains("500 clusters"), "{outcome:?}");
    assert_eq!(json(outcome)[0]["kmeans"]["clusters"], 30);
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
    for data in ["swissroll", "points:const.csv"] {
        let line = "1\n2\n3\n4\n".repeat(5);
        fs::write(place.path("const.csv"), line).unwrap();
        let name = data.trim_start_matches("points:").trim_end_matches(".csv");
        fit(&place, &[data, "--model", "data"]).fails(2, &["--model is data", name]);
    }
    fs::write(place.path("few.csv"), "1\n2\n3\n").unwrap();
    fit(&place, &["points:few.csv"]).fails(5, &["few", "at least 10"]);
}
