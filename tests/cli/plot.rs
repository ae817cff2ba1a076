//! `gpugan plot`: the curves of a run.

use super::*;

const NAMES: [&str; 4] = ["losses", "scores", "accuracy", "bound"];

#[test]
fn a_run_is_drawn_into_its_directory_and_again() {
    let place = Place::new();
    place.train(&["--steps", "20", "--out", "run"]).succeeds();
    let before = place.files("run");
    let printed = place.run(["plot", "run"]).succeeds().stdout;
    let after = place.files("run");
    assert_eq!(after.len(), before.len() + 2 * NAMES.len(), "{printed}");
    for name in NAMES {
        for form in ["png", "svg"] {
            let file = format!("plots/{name}.{form}");
            assert!(printed.contains(&file), "{printed}");
            assert!(after.contains_key(&file), "{file}");
        }
        let svg = String::from_utf8(after[&format!("plots/{name}.svg")].clone()).unwrap();
        for part in [name, ">run<", "generator updates"] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        let png = image::load_from_memory(&after[&format!("plots/{name}.png")]).unwrap();
        assert_eq!((png.width(), png.height()), (640, 480));
    }
    place.run(["plot", "run"]).succeeds();
    assert!(
        place.files("run") == after,
        "the same records make the same pictures"
    );
    // Pictures do not keep the run from going on, and follow it.
    place
        .run(["train", "--resume", "run", "--steps", "40"])
        .succeeds();
    place
        .run(["plot", "run", "--log", "--out", "elsewhere"])
        .succeeds();
    assert!(place.read("elsewhere/losses.png") != after["plots/losses.png"]);
    assert_eq!(place.files("elsewhere").len(), 8);
}

#[test]
fn numbers_that_an_objective_has_not_are_left_out() {
    let place = Place::new();
    let wgan = [
        "--objective",
        "wgan",
        "--clip",
        "0.01",
        "--steps",
        "10",
        "--out",
        "run",
    ];
    place.train(&wgan).succeeds();
    place.run(["plot", "run"]).succeeds();
    let svg = place.text("run/plots/accuracy.svg");
    assert!(
        svg.contains(">accuracy<") && !svg.contains(">p real<"),
        "{svg}"
    );
}

#[test]
fn what_is_no_run_is_refused() {
    let place = Place::new();
    place
        .run(["plot", "nowhere"])
        .fails(1, &["nowhere", "metrics.jsonl"]);
    fs::create_dir(place.path("young")).unwrap();
    fs::write(place.path("young/metrics.jsonl"), "").unwrap();
    place
        .run(["plot", "young"])
        .fails(1, &["young", "no records"]);
    assert_eq!(place.files("young").len(), 1);
    fs::write(place.path("young/metrics.jsonl"), "{}\n").unwrap();
    place.run(["plot", "young"]).fails(1, &["young", "line 1"]);
}

/// Pictures of a run on points that has learned nothing yet.
fn drawn(dataset: &str, more: &[&str]) -> (Place, Vec<String>) {
    let place = Place::new();
    let train = [
        "train",
        "--dataset",
        dataset,
        "--device",
        "cpu",
        "--threads",
        "1",
        "--out",
        "run",
    ];
    let sizes = [
        "--steps",
        "4",
        "--batch",
        "16",
        "--critic-hidden",
        "8",
        "--log-every",
        "2",
    ];
    place.run([&train[..], &sizes, more].concat()).succeeds();
    let plot = ["plot", "run", "--device", "cpu", "--threads", "1"];
    let printed = place.run(plot).succeeds().stdout;
    let names = printed.lines().filter(|line| line.ends_with(".svg"));
    let stem = |path: &str| {
        Path::new(path)
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_string()
    };
    let names = names
        .map(stem)
        .filter(|name| !NAMES.contains(&name.as_str()));
    let names = names.collect();
    (place, names)
}

#[test]
fn points_of_the_plane_are_drawn_with_densities_and_the_critic() {
    let (place, names) = drawn("ring8", &["--pack", "2"]);
    assert_eq!(names, ["points", "kde", "mixture", "critic"]);
    for name in names {
        let svg = place.text(format!("run/plots/{name}.svg"));
        for part in [
            "ring8, non-saturating at step 4",
            ">x1<",
            ">samples<",
            "data<",
        ] {
            assert!(svg.contains(part), "{name}: {part}");
        }
        image::load_from_memory(&place.read(format!("run/plots/{name}.png"))).unwrap();
    }
    assert!(
        place
            .text("run/plots/mixture.svg")
            .contains("a mixture of 8 Gaussians")
    );
    assert!(
        place
            .text("run/plots/critic.svg")
            .contains("2 times the same point")
    );
}

#[test]
fn points_of_the_line_are_drawn_as_curves() {
    let (place, names) = drawn("fgan-mix", &["--arch", "affine"]);
    assert_eq!(names, ["points", "densities", "critic"]);
    let svg = place.text("run/plots/densities.svg");
    for part in ["true density", "KDE of data", "mixture of 2", ">samples<"] {
        assert!(svg.contains(part), "{part}");
    }
    assert!(place.text("run/plots/critic.svg").contains(">score<"));
}

#[test]
fn what_has_no_density_is_drawn_without_one() {
    let (_, names) = drawn("point-mass:0.5", &[]);
    assert_eq!(names, ["points", "critic"]);
    let (_, names) = drawn("point-mass:0,1,2", &[]);
    assert_eq!(names, ["points"]);
}
