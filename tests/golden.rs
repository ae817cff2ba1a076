//! Five iterations of a tiny GAN against PyTorch in float64 (tests/golden/tiny_gan.py): latents,
//! data order, losses, metrics and every weight.

mod common;

use std::collections::BTreeMap;

use common::{Golden, Run, golden};
use gpugan::cpu::Cpu;
use gpugan::gan::Trainer;
use gpugan::plan::Executor;

/// The largest |got − want| relative to the largest |want| of each tensor.
fn worst(got: &BTreeMap<String, Vec<f64>>, want: &BTreeMap<String, Vec<f64>>) -> f64 {
    assert_eq!(
        got.keys().collect::<Vec<_>>(),
        want.keys().collect::<Vec<_>>()
    );
    let of_tensor = |name: &String| {
        let (got, want) = (&got[name], &want[name]);
        assert_eq!(got.len(), want.len(), "{name}");
        let scale = want.iter().fold(0.0f64, |most, w| most.max(w.abs()));
        let errors = got.iter().zip(want).map(|(g, w)| (g - w).abs() / scale);
        errors.fold(0.0, f64::max)
    };
    want.keys().map(of_tensor).fold(0.0, f64::max)
}

/// The f64 mirror from PyTorch's initial weights.
#[test]
fn the_f64_mirror_follows_pytorch() {
    let golden = golden();
    for case in &golden.cases {
        let gan = golden.game(case);
        let mut cpu = Cpu::<f64>::new(gan.plan.clone(), Some(1)).unwrap();
        let setup = Run::of(&gan, &golden);
        setup.start_f64(&mut cpu);
        for (at, iteration) in case.iterations.iter().enumerate() {
            cpu.run(&gan.turn(), 1).unwrap();
            let weights = setup.weights_f64(&cpu);
            let error = worst(&weights, &iteration.weights);
            assert!(error < 1e-6, "{} iteration {at}: {error:e}", case.name);
            iteration.assert_metrics(&setup.metrics_f64(&cpu, at), 1e-6);
        }
    }
}

/// The gradients of the first iteration, of both players.
#[test]
fn the_first_gradients_are_those_of_pytorch() {
    let golden = golden();
    let gan = golden.game(&golden.cases[0]);
    let mut cpu = Cpu::<f64>::new(gan.plan.clone(), Some(1)).unwrap();
    Run::of(&gan, &golden).start_f64(&mut cpu);
    cpu.run(&gan.turn(), 1).unwrap();
    let read = |name: &String| {
        let tensor = gan.plan.find(&format!("{name}.grad")).expect(name);
        (name.clone(), cpu.floats(tensor).to_vec())
    };
    let gradients = golden.trace.gradients.keys().map(read).collect();
    let error = worst(&gradients, &golden.trace.gradients);
    assert!(error < 1e-10, "{error:e}");
}

/// Trainers on executors that a user would run.
fn follows(make: &dyn Fn(gpugan::plan::Plan) -> Box<dyn Executor>) {
    let golden = golden();
    for case in &golden.cases {
        let gan = golden.game(case);
        let executor = make(gan.plan.clone());
        let setup = Run::of(&gan, &golden);
        let mut trainer = Trainer::new(gan, executor, golden.bytes()).unwrap();
        setup.start(trainer.executor());
        for (at, iteration) in case.iterations.iter().enumerate() {
            assert_eq!(trainer.play(1).unwrap(), 1);
            let weights = setup.weights(trainer.executor());
            let error = worst(&weights, &iteration.weights);
            assert!(error < 1e-4, "{} iteration {at}: {error:e}", case.name);
            let positions = trainer.positions().unwrap();
            assert_eq!(positions.data, iteration.data_position);
            assert_eq!(positions.latent, iteration.latent_draws);
            iteration.assert_metrics(&trainer.interval(1).unwrap(), 1e-5);
        }
    }
}

#[test]
fn the_cpu_executor_follows_pytorch() {
    follows(&|plan| Box::new(Cpu::<f32>::new(plan, Some(2)).unwrap()));
}

#[test]
fn a_wrong_slope_does_not_follow_pytorch() {
    let mut golden: Golden = golden();
    golden.setup.slope = 0.21;
    let case = &golden.cases[0];
    let gan = golden.game(case);
    let mut cpu = Cpu::<f64>::new(gan.plan.clone(), Some(1)).unwrap();
    let setup = Run::of(&gan, &golden);
    setup.start_f64(&mut cpu);
    cpu.run(&gan.turn(), 1).unwrap();
    let error = worst(&setup.weights_f64(&cpu), &case.iterations[0].weights);
    assert!(error > 1e-4, "{error:e}");
}

/// Through the shaders, whichever variant the products run as.
#[test]
fn the_gpu_executor_follows_pytorch() {
    common::on_every_variant(&|make| follows(make));
}
