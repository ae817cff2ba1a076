//! Between the tensors of the engine and those of checkpoint files: the one place that knows both.

use gpugan::gan::checkpoint::{self, Entry, Snapshot};
use gpugan::gan::{Gan, Sampler, Scorer};
use gpugan::nn::Planes;
use gpugan::plan::{Contents, DType, Plan, Tensor};
use gpugan::run::checkpoint::{ElementType, NamedTensor, TensorData, TensorSpec};

/// Tensors as a file keeps them.
///
/// # Panics
/// For bytes: only the data set is of bytes, and it is not part of a checkpoint.
pub fn to_file(entries: Vec<Entry>) -> Vec<NamedTensor> {
    let named = |entry: Entry| NamedTensor {
        name: entry.name,
        shape: entry.shape,
        data: match entry.contents {
            Contents::F32(values) => TensorData::F32(values),
            Contents::U32(values) => TensorData::U32(values),
            Contents::U8(_) => panic!("checkpoints hold no bytes"),
        },
    };
    entries.into_iter().map(named).collect()
}

/// Tensors as the engine takes them.
pub fn from_file(tensors: Vec<NamedTensor>) -> Vec<Entry> {
    let entry = |tensor: NamedTensor| Entry {
        name: tensor.name,
        shape: tensor.shape,
        contents: match tensor.data {
            TensorData::F32(values) => Contents::F32(values),
            TensorData::U32(values) => Contents::U32(values),
        },
    };
    tensors.into_iter().map(entry).collect()
}

/// A snapshot from the two files of a checkpoint.
pub fn snapshot(model: Vec<NamedTensor>, optimizer: Vec<NamedTensor>) -> Snapshot {
    Snapshot {
        model: from_file(model),
        optimizer: from_file(optimizer),
    }
}

/// What the model file and the optimiser file of a game must hold.
pub fn specs(gan: &Gan) -> (Vec<TensorSpec>, Vec<TensorSpec>) {
    let (model, rest) = (checkpoint::model(gan), checkpoint::rest(gan));
    (specs_of(&gan.plan, &model), specs_of(&gan.plan, &rest))
}

/// What of the model file a sampler needs.
pub fn generator_specs(sampler: &Sampler) -> Vec<TensorSpec> {
    specs_of(&sampler.plan, &sampler.generator.state())
}

/// What of the model file a scorer needs.
pub fn critic_specs(scorer: &Scorer) -> Vec<TensorSpec> {
    specs_of(&scorer.plan, &scorer.critic.state())
}

fn specs_of(plan: &Plan, tensors: &[(Tensor, Option<Planes>)]) -> Vec<TensorSpec> {
    let spec = |(tensor, _): &(Tensor, _)| {
        let info = plan.info(*tensor);
        TensorSpec {
            name: info.name.clone(),
            shape: info.shape.clone(),
            element: match info.dtype {
                DType::U32 => ElementType::U32,
                DType::F32 | DType::U8 => ElementType::F32,
            },
        }
    };
    tensors.iter().map(spec).collect()
}
