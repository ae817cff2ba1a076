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
    assert!(
        printed.trim().ends_with("run/samples/progress.gif"),
        "{printed}"
    );
    // Pictures do not keep the run from going on, and follow it.
    place
        .run(["train", "--resume", "run", "--steps", "40", "--plots"])
        .succeeds();
    assert!(place.read("run/plots/losses.png") != after["plots/losses.png"]);
    place
        .run(["plot", "run", "--log", "--out", "elsewhere"])
        .succeeds();
    assert!(place.read("elsewhere/losses.png") != after["plots/losses.png"]);
    assert_eq!(place.files("elsewhere").len(), 9);
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
    place.run(["plot", "nowhere"]).fails(2, &["nowhere"]);
    fs::create_dir(place.path("young")).unwrap();
    place
        .run(["plot", "young"])
        .fails(2, &["young", "not a run directory"]);
    fs::write(place.path("young/config.toml"), "").unwrap();
    fs::write(place.path("young/metrics.jsonl"), "").unwrap();
    place
        .run(["plot", "young"])
        .fails(1, &["young", "no records"]);
    assert_eq!(place.files("young").len(), 2);
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
    let outcome = place.run([&train[..], &sizes, more].concat()).succeeds();
    assert_eq!(outcome.stdout, "run\n");
    let drawn = place.files("run/plots");
    let plot = ["plot", "run", "--device", "cpu", "--threads", "1"];
    let printed = place.run(plot).succeeds().stdout;
    assert!(
        place.files("run/plots") == drawn,
        "a run ends with the pictures that plot makes"
    );
    let names = printed.lines().filter_map(|line| line.strip_suffix(".svg"));
    let names = names.map(|path| path.strip_prefix("run/plots/").unwrap().to_string());
    let names = names.filter(|name| !NAMES.contains(&name.as_str()));
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
            "samples<",
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
    for part in [
        "true density",
        "KDE of data",
        "mixture of 2",
        "KDE of samples",
    ] {
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

#[test]
fn pictures_that_cannot_be_drawn_cost_a_run_nothing() {
    let place = Place::new();
    let train = |steps: &str, more: &[&str]| {
        let options = ["train", "--device", "cpu", "--steps", steps];
        place.run([&options[..], more].concat())
    };
    let run = ["--dataset", "ring8", "--out", "run", "--plots=false"];
    train("2", &run).succeeds();
    // A file where the folder would be.
    fs::write(place.path("run/plots"), "mine").unwrap();
    let outcome = train("4", &["--resume", "run", "--plots"]).succeeds();
    assert_eq!(outcome.stdout, "run\n");
    let warnings = outcome
        .stderr
        .lines()
        .filter(|line| line.contains("warning"));
    let warnings: Vec<_> = warnings.collect();
    assert!(
        warnings.len() == 1 && warnings[0].contains("the pictures are not all drawn"),
        "{outcome:?}"
    );
    assert_eq!(place.text("run/plots"), "mine");
}

#[test]
fn a_run_that_diverged_is_drawn_from_its_last_good_checkpoint() {
    let place = Place::new();
    let run = [
        "train",
        "--dataset",
        "ring8",
        "--device",
        "cpu",
        "--out",
        "run",
    ];
    let game = ["--objective", "wgan", "--optimizer", "sgd", "--lr", "1e6"];
    let length = ["--steps", "50", "--log-every", "10"];
    let outcome = place.run([&run[..], &game, &length].concat());
    outcome.fails(4, &["not finite", "step-00000000"]);
    let svg = place.text("run/plots/kde.svg");
    assert!(svg.contains("ring8, wgan at step 0"), "{svg}");
    assert!(place.path("run/samples/progress.gif").is_file());
}
