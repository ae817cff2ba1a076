//! What counts: `shaders/clock/`.

use super::args::Args;
use super::real::Real;
use crate::plan::codes::{Counter, Watched};

/// Moves the counters on, and notes the step at which the guard first saw something.
pub fn advance<T: Real>(args: &mut Args<'_, T>) {
    let [images, count] = ["images", "count"].map(|name| args.int(name) as u32);
    let (clock, guard) = (args.words_mut("clock"), args.words_mut("guard"));
    for words in guard.chunks_exact_mut(Watched::WORDS) {
        if words[0] > 0 && words[1] == Watched::NONE {
            words[1] = clock[Counter::Step as usize];
        }
    }
    if count > 0 {
        let position = clock[Counter::Position as usize] + images;
        let wraps = position >= count;
        clock[Counter::Position as usize] = position - if wraps { count } else { 0 };
        clock[Counter::Epoch as usize] += u32::from(wraps);
    }
    let moved = [
        (Counter::Step, "step"),
        (Counter::Latent, "latent"),
        (Counter::Mix, "mix"),
        (Counter::Dropout, "dropout"),
        (Counter::Noise, "noise"),
    ];
    for (counter, by) in moved {
        let word = &mut clock[counter as usize];
        *word = word.wrapping_add(args.int(by) as u32);
    }
}
