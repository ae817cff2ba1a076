//! Plans of many games, looked at as data.

use gpugan::gan::arch::Kind;
use gpugan::gan::{Gan, Settings, Update};
use gpugan::plan::objective::Objective;
use gpugan::plan::{Access, Call, ProgramId, kernel};
use gpugan::run::Config;

use super::common::games::{ADAM, SGD, drawn, game, maxout, table};

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
    games.extend(of_points());
    games
}

/// Games on points from every kind of source, through every generator that is for points.
fn of_points() -> Vec<Settings> {
    let names = ["ring8", "x2", "swissroll", "point-mass:1,2,3"];
    let mut games: Vec<Settings> = names.map(|name| drawn(name, 5)).to_vec();
    games.push(table(3, 4));
    let critic_hidden = vec![8, 5];
    let mut affine = drawn("line:1", 3);
    affine.architecture.kind = Kind::Affine {
        critic_hidden: critic_hidden.clone(),
        leak: 0.2,
    };
    affine.architecture.latent_dim = 2;
    let mut monotone = drawn("x2", 64);
    monotone.architecture.kind = Kind::Monotone {
        generator_hidden: vec![7],
        critic_hidden,
        leak: 0.2,
    };
    monotone.architecture.latent_dim = 1;
    games.extend([affine, monotone]);
    games
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
