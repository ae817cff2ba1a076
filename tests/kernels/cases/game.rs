//! Objectives, optimisers and the clock.

use gpugan::plan::codes::{Metric, Watched};
use gpugan::plan::objective::Objective;
use gpugan::plan::{Contents, kernel};

use super::{LENGTHS, floats};
use crate::harness::{Case, noise, quiet};

/// An infinity may hide: the loss of a generated sample with the score −∞ is 0.
fn scores(what: &str, len: usize) -> Vec<f32> {
    match what {
        "near" => noise(8, len, 5.0),
        // Smoothed labels have slopes of 0 further out, where nothing is left of a difference.
        "labels" => noise(8, len, 0.8),
        "far" => noise(9, len, 120.0),
        "extreme" => noise(10, len, 1e4),
        "not finite" => {
            let mut scores = noise(11, len, 1.0);
            scores[len / 2] = [f32::NAN, f32::NEG_INFINITY][len / 2 % 2];
            scores
        }
        other => panic!("no scores {other}"),
    }
}

/// Scores, the batch they come in, and the size of what is summed.
fn play(case: Case, objective: Objective, (what, batch): (&str, usize), count: usize) -> Case {
    let size = match what {
        "far" => 120.0,
        "extreme" => 1e4,
        _ => 10.0,
    };
    let case = case
        .read("scores", Contents::F32(scores(what, count)))
        .read("clock", Contents::U32(vec![6, 0, 0, 0, 0, 0, 0, 0]))
        .write("slopes", count)
        .update("metrics", floats(12, 4 * Metric::COUNT, 1.0))
        .update("guard", quiet())
        .set("batch", batch)
        .set("objective", objective.code())
        .set("parameter", objective.parameter())
        .set("ring", 4usize)
        .scale(size);
    match what {
        "not finite" => case.unspecified("slopes").unspecified("metrics"),
        _ => case,
    }
}

fn critic(objective: Objective, what: &str, batch: usize) -> Case {
    let smoothing = if what == "labels" { 0.1 } else { 0.0 };
    let label = format!("{objective:?} {what} {batch}");
    let case = Case::new(&kernel::OBJECTIVE_CRITIC, label)
        .set("smoothing", smoothing)
        .set("threshold", objective.threshold(smoothing));
    play(case, objective, (what, batch), 2 * batch)
}

fn generator(objective: Objective, minimax: u32, what: &str, batch: usize) -> Case {
    let label = format!("{objective:?} {minimax} {what} {batch}");
    let case = Case::new(&kernel::OBJECTIVE_GENERATOR, label)
        .read("reals", floats(34, batch, 5.0))
        .set("first", 0usize)
        .set("minimax", minimax);
    play(case, objective, (what, batch), batch)
}

/// Generated scores that stand behind as many real ones.
fn after_real(objective: Objective) -> Case {
    let batch = 65;
    let case = Case::new(
        &kernel::OBJECTIVE_GENERATOR,
        format!("{objective:?} after real"),
    )
    .read("reals", floats(34, 2 * batch, 5.0))
    .set("first", batch)
    .set("minimax", 0u32);
    play(case, objective, ("near", batch), 2 * batch)
}

pub fn objectives() -> Vec<Case> {
    let mut cases = Vec::new();
    for objective in crate::objective::objectives() {
        for what in ["near", "far", "extreme", "not finite"] {
            for batch in [1, 7, 64, 65, 257] {
                cases.push(critic(objective, what, batch));
                cases.push(generator(objective, 0, what, batch));
            }
            cases.push(generator(objective, 1, what, 65));
        }
    }
    for objective in crate::objective::objectives()
        .into_iter()
        .filter(|o| o.has_labels())
    {
        cases.extend([1, 7, 65].map(|batch| critic(objective, "labels", batch)));
    }
    cases.extend(crate::objective::objectives().into_iter().map(after_real));
    let long = [Objective::NonSaturating, Objective::RelativisticAverage];
    cases.extend(long.map(|objective| critic(objective, "near", 5000)));
    cases.extend(long.map(|objective| generator(objective, 0, "near", 5000)));
    cases
}

pub fn rates() -> Vec<Case> {
    let case = |(label, before, turn, [slope, decay, floor]): (&str, Vec<f32>, u32, [f64; 3])| {
        Case::new(&kernel::OPTIM_ADVANCE, label)
            .read("clock", Contents::U32(vec![turn, 1, 2, 3, 4, 5, 6, 7]))
            .update("rates", Contents::F32(before))
            .set("lr", 2e-4)
            .set("slope", slope)
            .set("decay", decay)
            .set("floor", floor)
            .set("rise", -0.2)
            .set("ramp", 500.0)
            .set("pace", 1.0 / 1500.0)
            .set("beta1", 0.5)
            .set("rest1", 0.5)
            .set("beta2", 0.999)
            .set("rest2", 1.0 - 0.999)
            .set("momentum", 0.9)
    };
    let states = [
        ("first", vec![0.0; 4], 0, [0.0; 3]),
        ("later", vec![1.0, 0.875, 0.002997, 1.0], 3, [0.0; 3]),
        ("linear", vec![0.0; 4], 750, [1e-3, 0.0, 0.0]),
        ("past", vec![0.0; 4], 2500, [1e-3, 0.0, 0.0]),
        (
            "decayed",
            vec![0.0; 4],
            100_000,
            [0.0, 1.000004f64.ln(), 1e-6],
        ),
        (
            "floor",
            vec![0.0; 4],
            4_000_000,
            [0.0, 1.000004f64.ln(), 1e-6],
        ),
    ];
    states.into_iter().map(case).collect()
}

/// Gradients over many powers of ten, so that some moments are flushed.
fn gradients(seed: u32, len: usize) -> Vec<f32> {
    let scaled = |(at, x): (usize, f32)| x * 10f32.powi(-(at as i32 % 18));
    noise(seed, len, 1.0)
        .into_iter()
        .enumerate()
        .map(scaled)
        .collect()
}

/// (label, gradients, guard): nothing wrong, something wrong for the first time, and again.
fn watched(seed: u32, len: usize) -> [(String, Contents, Contents); 3] {
    let good = gradients(seed, len);
    let mut bad = good.clone();
    bad[len - 1] = f32::NEG_INFINITY;
    bad[len / 2] = f32::INFINITY;
    let mut seen = [0, Watched::NONE, Watched::NONE].repeat(4);
    seen[9..].copy_from_slice(&[5, 1, 3]);
    [
        (format!("{len} good"), Contents::F32(good), quiet()),
        (format!("{len} bad"), Contents::F32(bad.clone()), quiet()),
        (
            format!("{len} bad again"),
            Contents::F32(bad),
            Contents::U32(seen),
        ),
    ]
}

pub fn adam() -> Vec<Case> {
    let case = |len: usize, (label, gradients, guard): (String, Contents, Contents)| {
        let square = noise(16, len, 1e-2).into_iter().map(|x| x * x);
        Case::new(&kernel::OPTIM_ADAM, label)
            .read("gradients", gradients)
            .read("rates", Contents::F32(vec![2e-4, 0.75, 0.002, 0.0]))
            .update("parameters", floats(14, len, 1.0))
            .update("mean", floats(15, len, 1e-2))
            .update("square", Contents::F32(square.collect()))
            .update("guard", guard)
            .set("len", len)
            .set("beta2", 0.999)
            .set("rest1", 0.5)
            .set("rest2", 1.0 - 0.999)
            .set("epsilon", 1e-8)
            .set("watched", Watched::GeneratorGradients as u32)
            .extent(len, 1, 1)
    };
    let of_length = |len| watched(13, len).map(|state| case(len, state));
    LENGTHS.into_iter().flat_map(of_length).collect()
}

pub fn sgd() -> Vec<Case> {
    let case = |len: usize, (label, gradients, guard): (String, Contents, Contents)| {
        Case::new(&kernel::OPTIM_SGD, label)
            .read("gradients", gradients)
            .read("rates", Contents::F32(vec![1e-2, 0.0, 0.0, 0.9]))
            .update("parameters", floats(18, len, 1.0))
            .update("velocity", floats(19, len, 1e-2))
            .update("guard", guard)
            .set("len", len)
            .set("watched", Watched::GeneratorGradients as u32)
            .extent(len, 1, 1)
    };
    let of_length = |len| watched(17, len).map(|state| case(len, state));
    LENGTHS.into_iter().flat_map(of_length).collect()
}

pub fn rmsprop() -> Vec<Case> {
    let case = |len: usize, (label, gradients, guard): (String, Contents, Contents)| {
        let square = noise(36, len, 1e-2).into_iter().map(|x| x * x);
        Case::new(&kernel::OPTIM_RMSPROP, label)
            .read("gradients", gradients)
            .read("rates", Contents::F32(vec![5e-5, 0.0, 0.0, 0.0]))
            .update("parameters", floats(37, len, 1.0))
            .update("square", Contents::F32(square.collect()))
            .update("guard", guard)
            .set("len", len)
            .set("decay", 0.99)
            .set("rest", 1.0 - 0.99)
            .set("epsilon", 1e-8)
            .set("watched", Watched::GeneratorGradients as u32)
            .extent(len, 1, 1)
    };
    let of_length = |len| watched(38, len).map(|state| case(len, state));
    LENGTHS.into_iter().flat_map(of_length).collect()
}

/// Gradients of many sizes, of none, and some that are not finite.
pub fn best() -> Vec<Case> {
    let case = |len: usize, what: &str| {
        let scale = if what == "huge" { 1e25 } else { 1.0 };
        let mut gradients = noise(66, len, scale);
        match what {
            "zero" => gradients.fill(0.0),
            "bad" => gradients[len / 2] = f32::NAN,
            _ => {}
        }
        let case = Case::new(&kernel::OPTIM_BEST, format!("{len} {what}"))
            .read("gradients", Contents::F32(gradients))
            .write("parameters", len)
            .update("guard", quiet())
            .set("len", len)
            .set("radius", 1.5)
            .set("watched", Watched::CriticGradients as u32);
        match what {
            "bad" => case.unspecified("parameters"),
            _ => case,
        }
    };
    let lengths = [1, 7, 64, 65, 257, 4099];
    let all = lengths.map(|len| ["usual", "huge", "zero", "bad"].map(|what| case(len, what)));
    all.into_iter().flatten().collect()
}

pub fn clip() -> Vec<Case> {
    let case = |len: usize| {
        let mut values = noise(39, len, 0.03);
        values[len / 2] = [f32::NAN, f32::INFINITY, 0.01][len % 3];
        Case::new(&kernel::OPTIM_CLIP, len)
            .update("parameters", Contents::F32(values))
            .set("len", len)
            .set("limit", 0.01)
            .extent(len, 1, 1)
    };
    LENGTHS.into_iter().map(case).collect()
}

/// The last element of each is what is not a number in the source.
pub fn average() -> Vec<Case> {
    let case = |len: usize| {
        let mut source = noise(33, len, 1.0);
        source[len - 1] = f32::NAN;
        Case::new(&kernel::OPTIM_AVERAGE, len)
            .read("source", Contents::F32(source))
            .update("average", floats(34, len, 1.0))
            .set("len", len)
            .set("rest", 1.0 - 0.999)
            .extent(len, 1, 1)
    };
    LENGTHS.into_iter().map(case).collect()
}

pub fn clock() -> Vec<Case> {
    let mut seen = [0, Watched::NONE, Watched::NONE].repeat(4);
    seen[3] = 2;
    seen[9..].copy_from_slice(&[1, 3, 5]);
    let case = |(images, count, position): (usize, usize, u32)| {
        Case::new(
            &kernel::CLOCK_ADVANCE,
            format!("{images} {count} {position}"),
        )
        .update(
            "clock",
            Contents::U32(vec![7, 2, position, 3, 0, 5, 6, u32::MAX]),
        )
        .update("guard", Contents::U32(seen.clone()))
        .set("step", 1usize)
        .set("images", images)
        .set("count", count)
        .set("latent", 2usize)
        .set("mix", 1usize)
        .set("dropout", 0usize)
        .set("noise", 1usize)
    };
    let places = [(0, 0, 4), (5, 10, 4), (5, 10, 5), (5, 10, 9), (10, 10, 0)];
    places.into_iter().map(case).collect()
}
