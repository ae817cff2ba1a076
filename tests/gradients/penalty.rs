//! The gradients of a recorded game whose critic pays for its slope, against what it reports: its loss
//! and, as often as it counts, the penalty.

use gpugan::cpu::Cpu;
use gpugan::gan::arch::{Kind, Normalisation, Variation};
use gpugan::gan::{Gan, Penalty, Settings};
use gpugan::plan::codes::{Activation, Metric, Objective};

use super::common::games::{dcgan, game, maxout, penalties};
use super::game::{compare, start};
use super::{TOLERANCE, assert_close, error};

/// A critic, the images it sees, and what stands between its layers.
fn settings(
    objective: Objective,
    penalty: Penalty,
    (kind, shape, batch): (Option<Kind>, [usize; 3], usize),
    activation: Option<Activation>,
) -> Settings {
    let mut settings = Settings {
        objective,
        penalty: Some(penalty),
        ..game(shape, batch)
    };
    if let Some(kind) = kind {
        settings.architecture.kind = kind;
    }
    settings.architecture.variation = Variation {
        critic_activation: activation,
        critic_norm: Normalisation::None,
        ..Variation::default()
    };
    settings
}

/// Halves of a batch that are views, and that are copies; convolutions; noise and maxout units.
fn critics() -> Vec<(Option<Kind>, [usize; 3], usize)> {
    vec![
        (None, [4, 4, 1], 4),
        (None, [5, 7, 1], 3),
        (Some(dcgan()), [5, 4, 2], 2),
        (Some(maxout()), [4, 4, 1], 4),
    ]
}

fn every(penalty: Penalty) -> f64 {
    penalty.every() as f64
}

/// What the critic of a game minimises.
fn total(gan: &Gan, metrics: &[f64]) -> f64 {
    let penalty = gan.settings.penalty.map_or(0.0, every);
    metrics[Metric::LossCritic as usize] + penalty * metrics[Metric::Penalty as usize]
}

/// Name, gradient and central differences of every parameter of the critic.
fn rows(settings: Settings, of: fn(&Gan, &[f64]) -> f64) -> Vec<(String, Vec<f64>, Vec<f64>)> {
    let gan = Gan::new(settings);
    let mut cpu: Cpu<f64> = start(&gan);
    compare(&mut cpu, &gan, &gan.critic, &gan.critic_step[..1], |row| {
        of(&gan, row)
    })
}

/// The last bias adds to all scores alike, which not all objectives look at, and no slope does.
fn is_nothing(slopes: &[f64]) -> bool {
    slopes.iter().all(|slope| slope.abs() < 1e-8)
}

fn assert_follows(settings: Settings) {
    let label = format!("{settings:?}");
    for (name, got, want) in rows(settings, total) {
        match is_nothing(&want) {
            true => assert!(is_nothing(&got), "{label}: {name}: {got:?}"),
            false => assert_close(&got, &want, &format!("{label}: {name}")),
        }
    }
}

#[test]
fn the_critic_follows_the_gradient_of_its_loss_and_its_penalty() {
    let objectives = [
        Objective::Wgan,
        Objective::NonSaturating,
        Objective::RelativisticAverage,
    ];
    for penalty in penalties() {
        for (at, critic) in critics().into_iter().enumerate() {
            let activations = match critic.0 {
                Some(Kind::Maxout { .. }) => vec![None],
                _ => vec![None, Some(Activation::Tanh), Some(Activation::SmoothElu)],
            };
            for activation in activations {
                let objective = objectives[at % objectives.len()];
                assert_follows(settings(objective, penalty, critic.clone(), activation));
            }
        }
    }
}

/// The slope at a pack is that of its score with respect to all samples in it.
#[test]
fn a_critic_of_packs_follows_the_gradient_of_its_loss_and_its_penalty() {
    for penalty in penalties() {
        for critic in critics() {
            let packed = Settings {
                pack: 2,
                ..settings(Objective::NonSaturating, penalty, critic, None)
            };
            assert_follows(packed);
        }
    }
}

/// The penalty is no part of the reported loss, and its gradient is not that of the loss alone.
#[test]
fn a_penalty_that_is_left_out_is_noticed() {
    let alone = |_: &Gan, row: &[f64]| row[Metric::LossCritic as usize];
    for penalty in penalties() {
        for critic in critics() {
            let settings = settings(Objective::NonSaturating, penalty, critic, None);
            let rows = rows(settings, alone);
            let (name, got, want) = &rows[0];
            assert!(error(got, want) > 100.0 * TOLERANCE, "{penalty:?}: {name}");
        }
    }
}
