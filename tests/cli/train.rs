//! A run from its beginning to its end: files, lines, numbers.

use super::*;
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn a_run_leaves_everything_in_its_directory() {
    let place = Place::new();
    let outcome = place.train(&["--steps", "22", "--keep", "1"]).succeeds();
    let run = "runs/00000-data-mlp-non-saturating";
    assert_eq!(outcome.stdout, format!("{run}\n"));
    let files = place.files(run);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let tensors = ["model.safetensors", "optimizer.safetensors", "state.json"];
    let of = |step: &str| tensors.map(|file| format!("checkpoints/{step}/{file}"));
    let mut expected = vec!["checkpoints/latest".to_string()];
    expected.extend(of("step-00000000"));
    expected.extend(of("step-00000022"));
    for name in [
        "config.toml",
        "log.txt",
        "metrics.jsonl",
        "run.json",
        "run.lock",
    ] {
        expected.push(name.into());
    }
    for name in ["progress.gif", "real.png"] {
        expected.push(format!("samples/{name}"));
    }
    for step in [0, 10, 20, 22] {
        expected.push(format!("samples/step-{step:08}.png"));
    }
    assert_eq!(names, expected);
    assert_eq!(files["checkpoints/latest"], b"step-00000022\n");
    place.train(&["--steps", "1"]).succeeds();
    assert!(place.path("runs/00001-data-mlp-non-saturating").is_dir());
}

#[test]
fn metrics_tell_steps_images_and_finite_numbers() {
    let place = Place::new();
    let more = [
        "--steps",
        "13",
        "--critic-steps",
        "2",
        "--generator-steps",
        "3",
        "--out",
        "run",
    ];
    place.train(&more).succeeds();
    let text = place.text("run/metrics.jsonl");
    let records: Vec<Value> = text.lines().map(json).collect();
    // Turns are of 3 steps: the first at or after 5, 10, and the end of the turn that reaches 13.
    let steps: Vec<_> = records
        .iter()
        .map(|r| r["step"].as_u64().unwrap())
        .collect();
    assert_eq!(steps, [6, 12, 15]);
    for record in &records {
        let step = record["step"].as_u64().unwrap();
        // Two batches of 4 per turn.
        assert_eq!(record["images"], step / 3 * 8);
        assert_eq!(record["nonfinite"], 0);
        let number = |key: &str| {
            record[key]
                .as_f64()
                .unwrap_or_else(|| panic!("{key}: {record}"))
        };
        assert!(number("loss_critic") > 0.0 && number("loss_generator") > 0.0);
        for share in ["p_real", "p_fake", "accuracy"] {
            assert!((0.0..=1.0).contains(&number(share)), "{record}");
        }
        let bound = (4f64.ln() - number("loss_critic")) / 2.0;
        assert!((number("bound") - bound).abs() < 1e-6, "{record}");
        assert!(number("images_per_s") > 0.0 && number("wall_s") > 0.0);
    }
    let state = json(&place.text("run/checkpoints/step-00000015/state.json"));
    assert_eq!((&state["step"], &state["images"]), (&15.into(), &40.into()));
    // Each turn draws two latents for the critic and three for the generator.
    assert_eq!(
        state["streams"],
        serde_json::json!({ "data": 40, "dropout": 0, "latent": 25, "mix": 0, "noise": 0 })
    );
}

#[test]
fn a_critic_may_drop_and_be_normalised() {
    let place = Place::new();
    let more = ["--arch", "maxout", "--spectral-norm", "--steps", "10"];
    let shown = place
        .train(&[&more[..], &["--dry-run"]].concat())
        .succeeds();
    for module in [
        "Dropout(0.2)",
        "spectral_norm(Linear(16, 40))",
        "Maxout(5)",
        "Dropout(0.5)",
    ] {
        assert!(shown.stdout.contains(module), "{module}: {}", shown.stdout);
    }
    place
        .train(&[&more[..], &["--out", "run"]].concat())
        .succeeds();
    let checkpoint = "run/checkpoints/step-00000010";
    let state = json(&place.text(format!("{checkpoint}/state.json")));
    // Three layers drop, in the critic's step and in the generator's.
    assert_eq!(state["streams"]["dropout"], 60);
    let model = place.read(format!("{checkpoint}/model.safetensors"));
    let (tensors, metadata) = gpugan::run::checkpoint::decode(&model, "model").unwrap();
    let names: Vec<_> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    for name in [
        "critic.1.weight_orig",
        "critic.1.weight_u",
        "critic.7.weight_v",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    let modules = &json(&metadata.unwrap())["critic"];
    assert_eq!(modules[1]["type"], "SpectralNorm");
    assert_eq!(modules[1]["module"]["type"], "Linear");
}

#[test]
fn facts_and_summary_are_true() {
    let place = Place::new();
    let more = [
        "--epochs",
        "3",
        "--seed",
        "18446744073709551615",
        "--json",
        "--out",
        "run",
    ];
    let outcome = place.train(&more).succeeds();
    let summary = json(&outcome.stdout);
    // 3 passes over 20 images in batches of 4.
    assert_eq!(summary["steps"], 15);
    assert_eq!(summary["images"], 60);
    assert_eq!(summary["run"], "run");
    assert_eq!(summary["metrics"]["step"], 15);
    assert_eq!(summary["device"]["backend"], "cpu");
    assert_eq!(summary["device"]["threads"], 1);
    assert!(summary["seconds"].as_f64().unwrap() > 0.0);
    assert!(place.path(summary["checkpoint"].as_str().unwrap()).is_dir());
    let facts = json(&place.text("run/run.json"));
    assert_eq!(facts["seed"], "18446744073709551615");
    assert_eq!(facts["data"]["images"], 20);
    assert_eq!(facts["data"]["sha256"].as_str().unwrap().len(), 64);
    // (3+1)·8 + (8+1)·16 and (16+1)·8 + (8+1)·8 + (8+1)·1.
    assert_eq!(facts["parameters"]["generator"], 176);
    assert_eq!(facts["parameters"]["critic"], 217);
    assert_eq!(facts["device"], summary["device"]);
    assert!(
        facts["argv"]
            .as_array()
            .unwrap()
            .contains(&"--epochs".into())
    );
    let options = place.text("run/config.toml");
    assert!(
        options.contains("steps = 15") && !options.contains("epochs"),
        "{options}"
    );
}

#[test]
fn the_options_of_a_run_reproduce_it_to_the_byte() {
    let place = Place::new();
    let more = [
        "--steps",
        "20",
        "--optimizer",
        "sgd",
        "--lr",
        "0.01",
        "--objective",
        "minimax",
    ];
    place
        .train(&[&more[..], &["--latent", "uniform", "--out", "a"]].concat())
        .succeeds();
    place
        .run(["train", "--config", "a/config.toml", "--out", "b"])
        .succeeds();
    let (a, b) = (place.files("a"), place.files("b"));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in &a {
        // Times differ, and with them the length of the metrics, which a state records.
        if [".png", ".gif", ".toml", ".safetensors"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            assert!(*bytes == b[name], "{name} differs");
        }
    }
    assert_eq!(place.metrics("a"), place.metrics("b"));
    place
        .run([
            "train",
            "--config",
            "a/config.toml",
            "--out",
            "c",
            "--seed",
            "1",
        ])
        .succeeds();
    let model = "checkpoints/step-00000020/model.safetensors";
    assert!(
        a[model] != place.files("c")[model],
        "the seed decides nothing"
    );
}

#[test]
fn learning_changes_the_networks_and_the_samples() {
    let place = Place::new();
    place.train(&["--steps", "20", "--out", "run"]).succeeds();
    let files = place.files("run");
    let model = |step| &files[&format!("checkpoints/step-{step:08}/model.safetensors")];
    assert!(model(0) != model(10) && model(10) != model(20));
    let sample = |step| &files[&format!("samples/step-{step:08}.png")];
    assert!(sample(0) != sample(20));
    let picture = image::load_from_memory(sample(0)).unwrap();
    assert_eq!(picture.width(), picture.height());
    // 20 images in rows of 8.
    let real = image::load_from_memory(&files["samples/real.png"]).unwrap();
    assert!(real.width() > 2 * real.height());
}

#[test]
fn the_critic_sees_real_images_in_the_order_of_the_picture() {
    let place = Place::new();
    place.train(&["--steps", "1", "--out", "run"]).succeeds();
    let real = image::load_from_memory(&place.read("run/samples/real.png"))
        .unwrap()
        .to_luma8();
    let scale = (real.width() - 2) / 8 / 4;
    let cell = 4 * scale + 2;
    let mut seen: Vec<u8> = (0..20)
        .map(|i| real.get_pixel(2 + i % 8 * cell, 2 + i / 8 * cell)[0])
        .collect();
    let mut first: Vec<u8> = (0..20u32)
        .map(|i| ((16 * i) * (16 * i) % 251) as u8)
        .collect();
    assert_ne!(seen, first, "they are shuffled");
    seen.sort_unstable();
    first.sort_unstable();
    assert_eq!(seen, first, "every image once");
}

#[test]
fn a_dry_run_tells_everything_and_creates_nothing() {
    let place = Place::new();
    let text = place
        .train(&["--dry-run", "--out", "run"])
        .succeeds()
        .stdout;
    for part in [
        "batch = 4",
        "steps = 16000",
        "Linear(3, 8)",
        "[N, 16]",
        "Tanh()",
        "176 parameters",
        "217 parameters",
        "memory",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json = json(&place.train(&["--dry-run", "--json"]).succeeds().stdout);
    assert_eq!(json["generator"]["parameters"], 176);
    assert_eq!(json["options"]["batch"], 4);
    assert!(json["device_bytes"].as_u64().unwrap() > 20 * 16);
    assert_eq!(place.files("").len(), 1, "only the data set is there");
    assert!(!place.path("run").exists() && !place.path("runs").exists());
}

#[test]
fn a_directory_that_is_not_empty_is_refused() {
    let place = Place::new();
    place
        .train(&["--steps", "1", "--out", "data"])
        .fails(2, &["--out 'data'", "not empty"]);
    assert_eq!(place.files("data").len(), 1);
    fs::create_dir(place.path("empty")).unwrap();
    place.train(&["--steps", "1", "--out", "empty"]).succeeds();
    place
        .train(&["--steps", "1", "--out", "empty"])
        .fails(2, &["not empty", "--resume"]);
}

#[test]
fn quiet_runs_say_nothing_and_verbose_ones_name_files() {
    let place = Place::new();
    let quiet = place
        .train(&["--steps", "10", "--out", "a", "-q"])
        .succeeds();
    assert_eq!((quiet.stderr.as_str(), quiet.stdout.as_str()), ("", "a\n"));
    assert!(place.text("a/log.txt").contains("step 10/10"));
    let normal = place.train(&["--steps", "10", "--out", "b"]).succeeds();
    for part in [
        "device: the CPU with 1 thread",
        "20 images of 4x4x1",
        "step 10/10",
        "gpugan sample b",
    ] {
        assert!(normal.stderr.contains(part), "{part}: {normal:?}");
    }
    assert!(
        !normal.stderr.contains(['\r', '\u{1b}']),
        "control characters: {normal:?}"
    );
    let wrote = format!(
        "wrote {}",
        Path::new("c")
            .join("samples")
            .join("step-00000010.png")
            .display()
    );
    assert!(!normal.stderr.contains("wrote"), "{normal:?}");
    let verbose = place
        .train(&["--steps", "10", "--out", "c", "-v"])
        .succeeds();
    assert!(verbose.stderr.contains(&wrote), "{verbose:?}");
    // The log has every interval, however fast they come.
    assert!(place.text("b/log.txt").contains("step 5/10"));
}

/// A critic that normalises each sample by the others has no slope of its own to pay for.
#[test]
fn a_penalty_wants_a_critic_without_batch_normalisation() {
    let place = Place::new();
    // Images that are halved twice.
    let mut file = vec![0, 0, 8, 3];
    for extent in [20u32, 16, 16] {
        file.extend(extent.to_be_bytes());
    }
    file.extend((0..256 * 20u32).map(|i| (i * i % 251) as u8));
    fs::write(place.path("data/train-images-idx3-ubyte"), file).unwrap();
    let more = ["--arch", "dcgan", "--width", "4", "--steps", "10"];
    for penalty in [
        &["--objective", "wgan-gp"][..],
        &["--r1", "1"],
        &["--r2", "1"],
        &["--dragan", "10"],
    ] {
        let arguments = [&more[..], penalty, &["--out", "run"]].concat();
        let refused = place.train(&arguments);
        refused.fails(2, &["critic.3", "rest of the batch", "--critic-norm none"]);
        assert!(!place.path("run").exists());
    }
    let arguments = [
        "--objective",
        "wgan-gp",
        "--critic-norm",
        "none",
        "--out",
        "run",
    ];
    place.train(&[&more[..], &arguments].concat()).succeeds();
    let text = place.text("run/metrics.jsonl");
    let records: Vec<_> = text.lines().map(json).collect();
    assert_eq!(records.len(), 2);
    for record in records {
        assert!(record["penalty"].as_f64().unwrap() > 0.0, "{record}");
        assert!(record["gradient_norm"].as_f64().unwrap() > 0.0, "{record}");
        assert!(record["p_real"].is_null(), "{record}");
    }
    let state = json(&place.text("run/checkpoints/step-00000010/state.json"));
    assert_eq!(state["streams"]["mix"], 10);
    let plain = place.train(&[&more[..], &["--out", "plain"]].concat());
    plain.succeeds();
    let record = json(place.text("plain/metrics.jsonl").lines().next().unwrap());
    assert!(record["penalty"].is_null() && record["gradient_norm"].is_null());
}
