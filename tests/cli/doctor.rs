//! `gpugan doctor`: made-up metrics with a known illness, and small real runs.

use super::*;
use serde_json::{Value, json};

fn doctor(place: &Place, run: &str, more: &[&str]) -> Outcome {
    let arguments = ["doctor", run, "--device", "cpu", "--threads", "1"];
    place.run([&arguments[..], more].concat())
}

/// A run on a ring of so many updates.
fn on_ring(more: &[&str]) -> Place {
    let place = Place::new();
    let run = ["train", "--device", "cpu", "--threads", "1", "--out", "run"];
    let sizes = ["--dataset", "ring8:0.05", "--critic-hidden", "32,32"];
    let rest = ["--generator-hidden", "32,32", "--plots=false"];
    place.run([&run[..], &sizes, &rest, more].concat());
    place
}

/// The findings by name, and the exit code.
fn findings(outcome: &Outcome) -> BTreeMap<String, Value> {
    let report: Value =
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}: {outcome:?}"));
    let all = report["findings"].as_array().unwrap().iter();
    let named = all.map(|finding| {
        (
            finding["name"].as_str().unwrap().to_string(),
            finding.clone(),
        )
    });
    let findings: BTreeMap<String, Value> = named.collect();
    let ill = findings
        .values()
        .any(|finding| finding["severity"] == "ill");
    assert_eq!(report["verdict"] == "ill", ill);
    assert_eq!(outcome.code, Some(if ill { 8 } else { 0 }), "{outcome:?}");
    findings
}

/// A record like those of a game in which neither player wins.
fn record(step: usize) -> Value {
    json!({
        "step": step, "images": 256 * step, "loss_critic": 1.37, "loss_generator": 0.7, "p_real": 0.51,
        "p_fake": 0.49, "accuracy": 0.55, "score_real": 0.05, "score_fake": -0.05, "bound": 0.01,
        "penalty": null, "gradient_norm": null, "nonfinite": 0, "images_per_s": 1.0, "wall_s": 1.0
    })
}

/// Replaces the metrics of a run by 40 of these, and takes its checkpoints away.
fn made_up(place: &Place, change: impl Fn(usize, &mut Value)) -> Outcome {
    let _ = fs::remove_dir_all(place.path("run/checkpoints"));
    let line = |at: usize| {
        let mut record = record(100 * (at + 1));
        change(at, &mut record);
        format!("{record}\n")
    };
    let lines: String = (0..40).map(line).collect();
    fs::write(place.path("run/metrics.jsonl"), lines).unwrap();
    doctor(place, "run", &["--json"])
}

#[test]
fn curves_with_a_known_illness_are_diagnosed() {
    let place = on_ring(&["--steps", "2"]);
    let well = made_up(&place, |_, _| {});
    let found = findings(&well);
    assert_eq!(found["samples"]["severity"], "watch");
    let of_curves = |found: &BTreeMap<String, Value>| {
        let of_curves = found.iter().filter(|(name, _)| *name != "samples");
        of_curves
            .map(|(_, finding)| finding.clone())
            .collect::<Vec<Value>>()
    };
    for finding in of_curves(&found) {
        assert_eq!(finding["severity"], "ok", "{finding}");
    }
    assert!(
        well.stderr.contains("samples are not looked at"),
        "{well:?}"
    );
    let strong = |accuracy: f64, bound: f64| {
        move |at: usize, record: &mut Value| {
            if at >= 25 {
                record["accuracy"] = accuracy.into();
                record["bound"] = bound.into();
            }
        }
    };
    let wave = |size: f64| {
        move |at: usize, record: &mut Value| {
            record["loss_generator"] = (0.7 + size * (at as f64 * 0.6).sin()).into();
        }
    };
    let exploding = |most: f64| {
        move |at: usize, record: &mut Value| record["score_real"] = (most * at as f64 / 39.0).into()
    };
    type Change = Box<dyn Fn(usize, &mut Value)>;
    let cases: [(&str, &str, Change); 10] = [
        ("strength", "ill", Box::new(strong(0.999, 0.69))),
        ("strength", "watch", Box::new(strong(0.96, 0.6))),
        // Sorted rightly, but not surely.
        ("strength", "ok", Box::new(strong(0.999, 0.3))),
        ("strength", "watch", Box::new(strong(0.01, 0.0))),
        ("oscillation", "ill", Box::new(wave(0.65))),
        ("oscillation", "watch", Box::new(wave(0.3))),
        ("oscillation", "ok", Box::new(wave(0.05))),
        ("divergence", "watch", Box::new(exploding(1e3))),
        ("divergence", "ill", Box::new(exploding(1e6))),
        (
            "divergence",
            "ill",
            Box::new(|at, record| {
                if at == 30 {
                    record["loss_critic"] = Value::Null;
                }
            }),
        ),
    ];
    for (at, (name, severity, change)) in cases.into_iter().enumerate() {
        let outcome = made_up(&place, change);
        let found = findings(&outcome);
        assert_eq!(
            found[name]["severity"], severity,
            "case {at}: {}",
            found[name]
        );
        assert_eq!(found[name].get("advice").is_some(), severity != "ok");
        let all = of_curves(&found).into_iter();
        for other in all.filter(|finding| finding["name"] != name) {
            assert_eq!(other["severity"], "ok", "case {at}: {other}");
        }
        if severity == "ill" {
            assert!(
                outcome.stderr.contains(&format!("'run' is ill ({name})")),
                "{outcome:?}"
            );
        }
    }
}

/// Changes the length that a run was to have.
fn set_length(place: &Place, from: &str, to: &str) {
    let text = place.text("run/config.toml");
    let line = |steps: &str| format!("\nsteps = {steps}\n");
    assert!(text.contains(&line(from)), "{text}");
    fs::write(
        place.path("run/config.toml"),
        text.replace(&line(from), &line(to)),
    )
    .unwrap();
}

#[test]
fn a_young_run_is_watched_and_not_called_ill() {
    let place = on_ring(&["--steps", "2"]);
    set_length(&place, "2", "100000");
    let strong = |_, record: &mut Value| {
        record["accuracy"] = 0.999.into();
        record["bound"] = 0.69.into();
    };
    let found = findings(&made_up(&place, strong));
    for name in ["length", "strength"] {
        let says = found[name]["says"].as_str().unwrap();
        assert_eq!(found[name]["severity"], "watch", "{says}");
        assert!(says.contains("young"), "{says}");
    }
    let broken = |at: usize, record: &mut Value| {
        if at == 30 {
            record["loss_critic"] = Value::Null;
        }
    };
    let found = findings(&made_up(&place, broken));
    assert_eq!(found["divergence"]["severity"], "ill", "at any age");
}

#[test]
fn a_run_without_checkpoints_or_spread_is_not_called_well() {
    let place = on_ring(&["--steps", "20", "--dataset", "point-mass:1,2"]);
    let text = doctor(&place, "run", &[]).succeeds().stdout;
    assert!(
        text.contains("data have no spread") && !text.contains("NaN"),
        "{text}"
    );
    fs::remove_dir_all(place.path("run/checkpoints")).unwrap();
    fs::create_dir(place.path("run/checkpoints")).unwrap();
    let text = doctor(&place, "run", &[]).succeeds().stdout;
    let verdict = text.lines().last().unwrap();
    assert!(
        verdict.contains("watched") && verdict.contains("samples"),
        "{text}"
    );
}

#[test]
fn a_short_run_is_not_judged() {
    let place = on_ring(&["--steps", "20", "--log-every", "5"]);
    let text = doctor(&place, "run", &[]);
    assert!(text.stdout.contains("too few to tell"), "{text:?}");
    let found = findings(&doctor(&place, "run", &["--json"]));
    assert_eq!(found["length"]["severity"], "watch");
    assert!(!found.contains_key("strength") && !found.contains_key("oscillation"));
}

#[test]
fn a_run_that_learned_its_data_is_well() {
    let place = on_ring(&[
        "--dataset",
        "gaussian:1,0.5",
        "--steps",
        "1500",
        "--batch",
        "64",
        "--lr",
        "1e-3",
        "--latent-dim",
        "1",
    ]);
    let before = place.files("run");
    let outcome = doctor(&place, "run", &["--json"]).succeeds();
    let found = findings(&outcome);
    for name in [
        "length",
        "divergence",
        "strength",
        "collapse",
        "scores",
        "gradient",
    ] {
        assert_eq!(found[name]["severity"], "ok", "{}", found[name]);
    }
    assert!(!found.contains_key("saturation"), "points have no ends");
    assert!(place.files("run") == before, "a doctor changes nothing");
    assert_eq!(doctor(&place, "run", &["--json"]).stdout, outcome.stdout);
}

#[test]
fn a_collapsed_run_is_ill() {
    let place = on_ring(&[
        "--steps",
        "600",
        "--batch",
        "64",
        "--lr",
        "0.1",
        "--log-every",
        "20",
    ]);
    let outcome = doctor(&place, "run", &["--json"]);
    let found = findings(&outcome);
    let collapse = &found["collapse"];
    assert_eq!(collapse["severity"], "ill", "{collapse}");
    let numbers = collapse["numbers"].as_array().unwrap();
    let number = |name: &str| numbers.iter().find(|n| n["name"] == name).unwrap()["value"].clone();
    assert!(number("modes found").as_f64().unwrap() < 4.0, "{collapse}");
    assert_eq!(number("modes of the data"), 8.0);
    assert_eq!(found["fit"]["severity"], "ill");
    let text = doctor(&place, "run", &[]);
    assert!(text.stdout.contains("The run is ill: "), "{text:?}");
    set_length(&place, "600", "100000");
    let found = findings(&doctor(&place, "run", &["--json"]));
    assert_eq!(found["collapse"]["severity"], "watch", "{found:?}");
}

#[test]
fn a_run_that_diverged_is_ill_and_what_is_no_run_is_refused() {
    let place = on_ring(&[
        "--objective",
        "wgan",
        "--optimizer",
        "sgd",
        "--lr",
        "1e6",
        "--steps",
        "50",
        "--log-every",
        "10",
    ]);
    let outcome = doctor(&place, "run", &["--json"]);
    let found = findings(&outcome);
    assert_eq!(found["divergence"]["severity"], "ill", "{found:?}");
    // The only checkpoint is that of step 0.
    assert!(!found.contains_key("collapse"), "{found:?}");
    doctor(&place, "nowhere", &[]).fails(2, &["nowhere"]);
    doctor(&place, "run/checkpoints/step-00000000", &[]).fails(2, &["checkpoint", "run directory"]);
    fs::write(place.path("run/metrics.jsonl"), "").unwrap();
    doctor(&place, "run", &[]).fails(1, &["no records"]);
}

/// Images whose values are nearly all grey, and a generator that starts at the ends of tanh.
#[test]
fn values_that_are_stuck_are_seen() {
    let place = Place::new();
    let more = [
        "--init",
        "normal:30",
        "--lr",
        "1e-6",
        "--steps",
        "500",
        "--sample-every",
        "500",
        "--checkpoint-every",
        "500",
        "--out",
        "run",
    ];
    place.train(&more).succeeds();
    let found = findings(&doctor(&place, "run", &["--json"]));
    assert_eq!(found["saturation"]["severity"], "ill", "{found:?}");
    place.train(&["--steps", "20", "--out", "other"]).succeeds();
    let found = findings(&doctor(&place, "other", &["--json"]));
    assert_eq!(found["saturation"]["severity"], "ok", "{found:?}");
}

#[test]
fn an_average_that_lags_is_seen_and_set_aside() {
    let place = on_ring(&["--steps", "60", "--log-every", "5", "--ema", "0.99"]);
    let lag = |from: &str| {
        let found = findings(&doctor(&place, from, &["--json"]));
        let average = &found["average"];
        let samples = found["collapse"]["numbers"][0]["value"].clone();
        (
            average["severity"].clone(),
            average["numbers"][0]["value"].as_f64().unwrap(),
            samples,
        )
    };
    let (severity, share, of_generator) = lag("run");
    assert_eq!(severity, "watch");
    assert!((share - 0.99f64.powi(60)).abs() < 1e-12, "{share}");
    let resume = ["train", "--resume", "run", "--steps", "400"];
    place.run(resume).succeeds();
    assert_eq!(lag("run").0, "ok");
    // The same weights without an average give the same samples.
    let plain = on_ring(&["--steps", "60", "--log-every", "5"]);
    let found = findings(&doctor(&plain, "run", &["--json"]));
    assert!(!found.contains_key("average"), "{found:?}");
    assert_eq!(found["collapse"]["numbers"][0]["value"], of_generator);
}
