//! How learning rates and momentum move over the turns of a run, as data: `constant`, `linear:16000`,
//! `exponential:1.000004,1e-6`. The device works them out from the clock, so that a run that stopped
//! and went on has the rates of one that never did.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The learning rate of turn t, counted from 0, as a multiple of the one that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LrSchedule {
    #[default]
    Constant,
    /// max(0, 1 − t/T): a straight line to 0. T is in steps, and that of the whole run where it is
    /// left open.
    Linear(Option<u64>),
    /// factor⁻ᵗ, as long as the rate is at least the floor (Goodfellow et al. 2014, the authors'
    /// program: 1.000004 and 1e-6).
    Exponential { factor: f64, floor: f64 },
}

/// A momentum that changes on a straight line from its first value, at the turn `from`, to `to`, at the
/// turn `until` (Goodfellow et al. 2014, the authors' program).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ramp {
    pub to: f64,
    pub from: u64,
    pub until: u64,
}

/// All that moves. What is counted in steps on the command line is counted in turns here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Course {
    pub schedule: LrSchedule,
    pub ramp: Option<Ramp>,
}

impl LrSchedule {
    /// The slope of a straight line, per turn; 0 where there is none.
    pub fn slope(self) -> f64 {
        match self {
            LrSchedule::Linear(Some(turns)) => 1.0 / turns as f64,
            LrSchedule::Linear(None) => panic!("the length of the run was not filled in"),
            LrSchedule::Constant | LrSchedule::Exponential { .. } => 0.0,
        }
    }

    /// The logarithm of the factor, per turn, and the least rate.
    pub fn decay(self) -> [f64; 2] {
        match self {
            LrSchedule::Exponential { factor, floor } => [factor.ln(), floor],
            LrSchedule::Constant | LrSchedule::Linear(_) => [0.0, 0.0],
        }
    }

    /// The same schedule with the length of a run of so many steps, where it was left open.
    pub fn over(self, steps: u64) -> LrSchedule {
        match self {
            LrSchedule::Linear(None) => LrSchedule::Linear(Some(steps)),
            other => other,
        }
    }
}

impl Course {
    /// From steps to turns of so many steps.
    pub fn in_turns(self, steps_per_turn: u64) -> Course {
        let turns = |steps: u64| steps.div_ceil(steps_per_turn);
        let schedule = match self.schedule {
            LrSchedule::Linear(Some(steps)) => LrSchedule::Linear(Some(turns(steps))),
            other => other,
        };
        let ramp = self.ramp.map(|ramp| Ramp {
            from: turns(ramp.from),
            until: turns(ramp.until),
            ..ramp
        });
        Course { schedule, ramp }
    }
}

impl fmt::Display for LrSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LrSchedule::Constant => f.write_str("constant"),
            LrSchedule::Linear(None) => f.write_str("linear"),
            LrSchedule::Linear(Some(steps)) => write!(f, "linear:{steps}"),
            LrSchedule::Exponential { factor, floor } => {
                write!(f, "exponential:{factor:?},{floor:?}")
            }
        }
    }
}

const FORMS: &str = "`constant`, `linear` (to 0 at the end of the run), `linear:STEPS`, or \
                     `exponential:FACTOR,FLOOR` such as exponential:1.000004,1e-6";

impl FromStr for LrSchedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("learning-rate schedule '{text}' is unknown, expected {FORMS}");
        match text.split_once(':') {
            None if text == "constant" => Ok(LrSchedule::Constant),
            None if text == "linear" => Ok(LrSchedule::Linear(None)),
            Some(("linear", steps)) => {
                let steps = steps.parse().ok().filter(|steps| *steps > 0);
                steps.map(|s| LrSchedule::Linear(Some(s))).ok_or_else(fault)
            }
            Some(("exponential", numbers)) => {
                let (factor, floor) = numbers.split_once(',').ok_or_else(fault)?;
                let number = |text: &str| text.trim().parse::<f64>().map_err(|_| fault());
                let (factor, floor) = (number(factor)?, number(floor)?);
                let sound = (1.0..=2.0).contains(&factor) && (0.0..=1e30).contains(&floor);
                sound
                    .then_some(LrSchedule::Exponential { factor, floor })
                    .ok_or_else(|| {
                        format!(
                            "learning-rate schedule '{text}' is out of range; give a factor from 1 \
                             to 2 and a floor from 0"
                        )
                    })
            }
            _ => Err(fault()),
        }
    }
}

impl TryFrom<String> for LrSchedule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<LrSchedule> for String {
    fn from(schedule: LrSchedule) -> String {
        schedule.to_string()
    }
}

impl fmt::Display for Ramp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?},{},{}", self.to, self.from, self.until)
    }
}

impl FromStr for Ramp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let ramp = match parts[..] {
            [to, from, until] => to
                .parse()
                .ok()
                .zip(from.parse().ok().zip(until.parse().ok())),
            _ => None,
        };
        let ramp = ramp.map(|(to, (from, until))| Ramp { to, from, until });
        ramp.filter(|ramp| ramp.from < ramp.until).ok_or_else(|| {
            format!(
                "momentum ramp '{text}' is none, expected MOMENTUM,STEP,LATER_STEP such as \
                 0.7,500,125000"
            )
        })
    }
}

impl TryFrom<String> for Ramp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Ramp> for String {
    fn from(ramp: Ramp) -> String {
        ramp.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            "constant",
            "linear",
            "linear:250",
            "exponential:1.000004,1e-6",
        ] {
            let schedule: LrSchedule = text.parse().unwrap();
            assert_eq!(schedule.to_string(), text);
        }
        let ramp: Ramp = "0.7,500,125000".parse().unwrap();
        assert_eq!(ramp.to_string(), "0.7,500,125000");
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            "linear:",
            "linear:0",
            "linear:-1",
            "steps",
            "exponential:2",
            "exponential:3,0",
            "exponential:0.9,0",
            "exponential:1.1,-1",
            "exponential:1.1,x",
            "exponential:NaN,0",
        ] {
            let fault = text.parse::<LrSchedule>().unwrap_err();
            assert!(fault.contains(&format!("'{text}'")), "{fault}");
        }
        for text in [
            "",
            "0.7",
            "0.7,5",
            "0.7,5,5",
            "0.7,9,5",
            "x,1,2",
            "0.7,-1,5",
            "0.7,1,2,3",
        ] {
            let fault = text.parse::<Ramp>().unwrap_err();
            assert!(fault.contains(&format!("'{text}'")), "{fault}");
        }
    }

    #[test]
    fn steps_become_turns_of_several_steps() {
        let course = Course {
            schedule: LrSchedule::Linear(None).over(1_001),
            ramp: Some("0.7,10,31".parse().unwrap()),
        };
        let turns = course.in_turns(2);
        assert_eq!(turns.schedule, LrSchedule::Linear(Some(501)));
        assert_eq!(turns.ramp.unwrap().to_string(), "0.7,5,16");
        assert_eq!(
            LrSchedule::Linear(Some(5)).over(9),
            LrSchedule::Linear(Some(5))
        );
    }
}
