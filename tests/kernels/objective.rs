//! The objectives against calculus: closed forms, central differences, extremes.

use gpugan::cpu::Cpu;
use gpugan::plan::codes::{Metric, Watched};
use gpugan::plan::divergence::Divergence;
use gpugan::plan::objective::{Objective, Objective::FGan};
use gpugan::plan::{Contents, kernel};

use crate::harness::{Case, Outcome, Rig, Suite, noise, quiet};

const BOTH: [Objective; 2] = [Objective::NonSaturating, Objective::Minimax];
const RING: usize = 3;

/// Every objective there is, and more than one parameter of those that have some.
pub fn objectives() -> Vec<Objective> {
    let alphas = [-1.0, 1.5, 3.0].map(|alpha| FGan(Divergence::Alpha { alpha }));
    let pis = [0.1, 0.7].map(|pi| FGan(Divergence::WeightedJensenShannon { pi }));
    Objective::all().chain(alphas).chain(pis).collect()
}

fn clock(step: u32) -> Contents {
    Contents::U32(vec![step, 0, 0, 0, 0, 0, 0, 0])
}

fn play(case: Case, objective: Objective, scores: Vec<f32>, batch: usize) -> Case {
    let len = scores.len();
    case.read("scores", Contents::F32(scores))
        .read("clock", clock(4))
        .write("slopes", len)
        .update("metrics", Contents::F32(vec![-1.0; RING * Metric::COUNT]))
        .update("guard", quiet())
        .set("batch", batch)
        .set("objective", objective.code())
        .set("parameter", objective.parameter())
        .set("ring", RING)
        .extent(1, 1, 1)
}

pub fn smooth_critic(objective: Objective, smoothing: f64, scores: Vec<f32>) -> Case {
    let batch = scores.len() / 2;
    let label = format!("{objective:?} {smoothing} {scores:?}");
    let case = Case::new(&kernel::OBJECTIVE_CRITIC, label)
        .set("smoothing", smoothing)
        .set("threshold", objective.threshold(smoothing));
    play(case, objective, scores, batch)
}

fn critic(objective: Objective, scores: Vec<f32>) -> Case {
    smooth_critic(objective, 0.0, scores)
}

/// `scores` are those of generated samples.
pub fn generator_against(
    objective: Objective,
    minimax: bool,
    reals: Vec<f32>,
    scores: Vec<f32>,
) -> Case {
    let batch = scores.len();
    let label = format!("{objective:?} {minimax} {reals:?} {scores:?}");
    let case = Case::new(&kernel::OBJECTIVE_GENERATOR, label)
        .read("reals", Contents::F32(reals))
        .set("first", 0usize)
        .set("minimax", u32::from(minimax));
    play(case, objective, scores, batch)
}

fn generator(objective: Objective, scores: Vec<f32>) -> Case {
    let reals = noise(77, scores.len(), 2.0);
    generator_against(objective, false, reals, scores)
}

/// A metric of step 4, which is row 1 of a ring of 3.
pub fn metric(rig: &Rig, metric: Metric) -> f64 {
    rig.floats("metrics")[Metric::COUNT + metric as usize]
}

/// The largest difference between the slopes of one call and the central differences of the loss
/// of another.
fn largest_fault(slopes: Case, loss: Case, of: Metric) -> f64 {
    const H: f64 = 1e-5;
    let slopes = Rig::new(slopes).run().floats("slopes");
    let mut rig = Rig::new(loss);
    let scores = rig.floats("scores");
    let mut at = |index: usize, by: f64| {
        let mut moved = scores.clone();
        moved[index] += by;
        metric(rig.set("scores", &moved).run(), of)
    };
    let faults = slopes.iter().enumerate().map(|(index, slope)| {
        let difference = (at(index, H) - at(index, -H)) / (2.0 * H);
        (difference - slope).abs()
    });
    faults.fold(0.0, f64::max)
}

#[test]
fn slopes_are_the_central_differences_of_the_loss() {
    let scores = noise(1, 10, 6.0);
    for objective in objectives() {
        for smoothing in [0.0, 0.25] {
            let case = || smooth_critic(objective, smoothing, scores.clone());
            let fault = largest_fault(case(), case(), Metric::LossCritic);
            assert!(fault < 1e-7, "{objective:?} {smoothing}: {fault:e}");
        }
        for minimax in [false, true] {
            let reals = noise(2, 10, 3.0);
            let case = || generator_against(objective, minimax, reals.clone(), scores.clone());
            let fault = largest_fault(case(), case(), Metric::LossGenerator);
            assert!(fault < 1e-7, "{objective:?} {minimax}: {fault:e}");
        }
    }
    let [one, other] = BOTH.map(|objective| generator(objective, scores.clone()));
    assert!(largest_fault(one, other, Metric::LossGenerator) > 1e-3);
}

fn loss(case: Case, of: Metric) -> f64 {
    metric(Rig::new(case).run(), of)
}

#[test]
fn losses_have_their_closed_forms_far_out_too() {
    let softplus = |x: f64| match x {
        x if x > 40.0 => x,
        x if x < -40.0 => x.exp(),
        x => (1.0 + x.exp()).ln(),
    };
    for (real, fake) in [
        (0.0, 0.0),
        (0.5, -1.5),
        (50.0, -50.0),
        (-50.0, 50.0),
        (1e4, -1e4),
        (-1e4, 1e4),
        (1e4, 1e4),
    ] {
        for objective in BOTH {
            let (a, b) = (real as f32, fake as f32);
            let critic = loss(critic(objective, vec![a, b]), Metric::LossCritic);
            let generator = loss(generator(objective, vec![b]), Metric::LossGenerator);
            let wanted = match objective {
                Objective::NonSaturating => softplus(-fake),
                _ => -softplus(fake),
            };
            let near = |got: f64, wanted: f64| {
                let fault = (got - wanted).abs();
                assert!(
                    fault <= 1e-12 * wanted.abs(),
                    "{real} {fake}: {got} {wanted}"
                );
            };
            near(critic, softplus(-real) + softplus(fake));
            near(generator, wanted);
        }
    }
}

#[test]
fn metrics_tell_how_well_the_critic_tells_them_apart() {
    let metrics = |real: [f32; 2], fake: [f32; 2]| {
        let mut rig = Rig::new(critic(BOTH[0], [real, fake].concat()));
        rig.run();
        let [p_real, p_fake, accuracy, loss] = [
            Metric::PReal,
            Metric::PFake,
            Metric::Accuracy,
            Metric::LossCritic,
        ]
        .map(|m| metric(&rig, m));
        [p_real, p_fake, accuracy, BOTH[0].bound(loss, 0.0, 0.0)]
    };
    let near = |got: [f64; 4], wanted: [f64; 4]| {
        let same = got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(same, "{got:?} {wanted:?}");
    };
    // A tie is not told right; a critic that knows nothing proves no divergence.
    near(metrics([0.0; 2], [0.0; 2]), [0.5, 0.5, 0.0, 0.0]);
    near(metrics([50.0; 2], [-50.0; 2]), [1.0, 0.0, 1.0, 2f64.ln()]);
    let [p_real, p_fake, accuracy, jsd] = metrics([3f32.ln(), -1.0], [2.0, 0.0]);
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let third = f64::from(3f32.ln());
    assert!((p_real - (sigmoid(third) + sigmoid(-1.0)) / 2.0).abs() < 1e-12);
    assert!((p_fake - (sigmoid(2.0) + 0.5) / 2.0).abs() < 1e-12);
    assert_eq!(accuracy, 0.25);
    assert!(jsd < 0.0);
}

#[test]
fn only_the_row_of_the_step_is_written() {
    let mut rig = Rig::new(critic(BOTH[0], vec![1.0, 2.0]));
    let metrics = rig.run().floats("metrics");
    let row = &metrics[Metric::COUNT..2 * Metric::COUNT];
    let written: Vec<usize> = (0..row.len()).filter(|&at| row[at] != -1.0).collect();
    assert_eq!(written, [0, 2, 3, 4, 5, 6]);
    let elsewhere = metrics.iter().filter(|value| **value == -1.0).count();
    assert_eq!(elsewhere, 2 * Metric::COUNT + 2);
}

/// Runs f32 mirrors, in which infinity is near.
fn outcomes(cases: Vec<Case>) -> Vec<Outcome> {
    let suite = Suite::new(cases);
    suite.run(&mut Cpu::<f32>::new(suite.plan(), Some(1)).expect("threads"))
}

#[test]
fn the_guard_counts_losses_that_are_not_finite_and_no_others() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for at in 0..4 {
            let mut scores = vec![1.0, -2.0, 3.0, 0.0];
            scores[at] = bad;
            let cases = vec![critic(BOTH[0], scores.clone()), generator(BOTH[1], scores)];
            let watched = [Watched::CriticLoss, Watched::GeneratorLoss];
            let guards = outcomes(cases).into_iter().filter(|o| o.tensor == "guard");
            for (outcome, watched) in guards.zip(watched) {
                let mut wanted = [0, u32::MAX, u32::MAX].repeat(4);
                wanted[watched as usize * Watched::WORDS] = 1;
                assert_eq!(outcome.contents, Contents::U32(wanted), "{}", outcome.case);
            }
        }
    }
}

#[test]
fn no_finite_score_makes_anything_that_is_not_finite() {
    let far = vec![
        1e4, -1e4, 89.0, -89.0, 104.0, -104.0, 0.0, -0.0, 1e-30, -1e4,
    ];
    let cases = objectives().into_iter().flat_map(|objective| {
        [
            critic(objective, far.clone()),
            generator_against(objective, false, far.clone(), far.clone()),
            generator_against(objective, true, far.clone(), far.clone()),
        ]
    });
    for outcome in outcomes(cases.collect()) {
        match &outcome.contents {
            Contents::F32(values) => assert!(
                values.iter().all(|value| value.is_finite()),
                "{}: {values:?}",
                outcome.case
            ),
            guard => assert_eq!(*guard, quiet(), "{}", outcome.case),
        }
    }
}

/// The share of a half that is told right, by the scores just above and just below the threshold.
#[test]
fn accuracy_is_counted_at_the_threshold_of_the_divergence() {
    for divergence in Divergence::ALL {
        let at = divergence.score_threshold();
        for (real, fake, right) in [(0.01, -0.01, 1.0), (-0.01, -0.01, 0.5), (-0.01, 0.01, 0.0)] {
            let scores = [at + real, at + fake].map(|score| score as f32);
            let mut rig = Rig::new(critic(FGan(divergence), scores.to_vec()));
            let got = metric(rig.run(), Metric::Accuracy);
            assert_eq!(got, right, "{divergence:?} {real} {fake}");
        }
    }
    // Objectives that compare scores do not look at where they lie.
    for objective in [Objective::Wgan, Objective::Relativistic] {
        let scores = vec![101.0, 3.0, 100.0, 4.0];
        let mut rig = Rig::new(critic(objective, scores));
        assert_eq!(metric(rig.run(), Metric::Accuracy), 0.5);
    }
}

/// With the best critic the bound is the divergence itself: here of two coins.
#[test]
fn the_best_critic_proves_the_whole_divergence() {
    let (p, q): (f64, f64) = (0.75, 0.25);
    // Four tosses each, of which three and one show heads.
    let tosses = |heads: f64, tails: f64| {
        let real = [heads, heads, heads, tails];
        let fake = [heads, tails, tails, tails];
        [real, fake]
            .concat()
            .into_iter()
            .map(|v| v as f32)
            .collect()
    };
    let bound = |objective: Objective, scores| {
        let mut rig = Rig::new(critic(objective, scores));
        objective.bound(metric(rig.run(), Metric::LossCritic), 0.0, 0.0)
    };
    let near = |got: f64, wanted: f64, what: &str| {
        assert!((got - wanted).abs() < 1e-6, "{what}: {got}, not {wanted}");
    };
    for divergence in Divergence::ALL {
        let d = q * divergence.f(p / q) + p * divergence.f(q / p);
        // The score whose output is f', by bisection; all outputs increase.
        let score = |u: f64| {
            let (mut low, mut high) = (-40.0, 40.0);
            for _ in 0..100 {
                let middle = 0.5 * (low + high);
                match divergence.output(middle) < divergence.slope(u) {
                    true => low = middle,
                    false => high = middle,
                }
            }
            0.5 * (low + high)
        };
        let scores = tosses(score(p / q), score(q / p));
        near(bound(FGan(divergence), scores), d, divergence.name());
    }
    let jsd = 0.5 * (p * (2.0 * p).ln() + q * (2.0 * q).ln()) * 2.0;
    let logit = (p / q).ln();
    near(bound(BOTH[0], tosses(logit, -logit)), jsd, "Jensen-Shannon");
    near(bound(Objective::Hinge, tosses(1.0, -1.0)), p - q, "hinge");
    let squares = bound(Objective::LeastSquares, tosses(p, q));
    near(squares, (p - q).powi(2) / (p + q), "least squares");
    // A 1-Lipschitz critic on points at a distance of 1.
    near(
        bound(Objective::Wgan, tosses(1.0, 0.0)),
        p - q,
        "Wasserstein",
    );
}

/// Smoothed labels change the loss and not what the critic has proved.
#[test]
fn the_bound_does_not_depend_on_the_labels() {
    let scores = vec![0.5, 1.5, -0.75, 0.25];
    let bound = |smoothing| {
        let mut rig = Rig::new(smooth_critic(BOTH[0], smoothing, scores.clone()));
        rig.run();
        let real = metric(&rig, Metric::ScoreReal);
        BOTH[0].bound(metric(&rig, Metric::LossCritic), real, smoothing)
    };
    assert!((bound(0.25) - bound(0.0)).abs() < 1e-14);
}
