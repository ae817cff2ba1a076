//! Goodfellow et al. 2014, table 1: the log-likelihood of MNIST's test images under Parzen windows on samples.

use gpugan::Result;
use gpugan::data::{Split, mnist};
use gpugan::eval::Points;
use gpugan::eval::parzen::{Protocol, Score, score};

use super::super::eval::anchors::{self, Anchors};
use super::super::eval::images::Splits;
use super::super::lab::{Lab, options};
use super::Plan;
use super::report::Report;

/// Samples that the generator draws at a time.
const AT_ONCE: usize = 500;

/// A row of ours.
struct Entry {
    name: &'static str,
    options: &'static str,
    steps: u64,
    quick: u64,
}

const ENTRIES: [Entry; 2] = [
    Entry {
        name: "mlp, non-saturating, EMA",
        options: "arch = \"mlp\"\nema = 0.999\n",
        steps: 40_000,
        quick: 12_000,
    },
    Entry {
        name: "mlp, wgan-gp, EMA",
        options: "arch = \"mlp\"\nobjective = \"wgan-gp\"\ncritic-steps = 3\nbeta1 = 0.0\nbeta2 = 0.9\nema = 0.999\n",
        steps: 20_000,
        quick: 5_000,
    },
];

/// The paper's table: model, nats, standard error.
const PAPER: [(&str, f64, f64); 4] = [
    ("DBN", 138.0, 2.0),
    ("Stacked CAE", 121.0, 1.6),
    ("Deep GSN", 214.0, 1.1),
    ("Adversarial nets", 225.0, 2.0),
];

pub fn table(plan: Plan) -> Result<Report> {
    let about = [
        "10,000 samples; σ of ten from 0.1 to 1 by the likelihood of 1,000 validation images; mean over the \
         10,000 test images, ± its standard error",
        "the networks learn all 60,000 training images, the paper's 50,000; dense networks of 256 and 512 \
         units, Adam 0.0002",
    ];
    let title = "Parzen windows on MNIST (Goodfellow et al. 2014, table 1)";
    let mut report = Report::new("goodfellow-parzen", title, &about);
    report.part(
        "",
        &[
            "model",
            "steps",
            "seed",
            "nats",
            "σ",
            "training s",
            "scoring s",
        ],
    );
    let blank = || "".to_string();
    for (name, nats, error) in PAPER {
        let cell = format!("{nats} ± {error}");
        report.row(vec![
            format!("{name} (paper)"),
            blank(),
            blank(),
            cell,
            blank(),
            blank(),
            blank(),
        ]);
    }
    let [train, test] = [mnist::load(Split::Train)?, mnist::load(Split::Test)?];
    let splits = Splits::of(&train, &test);
    drop((train, test));
    for entry in &ENTRIES {
        for seed in plan.seeds(1) {
            report.row(play(plan, entry, seed, &splits)?);
        }
    }
    let protocol = Protocol::Goodfellow;
    let Anchors {
        training_images,
        k_means,
    } = anchors::of(protocol, &splits, protocol.samples())?;
    for (name, found) in [
        ("10,000 training images", training_images),
        ("10,000 centres of k-means", k_means),
    ] {
        let sigma = format!("{:.3}", found.sigma);
        report.row(vec![
            name.into(),
            blank(),
            blank(),
            nats(&found),
            sigma,
            blank(),
            blank(),
        ]);
    }
    report.note(
        "A score above that of the training images is no sign of better samples (Theis, van den Oord and \
         Bethge 2016): k-means has one.",
    );
    Ok(report)
}

fn nats(found: &Score) -> String {
    format!("{:.1} ± {:.1}", found.log_likelihood, found.standard_error)
}

fn play(plan: Plan, entry: &Entry, seed: u64, splits: &Splits) -> Result<Vec<String>> {
    let steps = plan.steps(entry.quick, entry.steps);
    plan.say(&format!("{}, {steps} steps, seed {seed}", entry.name));
    let text = format!("{}steps = {steps}\nseed = {}\n", entry.options, seed as i64);
    let mut lab = Lab::new(&options(&text)?, plan.bench)?;
    lab.play()?;
    let protocol = Protocol::Goodfellow;
    let samples = lab.draw(protocol.samples(), AT_ONCE, plan.bench)?;
    let samples: Vec<f32> = samples.into_iter().map(|x| (x + 1.0) / 2.0).collect();
    let began = std::time::Instant::now();
    let [_, validation] = splits.train(protocol);
    let samples = Points::new(&samples, splits.test().dims());
    let found = score(protocol, samples, validation, splits.test());
    Ok(vec![
        entry.name.to_string(),
        steps.to_string(),
        seed.to_string(),
        nats(&found),
        format!("{:.3}", found.sigma),
        format!("{:.0}", lab.seconds),
        format!("{:.0}", began.elapsed().as_secs_f64()),
    ])
}
