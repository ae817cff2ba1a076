//! Whole runs of small games: the same seed gives the same bytes, both executors tell the same
//! story, and values that are not finite are reported. On a GPU only where there is an adapter.

#[path = "../common/mod.rs"]
mod common;

mod agreement;
mod average;
mod faults;
mod points;
mod repeats;
mod sizes;

use gpugan::cpu::Cpu;
use gpugan::gan::checkpoint::Snapshot;
use gpugan::gan::{Gan, Interval, Settings, Trainer};
use gpugan::gpu::{Adapter, Gpu, GpuOptions};

use common::games::images;

/// A trainer that has played nothing yet.
fn on_cpu(settings: &Settings, threads: usize) -> Trainer {
    let gan = Gan::new(settings.clone());
    let cpu = Cpu::<f32>::new(gan.plan.clone(), Some(threads)).unwrap();
    Trainer::new(gan, Box::new(cpu), images(settings)).unwrap()
}

fn on_gpu(settings: &Settings, adapter: &Adapter) -> Trainer {
    let gan = Gan::new(settings.clone());
    let gpu = Gpu::new(gan.plan.clone(), adapter, GpuOptions::default()).unwrap();
    Trainer::new(gan, Box::new(gpu), images(settings)).unwrap()
}

/// Both executors, or the one that is there.
fn everywhere(settings: &Settings) -> Vec<Trainer> {
    let mut trainers = vec![on_cpu(settings, 2)];
    trainers.extend(common::adapter().map(|adapter| on_gpu(settings, &adapter)));
    trainers
}

fn play(trainer: &mut Trainer, turns: u64) {
    let end = trainer.turns() + turns;
    while trainer.turns() < end {
        trainer.play(end - trainer.turns()).unwrap();
    }
}

/// The metrics of each of some turns.
fn history(trainer: &mut Trainer, turns: u64) -> Vec<Interval> {
    let turn = |_| {
        play(trainer, 1);
        trainer.interval(1).unwrap()
    };
    (0..turns).map(turn).collect()
}

/// Everything that a run has made after some turns.
fn after(mut trainer: Trainer, turns: u64) -> (Snapshot, Vec<f32>) {
    play(&mut trainer, turns);
    (trainer.state().unwrap(), trainer.sample().unwrap())
}
