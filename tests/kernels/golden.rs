//! Losses and slopes of every objective against PyTorch, and every divergence against arithmetic
//! that is long enough (tests/golden/objectives.py).

use gpugan::plan::codes::Metric;
use gpugan::plan::divergence::Divergence;
use gpugan::plan::objective::{Objective, Objective::FGan};
use serde::Deserialize;

use crate::harness::{Case, Rig};
use crate::objective::{generator_against, metric, smooth_critic};

#[derive(Deserialize)]
struct Golden {
    real: Vec<f32>,
    fake: Vec<f32>,
    losses: Vec<Loss>,
    divergences: Vec<Point>,
}

#[derive(Deserialize)]
struct Loss {
    objective: Objective,
    parameter: f64,
    smoothing: f64,
    minimax: bool,
    critic: f64,
    critic_slopes: [Vec<f64>; 2],
    generator: f64,
    generator_slopes: Vec<f64>,
}

/// Score, T, its slope, f*(T), its slope; nothing stands for what float64 cannot hold.
#[derive(Deserialize)]
struct Point {
    divergence: String,
    parameter: f64,
    numbers: [Option<f64>; 5],
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/objectives.json")).unwrap()
}

/// Loss and slopes of a call.
fn outcome(case: Case, of: Metric) -> (f64, Vec<f64>) {
    let mut rig = Rig::new(case);
    (metric(rig.run(), of), rig.floats("slopes"))
}

fn assert_near(got: &[f64], wanted: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), wanted.len(), "{what}");
    for (got, wanted) in got.iter().zip(wanted) {
        let fault = (got - wanted).abs();
        assert!(
            fault <= tolerance * wanted.abs().max(1.0),
            "{what}: {got} {wanted}"
        );
    }
}

#[test]
fn losses_and_slopes_are_those_of_pytorch() {
    let golden = golden();
    let named: Vec<String> = golden.losses.iter().map(|l| l.objective.name()).collect();
    assert!(Objective::all().all(|objective| named.contains(&objective.name())));
    for wanted in &golden.losses {
        let objective = wanted.objective.with(wanted.parameter, wanted.parameter);
        let what = format!("{objective:?} {} {}", wanted.smoothing, wanted.minimax);
        let scores = [golden.real.clone(), golden.fake.clone()].concat();
        let case = smooth_critic(objective, wanted.smoothing, scores);
        let (loss, slopes) = outcome(case, Metric::LossCritic);
        assert_near(&[loss], &[wanted.critic], 1e-12, &what);
        assert_near(&slopes, &wanted.critic_slopes.concat(), 1e-12, &what);
        let (real, fake) = (golden.real.clone(), golden.fake.clone());
        let case = generator_against(objective, wanted.minimax, real, fake);
        let (loss, slopes) = outcome(case, Metric::LossGenerator);
        assert_near(&[loss], &[wanted.generator], 1e-12, &what);
        assert_near(&slopes, &wanted.generator_slopes, 1e-12, &what);
    }
}

/// The test above sees another parameter.
#[test]
fn another_parameter_is_not_taken_for_pytorchs() {
    let golden = golden();
    for wanted in golden.losses.iter().filter(|loss| loss.parameter != 0.0) {
        let nearby = wanted.parameter * 1.0001;
        let objective = wanted.objective.with(nearby, nearby);
        let scores = [golden.real.clone(), golden.fake.clone()].concat();
        let (loss, _) = outcome(smooth_critic(objective, 0.0, scores), Metric::LossCritic);
        assert!((loss - wanted.critic).abs() > 1e-9, "{objective:?}");
    }
}

/// Beyond exp(60) losses go on along a tangent, and are only required to be large.
fn assert_right_or_far(score: f64, got: f64, wanted: Option<f64>, what: &str) {
    const FAR: f64 = 1e26;
    match wanted {
        Some(wanted) if wanted.abs() < FAR => {
            // Near 0 values cancel; far out even the smallest is right, down to what becomes 0.
            let least = if score.abs() < 1.0 { 1e-15 } else { 1e-30 };
            let fault = (got - wanted).abs();
            assert!(
                fault <= 1e-11 * wanted.abs() + least,
                "{what}: {got:e} {wanted:e}"
            );
        }
        _ => assert!(got.is_finite() && got.abs() > 0.9 * FAR, "{what}: {got:e}"),
    }
}

#[test]
fn divergences_are_right_for_scores_however_large() {
    for point in golden().divergences {
        let divergence = Divergence::ALL
            .into_iter()
            .find(|d| d.name() == point.divergence);
        let divergence = divergence.unwrap().with_parameter(point.parameter);
        let [score, output, output_slope, conjugate, conjugate_slope] = point.numbers;
        let score = score.unwrap();
        for (minimax, value, slope) in [
            (false, output, output_slope),
            (true, conjugate, conjugate_slope),
        ] {
            let scores = vec![score as f32];
            let case = generator_against(FGan(divergence), minimax, scores.clone(), scores);
            let mut rig = Rig::new(case);
            rig.set("scores", &[score]).run();
            let got = metric(&rig, Metric::LossGenerator);
            let slopes = rig.floats("slopes");
            let what = format!("{divergence:?} {minimax} at {score}");
            assert_right_or_far(score, -got, value, &what);
            assert_right_or_far(score, -slopes[0], slope, &format!("slope of {what}"));
        }
    }
}
