//! Every objective on the ring of eight Gaussians.

use gpugan::Result;
use gpugan::plan::objective::Objective;

use super::Plan;
use super::cell::Cell;
use super::games::{Entry, Outcome, by_entry, on_mixture};
use super::report::Report;

/// Steps of the generator, and in the quick form.
const STEPS: u64 = 16_000;
const QUICK: u64 = 4_000;

/// What all games share.
const SHARED: &str =
    "dataset = \"ring8\"\nema = 0.999\nlog-every = 1000\nlr-schedule = \"linear\"\n";

/// What most critics pay for their slope. Without it the divergences whose critics are not bounded run away
/// from each other sooner or later.
const R1: &str = "r1 = 1.0\n";

/// Every objective, and some of what can be done with one.
fn entries(steps: u64) -> Vec<Entry> {
    let entry = |name: &str, options: &str| Entry {
        name: name.to_string(),
        options: format!("{SHARED}steps = {steps}\n{options}"),
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

pub fn table(plan: Plan) -> Result<Report> {
    let steps = plan.steps(QUICK, STEPS);
    let about = [
        format!(
            "`gpugan train --dataset ring8 --steps {steps} --ema 0.999 --lr-schedule linear --objective ...`: \
             batches of 256, dense networks of 2 x 128 rectifiers, Adam 0.0005"
        ),
        format!(
            "2,500 samples: modes of 8, share within 3 standard deviations of a mode, KL(found ‖ uniform); {}",
            plan.seeds_in_words(1)
        ),
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
            "good samples, %",
            "reverse KL",
            "bound",
            "seconds",
        ],
    );
    let entries = entries(steps);
    let outcomes = by_entry(plan, &mut report, &entries, 1, on_mixture)?;
    for (entry, outcomes) in entries.iter().zip(outcomes) {
        let name = Cell::text(format!("`{}`", entry.name));
        report.row([vec![name], cells(&outcomes)].concat());
    }
    Ok(report)
}

fn cells(outcomes: &[Outcome]) -> Vec<Cell> {
    let of = |f: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(f).collect::<Vec<f64>>();
    let whole = usize::from(outcomes.len() > 1);
    vec![
        Cell::mean(&of(&|o| o.modes.captured as f64), whole),
        Cell::mean(&of(&|o| 100.0 * o.modes.high_quality), 1),
        Cell::mean(&of(&|o| o.modes.reverse_kl.unwrap_or(f64::NAN)), 3),
        Cell::mean(&of(&|o| o.bound), 3),
        Cell::mean(&of(&|o| o.seconds), 0),
    ]
}
