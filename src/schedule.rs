//! How many critic updates each turn has, as data: `5`, or `100x25,5;100@500`, which is the WGAN
//! authors' program: 100 updates in each of the first 25 turns, then 5, and 100 again in every turn
//! whose number, counted from 0, is a multiple of 500.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Critic updates of each turn.
///
/// Written as `NxT,NxT,…,N;N@P`: N updates in each of T turns, one such part after the other, N in
/// all turns after them, and at last, if wanted, N in every P-th turn instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriticSteps {
    /// (updates, turns), one after the other.
    first: Vec<(usize, u64)>,
    /// Updates of all turns after those.
    then: usize,
    /// (updates, P): of every turn that is a multiple of P, whatever the others say.
    every: Option<(usize, u64)>,
}

/// Turns with one number of updates: from, to (excluded), updates; `every` aside.
type Segment = (u64, u64, usize);

impl CriticSteps {
    /// Updates of turn number `turn`, counted from 0.
    pub fn at(&self, turn: u64) -> usize {
        match self.every {
            Some((updates, period)) if turn.is_multiple_of(period) => updates,
            _ => self.segment(turn).2,
        }
    }

    /// How many turns from `turn` on have the same number of updates, at least.
    pub fn alike(&self, turn: u64) -> u64 {
        let next = self
            .every
            .map_or(u64::MAX, |(_, period)| match turn % period {
                0 => turn + 1,
                past => turn + (period - past),
            });
        self.segment(turn).1.min(next) - turn
    }

    /// Updates of the first `turns` turns together.
    pub fn total(&self, turns: u64) -> u64 {
        let of_segment = |(from, to, updates): Segment| {
            let to = to.min(turns).max(from);
            let (special, instead) = self.every.map_or((0, 0), |(updates, period)| {
                (to.div_ceil(period) - from.div_ceil(period), updates)
            });
            (to - from - special) * updates as u64 + special * instead as u64
        };
        self.segments().map(of_segment).sum()
    }

    /// The least number of turns with this many updates or more.
    pub fn turns_for(&self, updates: u64) -> u64 {
        first(updates, |turns| self.total(turns) >= updates)
    }

    /// The greatest number of turns of which the updates of both networks are at most `limit`.
    pub fn most_turns(&self, limit: u64, generator_steps: u64) -> u64 {
        let updates = |turns: u64| self.total(turns) + turns * generator_steps;
        first(limit, |turns| updates(turns + 1) > limit)
    }

    /// Every number of updates that the schedule names.
    pub fn numbers(&self) -> impl Iterator<Item = usize> {
        let first = self.first.iter().map(|part| part.0);
        let every = self.every.iter().map(|part| part.0);
        first.chain(every).chain([self.then])
    }

    /// Updates of a turn that is no exception.
    pub fn usual(&self) -> usize {
        self.then
    }

    fn segments(&self) -> impl Iterator<Item = Segment> {
        let mut from = 0u64;
        let rest = std::iter::once((self.then, u64::MAX));
        self.first
            .iter()
            .copied()
            .chain(rest)
            .map(move |(updates, turns)| {
                let start = from;
                from = start.saturating_add(turns);
                (start, from, updates)
            })
    }

    fn segment(&self, turn: u64) -> Segment {
        let found = self.segments().find(|segment| turn < segment.1);
        found.unwrap_or((turn, u64::MAX, self.then))
    }
}

/// The least number up to `most` for which something holds that goes on to hold.
fn first(most: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        match holds(middle) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}

impl From<usize> for CriticSteps {
    fn from(then: usize) -> CriticSteps {
        CriticSteps {
            first: Vec::new(),
            then,
            every: None,
        }
    }
}

impl fmt::Display for CriticSteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (updates, turns) in &self.first {
            write!(f, "{updates}x{turns},")?;
        }
        write!(f, "{}", self.then)?;
        match self.every {
            Some((updates, period)) => write!(f, ";{updates}@{period}"),
            None => Ok(()),
        }
    }
}

const FORM: &str = "a number such as 5, or a schedule such as 100x25,5;100@500";

impl FromStr for CriticSteps {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("critic steps '{text}' are not {FORM}");
        let (parts, every) = match text.split_once(';') {
            Some((parts, every)) => (parts, Some(pair(every, '@').ok_or_else(fault)?)),
            None => (text, None),
        };
        let (first, then) = match parts.rsplit_once(',') {
            Some((first, then)) => (first.split(',').map(|part| pair(part, 'x')).collect(), then),
            None => (Some(Vec::new()), parts),
        };
        Ok(CriticSteps {
            first: first.ok_or_else(fault)?,
            then: then.trim().parse().map_err(|_| fault())?,
            every,
        })
    }
}

/// `NxT` or `N@P`, T and P at least 1.
fn pair(text: &str, between: char) -> Option<(usize, u64)> {
    let (updates, turns) = text.split_once(between)?;
    let pair = (updates.trim().parse().ok()?, turns.trim().parse().ok()?);
    (pair.1 > 0).then_some(pair)
}

impl Serialize for CriticSteps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self == CriticSteps::from(self.then) {
            true => serializer.serialize_u64(self.then as u64),
            false => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for CriticSteps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = CriticSteps;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(FORM)
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<CriticSteps, E> {
                let steps = usize::try_from(value).map(CriticSteps::from);
                steps.map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<CriticSteps, E> {
                let steps = usize::try_from(value).map(CriticSteps::from);
                steps.map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<CriticSteps, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WGAN: &str = "100x25,5;100@500";

    /// The rule of the WGAN authors' program, for generator iteration `at`.
    fn of_the_authors(at: u64) -> usize {
        if at < 25 || at.is_multiple_of(500) {
            100
        } else {
            5
        }
    }

    #[test]
    fn the_schedule_of_the_wgan_authors_is_theirs() {
        let schedule: CriticSteps = WGAN.parse().unwrap();
        // Lengths of the stretches with one number of updates: shown by --nocapture.
        let mut stretches: Vec<(usize, u64)> = Vec::new();
        for turn in 0..1_600 {
            let updates = schedule.at(turn);
            assert_eq!(updates, of_the_authors(turn), "turn {turn}");
            match stretches.last_mut() {
                Some((last, turns)) if *last == updates => *turns += 1,
                _ => stretches.push((updates, 1)),
            }
        }
        let shown: Vec<String> = stretches.iter().map(|(n, t)| format!("{n}x{t}")).collect();
        println!("{WGAN}: {}", shown.join(", "));
        let wanted = "100x25, 5x475, 100x1, 5x499, 100x1, 5x499, 100x1, 5x99";
        assert_eq!(shown.join(", "), wanted);
    }

    #[test]
    fn sums_and_stretches_are_those_of_counting() {
        for text in [WGAN, "3", "2x3,7x5,1", "4x10,2;9@4", "1;3@1"] {
            let schedule: CriticSteps = text.parse().unwrap();
            assert_eq!(schedule.to_string(), text);
            let mut sum = 0;
            for turn in 0..1_200 {
                assert_eq!(schedule.total(turn), sum, "{text} {turn}");
                if schedule.total(turn) > 0 {
                    assert_eq!(schedule.turns_for(sum), turn, "{text} {turn}");
                }
                assert_eq!(
                    schedule.most_turns(sum + 2 * turn, 2),
                    turn,
                    "{text} {turn}"
                );
                let alike = schedule.alike(turn).min(600);
                let same = (turn..turn + alike).all(|t| schedule.at(t) == schedule.at(turn));
                assert!(same && alike > 0, "{text} {turn}");
                sum += schedule.at(turn) as u64;
            }
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for text in [
            "",
            "x",
            "5x",
            "5x2",
            "5x0,1",
            "5;6",
            "5;6@0",
            "5,6",
            "-1",
            "1.5",
            "5;6@7;8@9",
        ] {
            let fault = text.parse::<CriticSteps>().unwrap_err();
            assert!(
                fault.contains(&format!("'{text}'")) && fault.contains("100x25"),
                "{fault}"
            );
        }
    }
}
