//! What the doctor says: findings with their numbers.

use serde::Serialize;

use super::super::eval::number;
use super::limits::Limit;

/// In the order of their weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Ok,
    Watch,
    Ill,
}

/// One question about a run, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub name: &'static str,
    pub severity: Severity,
    /// In plain words.
    pub says: String,
    pub numbers: Vec<Number>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

/// A number beside the limits that it was held against, if there are some.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Number {
    pub name: String,
    pub value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ill: Option<f64>,
}

impl Number {
    /// One that only informs.
    pub fn of(name: &str, value: f64) -> Number {
        let name = name.to_string();
        Number {
            name,
            value,
            watch: None,
            ill: None,
        }
    }

    pub fn within(name: &str, value: f64, limit: Limit) -> Number {
        Number {
            watch: Some(limit.watch),
            ill: Some(limit.ill),
            ..Number::of(name, value)
        }
    }

    fn text(&self) -> String {
        let whole = self.value.fract() == 0.0 && self.value.abs() < 1e9;
        let value = match self.value {
            value if value.is_nan() => "none".to_string(),
            value if whole => value.to_string(),
            value => number(value),
        };
        let name = &self.name;
        let (Some(watch), Some(ill)) = (self.watch, self.ill) else {
            return format!("{name}: {value}");
        };
        let side = if ill < watch { "below" } else { "above" };
        let (watch, ill) = (short(watch), short(ill));
        format!("{name}: {value} (watch {side} {watch}, ill {side} {ill})")
    }
}

/// A limit as it was written.
fn short(value: f64) -> String {
    match value.abs() {
        1e-3..1e5 => value.to_string(),
        _ => format!("{value:e}"),
    }
}

impl Finding {
    pub fn ok(name: &'static str, says: impl Into<String>, numbers: Vec<Number>) -> Finding {
        Finding {
            name,
            severity: Severity::Ok,
            says: says.into(),
            numbers,
            advice: None,
        }
    }

    /// The same, at least so grave, and with what to do.
    pub fn grave(self, severity: Severity, advice: &'static str) -> Finding {
        Finding {
            severity,
            advice: (severity > Severity::Ok).then_some(advice),
            ..self
        }
    }

    /// The same of a run that is young: no graver than to be watched.
    pub fn while_young(self) -> Finding {
        if self.severity < Severity::Ill {
            return self;
        }
        Finding {
            severity: Severity::Watch,
            says: format!("{}; but the run is young, and this may pass", self.says),
            ..self
        }
    }

    /// A line, and further ones for numbers and advice.
    pub fn text(&self) -> String {
        let severity = match self.severity {
            Severity::Ok => "ok",
            Severity::Watch => "watch",
            Severity::Ill => "ILL",
        };
        let mut text = format!("{severity:<6} {:<12} {}", self.name, self.says);
        for number in &self.numbers {
            text += &format!("\n{:20}{}", "", number.text());
        }
        if let Some(advice) = self.advice {
            text += &format!("\n{:20}-> {advice}", "");
        }
        text
    }
}
