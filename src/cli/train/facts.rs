//! `run.json`: what a run was made of, for people and for whoever continues it.

use std::time::{SystemTime, UNIX_EPOCH};

use gpugan::data;
use gpugan::gan::Gan;
use gpugan::plan::DeviceInfo;
use gpugan::run::RunDirectory;
use gpugan::run::atomic;
use gpugan::run::config::Seed;
use gpugan::run::variants::Variants;
use gpugan::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The contents of `run.json`.
#[derive(Debug, Serialize)]
pub struct Facts {
    version: &'static str,
    seed: Seed,
    data: Data,
    parameters: Parameters,
    #[serde(flatten)]
    launch: Launch,
}

#[derive(Debug, Serialize)]
struct Data {
    name: String,
    /// Samples; absent where they are drawn without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<usize>,
    /// Height, width, channels; of points 1, 1, coordinates.
    shape: [usize; 3],
    /// Of all pixels or coordinates, or of the name of a distribution.
    sha256: String,
}

#[derive(Debug, Serialize)]
struct Parameters {
    generator: usize,
    critic: usize,
}

/// One start of the process: the first one, or one with --resume.
#[derive(Clone, Debug, Serialize)]
struct Launch {
    /// Seconds since 1970.
    started: u64,
    device: DeviceInfo,
    /// What calls with several variants ran as, where --tune chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<Variants>,
    /// As it was typed.
    argv: Vec<String>,
}

impl Facts {
    pub fn new(
        data: &data::Data,
        gan: &Gan,
        device: &DeviceInfo,
        variants: Option<Variants>,
    ) -> Facts {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let argv = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
        Facts {
            version: env!("CARGO_PKG_VERSION"),
            seed: Seed(gan.settings.seed),
            data: Data {
                name: data.name().to_string(),
                images: data.finite(),
                shape: data.shape(),
                sha256: data.checksum().to_string(),
            },
            parameters: Parameters {
                generator: gan.generator.network.parameter_count(),
                critic: gan.critic.network.parameter_count(),
            },
            launch: Launch {
                started: now.map_or(0, |since| since.as_secs()),
                device: device.clone(),
                variants,
                argv: argv.collect(),
            },
        }
    }

    /// Writes the file of a new run.
    ///
    /// # Errors
    /// `Error::Runtime` where it cannot be written.
    pub fn write(&self, run: &RunDirectory) -> Result<()> {
        write(run, self)
    }

    /// Adds to the file of a run that goes on from `step`.
    ///
    /// # Errors
    /// `Error::Checkpoint` where the file cannot be read, `Error::Runtime` where it cannot be
    /// written.
    pub fn append(&self, run: &RunDirectory, step: u64) -> Result<()> {
        let mut facts = read(run)?;
        let mut launch = serde_json::json!(self.launch);
        launch["step"] = step.into();
        launch["version"] = self.version.into();
        match &mut facts["resumed"] {
            Value::Array(launches) => launches.push(launch),
            other => *other = Value::Array(vec![launch]),
        }
        write(run, &facts)
    }
}

/// Refuses a data set other than that of the run.
///
/// # Errors
/// `Error::Checkpoint` that tells both checksums, or that the file cannot be read.
pub fn require_data(run: &RunDirectory, data: &data::Data) -> Result<()> {
    let facts = read(run)?;
    match facts["data"]["sha256"].as_str() {
        Some(sum) if sum == data.checksum() => Ok(()),
        sum => Err(Error::Checkpoint(format!(
            "the run '{}' learned a data set whose contents have the SHA-256 {}, but those of {} \
             have {}; give it its own data or begin a new run",
            run.root().display(),
            sum.unwrap_or("(missing in run.json)"),
            data.name(),
            data.checksum()
        ))),
    }
}

/// The variants of every start of a run, in order. What cannot be read is none: they only decide the
/// last digits.
pub fn variants(run: &RunDirectory) -> Vec<Variants> {
    let facts = read(run).unwrap_or_default();
    let resumed = facts["resumed"].as_array();
    let launches = std::iter::once(&facts).chain(resumed.into_iter().flatten());
    let found = launches.filter_map(|launch| Variants::deserialize(&launch["variants"]).ok());
    found.collect()
}

fn read(run: &RunDirectory) -> Result<Value> {
    let path = run.facts();
    let failed = |what: String| {
        Error::Checkpoint(format!("cannot continue, as '{}' {what}", path.display()))
    };
    let text = std::fs::read_to_string(&path).map_err(|e| failed(format!("is unreadable: {e}")))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(facts)) => Ok(Value::Object(facts)),
        Ok(_) => Err(failed("is not a JSON object".to_string())),
        Err(e) => Err(failed(format!("is damaged: {e}"))),
    }
}

fn write(run: &RunDirectory, facts: &impl Serialize) -> Result<()> {
    let runtime = |e: &dyn std::fmt::Display| Error::Runtime(e.to_string());
    let text = serde_json::to_string_pretty(facts).map_err(|e| runtime(&e))? + "\n";
    atomic::write(&run.facts(), text.as_bytes()).map_err(|e| runtime(&e))
}
