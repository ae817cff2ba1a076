//! The calls that executors are compared on: awkward lengths, and each kernel's own edges.

use gpugan::plan::codes::{Metric, Objective, Watched};
use gpugan::plan::{Contents, Kernel, kernel};
use gpugan::threefry::half_bits;

use crate::harness::{Case, noise, quiet};

const LENGTHS: [usize; 6] = [1, 7, 64, 65, 257, 100_003];

pub fn all() -> Vec<Case> {
    let kinds = [
        random(),
        gather(),
        copy(),
        splits(),
        columns(),
        objectives(),
        rates(),
        adam(),
        sgd(),
        clock(),
    ];
    kinds.into_iter().flatten().collect()
}

fn floats(seed: u32, len: usize, scale: f32) -> Contents {
    Contents::F32(noise(seed, len, scale))
}

fn random() -> Vec<Case> {
    let draw = |kernel: &'static Kernel, len: usize| {
        Case::new(kernel, len)
            .read("clock", Contents::U32(vec![9, 8, 7, 6, 5, 4, 3, 2]))
            .write("values", len)
            .set("key0", 0xdead_beefu32)
            .set("key1", 77u32)
            .set("counter", 4usize)
            .set("len", len)
            .extent(len, 1, 1)
    };
    let both = |len| [&kernel::RANDOM_NORMAL, &kernel::RANDOM_UNIFORM].map(|k| draw(k, len));
    LENGTHS.into_iter().flat_map(both).collect()
}

/// Images of any size, in batches that begin anywhere and may reach into the next epoch.
fn gather() -> Vec<Case> {
    let case = |(count, features, rows, position): (usize, usize, usize, u32)| {
        let bytes = noise(1, count * features, 127.9);
        let bytes = bytes.into_iter().map(|x| (x + 128.0) as u8).collect();
        Case::new(&kernel::DATA_GATHER, format!("{count} {features} {rows}"))
            .read("images", Contents::U8(bytes))
            .read("clock", Contents::U32(vec![1, 3, position, 1, 1, 1, 1, 1]))
            .write("x", rows * features)
            .set("key0", 5u32)
            .set("key1", 6u32)
            .set("count", count)
            .set("half_bits", half_bits(count as u32))
            .set("rows", rows)
            .set("features", features)
            .extent(rows * features, 1, 1)
    };
    let shapes = [
        (1, 1, 1, 0),
        (1, 5, 1, 0),
        (10, 1, 10, 9),
        (1000, 2, 513, 600),
        (100, 3, 64, 50),
        (300, 7, 65, 299),
        (130, 784, 128, 100),
        (3, 12_288, 2, 2),
    ];
    shapes.into_iter().map(case).collect()
}

/// The last is longer than 65,535 workgroups.
fn copy() -> Vec<Case> {
    let case = |(start, len, room): (usize, usize, usize)| {
        Case::new(&kernel::DATA_COPY, format!("{start} {len} {room}"))
            .read("source", floats(2, len, 3.0))
            .update("destination", floats(3, room, 3.0))
            .set("start", start)
            .set("len", len)
            .extent(len, 1, 1)
    };
    let lengths = LENGTHS.into_iter().map(|len| (len % 5, len, len + 9));
    lengths
        .chain([(0, 65_536 * 64 + 7, 65_536 * 64 + 7)])
        .map(case)
        .collect()
}

fn splits() -> Vec<Case> {
    let case = |(slices, len, accumulate): (usize, usize, usize)| {
        let case = Case::new(
            &kernel::REDUCE_SPLITS,
            format!("{slices} {len} {accumulate}"),
        )
        .read("parts", floats(4, slices * len, 1.0));
        let case = match accumulate {
            0 => case.write("total", len),
            _ => case.update("total", floats(5, len, 1.0)),
        };
        case.set("splits", slices)
            .set("len", len)
            .set("accumulate", accumulate)
            .extent(len, 1, 1)
    };
    let shapes = LENGTHS
        .into_iter()
        .flat_map(|len| [(1, len, 0), (1, len, 1), (5, len, 0), (5, len, 1)]);
    shapes.chain([(70, 33, 0)]).map(case).collect()
}

/// Few halves, whose sums are exact: a sum that ends early is not lost in the tolerance. The last
/// shapes have more rows than a loop of llvmpipe has turns.
fn columns() -> Vec<Case> {
    let case = |(rows, outputs, accumulate): (usize, usize, usize)| {
        let da = noise(6, rows * outputs, 4.0)
            .into_iter()
            .map(|x| x.round() / 2.0);
        let case = Case::new(
            &kernel::DENSE_BACKWARD_BIAS,
            format!("{rows} {outputs} {accumulate}"),
        )
        .read("da", Contents::F32(da.collect()));
        let case = match accumulate {
            0 => case.write("dbias", outputs),
            _ => case.update("dbias", floats(7, outputs, 1.0)),
        };
        case.set("rows", rows)
            .set("outputs", outputs)
            .set("accumulate", accumulate)
            .extent(outputs, 1, 1)
    };
    let shapes = [
        (1, 1, 0),
        (3, 7, 1),
        (4, 64, 0),
        (7, 65, 1),
        (257, 257, 0),
        (128, 784, 1),
        (65_537, 3, 0),
        (131_075, 1, 1),
    ];
    shapes.into_iter().map(case).collect()
}

/// An infinity may hide: the loss of a generated sample with the score −∞ is 0.
fn scores(what: &str, len: usize) -> Vec<f32> {
    match what {
        "near" => noise(8, len, 5.0),
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

fn objectives() -> Vec<Case> {
    let play = |kernel, objective: Objective, what, batch: usize, count: usize| {
        let case = Case::new(kernel, format!("{objective:?} {what} {batch}"))
            .read("scores", Contents::F32(scores(what, count)))
            .read("clock", Contents::U32(vec![6, 0, 0, 0, 0, 0, 0, 0]))
            .write("slopes", count)
            .update("metrics", floats(12, 4 * Metric::COUNT, 1.0))
            .update("guard", quiet())
            .set("batch", batch)
            .set("objective", objective.code())
            .set("ring", 4usize);
        match what {
            "not finite" => case.unspecified("slopes").unspecified("metrics"),
            _ => case,
        }
    };
    let both = |(objective, what, batch)| {
        [
            play(&kernel::OBJECTIVE_CRITIC, objective, what, batch, 2 * batch),
            play(&kernel::OBJECTIVE_GENERATOR, objective, what, batch, batch),
        ]
    };
    let mut settings = Vec::new();
    for objective in [Objective::NonSaturating, Objective::Minimax] {
        for what in ["near", "far", "extreme", "not finite"] {
            settings.extend([1, 7, 64, 65, 257, 5000].map(|batch| (objective, what, batch)));
        }
    }
    settings.into_iter().flat_map(both).collect()
}

fn rates() -> Vec<Case> {
    let case = |(label, before): (&str, Vec<f32>)| {
        Case::new(&kernel::OPTIM_ADVANCE, label)
            .update("rates", Contents::F32(before))
            .set("lr", 2e-4)
            .set("beta1", 0.5)
            .set("rest1", 0.5)
            .set("beta2", 0.999)
            .set("rest2", 1.0 - 0.999)
            .set("momentum", 0.9)
    };
    let states = [
        ("first", vec![0.0; 4]),
        ("later", vec![1.0, 0.875, 0.002997, 1.0]),
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

fn adam() -> Vec<Case> {
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

fn sgd() -> Vec<Case> {
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

fn clock() -> Vec<Case> {
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
