//! Points through the program: runs, pictures, samples, and what does not go with them.

use super::resume::assert_alike;
use super::*;
use gpugan::run::checkpoint::decode;

/// Options of a tiny run on points, apart from the data and the length.
const POINTS: [&str; 17] = [
    "--device",
    "cpu",
    "--threads",
    "1",
    "--generator-hidden",
    "8",
    "--critic-hidden",
    "8,8",
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

fn train(place: &Place, dataset: &str, more: &[&str]) -> Outcome {
    let begin = ["train", "--dataset", dataset];
    place.run([&begin[..], &POINTS, more].concat())
}

/// A table of 20 points of three coordinates.
fn write_table(place: &Place) {
    let row = |at: i32| format!("{at},{},{}\n", at * at % 7, at % 3);
    let rows: String = (0..20).map(row).collect();
    fs::write(place.path("rows.csv"), "a,b,c\n".to_string() + &rows).unwrap();
}

#[test]
fn a_run_on_points_leaves_what_a_run_on_images_leaves() {
    let place = Place::new();
    for (dataset, name) in [("ring8", "ring8"), ("gaussian:1,2", "gaussian-1-0-2-0")] {
        let outcome = train(&place, dataset, &["--steps", "20"]).succeeds();
        let run = outcome.stdout.trim();
        assert!(
            run.ends_with(&format!("-{name}-mlp-non-saturating")),
            "{run}"
        );
        assert!(outcome.stderr.contains("drawn without end"), "{outcome:?}");
        let files = place.files(run);
        for file in [
            "real.png",
            "step-00000000.png",
            "step-00000010.png",
            "step-00000020.png",
        ] {
            let picture = image::load_from_memory(&files[&format!("samples/{file}")]).unwrap();
            assert!(picture.width() >= 500, "{file}");
        }
        assert!(files["samples/real.png"] != files["samples/step-00000020.png"]);
        assert!(files.contains_key("samples/progress.gif"));
        let facts: serde_json::Value =
            serde_json::from_str(&place.text(format!("{run}/run.json"))).unwrap();
        let dims = if dataset == "ring8" { 2 } else { 1 };
        assert_eq!(facts["data"]["shape"], serde_json::json!([1, 1, dims]));
        assert!(facts["data"].get("images").is_none(), "{facts}");
        assert_eq!(facts["data"]["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(place.metrics(run).len(), 4);
    }
}

#[test]
fn half_a_run_on_points_and_its_other_half_are_a_whole_run() {
    let place = Place::new();
    write_table(&place);
    for (number, (dataset, more)) in [
        ("ring8", &[][..]),
        ("points:rows.csv", &["--critic-steps", "3"]),
        ("swissroll", &["--generator-steps", "3", "--ema", "0.9"]),
        ("fgan-mix", &["--arch", "affine"]),
        (
            "x2",
            &["--arch", "monotone", "--objective", "relativistic-average"],
        ),
        ("grid25", &["--arch", "maxout", "--spectral-norm"]),
    ]
    .into_iter()
    .enumerate()
    {
        let [straight, halves] = [format!("straight{number}"), format!("halves{number}")];
        let with = |length: &[&'static str], out: &str| {
            train(&place, dataset, &[length, more, &["--out", out]].concat()).succeeds()
        };
        with(&["--steps", "24"], &straight);
        with(&["--steps", "13"], &halves);
        place
            .run(["train", "--resume", &halves, "--steps", "24"])
            .succeeds();
        assert_alike(&place, &straight, &halves, 24);
        let state = "checkpoints/step-00000024/state.json";
        let streams = |run: &str| {
            let state: serde_json::Value =
                serde_json::from_str(&place.text(format!("{run}/{state}"))).unwrap();
            state["streams"].clone()
        };
        assert_eq!(streams(&straight), streams(&halves));
        assert!(
            streams(&straight)["data"].as_u64().unwrap() >= 4 * 8,
            "{dataset}"
        );
    }
}

#[test]
fn a_run_goes_on_with_its_own_points_only() {
    let place = Place::new();
    write_table(&place);
    train(
        &place,
        "points:rows.csv",
        &["--steps", "10", "--out", "run"],
    )
    .succeeds();
    let mut text = place.text("rows.csv");
    text += "1,2,3\n";
    fs::write(place.path("rows.csv"), text).unwrap();
    place
        .run(["train", "--resume", "run", "--steps", "20"])
        .fails(6, &["SHA-256", "rows"]);
    fs::remove_file(place.path("rows.csv")).unwrap();
    place
        .run(["train", "--resume", "run", "--steps", "20"])
        .fails(5, &["rows.csv", "cannot be read"]);
    // The generator needs no data.
    place
        .run(["sample", "run", "--device", "cpu", "--out", "x.png"])
        .succeeds();
}

#[test]
fn samples_come_as_pictures_tables_and_tensors() {
    let place = Place::new();
    let more = [
        "--steps",
        "10",
        "--seed",
        "7",
        "--latent-dim",
        "3",
        "--out",
        "run",
    ];
    train(&place, "moons", &more).succeeds();
    let sample = |more: &[&str]| {
        let begin = ["sample", "run", "--device", "cpu", "--threads", "1"];
        place.run([&begin[..], more].concat())
    };
    let outcome = sample(&[]).succeeds();
    assert_eq!(outcome.stdout, "run-step-00000010-seed-7.png\n");
    let picture = place.read("run-step-00000010-seed-7.png");
    assert!(picture == place.read("run/samples/step-00000010.png"));
    sample(&["--count", "9", "--out", "x.csv"]).succeeds();
    sample(&["--count", "9", "--out", "x.safetensors"]).succeeds();
    let text = place.text("x.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("x1,x2"));
    let numbers: Vec<f32> = lines
        .flat_map(|line| line.split(','))
        .map(|number| number.parse().unwrap())
        .collect();
    let mut tensors = decode(&place.read("x.safetensors"), "x").unwrap().0;
    tensors.sort_by(|a, b| b.name.cmp(&a.name));
    assert_eq!(
        (tensors[0].name.as_str(), &tensors[0].shape[..]),
        ("samples", &[9, 2][..])
    );
    assert_eq!(
        (tensors[1].name.as_str(), &tensors[1].shape[..]),
        ("latents", &[9, 3][..])
    );
    let gpugan::run::checkpoint::TensorData::F32(values) = &tensors[0].data else {
        panic!("{tensors:?}");
    };
    assert_eq!(values, &numbers, "text has every digit");
    // What was drawn is a data set itself.
    let again = ["--steps", "5", "--out", "again"];
    train(&place, "points:x.csv", &again).succeeds();
    // Not for images.
    place.train(&["--steps", "5", "--out", "images"]).succeeds();
    place
        .run(["sample", "images", "--device", "cpu", "--out", "y.csv"])
        .fails(2, &[".csv", "images"]);
}

#[test]
fn what_is_for_images_is_refused_for_points() {
    let place = Place::new();
    for (dataset, more, parts) in [
        ("ring8", &["--flip"][..], &["--flip", "ring8"][..]),
        ("ring8", &["--size", "8"], &["--size", "folder:DIR"]),
        (
            "grid25",
            &["--arch", "dcgan"],
            &["--arch dcgan", "grid25", "--arch mlp"],
        ),
        (
            "ring8",
            &["--epochs", "3"],
            &["--epochs is 3", "ring8", "--steps"],
        ),
        (
            "ring8",
            &["--arch", "affine", "--latent-dim", "5"],
            &["--latent-dim is 5", "2"],
        ),
        (
            "ring8",
            &["--arch", "monotone"],
            &["--arch monotone", "2 coordinates"],
        ),
        (
            "x2",
            &["--arch", "monotone", "--latent-dim", "2"],
            &["--latent-dim is 2", "1"],
        ),
        (
            "ring8",
            &["--arch", "affine", "--generator-norm", "batch"],
            &["--generator-norm", "--arch affine", "--arch mlp"],
        ),
        (
            "ring8",
            &["--generator-norm", "batch", "--batch", "1"],
            &["--generator-norm batch", "--batch is 1", "at least 2"],
        ),
        (
            "mnist",
            &["--arch", "affine"],
            &["--arch affine", "points", "ring8"],
        ),
        (
            "ring8",
            &["--data-dir", "data"],
            &["--data-dir", "ring8", "exclude"],
        ),
    ] {
        let steps = match more[0] {
            "--epochs" => &[][..],
            _ => &["--steps", "5"],
        };
        train(&place, dataset, &[more, steps].concat()).fails(2, parts);
    }
    for dataset in ["ring8:0", "gaussian:1", "rings", "point-mass:x"] {
        let outcome = train(&place, dataset, &["--steps", "5"]);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(
            outcome.stderr.contains(dataset.split(':').next().unwrap()),
            "{outcome:?}"
        );
    }
    assert!(
        fs::read_dir(place.path(".")).unwrap().count() <= 2,
        "nothing was created"
    );
}

#[test]
fn bad_tables_are_refused_before_anything_is_written() {
    let place = Place::new();
    for (text, parts) in [
        ("", &["rows.csv", "holds no points"][..]),
        ("1,2\n3\n", &["line 2 has 1 columns"]),
        ("1,2\n3,x\n", &["line 2, column 2", "'x'"]),
        ("1,2\n3,nan\n", &["line 2, column 2", "'nan'"]),
        ("1\n2\n", &["2 points", "--batch 2"]),
    ] {
        fs::write(place.path("rows.csv"), text).unwrap();
        train(&place, "points:rows.csv", &["--steps", "5", "--out", "run"]).fails(5, parts);
        assert!(!place.path("run").exists());
    }
    train(&place, "points:nowhere.csv", &[]).fails(5, &["nowhere.csv"]);
}

#[test]
fn points_have_plans_benches_and_dry_runs() {
    let place = Place::new();
    let plan = place
        .run(["plan", "--dataset", "ring8", "--device", "cpu"])
        .succeeds();
    assert!(plan.stdout.contains("data/mixture"), "{plan:?}");
    let bench = [
        "bench",
        "--dataset",
        "moons",
        "--steps",
        "3",
        "--device",
        "cpu",
        "--json",
    ];
    let bench = place.run(bench).succeeds();
    let report: serde_json::Value = serde_json::from_str(&bench.stdout).unwrap();
    assert_eq!(report["batch"], 256);
    let dry = place
        .run([
            "train",
            "--dry-run",
            "--dataset",
            "fgan-mix",
            "--arch",
            "affine",
        ])
        .succeeds();
    assert!(dry.stdout.contains("Affine(1)"), "{dry:?}");
    assert!(dry.stdout.contains("latent-dim = 1"), "{dry:?}");
    let dry = place
        .run([
            "train",
            "--dry-run",
            "--dataset",
            "x2",
            "--arch",
            "monotone",
        ])
        .succeeds();
    assert!(dry.stdout.contains("positive(Linear(1, 64))"), "{dry:?}");
}
