//! `gpugan theory`: statements, on games that are too short to say much.

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
fn the_distance_of_point_masses_is_estimated_beside_that_of_densities() {
    let place = Place::new();
    let found = json(&place, &["theory", "wasserstein", "--steps", "40"]);
    assert_eq!(found["estimates"].as_array().unwrap().len(), 2);
    let masses = found["point_masses"].as_array().unwrap();
    let thetas = masses.iter().map(|row| row["theta"].as_f64().unwrap());
    assert_eq!(thetas.collect::<Vec<_>>(), [0.5, 1.0, 2.0]);
    for row in masses {
        let number = |name: &str| row[name].as_f64().unwrap();
        assert_eq!(number("exact"), number("theta"));
        assert_eq!(number("jensen_shannon"), std::f64::consts::LN_2);
        // A clipped linear critic never says more than the distance.
        assert!(
            (number("wgan") / number("theta")).abs() <= 1.000_001,
            "{row}"
        );
        assert!(number("wgan_gp").is_finite(), "{row}");
    }
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

#[test]
fn what_cannot_be_kept_is_refused_before_anything_is_computed() {
    let place = Place::new();
    fs::create_dir_all(place.path("out/bounds.svg")).unwrap();
    fs::write(place.path("file"), "").unwrap();
    for (out, part) in [("out", "bounds.svg"), ("file", "'file'")] {
        let outcome = run(&place, &["theory", "bounds", "--out", out]);
        let stderr = outcome.fails(1, &[part]).stderr;
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}
