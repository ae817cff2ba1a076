//! What of a game belongs into a checkpoint, and under which names.

use serde_json::json;

use super::{Gan, arch::Architecture};
use crate::nn::Network;
use crate::plan::{Contents, Tensor};

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
    /// The weights of both networks, in PyTorch's names and layouts.
    pub model: Vec<Entry>,
    /// Moments, rates, clock, guard and metrics ring.
    pub optimizer: Vec<Entry>,
}

/// The tensors of a snapshot: model, and the rest.
pub fn names(gan: &Gan) -> (Vec<Tensor>, Vec<Tensor>) {
    let players = [&gan.generator, &gan.critic];
    let model = players
        .iter()
        .flat_map(|player| player.network.parameter_tensors.clone());
    let mut rest = vec![gan.clock, gan.guard, gan.metrics];
    for player in players {
        rest.push(player.optimizer.rates);
        let moments = player.optimizer.moments.iter();
        rest.extend(moments.flat_map(|moment| moment.parts.clone()));
    }
    (model.collect(), rest)
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
