//! Lin et al. 2018 (PacGAN), table 1: modes of a ring of 8 and a grid of 25 Gaussians by the number of
//! samples that the critic sees at once.

use gpugan::Result;

use super::Plan;
use super::cell::Cell;
use super::games::{Entry, Outcome, by_entry, on_mixture};
use super::report::Report;

/// Modes, share of good samples in percent, reverse KL; each with its standard error.
type Row = [(f64, f64); 3];

/// The paper's rows for packs of 1 to 4.
const RING: [Row; 4] = [
    [(6.3, 0.5), (98.2, 0.2), (0.45, 0.09)],
    [(7.9, 0.1), (95.6, 2.0), (0.07, 0.03)],
    [(7.8, 0.1), (97.7, 0.3), (0.10, 0.02)],
    [(7.8, 0.1), (95.9, 1.4), (0.07, 0.02)],
];
const GRID: [Row; 4] = [
    [(17.3, 0.8), (94.8, 0.7), (0.70, 0.07)],
    [(23.8, 0.7), (91.3, 0.8), (0.13, 0.04)],
    [(24.6, 0.4), (94.2, 0.4), (0.06, 0.02)],
    [(24.8, 0.2), (93.6, 0.6), (0.04, 0.01)],
];

const COLUMNS: [&str; 8] = [
    "pack",
    "modes paper",
    "modes",
    "good paper, %",
    "good, %",
    "reverse KL paper",
    "reverse KL",
    "s",
];

const SHARED: &str = "\
generator-hidden = [128, 128, 128]
critic-hidden = [128, 128, 128]
batch = 128
lr = 2e-3
lr-schedule = \"linear\"
ema = 0.999
log-every = 1000
";

/// Options of their own, and the paper's rows.
const PARTS: [(&str, &str, [Row; 4]); 2] = [
    ("ring of 8", "dataset = \"ring8:0.01\"\nr1 = 0.01\n", RING),
    ("grid of 25", "dataset = \"grid25\"\nr1 = 0.1\n", GRID),
];

pub fn table(plan: Plan) -> Result<Report> {
    let (steps, seeds) = (plan.steps(16_000, 32_000), if plan.quick { 1 } else { 5 });
    let about = [
        format!(
            "dense networks of 3 x 128 rectifiers, {steps} generator steps, each after as many critic steps as \
             a pack has samples; batches of 128 packs, Adam 0.002 falling to 0 on a line, R1 of 0.01 on the \
             ring and 0.1 on the grid, samples from an average of the generator (0.999); {}",
            plan.seeds_in_words(seeds)
        ),
        "the paper: 4 x 400 units with batch normalisation against 3 x 200 maxout units of 5 pieces, batch \
         100, 400,000 simultaneous steps of Adam 0.0001, no R1, no average, 10 runs; ring of σ = 0.01, grid \
         of σ = 0.05, 2,500 samples, good within 3σ"
            .to_string(),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let title = "Modes by packing (Lin et al. 2018, table 1)";
    let mut report = Report::new("ring-grid", title, &about);
    let entries: Vec<Entry> = PARTS
        .iter()
        .flat_map(|(name, options, paper)| {
            (1..=paper.len()).map(move |pack| Entry {
                name: format!("{name}, --pack {pack}"),
                options: format!(
                    "{SHARED}{options}pack = {pack}\ncritic-steps = {pack}\nsteps = {steps}\n"
                ),
            })
        })
        .collect();
    let outcomes = by_entry(plan, &mut report, &entries, seeds, on_mixture)?;
    let mut outcomes = outcomes.into_iter();
    for (name, _, paper) in &PARTS {
        report.part(name, &COLUMNS);
        for (at, (paper, outcomes)) in paper.iter().zip(outcomes.by_ref()).enumerate() {
            report.row(cells(at + 1, paper, &outcomes));
        }
    }
    Ok(report)
}

fn cells(pack: usize, paper: &Row, outcomes: &[Outcome]) -> Vec<Cell> {
    let of = |f: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(f).collect::<Vec<f64>>();
    let told = |(mean, error): (f64, f64), digits| Cell::with_error(mean, error, digits);
    vec![
        Cell::count(pack as u64),
        told(paper[0], 1),
        Cell::mean(&of(&|o| o.modes.captured as f64), 1),
        told(paper[1], 1),
        Cell::mean(&of(&|o| 100.0 * o.modes.high_quality), 1),
        told(paper[2], 2),
        Cell::mean(&of(&|o| o.modes.reverse_kl.unwrap_or(f64::NAN)), 2),
        Cell::mean(&of(&|o| o.seconds), 0),
    ]
}
