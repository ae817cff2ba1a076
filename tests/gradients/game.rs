//! The gradients of a recorded game against the losses that it reports, for every objective.

use gpugan::cpu::Cpu;
use gpugan::gan::arch::{Kind, Normalisation};
use gpugan::gan::{Gan, Player, Settings, Update};
use gpugan::plan::codes::{Metric, Objective, Watched};
use gpugan::plan::{Contents, Executor, ProgramId, Tensor};

use super::common::games::{
    data, dcgan, drawn, game, ignores_the_level, maxout, objectives, table,
};
use super::{TOLERANCE, assert_close, copies, cpu, differences, error, fill};

/// A game on images whose halves of a batch are views of one tensor, or, where `aligned` is
/// false, copied into it.
fn settings(objective: Objective, aligned: bool) -> Settings {
    let (shape, batch) = if aligned {
        ([4, 4, 1], 4)
    } else {
        ([5, 7, 1], 3)
    };
    Settings {
        objective,
        ..game(shape, batch)
    }
}

/// A game with weights so large that the scores are spread.
pub fn start(gan: &Gan) -> Cpu<f64> {
    start_with(gan, &data(&gan.settings, ""))
}

fn start_with(gan: &Gan, data: &Contents) -> Cpu<f64> {
    let mut cpu = cpu(&gan.plan);
    cpu.write(gan.data, data).expect("the mirror writes");
    let unseen = [0, Watched::NONE, Watched::NONE].repeat(Watched::ALL.len());
    cpu.write(gan.guard, &Contents::U32(unseen))
        .expect("the mirror writes");
    for player in [&gan.generator, &gan.critic] {
        fill(&mut cpu, &player.network.parameter_tensors, 0.7);
    }
    cpu
}

/// Name, gradient and central differences of every parameter of one player.
fn of_loss(
    cpu: &mut Cpu<f64>,
    gan: &Gan,
    programs: &[ProgramId],
    metric: Metric,
) -> Vec<(String, Vec<f64>, Vec<f64>)> {
    let player = match metric {
        Metric::LossCritic => &gan.critic,
        _ => &gan.generator,
    };
    compare(cpu, gan, player, programs, |row| row[metric as usize])
}

/// The same, of what `of` makes of the metrics that the programs report.
pub fn compare(
    cpu: &mut Cpu<f64>,
    gan: &Gan,
    player: &Player,
    programs: &[ProgramId],
    of: impl Fn(&[f64]) -> f64,
) -> Vec<(String, Vec<f64>, Vec<f64>)> {
    let loss = |cpu: &mut Cpu<f64>| {
        cpu.floats_mut(gan.metrics).fill(f64::NAN);
        programs.iter().for_each(|id| cpu.run_program(*id));
        of(&cpu.floats(gan.metrics)[..Metric::COUNT])
    };
    cpu.floats_mut(player.gradients.whole).fill(f64::NAN);
    assert!(loss(cpu).is_finite());
    let gradients = copies(cpu, &player.gradients.parts);
    let parameters = player.network.parameter_tensors.iter();
    let of = |(parameter, gradient): (&Tensor, Vec<f64>)| {
        let values = cpu.floats(*parameter).to_vec();
        let want = differences(&values, |values| {
            cpu.floats_mut(*parameter).copy_from_slice(values);
            loss(cpu)
        });
        (gan.plan.info(*parameter).name.clone(), gradient, want)
    };
    parameters.zip(gradients).map(of).collect()
}

#[test]
fn both_players_follow_the_gradient_of_their_loss() {
    for objective in objectives() {
        for aligned in [true, false] {
            let gan = Gan::new(settings(objective, aligned));
            let mut cpu = start(&gan);
            for (program, metric) in [
                (gan.critic_step[0], Metric::LossCritic),
                (gan.generator_step[0], Metric::LossGenerator),
            ] {
                let rows = of_loss(&mut cpu, &gan, &[program], metric);
                assert_eq!(rows.len(), 6);
                for (name, got, want) in rows {
                    let level = ignores_the_level(objective) && name == "critic.4.bias";
                    if level && want[0].abs() < 1e-9 {
                        assert!(got[0].abs() < 1e-9, "{objective:?}: {got:?}");
                        continue;
                    }
                    assert_close(&got, &want, &format!("{objective:?} {aligned}: {name}"));
                }
            }
        }
    }
}

/// From packs, from one batch for both, and through polynomials.
#[test]
fn games_of_another_order_follow_the_gradients_of_their_losses() {
    let packed = |objective, update| Settings {
        pack: 2,
        update,
        ..settings(objective, false)
    };
    let mut convolved = packed(Objective::NonSaturating, Update::Simultaneous);
    convolved.architecture.kind = dcgan();
    let polynomials = Settings {
        moments: Some(3),
        ..game([1, 1, 2], 5)
    };
    let games = [
        packed(Objective::NonSaturating, Update::Alternating),
        packed(Objective::Minimax, Update::Simultaneous),
        packed(Objective::RelativisticAverage, Update::Simultaneous),
        packed(Objective::Relativistic, Update::Simultaneous),
        convolved,
        Settings {
            objective: Objective::Wgan,
            ..polynomials
        },
    ];
    for settings in games {
        let gan = Gan::new(settings);
        let mut cpu = start(&gan);
        let programs = [gan.critic_step[0], gan.generator_step[0]];
        let at_once = gan.settings.update == Update::Simultaneous;
        for (own, metric) in [(0, Metric::LossCritic), (1, Metric::LossGenerator)] {
            let run = if at_once {
                &programs[..]
            } else {
                &programs[own..=own]
            };
            for (name, got, want) in of_loss(&mut cpu, &gan, run, metric) {
                let level = name.starts_with("critic") && name.ends_with("bias");
                if level && ignores_the_level(gan.settings.objective) && want[0].abs() < 1e-9 {
                    continue;
                }
                assert_close(&got, &want, &format!("{:?}: {name}", gan.settings));
            }
        }
    }
}

/// Through dropout and maxout too, the mask being the same as long as the clock stands.
#[test]
fn a_critic_that_drops_follows_the_gradient_of_its_loss() {
    let mut settings = settings(Objective::NonSaturating, true);
    settings.architecture.kind = maxout();
    let gan = Gan::new(settings);
    let mut cpu = start(&gan);
    for (program, metric) in [
        (gan.critic_step[0], Metric::LossCritic),
        (gan.generator_step[0], Metric::LossGenerator),
    ] {
        for (name, got, want) in of_loss(&mut cpu, &gan, &[program], metric) {
            assert_close(&got, &want, &name);
        }
    }
}

/// Games on points, through generators without a bound, those of location and scale, and increasing
/// ones.
#[test]
fn both_players_of_points_follow_the_gradient_of_their_loss() {
    let plain = ["ring8", "grid25", "swissroll", "moons", "spiral"];
    let plain = plain.map(|name| (name, drawn(name, 4)));
    let lone = ["gaussian:1,2", "x2"].map(|name| (name, drawn(name, 4)));
    let mut games: Vec<(&str, Settings)> = plain.into_iter().chain(lone).collect();
    games.extend([2, 3].map(|dims| ("", table(dims, 3))));
    for (kind, name) in [
        (affine(), "line:0.3"),
        (affine(), "fgan-mix"),
        (monotone(), "uniform"),
    ] {
        let mut settings = drawn(name, 5);
        settings.architecture.kind = kind;
        settings.architecture.latent_dim = settings.architecture.features();
        games.push((name, settings));
    }
    let mut normalised = drawn("ring8", 5);
    normalised.architecture.variation.generator_norm = Some(Normalisation::Batch);
    games.push(("ring8", normalised));
    for (name, settings) in games {
        let data = data(&settings, name);
        let gan = Gan::new(settings);
        let mut cpu = start_with(&gan, &data);
        for (program, metric) in [
            (gan.critic_step[0], Metric::LossCritic),
            (gan.generator_step[0], Metric::LossGenerator),
        ] {
            for (parameter, got, want) in of_loss(&mut cpu, &gan, &[program], metric) {
                assert_close(&got, &want, &format!("{name}: {parameter}"));
            }
        }
    }
}

fn affine() -> Kind {
    Kind::Affine {
        critic_hidden: vec![8, 5],
        leak: 0.2,
    }
}

fn monotone() -> Kind {
    Kind::Monotone {
        generator_hidden: vec![7, 6],
        critic_hidden: vec![8, 5],
        leak: 0.2,
    }
}

/// The gradient of one objective's loss is not taken for that of the other's.
#[test]
fn the_gradients_of_another_objective_are_noticed() {
    let [one, other] = [Objective::NonSaturating, Objective::Minimax].map(|objective| {
        let gan = Gan::new(settings(objective, true));
        let mut cpu = start(&gan);
        let (program, metric) = (gan.generator_step[0], Metric::LossGenerator);
        of_loss(&mut cpu, &gan, &[program], metric)
    });
    for ((name, got, _), (_, _, want)) in one.iter().zip(&other) {
        assert!(error(got, want) > 1000.0 * TOLERANCE, "{name}");
    }
}

/// Parameters, gradients, moments and rates of a player.
fn everything_of(gan: &Gan, player: &str) -> Vec<Tensor> {
    let names = ["parameters", "grad", "m", "v", "rates"];
    let find = |name: &str| gan.plan.find(&format!("{player}.{name}"));
    names.map(|name| find(name).expect(name)).to_vec()
}

#[test]
fn a_step_changes_its_player_and_leaves_the_other_alone() {
    for objective in objectives() {
        let gan = Gan::new(settings(objective, false));
        let mut cpu = start(&gan);
        for (programs, playing, standing) in [
            (&gan.critic_step[..], "critic", "generator"),
            (&gan.generator_step[..2], "generator", "critic"),
        ] {
            let (own, others) = (everything_of(&gan, playing), everything_of(&gan, standing));
            fill(&mut cpu, &others[1..2], 9.0);
            let before = [copies(&cpu, &own), copies(&cpu, &others)];
            programs.iter().for_each(|id| cpu.run_program(*id));
            assert_eq!(before[1], copies(&cpu, &others), "{standing}");
            for (before, after) in before[0].iter().zip(copies(&cpu, &own)) {
                assert_ne!(*before, after, "{playing}");
            }
        }
    }
}
