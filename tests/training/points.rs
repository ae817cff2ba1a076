//! Games on points: both executors tell the same story, equal runs have equal bytes, and a family
//! of distributions finds the data.

use gpugan::cpu::Cpu;
use gpugan::gan::arch::Kind;
use gpugan::gan::{Gan, Settings, Trainer};
use gpugan::gpu::{Gpu, GpuOptions};
use gpugan::plan::Executor;

use super::common;
use super::common::games::{data, drawn, table};
use super::{after, history};

fn trainer(settings: &Settings, name: &str, gpu: bool) -> Option<Trainer> {
    let gan = Gan::new(settings.clone());
    let executor: Box<dyn Executor> = match gpu {
        true => {
            let adapter = common::adapter()?;
            Box::new(Gpu::new(gan.plan.clone(), &adapter, GpuOptions::default()).unwrap())
        }
        false => Box::new(Cpu::<f32>::new(gan.plan.clone(), Some(2)).unwrap()),
    };
    Some(Trainer::new(gan, executor, data(settings, name)).unwrap())
}

fn games() -> Vec<(&'static str, Settings)> {
    let names = ["ring8", "grid25", "x2", "swissroll", "moons", "spiral"];
    let mut games: Vec<_> = names.map(|name| (name, drawn(name, 6))).to_vec();
    games.push(("", table(3, 4)));
    games.push(("fgan-mix", affine("fgan-mix", 16)));
    games
}

fn affine(name: &str, batch: usize) -> Settings {
    let mut settings = drawn(name, batch);
    settings.architecture.latent_dim = settings.architecture.features();
    settings.architecture.kind = Kind::Affine {
        critic_hidden: vec![32, 32],
        leak: 0.2,
    };
    settings
}

#[test]
fn executors_agree_on_points() {
    for (name, settings) in games() {
        let Some(mut gpu) = trainer(&settings, name, true) else {
            return;
        };
        let mut cpu = trainer(&settings, name, false).unwrap();
        let histories = [history(&mut cpu, 10), history(&mut gpu, 10)];
        for (turn, (a, b)) in histories[0].iter().zip(&histories[1]).enumerate() {
            let far = [
                a.loss_critic - b.loss_critic,
                a.loss_generator - b.loss_generator,
                a.score_real - b.score_real,
            ];
            assert!(
                far.iter().all(|far| far.abs() < 1e-4),
                "{name} {turn}: {far:?}"
            );
        }
        // Ten turns in which nothing happens would agree as well.
        assert_ne!(histories[0][0], histories[0][9]);
        assert_eq!(cpu.positions().unwrap(), gpu.positions().unwrap());
    }
}

#[test]
fn equal_runs_on_points_have_equal_bytes() {
    for (name, settings) in games() {
        let run = |seed| {
            let settings = Settings {
                seed,
                ..settings.clone()
            };
            after(trainer(&settings, name, false).unwrap(), 7)
        };
        assert!(run(1) == run(1), "{name}");
        assert!(run(1) != run(2), "{name}");
    }
}

/// μ + σ·z against N(3, 0.5²): the optimum is the data themselves.
#[test]
fn location_and_scale_are_found() {
    let name = "gaussian:3,0.5";
    let mut settings = affine(name, 256);
    (settings.lr_generator, settings.lr_critic) = (5e-3, 5e-3);
    let mut trainer = trainer(&settings, name, false).unwrap();
    super::play(&mut trainer, 1500);
    let found = |trainer: &mut Trainer, name: &str| {
        let state = trainer.state().unwrap().model;
        let entry = state.into_iter().find(|entry| entry.name == name).unwrap();
        match entry.contents {
            gpugan::plan::Contents::F32(values) => values[0],
            other => panic!("{name} is {other:?}"),
        }
    };
    let mean = found(&mut trainer, "generator.0.bias");
    let sigma = found(&mut trainer, "generator.0.weight").abs();
    assert!((mean - 3.0).abs() < 0.15, "mean {mean}");
    assert!((sigma - 0.5).abs() < 0.15, "sigma {sigma}");
}
