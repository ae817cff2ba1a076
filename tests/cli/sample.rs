//! `gpugan sample`: pictures and tensors.

use super::*;
use gpugan::run::checkpoint::{NamedTensor, TensorData, decode};

fn trained() -> Place {
    let place = Place::new();
    place
        .train(&["--steps", "10", "--seed", "7", "--out", "run"])
        .succeeds();
    place
}

fn sample(place: &Place, more: &[&str]) -> Outcome {
    let arguments = ["sample", "run", "--device", "cpu", "--threads", "1"];
    place.run([&arguments[..], more].concat())
}

fn tensors(bytes: &[u8]) -> Vec<NamedTensor> {
    decode(bytes, "samples").unwrap().0
}

fn floats(tensor: &NamedTensor) -> &[f32] {
    match &tensor.data {
        TensorData::F32(values) => values,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_seed_of_the_run_draws_the_grid_of_the_run() {
    let place = trained();
    let outcome = sample(&place, &[]).succeeds();
    assert_eq!(outcome.stdout, "run-step-00000010-seed-7.png\n");
    let grid = place.read("run-step-00000010-seed-7.png");
    assert!(grid == place.read("run/samples/step-00000010.png"));
    let first = [
        "sample",
        "run/checkpoints/step-00000000",
        "--device",
        "cpu",
        "--out",
        "0.png",
    ];
    place.run(first).succeeds();
    assert!(place.read("0.png") == place.read("run/samples/step-00000000.png"));
}

/// The average of the generator draws the grids of its run, and is asked for samples.
#[test]
fn an_averaged_generator_draws_the_samples() {
    let place = Place::new();
    let more = ["--steps", "10", "--seed", "7", "--lr", "0.01"];
    place
        .train(&[&more[..], &["--out", "plain"]].concat())
        .succeeds();
    let averaged = ["--ema", "0.9", "--out", "run"];
    place.train(&[&more[..], &averaged].concat()).succeeds();
    sample(&place, &["--out", "x.png"]).succeeds();
    let grid = "samples/step-00000010.png";
    assert!(place.read("x.png") == place.read(format!("run/{grid}")));
    assert!(place.read("x.png") != place.read(format!("plain/{grid}")));
    let model = place.read("run/checkpoints/step-00000010/model.safetensors");
    let names: Vec<_> = tensors(&model).into_iter().map(|t| t.name).collect();
    let of = |network: &str| names.iter().filter(|n| n.starts_with(network)).count();
    assert_eq!(
        [of("generator."), of("generator_ema."), of("critic.")],
        [4, 4, 6]
    );
}

#[test]
fn equal_seeds_draw_equal_images_and_others_do_not() {
    let place = trained();
    for (seed, out) in [("1", "a"), ("1", "b"), ("2", "c")] {
        for form in ["png", "safetensors"] {
            let out = format!("{out}.{form}");
            let outcome = sample(&place, &["--seed", seed, "--out", &out]).succeeds();
            assert_eq!(outcome.stdout, format!("{out}\n"));
        }
    }
    for form in ["png", "safetensors"] {
        let [a, b, c] = ["a", "b", "c"].map(|name| place.read(format!("{name}.{form}")));
        assert!(a == b && a != c, "{form}");
    }
}

#[test]
fn tensors_have_their_shapes_and_ranges() {
    let place = trained();
    sample(&place, &["--count", "300", "--out", "x.safetensors"]).succeeds();
    let bytes = place.read("x.safetensors");
    let [images, latents] = tensors(&bytes).try_into().unwrap();
    assert_eq!(
        (images.name.as_str(), &images.shape[..]),
        ("images", &[300, 1, 4, 4][..])
    );
    assert_eq!(
        (latents.name.as_str(), &latents.shape[..]),
        ("latents", &[300, 3][..])
    );
    assert!(floats(&images).iter().all(|x| (-1.0..=1.0).contains(x)));
    let normal = floats(&latents);
    let mean = normal.iter().sum::<f32>() / normal.len() as f32;
    let variance = normal.iter().map(|x| x * x).sum::<f32>() / normal.len() as f32;
    assert!(
        mean.abs() < 0.1 && (variance - 1.0).abs() < 0.2,
        "{mean} {variance}"
    );
    // Fewer samples of the same seed are the first of many.
    sample(&place, &["--count", "5", "--out", "few.safetensors"]).succeeds();
    let [few, _] = tensors(&place.read("few.safetensors")).try_into().unwrap();
    let pairs = floats(&few).iter().zip(floats(&images));
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn a_file_that_exists_is_kept() {
    let place = trained();
    fs::write(place.path("x.png"), "precious").unwrap();
    sample(&place, &["--out", "x.png"]).fails(2, &["'x.png' exists", "--force"]);
    assert_eq!(place.text("x.png"), "precious");
    sample(&place, &["--out", "x.png", "--force"]).succeeds();
    assert!(image::load_from_memory(&place.read("x.png")).is_ok());
}

#[test]
fn impossible_requests_are_refused() {
    let place = trained();
    for count in ["0", "65537"] {
        sample(&place, &["--count", count]).fails(2, &["--count is", "65536"]);
    }
    sample(&place, &["--out", "x.jpeg"]).fails(2, &["x.jpeg", ".png", ".safetensors"]);
    sample(&place, &["--out", "nowhere/x.png"]).fails(1, &["nowhere/x.png"]);
    place.run(["sample", "nowhere"]).fails(6, &["nowhere"]);
    place.run(["sample", "data"]).fails(6, &["data"]);
    assert_eq!(place.run(["sample"]).code, Some(2));
    let before = place.files("run");
    sample(&place, &[]).succeeds();
    assert_eq!(before, place.files("run"), "sampling changes nothing");
}
