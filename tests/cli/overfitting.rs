//! `gpugan plot`: the overfitting curve of a run on images.

use super::*;

/// The lines of an SVG file by their colour, each as its places.
fn lines_of(svg: &str, colour: &str) -> Vec<String> {
    let paths = svg.split("<path ").skip(1);
    let of_colour = paths.filter(|path| path.contains(colour));
    let places =
        of_colour.filter_map(|path| path.split(" d=\"").nth(1).or(path.strip_prefix("d=\"")));
    places
        .map(|d| d.split('"').next().unwrap().to_string())
        .collect()
}

#[test]
fn the_critic_on_held_out_images_is_a_curve_over_the_checkpoints() {
    let place = Place::new();
    place
        .train(&["--steps", "40", "--out", "run", "--keep", "3"])
        .succeeds();
    let plot = |more: &[&str]| {
        let plot = ["plot", "run", "--device", "cpu", "--threads", "1"];
        place.run([&plot[..], more].concat())
    };
    let outcome = plot(&[]).succeeds();
    assert!(
        outcome.stderr.contains("t10k-images-idx3-ubyte"),
        "{outcome:?}"
    );
    assert!(!outcome.stdout.contains("overfitting"), "{outcome:?}");
    let held_out = "data/t10k-images-idx3-ubyte";
    let mut images = place.read("data/train-images-idx3-ubyte");
    fs::write(place.path(held_out), &images).unwrap();
    let outcome = plot(&[]).succeeds();
    assert!(
        outcome.stdout.contains("run/plots/overfitting.png"),
        "{outcome:?}"
    );
    let drawn = || {
        let svg = place.text("run/plots/overfitting.svg");
        for label in [
            ">training<",
            ">held out<",
            ">samples<",
            ">generator updates<",
            ">mean score<",
        ] {
            assert!(svg.contains(label), "{label}");
        }
        let [training, held_out] = ["#0072b2", "#009e73"].map(|colour| lines_of(&svg, colour));
        // Those of the legend are lines of another kind.
        assert!(
            !training.is_empty() && training.len() == held_out.len(),
            "{svg}"
        );
        (training, held_out)
    };
    let (training, same) = drawn();
    assert_eq!(training, same, "the same images have the same scores");
    // Step 0 and the three that are kept.
    assert_eq!(training[0].matches('L').count(), 3, "{training:?}");
    images[16..].iter_mut().for_each(|byte| *byte = 255 - *byte);
    fs::write(place.path(held_out), &images).unwrap();
    plot(&[]).succeeds();
    let (training, others) = drawn();
    assert_ne!(training, others);
}

#[test]
fn a_curve_takes_checkpoints_and_images() {
    let place = Place::new();
    place.train(&["--steps", "10", "--out", "run"]).succeeds();
    let outcome = place.run(["plot", "run", "--device", "cpu"]).succeeds();
    let advice = "--keep 100 --checkpoint-every 1";
    assert!(outcome.stderr.contains(advice), "{outcome:?}");
    assert!(!place.path("run/plots/overfitting.png").exists());
    let points = [
        "train",
        "--dataset",
        "ring8",
        "--device",
        "cpu",
        "--steps",
        "1",
    ];
    let points = [&points[..], &["--plots=false", "--out", "points"]].concat();
    place.run(points).succeeds();
    place
        .run(["plot", "points", "--device", "cpu", "--test", "mnist"])
        .fails(2, &["--test is mnist", "images of a fixed set"]);
}
