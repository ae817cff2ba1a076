//! Pictures and data sets that cannot be learned, and what is said about them.

use super::pictures::{place, train};
use super::*;

#[test]
fn broken_pictures_are_named_or_counted() {
    let place = place();
    fs::write(place.path("pictures/1/broken.jpg"), b"<html>").unwrap();
    let data = ["--dataset", "folder:pictures", "--steps", "5"];
    train(&place, &data).fails(5, &["broken.jpg", "PNG or JPEG"]);
    assert!(!place.path("runs").exists());
    let outcome = train(
        &place,
        &[&data[..], &["--skip-bad", "--out", "run"]].concat(),
    )
    .succeeds();
    for part in ["warning: ", "1 of 13", "broken.jpg", "12 images"] {
        assert!(outcome.stderr.contains(part), "{part}: {outcome:?}");
    }
    assert!(place.text("run/log.txt").contains("1 of 13"));
    let plan = ["plan", "--device", "cpu", "--batch", "4", "--skip-bad"];
    let outcome = place.run([&plan[..], &data[..2]].concat()).succeeds();
    assert!(outcome.stderr.contains("1 of 13"), "{outcome:?}");
}

#[test]
fn data_sets_that_cannot_be_are_refused_in_a_sentence() {
    let place = place();
    for (arguments, code, parts) in [
        (
            &["--dataset", "cifar"][..],
            2,
            &["'cifar'", "mnist", "folder:DIR", "zip:FILE"][..],
        ),
        (&["--dataset", "folder:"], 2, &["'folder:'", "folder:DIR"]),
        (
            &["--dataset", "folder:nowhere"],
            5,
            &["nowhere", "does not exist"],
        ),
        (
            &["--dataset", "zip:pictures"],
            5,
            &["pictures", "folder:DIR"],
        ),
        (
            &["--dataset", "folder:pictures.zip"],
            5,
            &["pictures.zip", "zip:FILE"],
        ),
        (&["--dataset", "folder:data"], 5, &["data", "no images"]),
        (
            &["--dataset", "folder:pictures", "--batch", "13"],
            5,
            &["12 images", "--batch 12"],
        ),
        (
            &["--dataset", "folder:pictures", "--size", "5y5"],
            2,
            &["5y5", "48x64"],
        ),
        (
            &["--dataset", "folder:pictures", "--size", "0"],
            2,
            &["--size is 0", "1 to 4096"],
        ),
        (
            &["--dataset", "folder:pictures", "--channels", "5"],
            2,
            &["--channels is 5"],
        ),
        (
            &["--dataset", "folder:pictures", "--data-dir", "data"],
            2,
            &["exclude"],
        ),
        (&["--size", "5"], 2, &["--size", "folder:DIR"]),
        (
            &["--data-dir", "data", "--channels", "1"],
            2,
            &["--channels", "folder:DIR"],
        ),
        (&["--skip-bad"], 2, &["--skip-bad", "folder:DIR"]),
    ] {
        train(&place, &[&["--steps", "1"], arguments].concat()).fails(code, parts);
    }
    assert!(!place.path("runs").exists());
    let help = place.run(["train", "--help"]).succeeds().stdout;
    for flag in [
        "--dataset",
        "folder:DIR",
        "--size",
        "--channels",
        "--skip-bad",
        "--flip",
    ] {
        assert!(help.contains(flag), "{flag}: {help}");
    }
}
