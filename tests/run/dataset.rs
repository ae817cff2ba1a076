//! The options that say what is learned: their forms, ranges and paths.

use std::fs;
use std::path::PathBuf;

use gpugan::run::Config;
use gpugan::run::config::{Arch, Dataset};
use serde::Serialize;

use crate::config::{complains, refuses};

/// As a command line gives them.
#[derive(Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Flags {
    dataset: Option<Dataset>,
    data_dir: Option<PathBuf>,
}

#[test]
fn a_wrong_value_is_shown_with_what_was_expected() {
    complains(&[
        (
            "dataset = \"cifar\"",
            "line 1",
            "`folder:DIR` or `zip:FILE`",
        ),
        ("dataset = \"folder:\"", "line 1", "`folder:DIR`"),
        ("dataset = \"points:\"", "line 1", "`points:FILE`"),
        ("dataset = \"ring8:0\"", "line 1", "ring8[:SIGMA]"),
        ("size = \"5x\"", "line 1", "`48x64`"),
        ("size = \"5x6x7\"", "line 1", "HEIGHTxWIDTH"),
        ("size = 64", "line 1", "expected a text in quotes"),
        ("flip = 1", "line 1", "expected a boolean"),
    ]);
}

/// Options out of their range, and what the message about them contains.
const OUT_OF_RANGE: &[(&str, [&str; 3])] = &[
    (
        "dataset = \"folder:x\"\nsize = \"0x5\"",
        ["--size ", "0", "1 to 4096"],
    ),
    (
        "dataset = \"zip:x\"\nsize = \"4097\"",
        ["--size ", "4097", "1 to 4096"],
    ),
    (
        "dataset = \"zip:x\"\nchannels = 5",
        ["--channels ", "5", "1 to 4"],
    ),
    (
        "dataset = \"zip:x\"\ndata-dir = \"y\"",
        ["--data-dir", "zip:x", "exclude"],
    ),
    (
        "dataset = \"ring8\"\nflip = true",
        ["--flip ", "ring8", "leave it out"],
    ),
    (
        "dataset = \"points:x.csv\"\narch = \"dcgan\"",
        ["--arch dcgan", "points:x.csv", "--arch mlp"],
    ),
    (
        "dataset = \"points:x.csv\"\nchannels = 1",
        ["--channels ", "folder:DIR", "zip:FILE"],
    ),
    (
        "dataset = \"ring8\"\ndata-dir = \"y\"",
        ["--data-dir", "ring8", "exclude"],
    ),
    ("arch = \"affine\"", ["--arch affine", "points", "ring8"]),
    ("size = \"5\"", ["--size ", "folder:DIR", "zip:FILE"]),
    ("channels = 3", ["--channels ", "folder:DIR", "zip:FILE"]),
    (
        "data-dir = \"y\"\nskip-bad = true",
        ["--skip-bad ", "folder:DIR", "zip:FILE"],
    ),
];

#[test]
fn values_out_of_range_name_flag_value_and_range() {
    refuses(OUT_OF_RANGE);
}

#[test]
fn a_data_set_replaces_the_one_below_and_its_path_becomes_absolute() {
    let here = std::env::current_dir().unwrap();
    let layered = |text: &str, flags: Flags| {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("gan.toml");
        fs::write(&path, text).unwrap();
        let config = Config::layered(None, Some(&path), &flags).unwrap();
        (config.dataset, config.data_dir)
    };
    let dataset = |text: &str| Flags {
        dataset: Some(text.parse().unwrap()),
        ..Flags::default()
    };
    let directory = || Flags {
        data_dir: Some("idx".into()),
        ..Flags::default()
    };
    let old = "data-dir = \"old\"";
    let folder = Dataset::Folder(here.join("a"));
    assert_eq!(layered(old, dataset("folder:a")), (folder, None));
    let zip = Dataset::Zip(here.join("b.zip"));
    assert_eq!(
        layered("dataset = \"zip:b.zip\"", Flags::default()),
        (zip, None)
    );
    assert_eq!(layered(old, dataset("mnist")), (Dataset::Mnist, None));
    let idx = (Dataset::Mnist, Some(here.join("idx")));
    assert_eq!(layered("dataset = \"zip:b.zip\"", directory()), idx);
    assert_eq!(layered("", directory()), idx);
}

/// Points bring their own defaults, unless another layer takes them away again.
#[test]
fn points_decide_the_defaults() {
    let parsed = |text| Config::parse(text, "text").unwrap();
    let ring: Dataset = "ring8".parse().unwrap();
    let points = parsed("dataset = \"ring8\"");
    assert_eq!(points, Config::of_data(Arch::Mlp, ring.clone()));
    assert_ne!(points.batch, Config::default().batch);
    let affine = parsed("dataset = \"point-mass:1,2,3\"\narch = \"affine\"\nbatch = 7");
    assert_eq!((affine.latent_dim, affine.batch), (3, 7));
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("gan.toml");
    fs::write(&path, "dataset = \"ring8\"").unwrap();
    let layered = |flags: &Flags| Config::layered(None, Some(&path), flags).unwrap();
    assert_eq!(layered(&Flags::default()), points);
    let mnist = Flags {
        dataset: Some(Dataset::Mnist),
        ..Flags::default()
    };
    assert_eq!(layered(&mnist), Config::default());
    let idx = Flags {
        data_dir: Some("idx".into()),
        ..Flags::default()
    };
    assert_eq!(layered(&idx).batch, Config::default().batch);
    let mut endless = parsed("dataset = \"ring8\"\nepochs = 3");
    let error = endless.resolve_length(1 << 31).unwrap_err().to_string();
    assert!(
        error.contains("--epochs is 3") && error.contains("--steps"),
        "{error}"
    );
}

#[test]
fn every_data_set_survives_its_file() {
    for text in [
        "mnist",
        "folder:/data \"x\" é:y",
        "zip:/a.zip",
        "points:/a b.csv",
        "ring8",
        "gaussian:-1.5,0.25",
        "point-mass:1.0,2.0",
    ] {
        let config = Config::of_data(Arch::Mlp, text.parse().unwrap());
        assert_eq!(config.dataset.to_string(), text);
        let file = config.to_toml().unwrap();
        assert_eq!(Config::parse(&file, "text").unwrap(), config, "{file}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_toml_cannot_express_is_an_error() {
    use std::os::unix::ffi::OsStringExt;
    let flags = Flags {
        data_dir: Some(std::ffi::OsString::from_vec(vec![b'/', 0xff]).into()),
        ..Flags::default()
    };
    let error = Config::layered(None, None, &flags).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("UTF-8"), "{error}");
}
