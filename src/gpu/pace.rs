//! How much work goes into one submission.
//!
//! Too little, and the device waits for the host; too much, and a screen stutters, a driver's
//! watchdog bites, and Ctrl-C is slow. Steps are measured as they complete.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::plan::ProgramId;

/// What a submission should take.
const TARGET: Duration = Duration::from_millis(50);
/// Bounds the memory of a recorded submission where steps are very short.
const MOST_REPETITIONS: u64 = 256;
/// A wait shorter than this found the work already done.
const NO_WAIT: Duration = Duration::from_micros(100);

/// The measured time of each sequence that was run.
pub(super) struct Pace {
    seconds: HashMap<Vec<ProgramId>, f64>,
    /// When the last submission completed, and whether that was seen as it happened.
    last_done: (Instant, bool),
}

impl Pace {
    pub fn new() -> Pace {
        Pace {
            seconds: HashMap::new(),
            last_done: (Instant::now(), false),
        }
    }

    /// How often to run `sequence` in the next submission, from 1 to `most`.
    pub fn repetitions(&self, sequence: &[ProgramId], most: u64) -> u64 {
        let most = most.clamp(1, MOST_REPETITIONS);
        match self.seconds.get(sequence) {
            None => 1,
            Some(&seconds) => ((TARGET.as_secs_f64() / seconds) as u64).clamp(1, most),
        }
    }

    /// A submission of `repetitions` that was handed over at `submitted` has completed by now,
    /// after the host waited since `waiting`.
    pub fn done(
        &mut self,
        sequence: &[ProgramId],
        repetitions: u64,
        submitted: Instant,
        waiting: Instant,
    ) {
        let now = Instant::now();
        let (before, before_exact) = self.last_done;
        let exact = now - waiting > NO_WAIT;
        let began_exactly = before_exact || before <= submitted;
        let each = |time: Duration| (time.as_secs_f64() / repetitions as f64).max(1e-9);
        if exact && began_exactly {
            self.set(sequence, each(now - before.max(submitted)));
        } else {
            // Only a bound from above, which may replace nothing better.
            let bound = each(now - submitted);
            let known = self.seconds.get(sequence);
            if known.is_none_or(|&seconds| bound < seconds) {
                self.set(sequence, bound);
            }
        }
        self.last_done = (now, exact);
    }

    fn set(&mut self, sequence: &[ProgramId], seconds: f64) {
        self.seconds.insert(sequence.to_vec(), seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEQUENCE: [ProgramId; 1] = [ProgramId(0)];

    #[test]
    fn submissions_approach_the_target() {
        let mut pace = Pace::new();
        assert_eq!(pace.repetitions(&SEQUENCE, 1000), 1);
        pace.set(&SEQUENCE, 0.01);
        assert_eq!(pace.repetitions(&SEQUENCE, 1000), 5);
        assert_eq!(pace.repetitions(&SEQUENCE, 3), 3);
        pace.set(&SEQUENCE, 1.0);
        assert_eq!(pace.repetitions(&SEQUENCE, 1000), 1);
        pace.set(&SEQUENCE, 1e-9);
        assert_eq!(pace.repetitions(&SEQUENCE, 1000), MOST_REPETITIONS);
        assert_eq!(pace.repetitions(&SEQUENCE, 0), 1);
    }

    #[test]
    fn a_busy_host_does_not_slow_the_pace() {
        let mut pace = Pace::new();
        pace.set(&SEQUENCE, 0.001);
        let submitted = Instant::now();
        std::thread::sleep(Duration::from_millis(5));
        pace.done(&SEQUENCE, 1, submitted, Instant::now());
        assert_eq!(pace.seconds[&SEQUENCE[..]], 0.001);
    }

    #[test]
    fn a_wait_is_a_measurement() {
        let mut pace = Pace::new();
        pace.set(&SEQUENCE, 1.0);
        let submitted = Instant::now();
        std::thread::sleep(Duration::from_millis(8));
        pace.done(&SEQUENCE, 4, submitted, submitted);
        let seconds = pace.seconds[&SEQUENCE[..]];
        assert!((0.002..0.1).contains(&seconds), "{seconds}");
    }
}
