//! The options that say what is learned: their forms, ranges and paths.

use std::fs;
use std::path::PathBuf;

use gpugan::run::Config;
use gpugan::run::config::Dataset;
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

#[test]
fn every_data_set_survives_its_file() {
    for text in ["mnist", "folder:/data \"x\" é:y", "zip:/a.zip"] {
        let config = Config {
            dataset: text.parse().unwrap(),
            ..Config::default()
        };
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
