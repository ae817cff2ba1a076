//! A classifier as a safetensors file, and the one that is built in.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{CLASSES, FEATURES, Reader, SHAPE};
use crate::gan::checkpoint::Entry;
use crate::plan::Contents;
use crate::run::checkpoint::{
    ElementType, NamedTensor, TensorData, TensorSpec, decode, encode, expect, refuse_nonfinite,
};
use crate::{Error, Result};

/// What stands in the file beside the tensors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    pub format: String,
    /// Of gpugan.
    pub version: String,
    /// What made it.
    pub command: String,
    pub seed: u64,
    pub epochs: u64,
    pub batch: usize,
    /// Of the first step.
    pub lr: f64,
    /// Test images that it tells right, and how many there are.
    pub right: usize,
    pub of: usize,
    pub image_shape_hwc: [usize; 3],
    pub classes: usize,
    pub features: usize,
    /// Of the equivalent torch.nn.Sequential.
    pub modules: serde_json::Value,
}

impl Metadata {
    const FORMAT: &str = "gpugan classifier";

    /// With what is the same of every classifier filled in.
    pub fn new(settings: &super::Settings, command: String, right: usize, of: usize) -> Metadata {
        Metadata {
            format: Self::FORMAT.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            command,
            seed: settings.seed,
            epochs: settings.epochs,
            batch: settings.batch,
            lr: settings.lr,
            right,
            of,
            image_shape_hwc: SHAPE,
            classes: CLASSES,
            features: FEATURES,
            modules: modules(&Reader::new(1)),
        }
    }
}

/// What `gpugan eval` measures digits with: the command that made it stands in its metadata.
const EMBEDDED: &[u8] = include_bytes!("../../assets/classifier/mnist.safetensors");

/// The classifier that is built in.
///
/// # Errors
/// [`Error::Checkpoint`] if the embedded bytes are damaged.
pub fn embedded() -> Result<Saved> {
    Saved::from_bytes(EMBEDDED, "the built-in classifier")
}

fn modules(reader: &Reader) -> serde_json::Value {
    serde_json::to_value(reader.network.modules()).expect("modules have a JSON form")
}

/// A classifier that was read from a file.
#[derive(Clone, Debug)]
pub struct Saved {
    pub metadata: Metadata,
    /// In PyTorch's names and layouts.
    pub state: Vec<Entry>,
    /// SHA-256 of the file, in hexadecimal.
    pub checksum: String,
}

impl Saved {
    /// The bytes of a file with this state.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] for tensors that are none.
    pub fn to_bytes(metadata: &Metadata, state: &[Entry]) -> Result<Vec<u8>> {
        let named = |entry: &Entry| NamedTensor {
            name: entry.name.clone(),
            shape: entry.shape.clone(),
            data: match &entry.contents {
                Contents::F32(values) => TensorData::F32(values.clone()),
                other => panic!("weights are floats, not {other:?}"),
            },
        };
        let tensors: Vec<_> = state.iter().map(named).collect();
        let metadata = serde_json::to_string(metadata).expect("metadata have a JSON form");
        encode(&tensors, Some(&metadata))
    }

    /// From the bytes of a file, which `origin` stands for in errors.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] for bytes that are no classifier of this program's.
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Saved> {
        let (tensors, text) = decode(bytes, origin)?;
        let unknown =
            |what: String| Error::Checkpoint(format!("'{origin}' is no classifier: {what}"));
        let text = text.ok_or_else(|| unknown("it has no metadata".into()))?;
        let metadata: Metadata = serde_json::from_str(&text).map_err(|e| unknown(e.to_string()))?;
        let reader = Reader::new(1);
        if metadata.format != Metadata::FORMAT || metadata.modules != modules(&reader) {
            let message = "it has other layers than this version of gpugan; train it again with \
                           gpugan train-classifier";
            return Err(unknown(message.into()));
        }
        let spec = |(tensor, _)| TensorSpec {
            name: reader.plan.info(tensor).name.clone(),
            shape: reader.plan.info(tensor).shape.clone(),
            element: ElementType::F32,
        };
        let specs: Vec<_> = reader.network.state().into_iter().map(spec).collect();
        expect(origin, &tensors, &specs)?;
        refuse_nonfinite(origin, &tensors)?;
        let entry = |tensor: NamedTensor| Entry {
            name: tensor.name,
            shape: tensor.shape,
            contents: match tensor.data {
                TensorData::F32(values) => Contents::F32(values),
                TensorData::U32(values) => Contents::U32(values),
            },
        };
        let digest = Sha256::digest(bytes);
        Ok(Saved {
            metadata,
            state: tensors.into_iter().map(entry).collect(),
            checksum: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}
