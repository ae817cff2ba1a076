//! `gpugan eval`: measures of samples beside those of real data.

use super::*;
use gpugan::eval::divergence::between;
use gpugan::eval::optimum::log_normal_density;
use gpugan::plan::divergence::Divergence;
use serde_json::Value;

/// A run of a few steps on a distribution.
fn on_points(more: &[&str]) -> Place {
    let place = Place::new();
    let run = [
        "train",
        "--device",
        "cpu",
        "--threads",
        "1",
        "--steps",
        "4",
        "--out",
        "run",
    ];
    let sizes = ["--critic-hidden", "8", "--batch", "16", "--log-every", "2"];
    let sizes = [&sizes[..], &["--plots=false"]].concat();
    place.run([&run[..], &sizes, more].concat()).succeeds();
    place
}

fn eval(place: &Place, from: &str, more: &[&str]) -> Outcome {
    let arguments = ["eval", from, "--device", "cpu", "--threads", "1"];
    place.run([&arguments[..], more].concat())
}

fn json(outcome: Outcome) -> Value {
    serde_json::from_str(&outcome.succeeds().stdout).unwrap()
}

#[test]
fn points_are_measured_beside_real_ones() {
    let place = on_points(&["--dataset", "ring8:0.05", "--generator-hidden", "8"]);
    let asked = ["--count", "400", "--json"];
    let found = json(eval(&place, "run", &asked));
    assert_eq!(
        (&found["samples"], &found["seed"]),
        (&400.into(), &0.into())
    );
    let modes = &found["modes"];
    assert_eq!(modes["real"]["captured"], 8);
    assert_eq!(modes["samples"]["of"], 8);
    let quality = modes["real"]["high_quality"].as_f64().unwrap();
    // Of a normal distribution in the plane, 1 − exp(−9/2) lies within three deviations.
    assert!((quality - 0.989).abs() < 0.02, "{quality}");
    let distances = found["distances"].as_array().unwrap();
    assert_eq!(distances.len(), 3);
    for distance in distances {
        let [samples, real] = ["samples", "real"].map(|part| distance[part].as_f64().unwrap());
        assert!(
            samples > 3.0 * real,
            "an untrained generator is no ring: {distance}"
        );
    }
    let rows = found["divergence"]["rows"].as_array().unwrap();
    assert!(
        rows.iter()
            .all(|row| row["value"].as_f64() > row["real"].as_f64()),
        "{rows:?}"
    );
    let text = eval(&place, "run", &asked[..2]).succeeds().stdout;
    for part in [
        "400 samples of seed 0",
        "ring8:0.05",
        "8 of 8",
        "sliced Wasserstein-1",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    assert_eq!(
        json(eval(&place, "run", &asked)),
        found,
        "equal seeds, equal numbers"
    );
    let other = json(eval(
        &place,
        "run",
        &[&asked[..], &["--seed", "1"]].concat(),
    ));
    assert_ne!(other["distances"], found["distances"]);
}

/// Before the first step the affine generator is N(0, 1).
#[test]
fn densities_that_are_known_are_integrated() {
    let place = on_points(&[
        "--dataset",
        "fgan-mix",
        "--arch",
        "affine",
        "--latent-dim",
        "1",
    ]);
    let from = "run/checkpoints/step-00000000";
    let found = json(eval(&place, from, &["--metrics", "divergence", "--json"]));
    let divergence = &found["divergence"];
    assert_eq!(divergence["model"], serde_json::json!([0.0, 1.0]));
    let row = |name: &str| {
        let rows = divergence["rows"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    };
    let log_p = |x: f64| {
        let part = |w: f64, mu, sigma| w * log_normal_density(x, mu, sigma).exp();
        (part(0.33, -1.0, 0.2549) + part(0.67, 2.0, 1.4151)).ln()
    };
    let log_q = |x: f64| log_normal_density(x, 0.0, 1.0);
    let kl = between(
        Divergence::Kl,
        log_p,
        log_q,
        &[[-1.0, 0.2549], [2.0, 1.4151], [0.0, 1.0]],
    )
    .value;
    assert!((row("kl")["value"].as_f64().unwrap() - kl).abs() < 1e-6);
    // Twice the variance of the model is less than that of the wider part of the data.
    assert_eq!(row("pearson")["value"], Value::Null, "infinite");
    for (name, mu, sigma) in [("kl", 1.0100, 1.8311), ("pearson", 0.5735, 1.9277)] {
        let best = &row(name)["best"];
        let near = |key: &str, expected: f64| (best[key].as_f64().unwrap() - expected).abs() < 2e-4;
        assert!(near("mu", mu) && near("sigma", sigma), "{name}: {best}");
    }
    let line = json(eval(&place, from, &["--metrics", "wasserstein", "--json"]));
    let names: Vec<_> = line["distances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["name"].clone())
        .collect();
    assert_eq!(
        names,
        ["Wasserstein-1", "Wasserstein-1 to the distribution"]
    );
}

/// A run of a few steps on 24 images of 4x4, with ten for tests.
fn on_images() -> Place {
    let place = Place::new();
    place.write_images(10);
    fs::rename(
        place.path("data/train-images-idx3-ubyte"),
        place.path("data/t10k-images-idx3-ubyte"),
    )
    .unwrap();
    place.write_images(24);
    place.train(&["--steps", "4", "--out", "run"]).succeeds();
    place
}

#[test]
fn images_are_scored_beside_training_images_and_k_means() {
    let place = on_images();
    let asked = ["--metrics", "parzen,parzen-f-gan", "--count", "9", "--json"];
    let first = eval(&place, "run", &asked);
    assert!(first.stderr.contains("k-means"), "{first:?}");
    let mut found = json(first);
    let mut protocols = Vec::new();
    for parzen in found["parzen"].as_array_mut().unwrap() {
        protocols.push(parzen["protocol"].clone());
        let score = |of: &Value| of["log_likelihood"].as_f64().unwrap();
        let (samples, anchors) = (score(&parzen["samples"]), &parzen["anchors"]);
        // The test images are among the training images here.
        assert!(
            score(&anchors["training_images"]) > samples + 1.0,
            "{parzen}"
        );
        assert!(score(&anchors["k_means"]) > samples + 1.0, "{parzen}");
        assert_eq!(parzen["samples"]["test"], 10);
        assert_eq!(anchors["k_means"]["samples"], 9);
        parzen["seconds"] = Value::Null;
    }
    assert_eq!(protocols, ["goodfellow", "f-gan"]);
    let second = eval(&place, "run", &asked);
    assert!(
        !second.stderr.contains("k-means"),
        "the anchors are kept: {second:?}"
    );
    let mut second = json(second);
    let parzen = second["parzen"].as_array_mut().unwrap();
    parzen
        .iter_mut()
        .for_each(|parzen| parzen["seconds"] = Value::Null);
    assert_eq!(second, found);
    let text = eval(&place, "run", &["--count", "9"]).succeeds().stdout;
    for part in [
        "Goodfellow",
        "training images",
        "k-means",
        "nearest training image",
        "birthdays",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn samples_in_parts_are_those_of_as_many_draws() {
    let place = on_images();
    let of = |count| {
        json(eval(
            &place,
            "run",
            &["--metrics", "duplicates", "--count", count, "--json"],
        ))
    };
    let (few, many) = (of("500"), of("1100"));
    let samples = |found: &Value| found["duplicates"]["samples"].clone();
    assert!(samples(&many)["pairs"].as_u64() > samples(&few)["pairs"].as_u64());
    assert_eq!(
        many["duplicates"]["within"], few["duplicates"]["within"],
        "alike is what test images are, however many samples there are"
    );
    let real = &many["duplicates"]["training_images"];
    assert!(real["closest"].is_f64() && real["pairs"].is_u64(), "{real}");
    let closest = |found: &Value| samples(found)["closest"].as_f64().unwrap();
    assert!(
        closest(&many) > 0.0 && closest(&many) <= closest(&few),
        "no draw is made twice"
    );
}

#[test]
fn what_cannot_be_measured_is_refused_in_a_sentence() {
    let place = on_images();
    eval(&place, "run", &["--metrics", "modes"]).fails(2, &["modes", "points", "images"]);
    eval(&place, "run", &["--count", "2"]).fails(2, &["--count is 2", "from 3"]);
    eval(&place, "nowhere", &[]).fails(6, &["nowhere"]);
    let other = place.read("data/t10k-images-idx3-ubyte");
    fs::write(place.path("data/t10k-images-idx3-ubyte"), &other[..40]).unwrap();
    eval(&place, "run", &[]).fails(5, &["t10k-images-idx3-ubyte"]);
    let place = on_points(&["--dataset", "moons", "--generator-hidden", "8"]);
    eval(&place, "run", &["--metrics", "modes"]).fails(2, &["modes", "moons"]);
    eval(&place, "run", &["--metrics", "parzen"]).fails(2, &["parzen", "images", "points"]);
}

/// The test images are the first training images here, and then others.
#[test]
fn a_critic_tells_training_images_from_others_and_not_from_themselves() {
    let place = on_images();
    let of = |count: &str| {
        let found = json(eval(
            &place,
            "run",
            &["--metrics", "critic", "--count", count, "--json"],
        ));
        found["critic"].clone()
    };
    let same = of("500");
    assert_eq!(same["train"], same["test"]);
    assert_eq!(
        (&same["gap"], &same["train"]["count"]),
        (&0.0.into(), &10.into())
    );
    assert_ne!(same["samples"]["mean"], same["train"]["mean"]);
    assert!(same["train"]["standard_error"].as_f64().unwrap() > 0.0);
    let mut inverted = place.read("data/t10k-images-idx3-ubyte");
    inverted[16..]
        .iter_mut()
        .for_each(|byte| *byte = 255 - *byte);
    fs::write(place.path("data/t10k-images-idx3-ubyte"), inverted).unwrap();
    let others = of("500");
    assert_eq!(others["train"], same["train"]);
    assert!(others["gap"].as_f64().unwrap().abs() > 0.01, "{others}");
}

#[test]
fn digits_are_measured_beside_training_images() {
    let place = on_points(&["--dataset", "mnist", "--generator-hidden", "8"]);
    let asked = ["--metrics", "classes,frechet,kernel", "--count", "1500"];
    let found = json(eval(&place, "run", &[&asked[..], &["--json"]].concat()));
    let digits = &found["digits"];
    let counts = ["samples", "training_images", "test_images"].map(|name| digits[name].as_u64());
    assert_eq!(counts, [1_500, 1_500, 10_000].map(Some));
    let [frechet, kernel] = ["frechet", "kernel"].map(|name| &digits[name]);
    let number = |value: &Value| value.as_f64().unwrap();
    // An untrained generator makes no digits, and real ones are alike.
    assert!(number(&frechet["samples"]) > 20.0 * number(&frechet["training_images"]));
    let squared = |part: &str| number(&kernel[part]["squared"]);
    assert!(squared("samples") > 20.0 * squared("training_images").abs());
    let real = &digits["classes"]["training_images"];
    assert_eq!(real["found"], 10);
    assert!(number(&real["kl_to_uniform"]) < 0.01, "{real}");
    let classes = &digits["classes"]["samples"];
    let all: u64 = classes["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(all, 1_500);
    let both = number(&classes["entropy"]) + number(&classes["kl_to_uniform"]);
    assert!((both - 10f64.ln()).abs() < 1e-12);
    let sha256 = digits["classifier"]["sha256"].as_str().unwrap();
    let shown = eval(&place, "run", &asked).succeeds().stdout;
    for part in [
        "FID",
        "KID",
        "to 10000 test images",
        "classes found",
        &sha256[..16],
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn images_of_another_size_have_no_digits() {
    let place = on_images();
    let refused = eval(&place, "run", &["--metrics", "parzen,frechet"]);
    refused.fails(2, &["--metrics frechet", "[28, 28, 1]", "[4, 4, 1]"]);
}
