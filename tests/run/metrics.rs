//! `metrics.jsonl`: whole lines, and a resumed run that writes what an uninterrupted one writes.

use std::fs;
use std::path::Path;

use gpugan::run::metrics::{Record, Writer, read};

pub fn record(step: u64) -> Record {
    Record {
        step,
        images: 128 * step,
        loss_critic: 0.5,
        loss_generator: 1.0 + step as f64,
        p_real: 0.25,
        p_fake: 0.125,
        accuracy: 1.0,
        score_real: 1.5,
        score_fake: -2.0,
        bound: -0.75,
        penalty: 0.25,
        gradient_norm: 1.5,
        nonfinite: 0,
        images_per_s: 1e4,
        wall_s: 0.5,
    }
}

fn write(writer: &mut Writer, steps: std::ops::Range<u64>) {
    for step in steps {
        writer.write(&record(step)).unwrap();
    }
}

fn fresh(path: &Path, steps: std::ops::Range<u64>) -> u64 {
    let mut writer = Writer::create(path).unwrap();
    write(&mut writer, steps);
    writer.sync().unwrap()
}

#[test]
fn each_line_is_an_object_with_the_timings_last() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("metrics.jsonl");
    let bytes = fresh(&path, 0..3);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(bytes, text.len() as u64);
    let expected = "{\"step\":1,\"images\":128,\"loss_critic\":0.5,\"loss_generator\":2.0,\
        \"p_real\":0.25,\"p_fake\":0.125,\"accuracy\":1.0,\"score_real\":1.5,\
        \"score_fake\":-2.0,\"bound\":-0.75,\"penalty\":0.25,\"gradient_norm\":1.5,\"nonfinite\":0,\"images_per_s\":10000.0,\"wall_s\":0.5}";
    assert_eq!(text.lines().nth(1), Some(expected));
    assert_eq!(read(&path).unwrap(), [record(0), record(1), record(2)]);
    assert!(
        Writer::create(&path).is_err(),
        "a run's metrics must not be begun twice"
    );
}

#[test]
fn what_is_not_finite_is_null() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("metrics.jsonl");
    let mut writer = Writer::create(&path).unwrap();
    let mut diverged = record(1);
    (diverged.loss_critic, diverged.loss_generator) = (f64::NAN, f64::INFINITY);
    writer.write(&diverged).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("\"loss_critic\":null,\"loss_generator\":null"),
        "{text}"
    );
    let found = &read(&path).unwrap()[0];
    assert!(found.loss_critic.is_nan() && found.loss_generator.is_nan());
    assert_eq!(found.p_real, 0.25);
}

#[test]
fn a_resumed_file_equals_an_uninterrupted_one() {
    let place = tempfile::tempdir().unwrap();
    let (straight, resumed) = (place.path().join("straight"), place.path().join("resumed"));
    fresh(&straight, 0..6);
    let at_checkpoint = fresh(&resumed, 0..3);
    // Lines after the checkpoint and a torn one: all of them are written anew.
    let mut lost = fs::read(&straight).unwrap();
    lost.truncate(lost.len() - 5);
    fs::write(&resumed, lost).unwrap();
    let (mut writer, warning) = Writer::resume(&resumed, at_checkpoint).unwrap();
    assert_eq!(warning, None);
    write(&mut writer, 3..6);
    assert_eq!(fs::read(&resumed).unwrap(), fs::read(&straight).unwrap());
}

#[test]
fn a_torn_line_never_survives() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("metrics.jsonl");
    let bytes = fresh(&path, 0..2);
    let whole = fs::read(&path).unwrap();
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let kept = usize::from(length >= first);
        assert_eq!(read(&path).unwrap().len(), kept);
        let (mut writer, warning) = Writer::resume(&path, bytes).unwrap();
        assert!(warning.unwrap().contains("lost lines"));
        write(&mut writer, 1..2);
        assert_eq!(read(&path).unwrap().len(), kept + 1);
    }
    fs::remove_file(&path).unwrap();
    assert!(Writer::resume(&path, bytes).unwrap().1.is_some());
}

#[test]
fn a_line_that_is_no_record_is_named() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("metrics.jsonl");
    fresh(&path, 0..1);
    let text = fs::read_to_string(&path).unwrap() + "{\"step\": 1}\n";
    fs::write(&path, text).unwrap();
    let error = read(&path).unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
}
