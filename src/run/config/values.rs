//! The options that are neither a number nor a plain text.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The pair of networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Arch {
    /// Dense layers only.
    Mlp,
    /// Dense layers with maxout units and dropout in the critic (Goodfellow et al. 2014).
    Maxout,
    /// Convolutions with batch normalisation (Radford et al. 2016), for images of any size.
    Dcgan,
    /// A generator that only scales and shifts each number of a latent.
    Affine,
    /// A generator that is an increasing function, for data of one number.
    Monotone,
}

/// The update rule of both networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    Adam,
    Sgd,
    Rmsprop,
}

/// What a loss or a gradient that is not finite does to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum OnNan {
    Stop,
    Ignore,
}

/// Whether the variants of kernels are measured on the device before the first step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Tune {
    /// What is not known yet is measured, for about three seconds at most.
    Auto,
    /// Each takes what suits its kind of device.
    Off,
}

impl Arch {
    /// The name that flags, files and directories use.
    pub fn name(self) -> &'static str {
        match self {
            Arch::Mlp => "mlp",
            Arch::Maxout => "maxout",
            Arch::Dcgan => "dcgan",
            Arch::Affine => "affine",
            Arch::Monotone => "monotone",
        }
    }
}

/// How weights begin: `torch` or `normal:SIGMA`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Init {
    /// As PyTorch's layers begin: uniform with bound 1/√(inputs).
    Torch,
    /// Normal with mean 0 and this standard deviation; biases 0.
    Normal(f64),
}

impl FromStr for Init {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sigma = text.strip_prefix("normal:").map(str::parse);
        match (text, sigma) {
            ("torch", _) => Ok(Init::Torch),
            (_, Some(Ok(sigma))) => Ok(Init::Normal(sigma)),
            _ => Err(format!(
                "init '{text}' is unknown, expected `torch` or `normal:SIGMA` such as `normal:0.02`"
            )),
        }
    }
}

impl TryFrom<String> for Init {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Init> for String {
    fn from(init: Init) -> String {
        match init {
            Init::Torch => "torch".into(),
            Init::Normal(sigma) => format!("normal:{sigma:?}"),
        }
    }
}

/// The number that a run's randomness begins with: any `u64`.
///
/// TOML's integers end at 2⁶³ − 1, so greater seeds are written as text; both forms are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seed(pub u64);

const SEED_RANGE: &str = "a whole number from 0 to 18446744073709551615";

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Seed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seed = text.parse().map(Seed);
        seed.map_err(|_| format!("seed '{text}' is not {SEED_RANGE}"))
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0) {
            Ok(small) => serializer.serialize_i64(small),
            Err(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Seed;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(SEED_RANGE)
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Seed, E> {
                Ok(Seed(value))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Seed, E> {
                let seed = u64::try_from(value).map(Seed);
                seed.map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Seed, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
