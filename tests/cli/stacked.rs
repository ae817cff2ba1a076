//! `--dataset stacked-mnist`: three digits as the colours of one image, learned, gone on with and measured.

use super::resume::assert_alike;
use super::*;
use serde_json::Value;

/// A run of tiny networks on stacks.
fn train(place: &Place, more: &[&str]) -> Outcome {
    let run = ["train", "--dataset", "stacked-mnist", "--device", "cpu"];
    let rest = [
        "--threads",
        "1",
        "--generator-hidden",
        "8",
        "--critic-hidden",
        "8",
        "--batch",
        "4",
        "--log-every",
        "5",
        "--sample-every",
        "10",
        "--checkpoint-every",
        "10",
        "--plots=false",
    ];
    place.run([&run[..], &rest, more].concat())
}

#[test]
fn stacks_are_learned_and_gone_on_with_to_the_byte() {
    let place = Place::new();
    for (number, networks) in [
        &["--arch", "mlp"][..],
        &["--arch", "dcgan", "--width", "2", "--pack", "2"],
    ]
    .into_iter()
    .enumerate()
    {
        let [whole, halves] = [format!("whole{number}"), format!("halves{number}")];
        let of = |steps, out| [&["--steps", steps, "--out", out], networks].concat();
        train(&place, &of("20", &whole)).succeeds();
        train(&place, &of("10", &halves)).succeeds();
        let resume = ["train", "--resume", &halves, "--steps", "20"];
        place.run(resume).succeeds();
        assert_alike(&place, &whole, &halves, 20);
        let picture = |name: &str| {
            let bytes = place.read(format!("{whole}/samples/{name}.png"));
            image::load_from_memory(&bytes).unwrap().to_rgb8()
        };
        let real = picture("real");
        let coloured = real
            .pixels()
            .filter(|p| p.0[0] != p.0[1] || p.0[1] != p.0[2]);
        assert!(
            coloured.count() > 1_000,
            "three digits rarely lie on each other"
        );
        assert_eq!(picture("step-00000020").dimensions(), real.dimensions());
    }
    let plan = train(&place, &["--dry-run", "--arch", "dcgan"]).succeeds();
    assert!(plan.stdout.contains("stacked-mnist"), "{}", plan.stdout);
}

#[test]
fn stacks_are_counted_beside_real_ones() {
    let place = Place::new();
    train(&place, &["--steps", "5", "--out", "run"]).succeeds();
    let eval = |more: &[&str]| {
        let asked = ["eval", "run", "--device", "cpu", "--threads", "1"];
        place.run([&asked[..], more].concat())
    };
    let outcome = eval(&["--count", "300", "--json"]).succeeds();
    let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let stacked = &found["stacked"];
    let get = |part: &str, what: &str| stacked[part][what].as_f64().unwrap();
    assert_eq!(stacked["of"], 1_000);
    // 300 of 1,000 at random: 259 different ones on average.
    assert!((240.0..=278.0).contains(&get("real", "modes")), "{stacked}");
    assert!(get("samples", "modes") < 30.0, "{stacked}");
    assert!(
        get("samples", "kl_to_uniform") > get("real", "kl_to_uniform") + 1.0,
        "{stacked}"
    );
    let floor = stacked["floor"].as_f64().unwrap();
    // As many different numbers are hardly to be had: (1,000 - 1)/600 would be too much.
    assert!((floor - 1.399).abs() < 1e-3, "{floor}");
    let table = eval(&["--count", "20"]).succeeds().stdout;
    assert!(
        table.contains("of 1000") && table.contains("real"),
        "{table}"
    );
    for metric in ["parzen", "classes", "modes"] {
        eval(&["--metrics", metric]).fails(2, &[metric, "stacked"]);
    }
    eval(&["--test", "folder:x"]).fails(2, &["--test", "leave it out"]);
    place.train(&["--steps", "5", "--out", "other"]).succeeds();
    let asked = ["eval", "other", "--metrics", "stacked", "--device", "cpu"];
    place
        .run(asked)
        .fails(2, &["--metrics stacked", "a fixed set"]);
}
