//! `state.json`: where a run stood, and the seals over all three files of a checkpoint.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{MODEL, OPTIMIZER, failed};
use crate::error::{Error, Result};
use crate::run::config::Seed;

/// The form of the file. Greater numbers are written by later versions of gpugan.
const SCHEMA: u32 = 1;
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A state holds a few counters and one configuration.
const LONGEST_FILE: u64 = 4 << 20;

/// What stands in place of a text's own SHA-256 while that is computed.
const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Where a run stands, apart from its tensors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Generator updates so far.
    pub step: u64,
    /// Real images shown to the critic so far.
    pub images: u64,
    #[serde(with = "seed_as_text")]
    pub seed: u64,
    /// The next draw, or position, of every random stream, by the stream's name.
    pub streams: BTreeMap<String, u64>,
    /// The TOML form of the run's options.
    pub config: String,
    /// The length of `metrics.jsonl` that belongs to this checkpoint.
    pub metrics_bytes: u64,
}

/// JSON numbers above 2⁵³ lose digits in many readers.
mod seed_as_text {
    use super::Seed;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(seed: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(seed)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        Seed::deserialize(deserializer).map(|seed| seed.0)
    }
}

/// The length and the SHA-256 of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Seal {
    bytes: u64,
    sha256: String,
}

impl Seal {
    fn of(bytes: &[u8]) -> Self {
        Seal {
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        }
    }
}

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sealed {
    /// Over the text of the file with [`BLANK`] in this place, which is the first of its kind.
    sha256: String,
    schema: u32,
    version: String,
    #[serde(flatten)]
    pub(super) state: State,
    files: BTreeMap<String, Seal>,
}

/// What every schema has, so that a newer one can be named.
#[derive(Deserialize)]
struct Head {
    schema: u32,
    version: String,
}

impl Sealed {
    /// The text of the file for a state and the bytes of its tensor files.
    pub(super) fn text(state: &State, model: &[u8], optimizer: &[u8]) -> Result<String> {
        let sealed = Sealed {
            sha256: BLANK.into(),
            schema: SCHEMA,
            version: VERSION.into(),
            state: state.clone(),
            files: BTreeMap::from([
                (MODEL.into(), Seal::of(model)),
                (OPTIMIZER.into(), Seal::of(optimizer)),
            ]),
        };
        let text = serde_json::to_string_pretty(&sealed)
            .map_err(|e| Error::Checkpoint(format!("the state cannot be encoded: {e}")))?;
        let text = text + "\n";
        Ok(text.replacen(BLANK, &sha256(text.as_bytes()), 1))
    }

    /// Reads and verifies the file at `path`.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let invalid = |what: &str| {
            let shown = path.display();
            Error::Checkpoint(format!("'{shown}' {what}; use an earlier checkpoint"))
        };
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut bytes))
            .map_err(|e| failed("read", path, e))?;
        let text = match String::from_utf8(bytes) {
            Ok(text) if text.len() as u64 <= LONGEST_FILE => text,
            _ => return Err(invalid("is too long or not UTF-8 text")),
        };
        let damaged = |e: serde_json::Error| invalid(&format!("is damaged: {e}"));
        let head: Head = serde_json::from_str(&text).map_err(damaged)?;
        if head.schema != SCHEMA {
            return Err(Error::Checkpoint(format!(
                "'{}' (schema {}) was written by gpugan {}, this is {VERSION}, which reads schema \
                 {SCHEMA}; use that version",
                path.display(),
                head.schema,
                head.version
            )));
        }
        let sealed: Sealed = serde_json::from_str(&text).map_err(damaged)?;
        if sha256(text.replacen(&sealed.sha256, BLANK, 1).as_bytes()) != sealed.sha256 {
            return Err(invalid("is damaged: its SHA-256 is not the recorded one"));
        }
        Ok(sealed)
    }

    /// The bytes of a tensor file in `directory`, verified.
    pub(super) fn read_file(&self, directory: &Path, name: &str) -> Result<Vec<u8>> {
        let path = directory.join(name);
        let damaged = |what: String| {
            let shown = path.display();
            Error::Checkpoint(format!(
                "'{shown}' is damaged: {what}; use an earlier checkpoint"
            ))
        };
        let Some(seal) = self.files.get(name) else {
            return Err(damaged("state.json does not vouch for it".into()));
        };
        // The length first: a damaged file may claim more than the memory holds.
        let length = fs::metadata(&path)
            .map_err(|e| failed("read", &path, e))?
            .len();
        if length != seal.bytes {
            let recorded = seal.bytes;
            return Err(damaged(format!(
                "it has {length} bytes, not the recorded {recorded}"
            )));
        }
        let bytes = fs::read(&path).map_err(|e| failed("read", &path, e))?;
        if sha256(&bytes) != seal.sha256 {
            return Err(damaged("its SHA-256 is not the recorded one".into()));
        }
        Ok(bytes)
    }
}

/// SHA-256 in lower-case hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_is_that_of_fips_180() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), expected);
    }
}
