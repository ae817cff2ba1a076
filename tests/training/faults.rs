//! Values that are not finite are reported with the turn and the tensor of the first.

use gpugan::gan::{Fault, Settings, Trainer};
use gpugan::plan::Contents;
use gpugan::plan::codes::Objective;

use super::common::games::{SGD, game};
use super::{everywhere, play};

/// Sets a tensor to what `change` makes of its elements.
fn change(trainer: &mut Trainer, name: &str, change: impl Fn(usize, f32) -> f32) {
    let tensor = trainer.gan().plan.find(name).expect(name);
    let Contents::F32(values) = trainer.executor().read(tensor).unwrap() else {
        panic!("{name} holds no floats");
    };
    let values = values.into_iter().enumerate();
    let changed = values.map(|(at, value)| change(at, value)).collect();
    let contents = Contents::F32(changed);
    trainer.executor().write(tensor, &contents).unwrap();
}

fn scale(trainer: &mut Trainer, name: &str, factor: f32) {
    change(trainer, name, |_, value| factor * value);
}

/// What is reported after three turns in order, `spoil`, and two more turns, on each executor.
fn fault(settings: &Settings, spoil: impl Fn(&mut Trainer)) -> Vec<Option<Fault>> {
    let of = |mut trainer: Trainer| {
        play(&mut trainer, 3);
        assert_eq!(trainer.fault().unwrap(), None);
        spoil(&mut trainer);
        play(&mut trainer, 2);
        assert!(trainer.interval(1).unwrap().nonfinite > 0);
        trainer.fault().unwrap()
    };
    everywhere(settings).into_iter().map(of).collect()
}

fn assert_fault(settings: &Settings, tensor: &str, spoil: impl Fn(&mut Trainer)) {
    let wanted = Fault {
        turn: 3,
        tensor: tensor.to_string(),
    };
    for found in fault(settings, spoil) {
        assert_eq!(found.as_ref(), Some(&wanted), "{settings:?}");
    }
}

fn games() -> Vec<Settings> {
    let of = |objective| {
        [
            Settings {
                objective,
                ..game([4, 4, 1], 4)
            },
            Settings {
                objective,
                rule: SGD,
                ..game([5, 7, 1], 3)
            },
        ]
    };
    // That every objective tells scores which are not finite is tested with its kernel.
    let objectives = [Objective::NonSaturating, Objective::Minimax];
    objectives.into_iter().flat_map(of).collect()
}

fn set_one(trainer: &mut Trainer, name: &str, poison: f32) {
    change(
        trainer,
        name,
        |at, value| if at == 1 { poison } else { value },
    );
}

/// The critic sees the images of a generator with one poisoned weight.
#[test]
fn a_poisoned_weight_of_the_generator_spoils_the_critics_loss() {
    for settings in games() {
        for name in [
            "generator.4.bias",
            "generator.2.weight",
            "generator.0.weight",
        ] {
            let poison = |trainer: &mut Trainer| set_one(trainer, name, f32::NAN);
            assert_fault(&settings, "critic.loss", poison);
        }
    }
}

#[test]
fn an_infinite_weight_of_the_critic_spoils_its_loss() {
    for settings in games() {
        let poison = |trainer: &mut Trainer| set_one(trainer, "critic.0.weight", f32::INFINITY);
        assert_fault(&settings, "critic.loss", poison);
    }
}

/// Finite losses, and a product of two large numbers in the weight gradient of the critic's second
/// layer. Its update spoils the generator's loss later in the same turn.
#[test]
fn a_gradient_of_the_critic_that_overflows_is_named() {
    for settings in games() {
        assert_fault(&settings, "critic.2.weight.grad", |trainer| {
            scale(trainer, "critic.0.weight", 1e21);
            scale(trainer, "critic.2.weight", 1e-25);
            scale(trainer, "critic.4.weight", 1e21);
        });
    }
}

/// Slopes of 1e16 from a critic that stands still meet values of 1e25 in the generator's second
/// layer.
#[test]
fn a_gradient_of_the_generator_that_overflows_is_named() {
    for settings in games() {
        let settings = Settings {
            lr_critic: 1e-30,
            ..settings
        };
        // Where the loss is steep.
        let score = match settings.objective {
            Objective::NonSaturating => -1e18,
            _ => 1e18,
        };
        assert_fault(&settings, "generator.2.weight.grad", |trainer| {
            change(trainer, "critic.4.bias", |_, _| score);
            scale(trainer, "critic.0.weight", 1e21);
            scale(trainer, "critic.4.weight", 1e-5);
            scale(trainer, "generator.0.weight", 1e25);
            scale(trainer, "generator.2.weight", 1e-25);
        });
    }
}
