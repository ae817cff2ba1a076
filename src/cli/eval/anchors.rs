//! What stands beside a Parzen score: as many windows on training images, and on centres of k-means. Both
//! depend on the data alone and the latter takes minutes, so that they are kept in the cache.

use std::path::PathBuf;

use gpugan::eval::Points;
use gpugan::eval::parzen::{Protocol, ROUNDS, Score, centres, score};
use gpugan::run::atomic;
use gpugan::run::log::to_stderr;
use gpugan::run::variants::cache_directory;
use gpugan::{Error, Result};
use serde::{Deserialize, Serialize};

use super::images::Splits;

/// Of the centres that k-means begins with.
const SEED: u64 = 0;

/// To be raised when what is computed changes.
const VERSION: u32 = 1;

#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Anchors {
    pub training_images: Score,
    pub k_means: Score,
}

/// The anchors for so many windows.
///
/// # Errors
/// `Error::Data` where there are fewer training images than that.
pub fn of(protocol: Protocol, splits: &Splits, windows: usize) -> Result<Anchors> {
    let [train, validation] = splits.train(protocol);
    let windows = windows.min(train.len());
    let place = cache_directory().map(|place| place.join(name(protocol, splits, windows)));
    if let Some(known) = place.as_ref().and_then(read) {
        return Ok(known);
    }
    to_stderr(&format!(
        "computing the anchors once: {windows} training images, and as many centres by {ROUNDS} rounds of \
         k-means on {}",
        train.len()
    ));
    let of = |samples| score(protocol, samples, validation, splits.test());
    let training_images = of(train.slice(0, windows));
    let clusters = centres(train, windows, SEED);
    let k_means = of(Points::new(&clusters.centres, train.dims()));
    let anchors = Anchors {
        training_images,
        k_means,
    };
    if let Some(place) = place {
        keep(&place, &anchors)?;
    }
    Ok(anchors)
}

fn name(protocol: Protocol, splits: &Splits, windows: usize) -> String {
    let protocol = match protocol {
        Protocol::Goodfellow => "goodfellow",
        Protocol::FGan => "f-gan",
    };
    format!("parzen-{VERSION}-{protocol}-{windows}-{}.json", splits.name)
}

fn read(place: &PathBuf) -> Option<Anchors> {
    serde_json::from_slice(&std::fs::read(place).ok()?).ok()
}

fn keep(place: &std::path::Path, anchors: &Anchors) -> Result<()> {
    let text = serde_json::to_string(anchors);
    let text = text.map_err(|e| Error::Runtime(format!("the anchors have no JSON form: {e}")))?;
    // Without a cache the next process computes them again, which is no reason to stop.
    let _ = place.parent().map(std::fs::create_dir_all);
    let _ = atomic::write(place, text.as_bytes());
    Ok(())
}
