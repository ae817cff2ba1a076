//! Random numbers against known answers, which were made without this crate.

use gpugan::plan::{Contents, Kernel, kernel};
use gpugan::threefry::{Stream, permute, stream_key, threefry2x32};
use serde_json::Value;

use crate::harness::{Case, Rig};

fn golden(what: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../golden/random.json")).unwrap();
    let rows = all[what].as_array().unwrap().clone();
    assert!(!rows.is_empty());
    rows
}

fn words(value: &Value) -> [u32; 2] {
    [0, 1].map(|at| u32::try_from(value[at].as_u64().unwrap()).unwrap())
}

fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn stream(value: &Value) -> Stream {
    match value.as_str().unwrap() {
        "data" => Stream::Data,
        "latent" => Stream::Latent,
        "sample" => Stream::Sample,
        "mix" => Stream::Mix,
        "dropout" => Stream::Dropout,
        "noise" => Stream::Noise,
        other => panic!("no stream {other}"),
    }
}

#[test]
fn threefry_gives_the_known_words() {
    for row in golden("threefry2x32") {
        let out = threefry2x32(words(&row["key"]), words(&row["counter"]));
        assert_eq!(out, words(&row["out"]));
    }
}

#[test]
fn streams_have_the_known_keys() {
    for row in golden("stream_key") {
        let key = stream_key(row["seed"].as_u64().unwrap(), stream(&row["stream"]));
        assert_eq!(key, words(&row["key"]), "{row}");
    }
}

fn draw(kernel: &'static Kernel, key: [u32; 2], draw: u32, len: usize) -> Vec<f64> {
    let mut clock = vec![0; 8];
    clock[3] = draw;
    let case = Case::new(kernel, "")
        .read("clock", Contents::U32(clock))
        .write("values", len)
        .set("key0", key[0])
        .set("key1", key[1])
        .set("counter", 3usize)
        .set("len", len)
        .extent(len, 1, 1);
    Rig::new(case).run().floats("values")
}

#[test]
fn draws_have_the_known_values() {
    for (what, kernel) in [
        ("normal", &kernel::RANDOM_NORMAL),
        ("uniform", &kernel::RANDOM_UNIFORM),
    ] {
        for row in golden(what) {
            let key = stream_key(row["seed"].as_u64().unwrap(), stream(&row["stream"]));
            let values = row["values"].as_array().unwrap();
            let drawn = draw(kernel, key, number(&row["draw"]), values.len());
            for (drawn, value) in drawn.iter().zip(values) {
                let value = value.as_f64().unwrap();
                assert!((drawn - value).abs() < 1e-14, "{what}: {drawn} {value}");
            }
            let other = draw(kernel, key, number(&row["draw"]) + 1, values.len());
            assert_ne!(drawn, other);
        }
    }
}

#[test]
fn normal_numbers_have_the_moments_of_a_normal() {
    let n = 100_001;
    let values = draw(&kernel::RANDOM_NORMAL, [1, 2], 0, n);
    let moment = |power| values.iter().map(|x: &f64| x.powi(power)).sum::<f64>() / n as f64;
    // Five standard deviations of the estimates: sqrt(var(x^p) / n).
    assert!(moment(1).abs() < 5.0 * (1.0 / n as f64).sqrt());
    assert!((moment(2) - 1.0).abs() < 5.0 * (2.0 / n as f64).sqrt());
    assert!((moment(4) - 3.0).abs() < 5.0 * (96.0 / n as f64).sqrt());
}

fn epoch_key(seed: u64, epoch: u64) -> [u32; 2] {
    let key = stream_key(seed, Stream::Data);
    threefry2x32(key, [epoch as u32, (epoch >> 32) as u32])
}

#[test]
fn the_order_of_the_data_is_the_known_one() {
    for row in golden("permute") {
        let (n, position) = (
            row["n"].as_u64().unwrap(),
            row["position"].as_u64().unwrap(),
        );
        let key = epoch_key(row["seed"].as_u64().unwrap(), position / n);
        assert_eq!(
            permute(key, n as u32, (position % n) as u32),
            number(&row["index"]),
            "{row}"
        );
    }
}

#[test]
fn every_epoch_is_a_permutation_of_its_own() {
    for n in [1, 2, 7, 10, 100, 60_000] {
        let mut orders = Vec::new();
        for epoch in [0, 1, 2, 1000] {
            let key = epoch_key(3, epoch);
            let order: Vec<u32> = (0..n).map(|at| permute(key, n, at)).collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert!(sorted.into_iter().eq(0..n), "{n} items, epoch {epoch}");
            orders.push(order);
        }
        orders.dedup();
        assert!(n < 10 || orders.len() == 4, "{n} items: epochs repeat");
    }
}
