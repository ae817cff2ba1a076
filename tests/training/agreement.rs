//! Both executors tell the same story, and it is one of learning.

use gpugan::gan::arch::{Normalisation, Variation};
use gpugan::gan::{Interval, Penalty, Settings, Trainer, Update};
use gpugan::optim::{Clip, ClipWhen};
use gpugan::plan::Contents;
use gpugan::plan::codes::Activation;
use gpugan::plan::objective::Objective;
use gpugan::random::Latent;
use gpugan::rates::{Course, LrSchedule};

use super::common::games::{
    RMSPROP, SGD, dcgan, game, ignores_the_level, maxout, objectives, penalties,
};
use super::{common, history, on_cpu, on_gpu};

const TURNS: u64 = 20;

/// Every objective; of two that record other plans, shapes with and without aligned halves of a
/// batch, both rules, both latents; and whatever a critic may have besides.
fn games() -> Vec<Settings> {
    // Adam would make steps of whatever rounding leaves of a gradient that is 0.
    let plain = |objective| match ignores_the_level(objective) {
        true => Settings {
            objective,
            rule: SGD,
            lr_generator: 5e-2,
            lr_critic: 5e-2,
            ..game([4, 4, 1], 4)
        },
        false => Settings {
            objective,
            ..game([4, 4, 1], 4)
        },
    };
    let mut games: Vec<Settings> = objectives().into_iter().map(plain).collect();
    for objective in [Objective::NonSaturating, Objective::RelativisticAverage] {
        let odd = Settings {
            objective,
            rule: SGD,
            lr_generator: 5e-2,
            lr_critic: 5e-2,
            latent: Latent::Uniform,
            critic_steps: 2.into(),
            generator_steps: 3,
            ..game([5, 7, 1], 3)
        };
        games.push(odd);
    }
    // Not with WGAN's objective, for the same reason as above.
    for when in [ClipWhen::Before, ClipWhen::After] {
        games.push(Settings {
            rule: RMSPROP,
            clip: Some(Clip { limit: 0.3, when }),
            critic_steps: 2.into(),
            ..game([4, 4, 1], 4)
        });
    }
    games.push(game([5, 7, 3], 7));
    for update in [Update::Alternating, Update::Simultaneous] {
        games.push(Settings {
            pack: 2,
            update,
            course: Course {
                schedule: LrSchedule::Linear(Some(40)),
                ramp: None,
            },
            ..game([4, 4, 1], 3)
        });
    }
    // The critic of moments is where it is best, not where it was led.
    games.push(Settings {
        objective: Objective::Wgan,
        moments: Some(3),
        rule: SGD,
        lr_generator: 5e-2,
        ..game([1, 1, 2], 5)
    });
    let mut normalised = Settings {
        ema: Some(0.9),
        update: Update::Simultaneous,
        ..game([5, 7, 1], 6)
    };
    normalised.architecture.variation.generator_norm = Some(Normalisation::Batch);
    games.push(normalised);
    let mut convolved = game([9, 8, 3], 4);
    convolved.architecture.kind = dcgan();
    convolved.ema = Some(0.9);
    games.push(convolved);
    let mut judged = Settings {
        spectral_norm: true,
        ema: Some(0.9),
        critic_steps: 2.into(),
        ..game([4, 4, 1], 5)
    };
    judged.architecture.kind = maxout();
    games.push(judged);
    games.extend(penalties().into_iter().flat_map(paying));
    games
}

/// Critics that pay for their slope: dense ones, smooth ones that are convolved, and normalised ones
/// that drop.
fn paying(penalty: Penalty) -> [Settings; 3] {
    let of = |shape, batch| Settings {
        penalty: Some(penalty),
        critic_steps: 2.into(),
        ..game(shape, batch)
    };
    let mut smooth = of([9, 8, 3], 4);
    smooth.architecture.kind = dcgan();
    smooth.architecture.variation = Variation {
        critic_activation: Some(Activation::SmoothElu),
        critic_norm: Normalisation::None,
        ..Variation::default()
    };
    let mut judged = Settings {
        spectral_norm: true,
        ..of([4, 4, 1], 5)
    };
    judged.architecture.kind = maxout();
    [of([5, 7, 1], 3), smooth, judged]
}

fn values(interval: &Interval) -> Vec<f64> {
    let mut values = vec![
        interval.loss_critic,
        interval.loss_generator,
        interval.score_real,
        interval.score_fake,
        interval.bound,
    ];
    let paid = [interval.penalty, interval.gradient_norm];
    values.extend(paid.into_iter().filter(|value| !value.is_nan()));
    values
}

/// The largest difference of a loss or a probability, relative to 1 where they are smaller.
fn distance(left: &[Interval], right: &[Interval]) -> f64 {
    assert_eq!(left.len(), right.len());
    let pairs = left.iter().zip(right);
    let pairs = pairs.flat_map(|(a, b)| values(a).into_iter().zip(values(b)));
    let far = pairs.map(|(a, b)| (a - b).abs() / a.abs().max(b.abs()).max(0.1));
    far.fold(0.0, f64::max)
}

#[test]
fn executors_agree_on_every_turn() {
    let Some(adapter) = common::adapter() else {
        return;
    };
    for settings in games() {
        let ours = history(&mut on_cpu(&settings, 2), TURNS);
        let theirs = history(&mut on_gpu(&settings, &adapter), TURNS);
        let far = distance(&ours, &theirs);
        assert!(far < 1e-3, "{far:e}: {settings:?}");
    }
}

/// The same measure tells one learning rate from another.
#[test]
fn another_game_tells_another_story() {
    for settings in games().into_iter().filter(|game| game.moments.is_none()) {
        let ours = history(&mut on_cpu(&settings, 2), TURNS);
        let other = Settings {
            lr_critic: 1.1 * settings.lr_critic,
            ..settings
        };
        let far = distance(&ours, &history(&mut on_cpu(&other, 2), TURNS));
        assert!(far > 1e-3, "{far:e}: {other:?}");
    }
}

#[test]
fn every_game_changes_every_weight_tensor_and_stays_finite() {
    for settings in games() {
        let mut trainer = on_cpu(&settings, 2);
        let before = trainer.state().unwrap().model;
        let history = history(&mut trainer, TURNS);
        let finite = |interval: &Interval| values(interval).iter().all(|v| v.is_finite());
        assert!(history.iter().all(finite), "{settings:?}");
        assert_eq!(history[history.len() - 1].nonfinite, 0);
        assert_eq!(trainer.fault().unwrap(), None);
        for (before, after) in before.iter().zip(trainer.state().unwrap().model) {
            let Contents::F32(values) = &after.contents else {
                panic!("{} holds no floats", after.name);
            };
            assert!(values.iter().all(|value| value.is_finite()));
            let bias = after.name.starts_with("critic") && after.name.ends_with("bias");
            let level = bias && ignores_the_level(settings.objective);
            // The direction of a single output has nowhere to turn.
            let stays = level || after.name == "critic.7.weight_u";
            assert!(stays || before.contents != after.contents, "{}", after.name);
        }
    }
}

/// A critic that plays against a generator that hardly moves learns to tell its images.
#[test]
fn a_critic_learns_to_tell() {
    for rule in [common::games::ADAM, SGD] {
        let settings = Settings {
            rule,
            lr_generator: 1e-9,
            lr_critic: 2e-2,
            ..game([4, 4, 1], 8)
        };
        let mut trainer = on_cpu(&settings, 2);
        let history = history(&mut trainer, 300);
        let (first, last) = (&history[0], &history[history.len() - 1]);
        assert!(first.loss_critic > 1.2, "{first:?}");
        assert!(last.loss_critic < 0.5 * first.loss_critic, "{last:?}");
        assert!(last.accuracy > 0.9 && last.p_real > last.p_fake, "{last:?}");
    }
}

/// On one image against a generator that stands still, the critic of WGAN within a small box drives
/// every weight to its walls; clipped before the step, an update may stand outside.
#[test]
fn the_critic_of_wgan_stays_within_its_box() {
    for when in [ClipWhen::Before, ClipWhen::After] {
        let limit = 0.05;
        let settings = Settings {
            objective: Objective::Wgan,
            rule: RMSPROP,
            clip: Some(Clip { limit, when }),
            lr_generator: 1e-9,
            ..game([4, 4, 1], 8)
        };
        let mut trainer = on_cpu(&settings, 2);
        let history = history(&mut trainer, 300);
        let largest = |trainer: &mut Trainer| {
            let model = trainer.state().unwrap().model.into_iter();
            let critic = model.filter(|entry| entry.name.starts_with("critic"));
            let values = critic.flat_map(|entry| match entry.contents {
                Contents::F32(values) => values,
                other => panic!("{other:?}"),
            });
            values.fold(0.0f32, |most, value| most.max(value.abs()))
        };
        let most = f64::from(largest(&mut trainer));
        match when {
            ClipWhen::After => assert!(most <= 1.000_001 * limit && most > 0.99 * limit, "{most}"),
            ClipWhen::Before => assert!(most > 1.001 * limit && most < 2.0 * limit, "{most}"),
        }
        let (first, last) = (&history[0], &history[history.len() - 1]);
        assert!(
            last.bound > first.bound && last.accuracy > 0.9,
            "{first:?} {last:?}"
        );
        assert!((last.bound - (last.score_real - last.score_fake)).abs() < 1e-5);
        assert!(last.p_real.is_nan());
    }
}

/// A turn whose critic pays nothing is not counted in the mean of what it pays.
#[test]
fn a_critic_that_pays_now_and_then_is_shown_with_what_it_paid() {
    let at_samples = |every| Penalty::AtSamples {
        real: 2.0,
        fake: 0.0,
        every,
    };
    let settings = |every| Settings {
        penalty: Some(at_samples(every)),
        critic_steps: 2.into(),
        lr_critic: 1e-9,
        lr_generator: 1e-9,
        ..game([4, 4, 1], 4)
    };
    for mut trainer in super::everywhere(&settings(5)) {
        // Critic steps 0, 5, 10, 15: turns 0, 2, 5 and 7.
        let turns = history(&mut trainer, 8);
        let paid: Vec<usize> = (0..8).filter(|at| turns[*at].penalty > 0.0).collect();
        assert_eq!(paid, [0, 2, 5, 7]);
        assert!(turns[1].penalty.is_nan() && turns[1].gradient_norm.is_nan());
        let all = trainer.interval(4).unwrap();
        let mean = (turns[5].penalty + turns[7].penalty) / 2.0;
        assert!((all.penalty - mean).abs() < 1e-12 * mean, "{all:?}");
    }
    // It counts more often, but is no greater.
    // Of several updates in a turn, the last counts.
    let first = |every| {
        let once = Settings {
            critic_steps: 1.into(),
            ..settings(every)
        };
        history(&mut on_cpu(&once, 2), 1)[0]
    };
    let (often, seldom) = (first(1), first(5));
    assert!(
        (often.penalty - seldom.penalty).abs() < 1e-6 * often.penalty,
        "{often:?} {seldom:?}"
    );
    let norm = often.gradient_norm;
    assert!(norm * norm <= often.penalty * 1.000_1, "{often:?}");
}

/// With a generator that stands still, the slope of a critic comes to 1 on the way between.
#[test]
fn the_critic_of_wgan_gp_learns_a_slope_of_one() {
    let settings = Settings {
        objective: Objective::Wgan,
        penalty: Some(penalties()[0]),
        lr_generator: 1e-9,
        lr_critic: 5e-3,
        ..game([4, 4, 1], 8)
    };
    let mut trainer = on_cpu(&settings, 2);
    let history = history(&mut trainer, 600);
    let mean = |of: fn(&Interval) -> f64, part: &[Interval]| {
        part.iter().map(of).sum::<f64>() / part.len() as f64
    };
    let (first, last) = (&history[..1], &history[500..]);
    let norm = [first, last].map(|part| mean(|interval| interval.gradient_norm, part));
    assert!(norm[0] < 0.5 && (norm[1] - 1.0).abs() < 0.15, "{norm:?}");
    let bound = [first, last].map(|part| mean(|interval| interval.bound, part));
    assert!(bound[1] > 0.5 && bound[1] > 3.0 * bound[0], "{bound:?}");
}
