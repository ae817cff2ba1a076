//! Five iterations of tiny GANs, of dense layers and of convolutions, against PyTorch in float64
//! (tests/golden/tiny_gan.py, tiny_dcgan.py and tiny_packed.py): latents, data order, losses, metrics, every weight
//! and every running statistic.

mod common;

use std::collections::BTreeMap;

use common::floats::{Floats, Rounded};
use common::{Case, Golden, Run, tiny_dcgan, tiny_gan, tiny_packed};
use gpugan::cpu::Cpu;
use gpugan::gan::{Gan, Settings, Trainer, Update};
use gpugan::rates::Course;

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

/// The f64 mirror of a game, with PyTorch's initial weights.
fn mirror(gan: &Gan, golden: &Golden) -> (Run, Cpu<f64>) {
    let mut cpu = Cpu::<f64>::new(gan.plan.clone(), Some(1)).unwrap();
    let run = Run::of(gan, golden);
    run.start(&mut cpu);
    (run, cpu)
}

#[test]
fn the_f64_mirror_follows_pytorch() {
    for golden in [tiny_gan(), tiny_dcgan(), tiny_packed()] {
        for case in &golden.cases {
            let gan = golden.game(case);
            let (run, mut cpu) = mirror(&gan, &golden);
            for (at, iteration) in case.iterations.iter().enumerate() {
                cpu.run(&gan.turn());
                let error = worst(&run.weights(&mut cpu), &iteration.weights);
                assert!(error < 1e-6, "{} iteration {at}: {error:e}", case.name);
                iteration.assert_metrics(&run.metrics(&mut cpu, at), 1e-6);
            }
        }
    }
}

/// The gradients of the first iteration, of both players.
#[test]
fn the_first_gradients_are_those_of_pytorch() {
    for golden in [tiny_gan(), tiny_dcgan(), tiny_packed()] {
        let gan = golden.game(&golden.cases[0]);
        let (run, mut cpu) = mirror(&gan, &golden);
        cpu.run(&gan.turn());
        let error = worst(&run.gradients(&gan, &mut cpu), &golden.trace.gradients);
        assert!(error < 1e-10, "{error:e}");
    }
}

/// Trainers on executors that a user would run.
fn follows(make: common::Make) {
    for golden in [tiny_gan(), tiny_dcgan(), tiny_packed()] {
        for case in &golden.cases {
            let gan = golden.game(case);
            let executor = make(gan.plan.clone());
            let run = Run::of(&gan, &golden);
            let mut trainer = Trainer::new(gan, executor, golden.bytes()).unwrap();
            run.start(&mut Rounded(trainer.executor()));
            for (at, iteration) in case.iterations.iter().enumerate() {
                assert_eq!(trainer.play(1).unwrap(), 1);
                let weights = run.weights(&mut Rounded(trainer.executor()));
                let error = worst(&weights, &iteration.weights);
                assert!(error < 1e-4, "{} iteration {at}: {error:e}", case.name);
                let positions = trainer.positions().unwrap();
                assert_eq!(positions.data, iteration.data_position);
                assert_eq!(positions.latent, iteration.latent_draws);
                iteration.assert_metrics(&trainer.interval(1).unwrap(), 1e-5);
            }
        }
    }
}

#[test]
fn the_cpu_executor_follows_pytorch() {
    follows(&common::on_cpu);
}

/// Through the shaders, whichever variant the products run as.
#[test]
fn the_gpu_executor_follows_pytorch() {
    common::on_every_variant(&|make| follows(make));
}

/// How far the f64 mirror of another game is from PyTorch after one turn.
fn strays(golden: &Golden, change: impl Fn(&mut Settings)) -> f64 {
    let case: &Case = &golden.cases[0];
    let mut settings = golden.game(case).settings;
    change(&mut settings);
    let gan = Gan::new(settings);
    let (run, mut cpu) = mirror(&gan, golden);
    cpu.run(&gan.turn());
    worst(&run.weights(&mut cpu), &case.iterations[0].weights)
}

/// Rates that stand still, and updates one after the other, are noticed.
#[test]
fn another_order_or_pace_does_not_follow_pytorch() {
    let golden = tiny_packed();
    for (at, turns) in [(1, 2), (2, 3)] {
        let case = &golden.cases[at];
        let error = |change: &dyn Fn(&mut Settings)| {
            let mut settings = golden.game(case).settings;
            change(&mut settings);
            let gan = Gan::new(settings);
            let (run, mut cpu) = mirror(&gan, &golden);
            (0..turns).for_each(|_| cpu.run(&gan.turn()));
            worst(&run.weights(&mut cpu), &case.iterations[turns - 1].weights)
        };
        assert!(error(&|_| {}) < 1e-6);
        assert!(error(&|settings| settings.course = Course::default()) > 1e-4);
        assert!(error(&|settings| settings.update = Update::Alternating) > 1e-4);
        if at == 2 {
            assert!(error(&|settings| settings.course.ramp = None) > 1e-4);
        }
    }
}

#[test]
fn another_game_does_not_follow_pytorch() {
    for mut golden in [tiny_gan(), tiny_dcgan(), tiny_packed()] {
        assert!(strays(&golden, |_| {}) < 1e-6);
        assert!(strays(&golden, |settings| settings.seed += 1) > 1e-4);
        assert!(strays(&golden, |settings| settings.lr_critic *= 1.1) > 1e-4);
        golden.setup.slope = 0.21;
        assert!(strays(&golden, |_| {}) > 1e-4);
    }
}
