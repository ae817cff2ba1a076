//! What distributions are called.

use std::fmt;
use std::str::FromStr;

use super::{Distribution, GRID_SIGMA, MOST_DIMS, RING_SIGMA};

/// Every form of a name, for messages.
pub const FORMS: &str = "ring8[:SIGMA], ring8-legacy[:SIGMA], grid25[:SIGMA], uniform, \
     gaussian:MU,SIGMA, x2, fgan-mix, swissroll, moons, spiral, point-mass:X[,Y...], line:THETA";

/// Larger numbers would overflow on the way through a network.
const MOST: f64 = 1e6;

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = |f: &mut fmt::Formatter<'_>, name, sigma: f64, default| {
            f.write_str(name)?;
            match sigma == default {
                true => Ok(()),
                false => write!(f, ":{sigma:?}"),
            }
        };
        match self {
            Distribution::Ring { sigma } => mode(f, "ring8", *sigma, RING_SIGMA),
            Distribution::LegacyRing { sigma } => mode(f, "ring8-legacy", *sigma, RING_SIGMA),
            Distribution::Grid { sigma } => mode(f, "grid25", *sigma, GRID_SIGMA),
            Distribution::Uniform => f.write_str("uniform"),
            Distribution::Gaussian { mean, sigma } => write!(f, "gaussian:{mean:?},{sigma:?}"),
            Distribution::Square => f.write_str("x2"),
            Distribution::FganMix => f.write_str("fgan-mix"),
            Distribution::SwissRoll => f.write_str("swissroll"),
            Distribution::Moons => f.write_str("moons"),
            Distribution::Spiral => f.write_str("spiral"),
            Distribution::PointMass { at } => {
                let numbers: Vec<_> = at.iter().map(|x| format!("{x:?}")).collect();
                write!(f, "point-mass:{}", numbers.join(","))
            }
            Distribution::Line { theta } => write!(f, "line:{theta:?}"),
        }
    }
}

impl Distribution {
    /// The distribution of this name; none where it is the name of something else.
    pub(crate) fn named(text: &str) -> Option<Result<Distribution, String>> {
        let (name, rest) = match text.split_once(':') {
            Some((name, rest)) => (name, Some(rest)),
            None => (text, None),
        };
        let form = FORMS
            .split(", ")
            .find(|form| form.split([':', '[']).next() == Some(name))?;
        let made = rest.map(numbers).transpose().and_then(|numbers| {
            let wrong = || {
                let condition = condition(form);
                format!("'{text}' is no distribution, expected {form}{condition}")
            };
            of_numbers(name, numbers.as_deref()).ok_or_else(wrong)
        });
        Some(made)
    }
}

/// What a form does not say by itself.
fn condition(form: &str) -> String {
    match form {
        _ if form.contains("SIGMA") => " with SIGMA > 0".to_string(),
        _ if form.contains("...") => format!(" with at most {MOST_DIMS} numbers"),
        _ if form.contains(':') => " with one number".to_string(),
        _ => " without numbers".to_string(),
    }
}

/// What a name and the numbers behind its colon stand for, if they go together.
fn of_numbers(name: &str, numbers: Option<&[f64]>) -> Option<Distribution> {
    let sigma = |default| match numbers {
        None => Some(default),
        Some([sigma]) if *sigma > 0.0 => Some(*sigma),
        Some(_) => None,
    };
    let given = numbers.unwrap_or(&[]);
    Some(match (name, given) {
        ("ring8", _) => Distribution::Ring {
            sigma: sigma(RING_SIGMA)?,
        },
        ("ring8-legacy", _) => Distribution::LegacyRing {
            sigma: sigma(RING_SIGMA)?,
        },
        ("grid25", _) => Distribution::Grid {
            sigma: sigma(GRID_SIGMA)?,
        },
        ("gaussian", &[mean, sigma]) if sigma > 0.0 => Distribution::Gaussian { mean, sigma },
        ("point-mass", at) if (1..=MOST_DIMS).contains(&at.len()) => {
            Distribution::PointMass { at: at.to_vec() }
        }
        ("line", &[theta]) => Distribution::Line { theta },
        ("uniform", []) => Distribution::Uniform,
        ("x2", []) => Distribution::Square,
        ("fgan-mix", []) => Distribution::FganMix,
        ("swissroll", []) => Distribution::SwissRoll,
        ("moons", []) => Distribution::Moons,
        ("spiral", []) => Distribution::Spiral,
        _ => return None,
    })
}

fn numbers(text: &str) -> Result<Vec<f64>, String> {
    let number = |text: &str| match text.trim().parse::<f64>() {
        Ok(number) if number.abs() <= MOST && (number == 0.0 || number.abs() >= 1.0 / MOST) => {
            Ok(number)
        }
        _ => Err(format!(
            "'{text}' is no number of a size from {:?} to {MOST:?}, or 0",
            1.0 / MOST
        )),
    };
    text.split(',').map(number).collect()
}

impl FromStr for Distribution {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || {
            Err(format!(
                "the distribution '{text}' is unknown, expected {FORMS}"
            ))
        };
        Distribution::named(text).unwrap_or_else(unknown)
    }
}
