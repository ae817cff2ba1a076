//! `--tune`, its cache, and `bench --variants`.

use super::*;
use gpugan::gpu::{AdapterInfo, Request, Sources, select};
use gpugan::run::variants::Variants;
use serde_json::Value;

/// The generator's first layer, in sizes that no software adapter prefers `tile` for.
const CLASS: &str = "dense/forward rows=4 inputs=3 outputs=8";

/// The best adapter; `None` where there is none and none is demanded.
fn adapter() -> Option<AdapterInfo> {
    match select(&Request::Any) {
        Ok(adapter) => adapter.map(|adapter| adapter.info),
        Err(e) if std::env::var_os("GPUGAN_REQUIRE_GPU").is_some() => panic!("{e}"),
        Err(e) => {
            println!("skipped: {e}");
            None
        }
    }
}

/// What a process on this adapter would have found, had `variant` been the fastest.
fn found(adapter: &AdapterInfo, variant: &str) -> Variants {
    Variants {
        adapter: adapter.name.clone(),
        backend: adapter.backend.clone(),
        driver: adapter.driver_text(),
        shaders: Sources::embedded().checksum(),
        choices: BTreeMap::from([(CLASS.to_string(), variant.to_string())]),
    }
}

fn facts(place: &Place) -> Value {
    serde_json::from_str(&place.text("run/run.json")).unwrap()
}

/// How many calls of a step run as `variant`.
fn count(place: &Place, variant: &str, more: &[&str]) -> usize {
    let sizes = ["plan", "--data-dir", "data", "--generator-hidden", "8"];
    let rest = [
        "--critic-hidden",
        "8,8",
        "--latent-dim",
        "3",
        "--batch",
        "4",
    ];
    let device = ["--device", "gpu"];
    let plan = place.run([&sizes[..], &rest, &device, more].concat());
    let text = plan.succeeds().stdout;
    let cells = text.lines().flat_map(|line| line.split('|'));
    cells.filter(|cell| cell.trim() == variant).count()
}

#[test]
fn the_cache_decides_unless_tuning_is_off() {
    let place = Place::new();
    let Some(adapter) = adapter().filter(|adapter| adapter.software) else {
        return;
    };
    assert_eq!(count(&place, "tile", &[]), 0);
    assert!(!place.path("cache").exists(), "nothing was measured");
    found(&adapter, "tile").store(&place.path("cache")).unwrap();
    assert!(count(&place, "tile", &[]) > 0);
    assert_eq!(count(&place, "tile", &["--tune", "off"]), 0);
    let (name, _) = place.files("cache").pop_first().unwrap();
    fs::write(place.path("cache").join(name), "damaged").unwrap();
    assert_eq!(count(&place, "tile", &[]), 0);
}

#[test]
fn a_run_goes_on_with_the_variants_that_it_began_with() {
    let place = Place::new();
    let Some(adapter) = adapter() else {
        return;
    };
    let gpu = ["--device", "gpu", "--out", "run"];
    let cache = place.path("cache");
    found(&adapter, "tile").store(&cache).unwrap();
    place
        .train(&[&gpu[..], &["--steps", "5"]].concat())
        .succeeds();
    let began = facts(&place)["variants"].clone();
    assert_eq!(began["choices"][CLASS], "tile");
    fs::remove_dir_all(&cache).unwrap();
    found(&adapter, "plain").store(&cache).unwrap();
    let resume = ["train", "--resume", "run", "--steps", "10"];
    place.run(resume).succeeds();
    assert_eq!(facts(&place)["resumed"][0]["variants"], began);

    let off = ["train", "--resume", "run", "--steps", "15", "--tune", "off"];
    place.run(off).succeeds();
    assert_eq!(facts(&place)["resumed"][1]["variants"], Value::Null);
    assert!(place.text("run/config.toml").contains("tune = \"off\""));
}

fn bench(place: &Place, more: &[&str]) -> Outcome {
    let sizes = ["bench", "--generator-hidden", "8", "--critic-hidden", "8,8"];
    let rest = ["--latent-dim", "4", "--batch", "4", "--steps", "2"];
    place.run([&sizes[..], &rest, more].concat()).succeeds()
}

/// Every product once, each as all its variants, exactly one of them chosen.
fn assert_products(report: &Value, device: &str) {
    let products = report["variants"].as_array().unwrap();
    assert!(products.len() > 5, "{products:?}");
    let mut seen = Vec::new();
    for product in products {
        let class = (product["kernel"].clone(), product["extents"].clone());
        assert!(!seen.contains(&class), "twice: {class:?}");
        seen.push(class);
        let variants = product["variants"].as_array().unwrap();
        let chosen = variants.iter().filter(|v| v["chosen"] == true);
        assert_eq!(chosen.count(), 1, "{product}");
        let names: Vec<_> = variants
            .iter()
            .map(|v| v["variant"].as_str().unwrap())
            .collect();
        match device {
            "cpu" => assert_eq!(names, ["mirror"]),
            _ => assert!(
                ["plain", "tile", "tile64"]
                    .iter()
                    .all(|v| names.contains(v)),
                "{names:?}"
            ),
        }
        for variant in variants {
            let number = |key: &str| variant[key].as_f64().unwrap();
            let top = report["ceiling"]["multiply_add_gflops"].as_f64().unwrap();
            let flops = product["flops"].as_f64().unwrap();
            assert!(number("ms") > 0.0, "{variant}");
            let rate = flops / number("ms") / 1e6;
            assert!((number("gflops") - rate).abs() <= 1e-6 * rate, "{variant}");
            let share = rate / top;
            assert!(
                (number("ceiling_share") - share).abs() <= 1e-6 * share,
                "{variant}"
            );
        }
    }
}

#[test]
fn bench_compares_all_variants_of_every_product() {
    let place = Place::new();
    let devices = ["cpu", "gpu"];
    for device in devices
        .into_iter()
        .take(1 + usize::from(adapter().is_some()))
    {
        let more = ["--device", device, "--tune", "off", "--variants", "--json"];
        let report = bench(&place, &more).stdout;
        assert_products(&serde_json::from_str(&report).unwrap(), device);
    }
    let text = bench(&place, &["--device", "cpu", "--variants"]).stdout;
    assert!(text.contains("rows x columns x depth"), "{text}");
    assert!(
        text.contains("4 x 784 x 8") && text.contains("mirror *"),
        "{text}"
    );
}

#[test]
fn a_profile_tells_the_share_of_the_ceiling() {
    let place = Place::new();
    let report = bench(&place, &["--device", "cpu", "--profile", "--json"]).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert!(report.get("variants").is_none());
    let number = |value: &Value| value.as_f64().unwrap();
    let top = number(&report["ceiling"]["multiply_add_gflops"]);
    let copy = number(&report["ceiling"]["copy_gb_per_s"]);
    for row in report["profile"].as_array().unwrap() {
        let is_product = row["kernel"].as_str().unwrap().starts_with("dense/");
        let share = match is_product {
            true => number(&row["gflops"]) / top,
            false => number(&row["gb_per_s"]) / copy,
        };
        let told = number(&row["ceiling_share"]);
        assert!((told - share).abs() <= 1e-9 + 1e-6 * share, "{row}");
    }
    let text = bench(&place, &["--device", "cpu", "--profile"]).stdout;
    let header = text
        .lines()
        .find(|line| line.contains("GB/s") && line.contains('|'));
    assert!(
        header.is_some_and(|line| line.contains("ceiling")),
        "{text}"
    );
}
