//! What is typed wrongly, and help.

use super::*;

#[test]
fn help_tells_the_commands_and_the_exit_codes() {
    let place = Place::new();
    let help = place.run(["--help"]).succeeds().stdout;
    for part in ["train", "sample", "devices", "Examples", "Exit codes"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "130", "143"] {
        let listed = |line: &str| line.trim_start().starts_with(&format!("{code} "));
        assert!(help.lines().any(listed), "{code}: {help}");
    }
    assert_eq!(place.run(["help", "train"]).succeeds().stderr, "");
    let version = place.run(["--version"]).succeeds().stdout;
    assert_eq!(
        version.trim(),
        format!("gpugan {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn usage_errors_exit_with_2_and_name_what_was_typed() {
    let place = Place::new();
    for (arguments, parts) in [
        (&["--bogus"][..], &["'--bogus'", "Usage:"][..]),
        (&["--batch", "many"], &["'many'", "--batch"]),
        (&["--batch", "0"], &["--batch is 0", "1 to 65536"]),
        (&["--lr", "-1"], &["--lr is -1"]),
        (&["--lr", "nan"], &["--lr is NaN"]),
        (&["--beta1", "1"], &["--beta1 is 1"]),
        (&["--ema", "1"], &["--ema is 1"]),
        (
            &["--objective", "wgam"],
            &["'wgam'", "non-saturating", "f-gan:kl"],
        ),
        (
            &["--objective", "wgan-gp", "--arch", "dcgan", "--size", "16"],
            &["--size", "leave it out"],
        ),
        (
            &["--r1", "1", "--critic-activation", "elu"],
            &["--r1", "critic.0", "smooth-elu"],
        ),
        (
            &["--dragan", "1", "--r2", "1"],
            &["--r1 or --r2", "--dragan"],
        ),
        (&["--critic-activation", "gelu"], &["'gelu'", "smooth-elu"]),
        (&["--init", "normal:x"], &["normal:x", "normal:SIGMA"]),
        (&["--seed", "-1"], &["seed '-1' is not"]),
        (
            &["--dataset", "uniform:3"],
            &["expected uniform without numbers"],
        ),
        (&["--dataset", "line"], &["line:THETA with one number"]),
        (&["--tune", "fast"], &["'fast'", "--tune", "auto, off"]),
        (
            &["--steps", "5", "--epochs", "5"],
            &["--steps and --epochs"],
        ),
        (&["--steps", "0"], &["--steps is 0"]),
        (
            &["--log-every", "99999999"],
            &["--log-every is 99999999", "65536"],
        ),
        (&["--steps", "99999999999"], &["--steps is 99999999999"]),
        (
            &["--critic-hidden", "65536,65536"],
            &["critic", "65536", "hidden"],
        ),
        (&["--quiet", "--verbose"], &["--quiet", "--verbose"]),
        (&["--config", "missing.toml"], &["missing.toml"]),
        (&["--resume", "data", "--out", "x"], &["--resume", "--out"]),
    ] {
        let outcome =
            place.run([&["train", "--data-dir", "data", "--batch", "4"], arguments].concat());
        // clap says where to look for help in lines of its own.
        outcome.fails(2, parts);
    }
    let bare = place.run([""; 0]);
    assert_eq!((bare.code, bare.stdout.as_str()), (Some(2), ""), "{bare:?}");
    assert!(bare.stderr.contains("Usage:"), "{bare:?}");
    let unknown = place.run(["train", "--dataset", "cifar", "--device", "cpu"]);
    unknown.fails(2, &["'cifar'", "mnist", "--data-dir"]);
    assert_eq!(place.files("").len(), 1, "only the data set is there");
}

#[test]
fn an_unknown_key_of_a_file_is_named_with_its_line() {
    let place = Place::new();
    fs::write(place.path("x.toml"), "batch = 4\nbacth = 5\n").unwrap();
    let outcome = place.train(&["--config", "x.toml"]);
    outcome.fails(2, &["x.toml, line 2", "'bacth'", "'batch'"]);
}

#[test]
fn flags_go_over_the_file() {
    let place = Place::new();
    fs::write(place.path("x.toml"), "batch = 4\nlr = 0.5\nsteps = 7\n").unwrap();
    let arguments = [
        "train",
        "--dry-run",
        "--data-dir",
        "data",
        "--config",
        "x.toml",
        "--lr",
        "0.25",
    ];
    let options = place.run(arguments).succeeds().stdout;
    for line in ["batch = 4", "lr = 0.25", "steps = 7", "beta1 = 0.5"] {
        assert!(options.lines().any(|l| l == line), "{line}: {options}");
    }
}

#[test]
fn an_unknown_device_exits_with_3() {
    let place = Place::new();
    let outcome = place.train(&["--device", "no such thing", "--steps", "1"]);
    outcome.fails(3, &["--device"]);
    assert!(!place.path("runs").exists());
}

#[test]
fn data_that_cannot_be_used_exits_with_5() {
    let place = Place::new();
    place
        .train(&["--data-dir", "nowhere"])
        .fails(5, &["nowhere"]);
    place
        .train(&["--batch", "21"])
        .fails(5, &["20 images", "--batch 20"]);
    let file = place.path("data/train-images-idx3-ubyte");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    place.train(&[]).fails(5, &["train-images-idx3-ubyte"]);
    fs::write(&file, b"<html>not found</html>").unwrap();
    place.train(&[]).fails(5, &["train-images-idx3-ubyte"]);
    assert!(!place.path("runs").exists());
}

#[test]
fn devices_are_listed_for_people_and_for_programs() {
    let place = Place::new();
    let table = place.run(["devices"]).succeeds().stdout;
    assert!(table.contains("| cpu "), "{table}");
    let json = place.run(["devices", "--json"]).succeeds().stdout;
    let devices: serde_json::Value = serde_json::from_str(&json).unwrap();
    let adapters = devices["adapters"].as_array().unwrap();
    assert_eq!(table.lines().count(), 3 + adapters.len(), "{table}");
    // `auto` takes exactly one.
    let taken = adapters.iter().filter(|a| a["auto"] == true).count();
    assert_eq!(
        taken,
        usize::from(devices["cpu"]["auto"] == false),
        "{json}"
    );
    for adapter in adapters {
        let name = adapter["name"].as_str().unwrap();
        assert!(table.contains(name), "{table}");
        assert!(
            adapter["subgroup_min"].is_u64() && adapter["driver"].is_string(),
            "{json}"
        );
    }
}

/// A pipe that nobody reads from, as `| head` leaves it.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn readers_that_have_seen_enough_are_no_failure() {
    let place = Place::new();
    for arguments in [
        vec!["--help"],
        vec!["devices"],
        vec!["train", "--dry-run"],
        tiny(&["--steps", "10", "--out", "quiet", "-v"]),
        tiny(&["--steps", "10", "--json"]),
    ] {
        let mut command = place.command(&arguments);
        let output = command.stdout(closed()).output().unwrap();
        let outcome = Outcome::of(output).succeeds();
        assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
    }
    let mut both = place.command(tiny(&["--steps", "10", "--out", "silent", "-v"]));
    let status = both.stdout(closed()).stderr(closed()).status().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(place.path("silent/samples/progress.gif").is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_stdout_is_a_failure() {
    let place = Place::new();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = place.command(["devices"]).stdout(full).output().unwrap();
    Outcome::of(output).fails(1, &["stdout"]);
}
