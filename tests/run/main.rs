//! The files of a run: options, directory, checkpoints and metrics, whole and damaged.

mod checkpoint;
mod config;
mod crash;
mod damage;
mod dataset;
mod directory;
mod metrics;
mod variants;

use std::collections::BTreeMap;
use std::path::Path;

use gpugan::run::Config;
use gpugan::run::checkpoint::{NamedTensor, State, TensorData, save};

/// The names of a directory's entries, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn tensor(name: &str, shape: &[usize], data: TensorData) -> NamedTensor {
    NamedTensor {
        name: name.into(),
        shape: shape.into(),
        data,
    }
}

/// Two layers whose values tell the step.
fn model(step: u64) -> Vec<NamedTensor> {
    let values = |n: usize| TensorData::F32((0..n).map(|i| i as f32 + step as f32).collect());
    vec![
        tensor("generator.0.weight", &[5, 3], values(15)),
        tensor("critic.0.bias", &[7], values(7)),
        tensor("generator.0.bias", &[5], values(5)),
    ]
}

fn optimizer(step: u64) -> Vec<NamedTensor> {
    let moments = TensorData::F32(vec![f32::MIN_POSITIVE, -0.0, step as f32]);
    vec![
        tensor("generator.m", &[3], moments),
        tensor("generator.t", &[], TensorData::U32(vec![step as u32])),
    ]
}

fn state(step: u64) -> State {
    State {
        step,
        images: 128 * step,
        seed: u64::MAX,
        streams: BTreeMap::from([("latent".into(), 2 * step), ("data".into(), 128 * step)]),
        config: Config::default().to_toml().unwrap(),
        metrics_bytes: 10 * step,
    }
}

const METADATA: &str = r#"{"generator":["dense"],"critic":["dense"]}"#;

/// Saves the checkpoint of a step in a run's `checkpoints`.
fn save_step(directory: &Path, step: u64) -> std::path::PathBuf {
    save(
        directory,
        &state(step),
        &model(step),
        METADATA,
        &optimizer(step),
    )
    .unwrap()
}
