//! Every objective on the ring of eight Gaussians.

use gpugan::Result;
use gpugan::data::toy::Distribution;
use gpugan::eval::Points;
use gpugan::eval::modes::{self, Modes};
use gpugan::plan::objective::Objective;

use super::super::lab::{Lab, options};
use super::Plan;
use super::report::{Report, mean};

/// Steps of the generator, and in the quick form.
const STEPS: u64 = 16_000;
const QUICK: u64 = 4_000;

/// What all games share.
const SHARED: &str =
    "dataset = \"ring8\"\nema = 0.999\nlog-every = 1000\nlr-schedule = \"linear\"\n";

/// What most critics pay for their slope. Without it the divergences whose critics are not bounded run away
/// from each other sooner or later.
const R1: &str = "r1 = 1.0\n";

/// A row: its name, and what it has besides.
pub struct Entry {
    pub name: String,
    pub options: String,
}

/// Every objective, and some of what can be done with one.
fn entries() -> Vec<Entry> {
    let entry = |name: &str, options: &str| Entry {
        name: name.to_string(),
        options: options.to_string(),
    };
    let plain = Objective::all().filter(|objective| *objective != Objective::Wgan);
    let plain = plain.map(|objective| {
        let name = objective.name();
        entry(
            &format!("{name} --r1 1"),
            &format!("objective = \"{name}\"\n{R1}"),
        )
    });
    let clipped = "objective = \"wgan\"\noptimizer = \"rmsprop\"\nclip = 0.1\ncritic-steps = 5\n";
    let penalised =
        "objective = \"wgan-gp\"\ncritic-steps = 3\nbeta1 = 0.0\nbeta2 = 0.9\ngp-weight = 1.0\n";
    let others = [
        (
            "wgan --clip 0.1 --optimizer rmsprop --critic-steps 5",
            clipped,
        ),
        (
            "wgan-gp --gp-weight 1 --critic-steps 3 --beta1 0 --beta2 0.9",
            penalised,
        ),
        (
            "moment-matching --degree 8",
            "objective = \"moment-matching\"\ndegree = 8\n",
        ),
        ("non-saturating", ""),
        ("non-saturating --dragan 10", "dragan = 10.0\n"),
        ("non-saturating --r2 1", "r2 = 1.0\n"),
        (
            "non-saturating --r1 1 --r1-every 16",
            "r1 = 1.0\nr1-every = 16\n",
        ),
        ("non-saturating --r1 1 --pack 4", "r1 = 1.0\npack = 4\n"),
        (
            "non-saturating --r1 1 --update simultaneous",
            "r1 = 1.0\nupdate = \"simultaneous\"\n",
        ),
    ];
    plain
        .chain(others.map(|(name, options)| entry(name, options)))
        .collect()
}

/// What one game came to.
pub struct Outcome {
    pub modes: Modes,
    pub bound: f64,
    pub seconds: f64,
}

/// Plays one game on a mixture, and counts the modes of its samples.
///
/// # Errors
/// As `gpugan train`.
pub fn play(plan: Plan, text: &str, seed: u64) -> Result<Outcome> {
    let mut options = options(text)?;
    options.insert("seed".into(), (seed as i64).into());
    let mut lab = Lab::new(&options, plan.bench)?;
    let interval = lab.play()?;
    let samples: Vec<f64> = lab.samples()?.into_iter().map(f64::from).collect();
    let distribution: Distribution = lab.config.dataset.to_string().parse().expect("a mixture");
    let mixture = distribution.centres().expect("a mixture");
    let centres = mixture.means.concat();
    let dims = distribution.dims();
    Ok(Outcome {
        modes: modes::measure(
            Points::new(&samples, dims),
            Points::new(&centres, dims),
            mixture.sigmas[0],
        ),
        bound: interval.bound,
        seconds: lab.seconds,
    })
}

pub fn table(plan: Plan) -> Result<Report> {
    let steps = plan.steps(QUICK, STEPS);
    let about = [
        format!(
            "`gpugan train --dataset ring8 --steps {steps} --ema 0.999 --lr-schedule linear --objective ...`: \
             batches of 256, dense networks of 2 x 128 rectifiers, Adam 0.0005"
        ),
        "2,500 samples: modes of 8, share within 3 standard deviations of a mode, KL(found ‖ uniform)"
            .to_string(),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let mut report = Report::new(
        "objectives",
        "Every objective on the ring of 8 Gaussians",
        &about,
    );
    report.part(
        "",
        &[
            "objective",
            "modes",
            "good samples",
            "reverse KL",
            "bound",
            "seconds",
        ],
    );
    let entries = entries();
    for (at, entry) in entries.iter().enumerate() {
        plan.say(&format!("{} of {}: {}", at + 1, entries.len(), entry.name));
        let text = format!("{SHARED}steps = {steps}\n{}", entry.options);
        let outcomes: Result<Vec<_>> = plan.seeds(1).map(|seed| play(plan, &text, seed)).collect();
        let cells = match outcomes {
            Ok(outcomes) => cells(&outcomes),
            Err(gpugan::Error::Diverged(fault)) => {
                report.note(&format!("{}: {fault}.", entry.name));
                vec!["diverged".to_string(); 5]
            }
            Err(other) => return Err(other),
        };
        report.row([vec![format!("`{}`", entry.name)], cells].concat());
    }
    Ok(report)
}

fn cells(outcomes: &[Outcome]) -> Vec<String> {
    let of = |f: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(f).collect::<Vec<f64>>();
    let whole = usize::from(outcomes.len() > 1);
    vec![
        mean(&of(&|o| o.modes.captured as f64), whole),
        mean(&of(&|o| 100.0 * o.modes.high_quality), 1) + " %",
        mean(&of(&|o| o.modes.reverse_kl.unwrap_or(f64::NAN)), 3),
        mean(&of(&|o| o.bound), 3),
        mean(&of(&|o| o.seconds), 0),
    ]
}
