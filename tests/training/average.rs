//! The moving average of the generator.

use gpugan::cpu::Cpu;
use gpugan::gan::{Gan, Settings, Trainer};
use gpugan::nn::Network;
use gpugan::plan::{Executor, Tensor};

use super::common::games::{dcgan, game, images, noise};
use super::{everywhere, on_cpu, play};

fn averaged(decay: f64) -> Settings {
    Settings {
        ema: Some(decay),
        generator_steps: 2,
        ..game([4, 4, 1], 4)
    }
}

/// Whatever of a network is averaged, in f64.
fn all(cpu: &Cpu<f64>, network: &Network) -> Vec<f64> {
    let tensors = network.parameter_tensors.iter();
    let tensors = tensors.chain(&network.buffer_tensors);
    tensors.flat_map(|t| cpu.floats(*t).to_vec()).collect()
}

#[test]
fn the_average_follows_its_formula_after_every_update() {
    follows_its_formula(averaged(DECAY));
}

/// With running statistics, which are averaged as well.
#[test]
fn the_average_of_convolutions_follows_its_formula() {
    let mut settings = averaged(DECAY);
    settings.architecture.kind = dcgan();
    settings.architecture.shape = [9, 8, 2];
    follows_its_formula(settings);
}

const DECAY: f64 = 0.7;

fn follows_its_formula(settings: Settings) {
    let gan = Gan::new(settings);
    let average = gan.generator_ema.as_ref().expect("it was asked for");
    let mut cpu = Cpu::<f64>::new(gan.plan.clone(), Some(1)).unwrap();
    let bytes = gpugan::plan::Contents::U8(images(&gan.settings));
    cpu.write(gan.data, &bytes).unwrap();
    let fill = |cpu: &mut Cpu<f64>, tensors: &[Tensor]| {
        for tensor in tensors {
            let values = noise(tensor.0, cpu.plan().info(*tensor).len(), 0.7);
            cpu.floats_mut(*tensor).copy_from_slice(&values);
        }
    };
    for network in [&gan.generator.network, &gan.critic.network, average] {
        fill(&mut cpu, &network.parameter_tensors);
    }
    let mut wanted = all(&cpu, average);
    let [gradients, update, last_update] = gan.generator_step;
    for step in 0..5 {
        let before = all(&cpu, average);
        gan.critic_step.iter().for_each(|id| cpu.run_program(*id));
        assert!(before == all(&cpu, average), "only the generator moves it");
        cpu.run_program(gradients);
        cpu.run_program([update, last_update][step % 2]);
        let source = all(&cpu, &gan.generator.network);
        for (wanted, source) in wanted.iter_mut().zip(source) {
            *wanted = DECAY * *wanted + (1.0 - DECAY) * source;
        }
        let got = all(&cpu, average);
        let off = got.iter().zip(&wanted).map(|(g, w)| (g - w).abs());
        assert!(off.fold(0.0, f64::max) < 1e-14, "step {step}");
        assert_ne!(got, all(&cpu, &gan.generator.network));
    }
}

#[test]
fn the_average_begins_as_the_generator_and_draws_the_samples() {
    let plain = |ema| Settings {
        ema,
        ..averaged(0.5)
    };
    for (mut slow, mut fast) in everywhere(&plain(Some(0.999)))
        .into_iter()
        .zip(everywhere(&plain(None)))
    {
        assert_eq!(slow.sample().unwrap(), fast.sample().unwrap());
        let first = slow.sample().unwrap();
        play(&mut slow, 5);
        play(&mut fast, 5);
        let distance = |trainer: &mut Trainer| -> f32 {
            let sample = trainer.sample().unwrap();
            let pairs = sample.iter().zip(&first);
            pairs.map(|(a, b)| (a - b).abs()).sum()
        };
        let (slow, fast) = (distance(&mut slow), distance(&mut fast));
        assert!(slow > 0.0 && slow < 0.1 * fast, "{slow} {fast}");
    }
}

/// Training itself takes no notice of the average, and without a memory it is the generator.
#[test]
fn an_average_changes_nothing_else() {
    let with = |ema| {
        let mut trainer = on_cpu(
            &Settings {
                ema,
                ..averaged(0.5)
            },
            1,
        );
        play(&mut trainer, 4);
        (trainer.state().unwrap(), trainer.sample().unwrap())
    };
    let ((plain, drawn), (forgetful, same)) = (with(None), with(Some(0.0)));
    assert_eq!(plain.optimizer, forgetful.optimizer);
    assert_eq!(drawn, same);
    let (own, copies): (Vec<_>, Vec<_>) = forgetful
        .model
        .into_iter()
        .partition(|entry| !entry.name.starts_with("generator_ema."));
    assert_eq!(own, plain.model);
    assert_eq!(copies.len(), 6);
    for copy in copies {
        let name = copy.name.replace("generator_ema.", "generator.");
        let source = own.iter().find(|entry| entry.name == name);
        assert_eq!(source.expect(&name).contents, copy.contents);
    }
}
