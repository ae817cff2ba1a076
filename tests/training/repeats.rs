//! The same seed gives the same bytes.

use gpugan::gan::Settings;

use super::common;
use super::common::games::{SGD, game};
use super::{after, on_cpu, on_gpu};

/// Games whose products are large enough to be shared among threads, in parts that are not alike.
fn games() -> [Settings; 3] {
    let wide = |shape, batch, generator: &[usize], critic: &[usize]| {
        let mut settings = game(shape, batch);
        settings.images = batch + 3;
        settings.architecture.kind = gpugan::gan::arch::Kind::Mlp {
            generator_hidden: generator.to_vec(),
            critic_hidden: critic.to_vec(),
            leak: 0.2,
        };
        settings
    };
    [
        wide([43, 3, 1], 33, &[129, 193], &[257, 129]),
        wide([16, 16, 1], 64, &[64, 256], &[129]),
        Settings {
            critic_steps: 2.into(),
            rule: SGD,
            ..wide([13, 10, 1], 65, &[65, 131], &[131, 65])
        },
    ]
}

#[test]
fn the_cpu_gives_the_same_bytes_with_any_number_of_threads() {
    for settings in games() {
        let once = after(on_cpu(&settings, 1), 6);
        assert_eq!(once, after(on_cpu(&settings, 1), 6));
        for threads in [2, 2, 3] {
            let again = after(on_cpu(&settings, threads), 6);
            assert!(once == again, "{threads} threads");
        }
        let other = Settings {
            seed: settings.seed + 1,
            ..settings
        };
        assert_ne!(once.1, after(on_cpu(&other, 1), 6).1);
    }
}

#[test]
fn the_gpu_gives_the_same_bytes_however_turns_are_handed_over() {
    let Some(adapter) = common::adapter() else {
        return;
    };
    for settings in games() {
        let once = after(on_gpu(&settings, &adapter), 6);
        let mut step_by_step = on_gpu(&settings, &adapter);
        for _ in 0..5 {
            super::play(&mut step_by_step, 1);
            step_by_step.sample().unwrap();
        }
        assert!(once == after(step_by_step, 1));
    }
}

/// However turns are handed over, each has the critic updates that its number asks for.
#[test]
fn a_schedule_of_critic_steps_is_played_by_the_number_of_the_turn() {
    let settings = Settings {
        critic_steps: "3x2,1;2@5".parse().unwrap(),
        ..game([4, 4, 1], 3)
    };
    for mut trainer in super::everywhere(&settings) {
        let mut drawn = 0;
        for (turn, critic_steps) in [2, 3, 1, 1, 1, 2, 1, 1, 1, 1, 2, 1].into_iter().enumerate() {
            super::play(&mut trainer, 1);
            drawn += critic_steps + 1;
            let positions = trainer.positions().unwrap();
            assert_eq!(positions.latent, drawn, "turn {turn}");
            assert_eq!(positions.data, 3 * (drawn - turn as u64 - 1));
        }
    }
    let at_once = after(on_cpu(&settings, 2), 12);
    let mut one_by_one = on_cpu(&settings, 2);
    (0..11).for_each(|_| super::play(&mut one_by_one, 1));
    assert!(at_once == after(one_by_one, 1));
}
