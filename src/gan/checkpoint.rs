//! What of a game belongs into a checkpoint, and under which names.

use serde_json::json;

use super::{Gan, arch::Architecture};
use crate::Result;
use crate::nn::{Network, Planes};
use crate::plan::{Contents, Executor, Plan, Tensor};

/// A tensor with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub name: String,
    pub shape: Vec<usize>,
    pub contents: Contents,
}

/// The state of a game, complete: what is not in here is recomputed from the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The weights of the networks, in PyTorch's names and layouts.
    pub model: Vec<Entry>,
    /// Moments, rates, clock, guard and metrics ring.
    pub optimizer: Vec<Entry>,
}

/// The tensors of a snapshot's model, with PyTorch's order of those that have another one.
pub fn model(gan: &Gan) -> Vec<(Tensor, Option<Planes>)> {
    let networks = [&gan.generator.network, &gan.critic.network].into_iter();
    networks
        .chain(&gan.generator_ema)
        .flat_map(|network| network.state())
        .collect()
}

/// The tensors of the rest of a snapshot.
pub fn rest(gan: &Gan) -> Vec<(Tensor, Option<Planes>)> {
    let mut rest = vec![gan.clock, gan.guard, gan.metrics];
    for player in [&gan.generator, &gan.critic] {
        rest.push(player.optimizer.rates);
        let moments = player.optimizer.moments.iter();
        rest.extend(moments.flat_map(|moment| moment.parts.clone()));
    }
    rest.into_iter().map(|tensor| (tensor, None)).collect()
}

/// Reads a tensor in PyTorch's order.
pub(crate) fn read(
    executor: &mut dyn Executor,
    tensor: Tensor,
    planes: Option<Planes>,
) -> Result<Contents> {
    Ok(match (executor.read(tensor)?, planes) {
        (Contents::F32(values), Some(planes)) => Contents::F32(planes.to_torch(&values)),
        (contents, _) => contents,
    })
}

/// Writes the tensors from entries of the same names, in whatever order those are.
///
/// # Panics
/// Where an entry is missing: names and shapes are compared before.
pub fn restore(
    plan: &Plan,
    executor: &mut dyn Executor,
    tensors: &[(Tensor, Option<Planes>)],
    entries: &[Entry],
) -> Result<()> {
    for (tensor, planes) in tensors {
        let name = &plan.info(*tensor).name;
        let entry = entries.iter().find(|entry| entry.name == *name);
        let entry = entry.unwrap_or_else(|| panic!("no entry {name}"));
        write(executor, *tensor, *planes, &entry.contents)?;
    }
    Ok(())
}

/// Writes a tensor that is given in PyTorch's order.
pub(crate) fn write(
    executor: &mut dyn Executor,
    tensor: Tensor,
    planes: Option<Planes>,
    contents: &Contents,
) -> Result<()> {
    match (contents, planes) {
        (Contents::F32(values), Some(planes)) => {
            executor.write(tensor, &Contents::F32(planes.from_torch(values)))
        }
        _ => executor.write(tensor, contents),
    }
}

/// The text under the one metadata key of a model file: both stacks of modules, and the shapes
/// that they map between.
pub fn metadata(architecture: &Architecture, generator: &Network, critic: &Network) -> String {
    json!({
        "format": "gpugan model",
        "latent_dim": architecture.latent_dim,
        "image_shape_hwc": architecture.shape,
        "generator": generator.modules(),
        "critic": critic.modules(),
    })
    .to_string()
}
