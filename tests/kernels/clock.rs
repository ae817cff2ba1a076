//! The counters at their edges.

use gpugan::plan::codes::Counter;
use gpugan::plan::{Contents, kernel};

use crate::harness::{Case, Rig, quiet};

const STEPS: [(&str, usize); 5] = [
    ("step", 1),
    ("latent", 2),
    ("mix", 3),
    ("dropout", 4),
    ("noise", 5),
];

fn advance(clock: [u32; 8], guard: Contents, images: usize, count: usize) -> Rig {
    let mut case = Case::new(&kernel::CLOCK_ADVANCE, "")
        .update("clock", Contents::U32(clock.to_vec()))
        .update("guard", guard)
        .set("images", images)
        .set("count", count);
    for (name, by) in STEPS {
        case = case.set(name, by);
    }
    Rig::new(case)
}

/// (epoch, position) after each of some turns from the beginning.
fn places(images: usize, count: usize, turns: usize) -> Vec<(u32, u32)> {
    let mut rig = advance([0; 8], quiet(), images, count);
    let turn = |_| {
        let clock = rig.run().words("clock");
        (
            clock[Counter::Epoch as usize],
            clock[Counter::Position as usize],
        )
    };
    (0..turns).map(turn).collect()
}

#[test]
fn positions_wrap_where_the_epoch_ends() {
    assert_eq!(places(5, 10, 4), [(0, 5), (1, 0), (1, 5), (2, 0)]);
    assert_eq!(places(4, 10, 5), [(0, 4), (0, 8), (1, 2), (1, 6), (2, 0)]);
    assert_eq!(places(10, 10, 2), [(1, 0), (2, 0)]);
    assert_eq!(places(0, 0, 2), [(0, 0), (0, 0)]);
}

#[test]
fn every_counter_moves_by_its_own_amount_and_wraps_at_32_bits() {
    let mut rig = advance([10, 11, 12, 13, 14, 15, 16, u32::MAX], quiet(), 0, 0);
    let clock = rig.run().words("clock");
    assert_eq!(clock, [11, 11, 12, 15, 14, 18, 20, 4]);
    assert_eq!(rig.words("guard"), [0, u32::MAX, u32::MAX].repeat(4));
}

#[test]
fn the_step_of_the_first_fault_is_noted_once() {
    let mut guard = [0, u32::MAX, u32::MAX].repeat(4);
    guard[3..6].copy_from_slice(&[2, u32::MAX, 17]);
    guard[9..12].copy_from_slice(&[1, 3, 5]);
    let mut rig = advance([7; 8], Contents::U32(guard.clone()), 0, 0);
    guard[4] = 7;
    assert_eq!(rig.run().words("guard"), guard);
    assert_eq!(rig.run().words("guard"), guard);
}
