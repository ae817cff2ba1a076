//! A map as it is typed: a name, and after a colon what the map needs to know. Tables are files, which
//! the caller reads.

use super::{Function, MOST_CATEGORIES, Map};
use crate::error::{Error, Result};
use crate::random::Latent;

/// Name, the numbers that may follow, and what they are where they are not given.
const WITH_NUMBERS: [(&str, &[&str], [f64; 2]); 6] = [
    ("exponential", &["RATE"], [1.0, 0.0]),
    ("logistic", &["LOCATION", "SCALE"], [0.0, 1.0]),
    ("cauchy", &["LOCATION", "SCALE"], [0.0, 1.0]),
    ("gaussian", &["MEAN", "DEVIATION"], [0.0, 1.0]),
    ("box-muller", &["MEAN", "DEVIATION"], [0.0, 1.0]),
    ("weibull", &["SHAPE", "SCALE"], [1.0, 1.0]),
];

const FUNCTIONS: [(&str, Function); 3] = [
    ("square", Function::Square),
    ("exp", Function::Exp),
    ("abs", Function::Abs),
];

const BASES: [(&str, Latent); 2] = [("normal", Latent::Normal), ("uniform", Latent::Uniform)];

/// Numbers whose powers and quotients stay within f32.
const LARGEST: f64 = 1e6;
const SMALLEST: f64 = 1e-6;

fn usage<T>(message: String) -> Result<T> {
    Err(Error::Usage(message))
}

impl Map {
    /// `exponential:2`, `gaussian:0,3`, `categorical:1,2,3`, `square:normal`: every map but a table.
    ///
    /// # Errors
    /// `Error::Usage` for a name that there is not, and for numbers that the map cannot have.
    pub fn parse(text: &str) -> Result<Map> {
        let (name, rest) = match text.split_once(':') {
            Some((name, rest)) => (name, Some(rest)),
            None => (text, None),
        };
        if let Some(row) = WITH_NUMBERS.iter().find(|row| row.0 == name) {
            return with_numbers(text, row, rest);
        }
        if let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
            let base = BASES.iter().find(|(base, _)| Some(*base) == rest);
            return match base {
                Some((_, base)) => Ok(Map::Of(*function, *base)),
                None => usage(format!(
                    "map '{text}' does not say of what; give {name}:normal or {name}:uniform"
                )),
            };
        }
        match (name, rest) {
            ("categorical", rest) => categorical(text, rest.unwrap_or_default()),
            _ => {
                let names = WITH_NUMBERS.iter().map(|row| row.0);
                let names = names.chain(["categorical", "table"]);
                let names = names.chain(FUNCTIONS.iter().map(|(name, _)| *name));
                let names: Vec<&str> = names.collect();
                usage(format!(
                    "map '{text}' is unknown; give one of {}",
                    names.join(", ")
                ))
            }
        }
    }
}

fn with_numbers(
    text: &str,
    (name, wanted, default): &(&str, &[&str], [f64; 2]),
    rest: Option<&str>,
) -> Result<Map> {
    let mut numbers = *default;
    let given: Vec<&str> = rest.map_or(Vec::new(), |rest| rest.split(',').collect());
    let form = format!("{name}:{}", wanted.join(","));
    if given.len() > wanted.len() {
        return usage(format!("map '{text}' has too many numbers; give {form}"));
    }
    for ((number, given), what) in numbers.iter_mut().zip(given).zip(*wanted) {
        *number = match given.trim().parse() {
            Ok(number) => number,
            Err(_) => return usage(format!("map '{text}': '{given}' is no number; give {form}")),
        };
        let placed = ["LOCATION", "MEAN"].contains(what);
        let least = if placed { -LARGEST } else { SMALLEST };
        if !(least..=LARGEST).contains(number) {
            return usage(format!(
                "map '{text}': {what} is {}; give a number from {least:e} to {LARGEST:e}",
                short(*number)
            ));
        }
    }
    let [first, second] = numbers;
    let (location, scale) = (first, second);
    if wanted[0] != "SHAPE" && wanted.len() == 2 {
        resolved(text, wanted, location, scale)?;
    }
    Ok(match *name {
        "exponential" => Map::Exponential { rate: first },
        "logistic" => Map::Logistic { location, scale },
        "cauchy" => Map::Cauchy { location, scale },
        "gaussian" => Map::Gaussian { location, scale },
        "box-muller" => Map::BoxMuller { location, scale },
        _ if first < LEAST_SHAPE => {
            return usage(format!(
                "map '{text}': SHAPE is {}; below {LEAST_SHAPE} samples leave the range of f32",
                short(first)
            ));
        }
        _ => Map::Weibull {
            shape: first,
            scale,
        },
    })
}

/// Steps of 32-bit numbers to a scale at least: fewer would make another distribution.
const LEAST_STEPS: f64 = 1024.0;

/// Refuses a scale that 32-bit numbers around a place do not resolve.
fn resolved(text: &str, wanted: &[&str], place: f64, scale: f64) -> Result<()> {
    let step = f64::from((place.abs() as f32).next_up()) - f64::from(place.abs() as f32);
    let least = LEAST_STEPS * step;
    if scale >= least {
        return Ok(());
    }
    let (at, what) = (wanted[0], wanted[1]);
    usage(format!(
        "map '{text}': {what} is {}, and at {at} {} 32-bit numbers are {} apart; give a {what} of at least {}",
        short(scale),
        short(place),
        short(step),
        short(least)
    ))
}

/// A number as it is read, without more zeros than can be counted.
fn short(number: f64) -> String {
    match number.abs() {
        size if size == 0.0 || !size.is_finite() || (1e-5..1e9).contains(&size) => {
            number.to_string()
        }
        _ => format!("{number:e}"),
    }
}

/// 17^(1/shape) · scale stays below 1e36.
const LEAST_SHAPE: f64 = 0.05;

fn categorical(text: &str, rest: &str) -> Result<Map> {
    let weights: std::result::Result<Vec<f64>, _> = rest
        .split(',')
        .map(|weight| weight.trim().parse())
        .collect();
    let Ok(weights) = weights else {
        return usage(format!(
            "map '{text}' has no weights; give such as categorical:1,2,3"
        ));
    };
    let is_weight = |weight: &f64| *weight == 0.0 || (SMALLEST..=LARGEST).contains(weight);
    if let Some(weight) = weights.iter().find(|weight| !is_weight(weight)) {
        return usage(format!(
            "map '{text}': weight {} is neither 0 nor from {SMALLEST:e} to {LARGEST:e}",
            short(*weight)
        ));
    }
    if weights.len() > MOST_CATEGORIES {
        return usage(format!(
            "map 'categorical' has {} weights; give at most {MOST_CATEGORIES}",
            weights.len()
        ));
    }
    match weights.iter().any(|weight| *weight > 0.0) {
        true => Ok(Map::Categorical { weights }),
        false => usage(format!(
            "map '{text}': all weights are 0; give one that is not"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_is_the_standard_form() {
        for (text, map) in [
            ("exponential", Map::Exponential { rate: 1.0 }),
            ("exponential:2.5", Map::Exponential { rate: 2.5 }),
            (
                "cauchy:-3",
                Map::Cauchy {
                    location: -3.0,
                    scale: 1.0,
                },
            ),
            (
                "weibull:2, 3",
                Map::Weibull {
                    shape: 2.0,
                    scale: 3.0,
                },
            ),
            ("abs:uniform", Map::Of(Function::Abs, Latent::Uniform)),
            (
                "categorical:1,0,2",
                Map::Categorical {
                    weights: vec![1.0, 0.0, 2.0],
                },
            ),
        ] {
            assert_eq!(Map::parse(text).unwrap(), map, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_value() {
        for (text, parts) in [
            (
                "gamma:2",
                &["'gamma:2'", "exponential", "table", "square"][..],
            ),
            ("", &["''", "unknown"]),
            ("exponential:0", &["RATE is 0", "1e-6"]),
            ("exponential:-1", &["RATE is -1"]),
            ("exponential:nan", &["RATE is NaN"]),
            ("exponential:x", &["'x'", "exponential:RATE"]),
            ("exponential:1,2", &["too many", "exponential:RATE"]),
            ("gaussian:0,0", &["DEVIATION is 0"]),
            ("gaussian:1e7", &["MEAN is 10000000", "-1e6"]),
            ("weibull:0.01", &["SHAPE is 0.01", "0.05"]),
            ("exponential:1e-320", &["RATE is 1e-320;"]),
            (
                "gaussian:1000000,0.000001",
                &["DEVIATION is 1e-6", "MEAN 1000000", "0.0625 apart", "64"],
            ),
            ("cauchy:-1e6", &["SCALE is 1,", "LOCATION -1000000"]),
            ("square", &["square:normal"]),
            ("square:cauchy", &["'square:cauchy'", "square:uniform"]),
            ("categorical", &["categorical:1,2,3"]),
            ("categorical:1,x", &["'categorical:1,x'"]),
            ("categorical:1,-2", &["weight -2"]),
            ("categorical:0,0", &["all weights are 0"]),
        ] {
            let error = Map::parse(text).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{text}");
            for part in parts {
                assert!(error.to_string().contains(part), "{text}: {error}");
            }
        }
        let many = format!("categorical{}", ":1,".to_string() + &"1,".repeat(300) + "1");
        let error = Map::parse(&many).unwrap_err().to_string();
        assert!(
            error.contains("302 weights") && error.contains("255"),
            "{error}"
        );
    }
}
