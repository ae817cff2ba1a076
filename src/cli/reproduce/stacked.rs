//! Lin et al. 2018 (PacGAN), table 2: modes of stacked MNIST by the number of samples that the critic sees
//! at once.

use gpugan::Result;
use gpugan::eval::classes::kl_floor;
use toml::Table;

use super::super::eval::digits;
use super::super::eval::stacked::{Modes, SAMPLES, STACKS, count, count_real};
use super::super::lab::Lab;
use super::Plan;
use super::cell::Cell;
use super::games::{Entry, by_entry};
use super::report::Report;

/// Samples that the generator draws at a time.
const AT_ONCE: usize = 500;

/// Modes and KL, each with its standard error.
type Row = [(f64, f64); 2];

/// The paper's rows for packs of 1 to 4.
const PAPER: [Row; 4] = [
    [(78.9, 6.5), (4.50, 0.13)],
    [(1000.0, 0.0), (0.06, 0.00)],
    [(1000.0, 0.0), (0.06, 0.00)],
    [(1000.0, 0.0), (0.07, 0.01)],
];

/// Packs, generator steps and width of a form.
struct Form {
    packs: usize,
    steps: u64,
    width: usize,
}

const FULL: Form = Form {
    packs: 4,
    // 50 epochs of 2,000 batches, two generator steps for each.
    steps: 200_000,
    width: 64,
};
const QUICK: Form = Form {
    packs: 2,
    steps: 12_000,
    width: 16,
};

const SHARED: &str = "\
dataset = \"stacked-mnist\"
arch = \"dcgan\"
batch = 64
generator-steps = 2
latent-dim = 100
latent = \"uniform\"
lr = 2e-4
beta1 = 0.5
log-every = 1000
";

/// What became of a game.
struct Outcome {
    modes: Modes,
    seconds: f64,
}

pub fn table(plan: Plan) -> Result<Report> {
    let form = if plan.quick { QUICK } else { FULL };
    let (steps, width) = (plan.steps(QUICK.steps, FULL.steps), form.width);
    let seeds = plan.seeds.unwrap_or(1);
    let about = [
        format!(
            "--arch dcgan --width {width}, {steps} generator steps, two for each critic step, batches of 64 \
             packs, Adam 0.0002 with beta1 0.5, 100 latents uniform on (−1, 1); {}",
            plan.seeds_in_words(seeds)
        ),
        format!(
            "{SAMPLES} samples by the word of the classifier that is built in; KL of their histogram over \
             {STACKS} numbers to uniform, in nats"
        ),
        "the paper: 100,000 critic steps; windows of 5² where these are of 4², four layers of 64 to 512 \
         channels where these halve the image twice, to twice --width; 128,000 samples drawn once from \
         training and test digits where these are drawn anew from the training digits in every epoch; values \
         from 0 to 1 where these are from −1 to 1; a classifier of its own; 10 runs"
            .to_string(),
    ];
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let title = "Modes of stacked MNIST by packing (Lin et al. 2018, table 2)";
    let mut report = Report::new("stacked-mnist", title, &about);
    let columns = [
        "samples",
        "modes paper",
        "modes",
        "KL paper",
        "KL",
        "training s",
    ];
    report.part("", &columns);
    let entries: Vec<Entry> = (1..=form.packs)
        .map(|pack| Entry {
            name: format!("--pack {pack}"),
            options: format!("{SHARED}width = {width}\npack = {pack}\nsteps = {steps}\n"),
        })
        .collect();
    let outcomes = by_entry(plan, &mut report, &entries, seeds, play)?;
    for ((entry, paper), outcomes) in entries.iter().zip(&PAPER).zip(outcomes) {
        report.row(cells(&entry.name, paper, &outcomes));
    }
    let (mut classifier, _) = digits::classifier(plan.bench.asked())?;
    let real = count_real(&mut classifier, plan.seed, SAMPLES)?;
    report.row(vec![
        Cell::text("real"),
        Cell::blank(),
        Cell::count(real.modes as u64),
        Cell::blank(),
        Cell::number(real.kl_to_uniform, 3),
        Cell::blank(),
    ]);
    report.note(&format!(
        "{SAMPLES} samples of a uniform distribution have a KL of {:.3} on average; MNIST's digits are not quite uniform.",
        kl_floor(STACKS, SAMPLES)
    ));
    Ok(report)
}

fn play(plan: Plan, options: &Table) -> Result<Outcome> {
    let mut lab = Lab::new(options, plan.bench)?;
    lab.play()?;
    let samples = lab.draw(SAMPLES, AT_ONCE, plan.bench)?;
    let (mut classifier, _) = digits::classifier(plan.bench.asked())?;
    Ok(Outcome {
        modes: count(&mut classifier, &samples)?,
        seconds: lab.seconds,
    })
}

fn cells(name: &str, [modes, kl]: &Row, outcomes: &[Outcome]) -> Vec<Cell> {
    let of = |f: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(f).collect::<Vec<f64>>();
    vec![
        Cell::text(name),
        Cell::with_error(modes.0, modes.1, 1),
        Cell::mean(&of(&|o| o.modes.modes as f64), 1),
        Cell::with_error(kl.0, kl.1, 2),
        Cell::mean(&of(&|o| o.modes.kl_to_uniform), 2),
        Cell::mean(&of(&|o| o.seconds), 0),
    ]
}
