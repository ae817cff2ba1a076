//! Variants by measurement: what is picked, what is known, and that results stay right.

use std::time::Duration;

use gpugan::cpu::Cpu;
use gpugan::gpu::{Adapter, Choices, Gpu, GpuOptions, Tuning};
use gpugan::plan::{Contents, DType, Executor, Plan, ProgramId, Recorder, Role, Tensor, kernel};

use crate::adapter;

const SIDE: usize = 128;
const CLASS: &str = "dense/forward rows=128 inputs=128 outputs=128";

/// y = x · weightᵀ + bias, twice the same class; large enough that variants differ by far.
fn products() -> (Plan, ProgramId, [Tensor; 4]) {
    let mut r = Recorder::new();
    let mut matrix = |name| r.tensor(name, Role::State, DType::F32, &[SIDE, SIDE]);
    let [x, weight, y] = ["x", "weight", "y"].map(&mut matrix);
    let bias = r.tensor("bias", Role::State, DType::F32, &[SIDE]);
    let program = r.program("p");
    for _ in 0..2 {
        r.call(&kernel::DENSE_FORWARD)
            .read("x", x)
            .read("weight", weight)
            .read("bias", bias)
            .write("y", y)
            .set("rows", SIDE)
            .set("inputs", SIDE)
            .set("outputs", SIDE)
            .set("activation", 0usize)
            .set("leak", 0.0)
            .extent(SIDE, SIDE, 1)
            .flops(2 * SIDE * SIDE * SIDE)
            .record();
    }
    // Without this the plan would be refused: nobody reads y.
    let call = r
        .call(&kernel::DATA_COPY)
        .read("source", y)
        .update("destination", x);
    let call = call
        .set("skip", 0usize)
        .set("start", 0usize)
        .set("len", 0usize);
    call.extent(1, 1, 1).record();
    (r.finish(), program, [x, weight, bias, y])
}

fn open(adapter: &Adapter, tuning: Tuning) -> (Gpu, ProgramId, [Tensor; 4]) {
    let (plan, program, tensors) = products();
    let options = GpuOptions {
        tuning: Some(tuning),
        ..Default::default()
    };
    (Gpu::new(plan, adapter, options).unwrap(), program, tensors)
}

fn among(candidates: &[&str]) -> Tuning {
    Tuning {
        budget: Duration::from_secs(60),
        candidates: Some(candidates.iter().map(|name| name.to_string()).collect()),
        ..Tuning::new(Choices::new())
    }
}

fn noise(len: usize, factor: usize) -> Contents {
    let value = |at: usize| (at * factor % 251) as f32 / 125.0 - 1.0;
    Contents::F32((0..len).map(value).collect())
}

/// Runs the program and reads y.
fn product(executor: &mut dyn Executor, program: ProgramId, tensors: [Tensor; 4]) -> Vec<f32> {
    let [x, weight, bias, y] = tensors;
    executor.write(x, &noise(SIDE * SIDE, 37)).unwrap();
    executor.write(weight, &noise(SIDE * SIDE, 91)).unwrap();
    executor.write(bias, &noise(SIDE, 7)).unwrap();
    executor
        .write(y, &Contents::F32(vec![f32::NAN; SIDE * SIDE]))
        .unwrap();
    executor.run(&[program], 1).unwrap();
    match executor.read(y).unwrap() {
        Contents::F32(values) => values,
        other => panic!("{other:?}"),
    }
}

fn is_right(gpu: &mut Gpu, program: ProgramId, tensors: [Tensor; 4]) {
    let mut mirror = Cpu::<f64>::new(products().0, Some(1)).unwrap();
    let wanted = product(&mut mirror, program, tensors);
    let found = product(gpu, program, tensors);
    for (at, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        assert!((found - wanted).abs() < 1e-4, "{at}: {found}, {wanted}");
    }
}

#[test]
fn the_fastest_of_the_candidates_is_taken_and_computes_the_same() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let (mut gpu, program, tensors) = open(&adapter, among(&["tile64", "plain", "lane", "tile"]));
    let tuned = gpu.tuned().clone();
    let times = &tuned.measured[CLASS];
    let lanes = [adapter.info.subgroup_min, adapter.info.subgroup_max] == [8, 8];
    assert_eq!(times.len(), if lanes { 4 } else { 3 }, "{times:?}");
    let best = times.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    assert_eq!(tuned.choices[CLASS], best.0, "{times:?}");
    assert_eq!(tuned.learned(), tuned.choices);
    if adapter.info.software && lanes {
        assert_eq!(best.0, "lane", "barriers are slow in software: {times:?}");
    }
    for call in 0..2 {
        assert_eq!(gpu.variant(program, call), best.0);
    }
    is_right(&mut gpu, program, tensors);
}

#[test]
fn every_candidate_computes_the_same_when_it_is_taken() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    for variant in ["plain", "tile", "tile64"] {
        let (mut gpu, program, tensors) = open(&adapter, among(&[variant]));
        // One candidate is no choice: what suits the device stays.
        assert!(gpu.tuned().choices.is_empty());
        is_right(&mut gpu, program, tensors);
        let known = Choices::from([(CLASS.to_string(), variant.to_string())]);
        let (mut gpu, program, tensors) = open(&adapter, Tuning::new(known.clone()));
        assert_eq!(gpu.variant(program, 0), variant);
        assert_eq!(gpu.tuned().choices, known);
        assert!(gpu.tuned().measured.is_empty() && gpu.tuned().learned().is_empty());
        is_right(&mut gpu, program, tensors);
    }
}

#[test]
fn what_is_known_but_does_not_exist_is_measured() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let known = Choices::from([(CLASS.to_string(), "gone".to_string())]);
    let mut tuning = among(&["plain", "tile"]);
    tuning.known = known;
    let (gpu, program, _) = open(&adapter, tuning);
    let times = &gpu.tuned().measured[CLASS];
    assert_eq!(times.len(), 2);
    assert_eq!(gpu.tuned().choices[CLASS], gpu.variant(program, 0));
}

#[test]
fn without_time_the_preferred_variant_runs_and_nothing_is_learned() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let (plan, program, _) = products();
    let untuned = Gpu::new(plan, &adapter, GpuOptions::default()).unwrap();
    assert!(untuned.tuned().choices.is_empty());
    let preferred = untuned.variant(program, 0).to_string();
    let mut tuning = among(&["lane", "plain", "tile", "tile64"]);
    tuning.budget = Duration::ZERO;
    let (gpu, program, _) = open(&adapter, tuning);
    assert_eq!(gpu.variant(program, 0), preferred);
    assert_eq!(gpu.tuned().choices[CLASS], preferred);
    assert!(gpu.tuned().measured.is_empty() && gpu.tuned().learned().is_empty());
}

#[test]
fn software_is_not_measured_of_its_own_accord() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let (gpu, ..) = open(&adapter, Tuning::new(Choices::new()));
    assert_eq!(gpu.tuned().choices.is_empty(), adapter.info.software);
    assert_eq!(gpu.tuned().measured.is_empty(), adapter.info.software);
}

#[test]
fn a_call_is_compared_as_every_variant_that_fits() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let (mut gpu, program, tensors) = open(&adapter, Tuning::new(Choices::new()));
    let mut times = gpu.compare(program, 0).unwrap();
    assert!(
        times
            .iter()
            .all(|(_, seconds)| 0.0 < *seconds && *seconds < 10.0)
    );
    times.sort_by(|a, b| a.0.cmp(&b.0));
    let mut names: Vec<_> = times.iter().map(|(name, _)| name.as_str()).collect();
    names.retain(|name| *name != "lane");
    assert_eq!(names, ["plain", "tile", "tile64"]);
    assert_eq!(
        gpu.compare(program, 2).unwrap().len(),
        1,
        "a kernel without variants"
    );
    is_right(&mut gpu, program, tensors);
}
