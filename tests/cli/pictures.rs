//! Runs on folders and zip files of pictures, and what is written of them.

use super::*;
use std::io::Write;

/// Options of a tiny run on pictures.
const TINY_GAME: [&str; 19] = [
    "--device",
    "cpu",
    "--threads",
    "1",
    "--generator-hidden",
    "8",
    "--critic-hidden",
    "8,8",
    "--latent-dim",
    "3",
    "--batch",
    "4",
    "--log-every",
    "5",
    "--sample-every",
    "5",
    "--checkpoint-every",
    "5",
    "--plots=false",
];

/// Twelve pictures of 5x3 (rows x columns) in colour with alpha, under `pictures/` and its folders.
fn pictures() -> Vec<(String, Vec<u8>)> {
    let picture = |at: u32| {
        let pixel = |x, y| {
            image::Rgba([
                (at * 20) as u8,
                (x * 100) as u8,
                (y * 50) as u8,
                40 * (x + 1) as u8,
            ])
        };
        let mut file = std::io::Cursor::new(Vec::new());
        image::RgbaImage::from_fn(3, 5, pixel)
            .write_to(&mut file, image::ImageFormat::Png)
            .unwrap();
        file.into_inner()
    };
    (0..12)
        .map(|at| (format!("{}/{at:02}.PNG", at % 3), picture(at)))
        .collect()
}

/// A place with the pictures as a folder and as `pictures.zip`.
pub fn place() -> Place {
    let place = Place::new();
    let options = zip::write::SimpleFileOptions::default();
    let mut zip = zip::ZipWriter::new(fs::File::create(place.path("pictures.zip")).unwrap());
    for (name, bytes) in pictures() {
        let path = place.path("pictures").join(&name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &bytes).unwrap();
        let options = options.compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(name, options).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
    place
}

pub fn train(place: &Place, more: &[&str]) -> Outcome {
    place.run([&["train"], &TINY_GAME[..], more].concat())
}

fn fact(place: &Place, run: &str, pointer: &str) -> serde_json::Value {
    let facts: serde_json::Value =
        serde_json::from_str(&place.text(format!("{run}/run.json"))).unwrap();
    facts.pointer(pointer).unwrap().clone()
}

#[test]
fn a_folder_of_pictures_is_learned_continued_and_sampled() {
    let place = place();
    let outcome = train(&place, &["--dataset", "folder:pictures", "--steps", "10"]).succeeds();
    let run = "runs/00000-pictures-mlp-non-saturating";
    assert_eq!(outcome.stdout, format!("{run}\n"));
    assert!(
        outcome
            .stderr
            .contains("data: pictures, 12 images of 5x3x3"),
        "{outcome:?}"
    );
    assert!(!outcome.stderr.contains("warning"), "{outcome:?}");
    let options = place.text(format!("{run}/config.toml"));
    let absolute = fs::canonicalize(place.path("")).unwrap().join("pictures");
    let line = format!("dataset = \"folder:{}\"", absolute.display());
    assert!(options.lines().any(|l| l == line), "{options}");

    // From elsewhere, and to the byte as if it had never stopped.
    let elsewhere = place.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let from = place.path(run);
    let from = from.to_str().unwrap();
    let mut resume = place.command(["train", "--resume", from, "--steps", "20"]);
    Outcome::of(resume.current_dir(&elsewhere).output().unwrap()).succeeds();
    train(
        &place,
        &[
            "--dataset",
            "folder:pictures",
            "--steps",
            "20",
            "--out",
            "whole",
        ],
    )
    .succeeds();
    let model = "checkpoints/step-00000020/model.safetensors";
    assert!(place.read(format!("{run}/{model}")) == place.read(format!("whole/{model}")));

    place
        .run([
            "sample",
            run,
            "--count",
            "4",
            "--device",
            "cpu",
            "--out",
            "x.safetensors",
        ])
        .succeeds();
    let file = place.read("x.safetensors");
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    assert_eq!(tensors.tensor("images").unwrap().shape(), [4, 3, 5, 3]);

    // Other pixels are another data set.
    fs::remove_file(place.path("pictures/0/00.PNG")).unwrap();
    place
        .run(["train", "--resume", run, "--steps", "30"])
        .fails(6, &["SHA-256", "its own data"]);
}

#[test]
fn a_zip_file_is_the_same_data_as_its_folder() {
    let place = place();
    train(
        &place,
        &["--dataset", "folder:pictures", "--steps", "5", "--out", "a"],
    )
    .succeeds();
    train(
        &place,
        &[
            "--dataset",
            "zip:pictures.zip",
            "--steps",
            "5",
            "--out",
            "b",
        ],
    )
    .succeeds();
    assert_eq!(fact(&place, "b", "/data/name"), "pictures");
    assert_eq!(
        fact(&place, "a", "/data/sha256"),
        fact(&place, "b", "/data/sha256")
    );
    let (a, b) = (place.files("a"), place.files("b"));
    for (name, bytes) in a {
        if name.ends_with(".safetensors") || name.ends_with(".png") {
            assert!(bytes == b[&name], "{name}");
        }
    }
    train(&place, &["--resume", "b", "--steps", "7"]).fails(2, &["--resume"]);
    place
        .run(["train", "--resume", "b", "--steps", "7"])
        .succeeds();
}

#[test]
fn pictures_of_every_number_of_channels_are_written_as_they_are() {
    let place = place();
    for (channels, form) in [
        ("1", image::ColorType::L8),
        ("2", image::ColorType::La8),
        ("3", image::ColorType::Rgb8),
        ("4", image::ColorType::Rgba8),
    ] {
        let out = format!("run{channels}");
        let more = [
            "--dataset",
            "zip:pictures.zip",
            "--channels",
            channels,
            "--steps",
            "5",
            "--out",
            &out,
        ];
        train(&place, &more).succeeds();
        assert_eq!(fact(&place, &out, "/data/shape/2").to_string(), channels);
        let real = image::load_from_memory(&place.read(format!("{out}/samples/real.png"))).unwrap();
        assert_eq!(real.color(), form);
        let sample = place.read(format!("{out}/samples/step-00000005.png"));
        assert_eq!(image::load_from_memory(&sample).unwrap().color(), form);
        let film = place.read(format!("{out}/samples/progress.gif"));
        assert_eq!(image::guess_format(&film).unwrap(), image::ImageFormat::Gif);
        // The first pixel of the first picture is that of one of the files, alpha included: red
        // of any of twelve strengths, or its luma.
        let [red, green, blue, alpha] = real.to_rgba8().get_pixel(2, 2).0;
        let (weight, rest) = if channels > "2" {
            (1.0, 0)
        } else {
            (0.2126, red)
        };
        let strength = (0..12).map(|at| f64::from(at * 20) * weight);
        let near = strength
            .map(|s| (s - f64::from(red)).abs())
            .fold(256.0, f64::min);
        assert!(near <= 1.0, "{channels}: {red}");
        let opaque = !matches!(channels, "2" | "4");
        assert_eq!(
            [green, blue, alpha],
            [rest, rest, if opaque { 255 } else { 40 }]
        );
    }
}

#[test]
fn sizes_are_told_and_learned() {
    let place = place();
    let data = ["--dataset", "folder:pictures", "--channels", "1"];
    for (size, shape, outputs) in [("7x4", "7x4x1", "[N, 28]"), ("6", "6x6x1", "[N, 36]")] {
        let more = [&data[..], &["--size", size, "--dry-run"]].concat();
        let outcome = train(&place, &more).succeeds();
        assert!(outcome.stderr.contains(shape), "{outcome:?}");
        assert!(outcome.stdout.contains(outputs), "{outcome:?}");
    }
    let plan = ["plan", "--device", "cpu", "--batch", "4", "--size", "7x4"];
    let outcome = place.run([&plan[..], &data].concat()).succeeds();
    assert!(outcome.stdout.contains("data/gather"), "{outcome:?}");
    assert!(!place.path("runs").exists());
}

#[test]
fn flips_show_other_pictures_and_are_part_of_the_run() {
    let place = place();
    let data = ["--dataset", "folder:pictures", "--steps", "10"];
    train(&place, &[&data[..], &["--out", "plain"]].concat()).succeeds();
    train(
        &place,
        &[&data[..], &["--out", "flipped", "--flip"]].concat(),
    )
    .succeeds();
    assert!(place.text("flipped/config.toml").contains("flip = true"));
    place
        .run(["train", "--config", "flipped/config.toml", "--out", "again"])
        .succeeds();
    let off = [
        "train",
        "--config",
        "flipped/config.toml",
        "--flip=false",
        "--out",
        "off",
    ];
    place.run(off).succeeds();
    let file = |run: &str, name: &str| place.read(format!("{run}/{name}"));
    let model = "checkpoints/step-00000010/model.safetensors";
    for name in [model, "samples/real.png"] {
        assert!(file("plain", name) != file("flipped", name), "{name}");
        assert!(file("again", name) == file("flipped", name), "{name}");
        assert!(file("off", name) == file("plain", name), "{name}");
    }
    // The same data, some of it mirrored: in the green channel, columns are 0, 100 and 200.
    let real = |run| {
        image::load_from_memory(&file(run, "samples/real.png"))
            .unwrap()
            .to_rgb8()
    };
    let (plain, flipped) = (real("plain"), real("flipped"));
    let scale = (plain.width() - 18) / 24;
    let mut mirrored = 0;
    for at in 0..12 {
        let (left, top) = (2 + at % 8 * (3 * scale + 2), 2 + at / 8 * (5 * scale + 2));
        let row = |picture: &image::RgbImage| {
            [0, 1, 2].map(|x| picture.get_pixel(left + x * scale, top).0)
        };
        let (seen, mut expected) = (row(&flipped), row(&plain));
        if seen != expected {
            expected.reverse();
            mirrored += 1;
        }
        assert_eq!(seen, expected, "picture {at}");
    }
    assert!((1..12).contains(&mirrored), "{mirrored} of 12");
}
