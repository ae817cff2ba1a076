//! The optimisers against updates worked out by hand.

use gpugan::plan::codes::{Counter, Watched};
use gpugan::plan::{Contents, kernel};

use crate::harness::{Case, Rig, quiet};

const WATCHED: Watched = Watched::GeneratorGradients;

fn zeros(len: usize) -> Contents {
    Contents::F32(vec![0.0; len])
}

fn advance(lr: f64, beta1: f64, beta2: f64, momentum: f64) -> Rig {
    let case = Case::new(&kernel::OPTIM_ADVANCE, "")
        .read("clock", Contents::U32(vec![0; Counter::COUNT]))
        .update("rates", zeros(4))
        .set("lr", lr)
        .set("slope", 0.0)
        .set("decay", 0.0)
        .set("floor", 0.0)
        .set("rise", 0.0)
        .set("ramp", 0.0)
        .set("pace", 0.0)
        .set("beta1", beta1)
        .set("rest1", 1.0 - beta1)
        .set("beta2", beta2)
        .set("rest2", 1.0 - beta2)
        .set("momentum", momentum);
    Rig::new(case)
}

fn adam(len: usize) -> Rig {
    let case = Case::new(&kernel::OPTIM_ADAM, "")
        .read("gradients", zeros(len))
        .read("rates", zeros(4))
        .update("parameters", Contents::F32(vec![1.0; len]))
        .update("mean", zeros(len))
        .update("square", zeros(len))
        .update("guard", quiet())
        .set("len", len)
        .set("beta2", 0.999)
        .set("rest1", 1.0 - 0.9)
        .set("rest2", 1.0 - 0.999)
        .set("epsilon", 1e-8)
        .set("watched", WATCHED as u32)
        .extent(len, 1, 1);
    Rig::new(case)
}

fn sgd(len: usize) -> Rig {
    let case = Case::new(&kernel::OPTIM_SGD, "")
        .read("gradients", zeros(len))
        .read("rates", zeros(4))
        .update("parameters", zeros(len))
        .update("velocity", zeros(len))
        .update("guard", quiet())
        .set("len", len)
        .set("watched", WATCHED as u32)
        .extent(len, 1, 1);
    Rig::new(case)
}

fn rmsprop(len: usize) -> Rig {
    let case = Case::new(&kernel::OPTIM_RMSPROP, "")
        .read("gradients", zeros(len))
        .read("rates", zeros(4))
        .update("parameters", Contents::F32(vec![1.0; len]))
        .update("square", zeros(len))
        .update("guard", quiet())
        .set("len", len)
        .set("decay", 0.99)
        .set("rest", 1.0 - 0.99)
        .set("epsilon", 1e-8)
        .set("watched", WATCHED as u32)
        .extent(len, 1, 1);
    Rig::new(case)
}

fn near(got: f64, wanted: f64) {
    assert!(
        (got - wanted).abs() <= 1e-14 * wanted.abs(),
        "{got} {wanted}"
    );
}

#[test]
fn rates_are_the_powers_they_stand_for() {
    let mut rig = advance(2e-4, 0.5, 0.999, 0.9);
    for t in 1..=3000 {
        let rates = rig.run().floats("rates");
        let powers = [0.5f64, 0.999].map(|beta| 1.0 - beta.powi(t));
        assert!((rates[1] - powers[0]).abs() < 1e-15);
        assert!((rates[2] - powers[1]).abs() < 1e-13);
        assert_eq!((rates[0], rates[3]), (2e-4, 0.9));
    }
}

/// Three updates by the formulas of the paper in Python's floats: β = (0.9, 0.999), lr 0.1.
#[test]
fn adam_takes_the_steps_of_the_paper() {
    let known = [
        (0.5, 0.900000002, 0.05, 0.00025),
        (-0.25, 0.8733662987078463, 0.02, 0.00031225),
        (2.0, 0.8063015345291531, 0.218, 0.00431193775),
    ];
    let (mut rates, mut adam) = (advance(0.1, 0.9, 0.999, 0.0), adam(5));
    for (gradient, parameter, mean, square) in known {
        let rates = rates.run().floats("rates");
        // Elements must not touch each other: the others see no gradient.
        adam.set("rates", &rates)
            .set("gradients", &[0.0, gradient, 0.0, 0.0, 0.0])
            .run();
        near(adam.floats("parameters")[1], parameter);
        near(adam.floats("mean")[1], mean);
        near(adam.floats("square")[1], square);
        assert_eq!(adam.floats("parameters")[2..], [1.0; 3]);
    }
    assert_eq!(adam.words("guard"), [0, u32::MAX, u32::MAX].repeat(4));
}

#[test]
fn momentum_gathers_gradients_before_the_rate() {
    let mut sgd = sgd(3);
    sgd.set("rates", &[0.1, 0.0, 0.0, 0.9])
        .set("gradients", &[0.0, 1.0, -2.0]);
    for wanted in [-0.1, -0.29, -0.561] {
        let parameters = sgd.run().floats("parameters");
        near(parameters[1], wanted);
        near(parameters[2], -2.0 * wanted);
        assert_eq!(parameters[0], 0.0);
    }
}

/// Three updates of torch.optim.RMSprop in float64 with its defaults and lr 0.05.
#[test]
fn rmsprop_takes_the_steps_of_pytorch() {
    let known = [
        (0.5, 0.5000000999999803, 0.0025000000000000022),
        (-0.25, 0.7245066872108754, 0.003100000000000003),
        (2.0, 0.24265033898487753, 0.04306900000000004),
    ];
    let mut rmsprop = rmsprop(5);
    rmsprop.set("rates", &[0.05, 0.0, 0.0, 0.0]);
    for (gradient, parameter, square) in known {
        rmsprop
            .set("gradients", &[0.0, gradient, 0.0, 0.0, 0.0])
            .run();
        near(rmsprop.floats("parameters")[1], parameter);
        near(rmsprop.floats("square")[1], square);
        assert_eq!(rmsprop.floats("parameters")[2..], [1.0; 3]);
    }
}

#[test]
fn clipping_keeps_what_lies_inside_and_what_is_not_a_number() {
    let case = Case::new(&kernel::OPTIM_CLIP, "")
        .update("parameters", zeros(6))
        .set("len", 6usize)
        .set("limit", 0.25)
        .extent(6, 1, 1);
    let mut rig = Rig::new(case);
    let before = [0.1, -0.25, 0.3, -7.0, f64::INFINITY, f64::NAN];
    let after = rig.set("parameters", &before).run().floats("parameters");
    assert_eq!(after[..5], [0.1, -0.25, 0.25, -0.25, 0.25]);
    assert!(after[5].is_nan());
}

#[test]
fn moments_below_the_threshold_become_zero() {
    let mut adam = adam(2);
    adam.set("rates", &[0.1, 1.0, 1.0, 0.0]);
    adam.set("mean", &[1e-31, -2e-30])
        .set("square", &[1e-31, 2e-30])
        .run();
    assert_eq!(adam.floats("mean")[0], 0.0);
    assert_eq!(adam.floats("square")[0], 0.0);
    near(adam.floats("mean")[1], -2e-30 * 0.9);
    near(adam.floats("square")[1], 2e-30 * 0.999);
}

/// More elements than a thread takes at a time, the faults in different chunks.
#[test]
fn the_guard_names_the_first_gradient_that_is_not_finite() {
    let len = 10_001;
    let mut gradients = vec![1.0; len];
    gradients[9_000] = f64::NAN;
    gradients[4_097] = f64::INFINITY;
    gradients[len - 1] = f64::NEG_INFINITY;
    for mut rig in [adam(len), sgd(len), rmsprop(len)] {
        rig.set("rates", &[0.1, 1.0, 1.0, 0.0])
            .set("gradients", &gradients);
        let mut wanted = [0, u32::MAX, u32::MAX].repeat(4);
        wanted[WATCHED as usize * Watched::WORDS..].copy_from_slice(&[3, u32::MAX, 4_097]);
        assert_eq!(rig.run().words("guard"), wanted);
        wanted[WATCHED as usize * Watched::WORDS] = 6;
        assert_eq!(rig.run().words("guard"), wanted);
    }
}
