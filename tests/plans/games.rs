//! Plans of many games, looked at as data.

use gpugan::gan::arch::Kind;
use gpugan::gan::{Gan, Penalty, Settings, Update};
use gpugan::plan::objective::Objective;
use gpugan::plan::{Access, Call, ProgramId, kernel};
use gpugan::run::Config;

use super::common::games::{ADAM, SGD, game, maxout};

/// Shapes and batches: halves of a batch that are aligned, and that are not.
const SHAPES: [([usize; 3], usize, bool); 6] = [
    ([4, 4, 1], 4, true),
    ([5, 7, 3], 3, false),
    ([5, 7, 3], 64, true),
    ([1, 1, 1], 1, false),
    ([28, 28, 1], 16, true),
    ([3, 43, 1], 10, false),
];

fn layers(generator: &[usize], critic: &[usize]) -> Kind {
    Kind::Mlp {
        generator_hidden: generator.to_vec(),
        critic_hidden: critic.to_vec(),
        leak: 0.2,
    }
}

/// A game for every combination of what shapes its plan.
pub fn all() -> Vec<Settings> {
    let kinds = [
        maxout(),
        layers(&[7, 6], &[8, 5]),
        layers(&[], &[]),
        layers(&[1], &[64, 3, 9]),
    ];
    let mut games = Vec::new();
    for (at, (shape, batch, _)) in SHAPES.into_iter().enumerate() {
        for objective in [Objective::NonSaturating, Objective::RelativisticAverage] {
            for rule in [ADAM, SGD] {
                for (critic_steps, generator_steps) in [(1, 1), (5, 1), (1, 2), (2, 3)] {
                    let mut settings = game(shape, batch);
                    settings.architecture.kind = kinds[at % kinds.len()].clone();
                    settings.images = (2 * batch).max(10);
                    settings.penalty = penalty(critic_steps, generator_steps);
                    games.push(Settings {
                        objective,
                        rule,
                        ema: (rule == SGD).then_some(0.9),
                        spectral_norm: critic_steps == 5,
                        pack: 1 + usize::from(critic_steps == 2),
                        critic_steps: critic_steps.into(),
                        generator_steps,
                        ..settings
                    });
                }
            }
        }
    }
    games.extend(SHAPES.into_iter().flat_map(|(shape, batch, _)| {
        let simultaneous = |pack, kind| {
            let mut settings = game(shape, batch);
            settings.architecture.kind = kind;
            Settings {
                images: 2 * batch,
                pack,
                update: Update::Simultaneous,
                ..settings
            }
        };
        let polynomials = Settings {
            objective: Objective::Wgan,
            moments: Some(2),
            critic_steps: 2.into(),
            images: 2 * batch,
            ..game([1, 1, 3], batch)
        };
        let mut relativistic = simultaneous(2, layers(&[7, 6], &[8, 5]));
        relativistic.objective = Objective::RelativisticAverage;
        [simultaneous(1, maxout()), relativistic, polynomials]
    }));
    games
}

/// None, and each kind, in every critic step.
fn penalty(critic_steps: usize, generator_steps: usize) -> Option<Penalty> {
    match (critic_steps, generator_steps) {
        (5, 1) => Some(Penalty::Between {
            weight: 10.0,
            one_sided: false,
        }),
        (1, 2) => Some(Penalty::AtSamples {
            real: 1.0,
            fake: 1.0,
            every: 1,
        }),
        (2, 3) => Some(Penalty::AroundReal { weight: 10.0 }),
        _ => None,
    }
}

pub fn calls<'a>(gan: &'a Gan, programs: &'a [ProgramId]) -> impl Iterator<Item = &'a Call> {
    programs.iter().flat_map(|id| &gan.plan.program(*id).calls)
}

/// Names of the storages that programs write.
fn written<'a>(gan: &'a Gan, programs: &[ProgramId]) -> Vec<&'a str> {
    let plan = &gan.plan;
    let arguments = programs
        .iter()
        .flat_map(|id| &plan.program(*id).calls)
        .flat_map(|call| &call.arguments);
    let writes = arguments.filter(|argument| argument.access != Access::Read);
    writes
        .map(|argument| {
            plan.storages[plan.info(argument.tensor).storage]
                .name
                .as_str()
        })
        .collect()
}

/// Whether a storage is a player's own: its parameters, gradients or moments, as against what a
/// program of that player computes in between.
fn belongs_to(player: &str, storage: &str) -> bool {
    storage.starts_with(&format!("{player}.")) && !storage.contains('/')
}

#[test]
fn a_step_writes_its_own_player_and_nothing_of_the_other() {
    for settings in all() {
        let gan = Gan::new(settings);
        for (programs, playing, standing) in [
            (&gan.critic_step[..], "critic", "generator"),
            (&gan.generator_step[..], "generator", "critic"),
        ] {
            let written = written(&gan, programs);
            let others: Vec<_> = written
                .iter()
                .filter(|name| belongs_to(standing, name))
                .collect();
            assert!(others.is_empty(), "{others:?}");
            for own in ["parameters", "grad", "rates"] {
                assert!(
                    written.contains(&format!("{playing}.{own}").as_str()),
                    "{own}"
                );
            }
        }
        let sample = written(&gan, &[gan.sample_program]);
        assert!(
            sample.iter().all(|name| name.starts_with("sample")),
            "{sample:?}"
        );
    }
}

#[test]
fn halves_of_a_batch_are_copied_only_where_they_cannot_be_bound() {
    for (shape, batch, aligned) in SHAPES {
        let gan = Gan::new(Settings {
            images: 64,
            ..game(shape, batch)
        });
        let copies = calls(&gan, &gan.critic_step).filter(|call| *call.kernel == kernel::DATA_COPY);
        assert_eq!(
            copies.count(),
            if aligned { 0 } else { 2 },
            "{shape:?} {batch}"
        );
    }
}

#[test]
fn kernels_are_in_the_catalogue_and_take_at_most_eight_tensors() {
    for settings in all() {
        let gan = Gan::new(settings);
        for call in gan.plan.programs.iter().flat_map(|program| &program.calls) {
            let known = kernel::ALL
                .iter()
                .find(|kernel| kernel.name == call.kernel.name);
            let known: &kernel::Kernel = known.expect(call.kernel.name);
            assert!(std::ptr::eq(known, call.kernel), "{}", known.name);
            assert!(call.arguments.len() <= 8, "{}", known.name);
        }
    }
}

#[test]
fn the_same_settings_make_the_same_plan() {
    for settings in all() {
        let [one, two] = [settings.clone(), settings.clone()].map(Gan::new);
        assert_eq!(format!("{:?}", one.plan), format!("{:?}", two.plan));
        let other = Gan::new(Settings {
            seed: settings.seed + 1,
            ..settings
        });
        assert_ne!(format!("{:?}", one.plan), format!("{:?}", other.plan));
    }
}

#[test]
fn a_turn_is_k_critic_steps_and_then_the_generators() {
    for settings in all() {
        let gan = Gan::new(settings);
        let (k, g) = (
            gan.settings.critic_steps.usual(),
            gan.settings.generator_steps,
        );
        let [gradients, update, last_update] = gan.generator_step;
        let mut turn = gan.critic_step.repeat(k);
        for at in 1..=g {
            turn.extend([gradients, if at == g { last_update } else { update }]);
        }
        let at_once = gan.settings.update == Update::Simultaneous;
        if at_once {
            turn.swap(1, 2);
        }
        assert_eq!(gan.turn(), turn);

        let moved = |name| {
            let clocks = calls(&gan, &turn).filter(|call| *call.kernel == kernel::CLOCK_ADVANCE);
            clocks.map(|call| call.int(name) as usize).sum::<usize>()
        };
        assert_eq!(moved("step"), 1);
        let penalty = gan.settings.penalty;
        let mixes = !matches!(penalty, None | Some(Penalty::AtSamples { .. }));
        assert_eq!(moved("mix"), k * usize::from(mixes));
        let noises = matches!(penalty, Some(Penalty::AroundReal { .. }));
        assert_eq!(moved("noise"), k * usize::from(noises));
        assert_eq!(moved("latent"), if at_once { 1 } else { k + g });
        assert_eq!(moved("images"), k * gan.settings.samples_per_update());
    }
}

/// Multiply-adds of one sample through layers of these widths: forward and weight gradients, and
/// the input gradients of all layers but the first.
fn multiply_adds(widths: &[usize]) -> [u64; 2] {
    let sizes = widths.windows(2).map(|pair| (pair[0] * pair[1]) as u64);
    [sizes.clone().sum(), sizes.skip(1).sum()]
}

#[test]
fn the_default_game_costs_what_its_layers_cost() {
    let config = Config::default();
    let batch = config.batch as u64;
    let mut settings = game([28, 28, 1], config.batch);
    settings.architecture.kind = layers(&config.generator_hidden, &config.critic_hidden);
    settings.architecture.latent_dim = config.latent_dim;
    settings.images = 60_000;
    let gan = Gan::new(settings);

    let [generator, generator_inner] = multiply_adds(&[100, 256, 512, 784]);
    let [critic, critic_inner] = multiply_adds(&[784, 512, 256, 1]);
    let critic_step = generator + 2 * (2 * critic + critic_inner);
    let generator_step = 2 * generator + generator_inner + 2 * critic;
    let turn = gan.turn();
    let products = calls(&gan, &turn).filter(|call| call.kernel.product);
    let products: u64 = products.map(|call| call.flops).sum();
    assert_eq!(products, 2 * batch * (critic_step + generator_step));
    let all: u64 = calls(&gan, &turn).map(|call| call.flops).sum();
    assert!((1.45e9..1.47e9).contains(&(all as f64)), "{all}");
    let weights = generator + critic + (256 + 512 + 784 + 512 + 256 + 1);
    let parameters = gan.generator.network.parameter_count() + gan.critic.network.parameter_count();
    assert_eq!(parameters as u64, weights);
}

/// Which critic steps pay depends on how many there were in all.
#[test]
fn a_penalty_now_and_then_is_paid_by_the_number_of_the_step() {
    let gan = Gan::new(Settings {
        penalty: Some(Penalty::AtSamples {
            real: 1.0,
            fake: 0.0,
            every: 3,
        }),
        critic_steps: "2x4,1;4@5".parse().unwrap(),
        ..game([4, 4, 1], 4)
    });
    let (paying, plain) = (gan.critic_step[0], gan.critic_plain.unwrap());
    let mut step = 0;
    for turn in 0..60 {
        let steps = gan.settings.critic_steps.at(turn);
        let programs = gan.turn_at(turn);
        let mut pays = false;
        for pair in programs[..2 * steps].chunks(2) {
            let expected = if step % 3 == 0 { paying } else { plain };
            assert_eq!(pair, [expected, gan.critic_step[1]], "{step}");
            pays |= expected == paying;
            step += 1;
        }
        assert_eq!(gan.pays_in(turn), pays, "{turn}");
        let alike = gan.alike(turn);
        assert!(alike >= 1);
        (1..alike).for_each(|later| assert_eq!(gan.turn_at(turn + later), programs));
    }
    let every = Gan::new(game([4, 4, 1], 4));
    assert_eq!((every.critic_plain, every.alike(7)), (None, u64::MAX - 7));
    assert!(!every.pays_in(0));
}

/// Operations of the products of the critic's gradients, in those of one forward pass of its layers
/// on one batch, the generator's aside.
fn sweeps(penalty: Option<Penalty>) -> f64 {
    let batch = 64;
    let mut settings = Settings {
        penalty,
        images: batch,
        ..game([28, 28, 1], batch)
    };
    settings.architecture.kind = layers(&[], &[512, 256]);
    let gan = Gan::new(settings);
    let products = calls(&gan, &gan.critic_step[..1]).filter(|call| call.kernel.product);
    let products: u64 = products.map(|call| call.flops).sum();
    let [critic, _] = multiply_adds(&[784, 512, 256, 1]);
    let generator = 3 * 784;
    (products / (2 * batch as u64) - generator) as f64 / critic as f64
}

/// A penalty at other points is four more sweeps over a batch, and one at real samples less than two:
/// the tangent, and the input gradient of the first layer.
#[test]
fn penalties_cost_what_their_sweeps_cost() {
    let plain = sweeps(None);
    let more = |penalty| sweeps(Some(penalty)) - plain;
    let [between, r1] = [
        Penalty::Between {
            weight: 10.0,
            one_sided: false,
        },
        Penalty::AtSamples {
            real: 1.0,
            fake: 0.0,
            every: 1,
        },
    ];
    assert!((3.9..=4.0).contains(&more(between)), "{}", more(between));
    assert!((1.5..=2.0).contains(&more(r1)), "{}", more(r1));
    assert!((plain + 4.0) / plain < 2.0, "{plain}");
}
