//! Which turns of the schedule end an interval that is given in steps.

/// Something that happens every so many generator updates: at the first turn that reaches each
/// multiple, counted from the beginning of the run, so that a run that stopped and went on does it
/// at the same turns as one that never stopped.
#[derive(Clone, Copy, Debug)]
pub struct Cadence {
    every: u64,
    /// Generator updates of one turn.
    per_turn: u64,
}

impl Cadence {
    pub fn new(every: u64, generator_steps: usize) -> Cadence {
        Cadence {
            every,
            per_turn: generator_steps as u64,
        }
    }

    /// The last such turn up to `turn`.
    pub fn last(&self, turn: u64) -> u64 {
        let multiple = turn * self.per_turn / self.every;
        (multiple * self.every).div_ceil(self.per_turn)
    }

    /// The first such turn after `turn`.
    pub fn next(&self, turn: u64) -> u64 {
        let multiple = turn * self.per_turn / self.every + 1;
        (multiple * self.every).div_ceil(self.per_turn)
    }

    /// Whether `turn` is one of them; the beginning counts.
    pub fn falls_on(&self, turn: u64) -> bool {
        self.last(turn) == turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_reach_every_multiple_once() {
        for (every, per_turn) in [(1, 1), (100, 1), (100, 3), (7, 5), (2, 5), (1, 100)] {
            let cadence = Cadence::new(every, per_turn);
            // Counted the slow way: a turn is one of them if it passes a multiple.
            let passes = |turn: u64| {
                let multiple = |turn: u64| turn * per_turn as u64 / every;
                turn == 0 || multiple(turn) > multiple(turn - 1)
            };
            for turn in 0..500 {
                let context = format!("{every} {per_turn} {turn}");
                assert_eq!(cadence.falls_on(turn), passes(turn), "{context}");
                let next = (turn + 1..).find(|later| passes(*later)).unwrap();
                assert_eq!(cadence.next(turn), next, "{context}");
                let last = (0..=turn).rev().find(|earlier| passes(*earlier)).unwrap();
                assert_eq!(cadence.last(turn), last, "{context}");
                let longest = every.div_ceil(per_turn as u64);
                assert!(next - last <= longest, "{context}");
            }
        }
    }
}
