//! Log-likelihoods of MNIST's test images under Parzen windows on samples, by the protocols of two papers:
//! Goodfellow et al. 2014, table 1, and Nowozin et al. 2016, section 3.

use std::time::Instant;

use gpugan::Result;
use gpugan::data::{Split, mnist};
use gpugan::eval::Points;
use gpugan::eval::parzen::{Protocol, Score, score};
use toml::Table;

use super::super::eval::anchors::{self, Anchors};
use super::super::eval::images::Splits;
use super::super::lab::Lab;
use super::Plan;
use super::cell::Cell;
use super::games::{Entry, by_entry};
use super::report::Report;

/// Samples that the generator draws at a time.
const AT_ONCE: usize = 500;

const COLUMNS: [&str; 8] = [
    "model",
    "paper",
    "nats",
    "σ",
    "steps",
    "seed",
    "training s",
    "scoring s",
];

/// What the rows of ours share that say nothing else: a generator of 2 x 512 units with batch normalisation,
/// an average of it, and a rate that falls to 0.
const SHARED: &str = "\
arch = \"mlp\"
generator-norm = \"batch\"
generator-hidden = [512, 512]
lr = 1e-3
lr-schedule = \"linear\"
ema = 0.999
log-every = 1000
";

/// A row: what the paper has there, if anything, and our options, if we play that game.
struct Row {
    name: String,
    paper: Option<(f64, f64)>,
    /// Options and steps.
    game: Option<(String, u64)>,
}

/// Table 1 of Goodfellow et al. 2014: model, nats, standard error.
const GOODFELLOW: [(&str, f64, f64); 4] = [
    ("DBN", 138.0, 2.0),
    ("Stacked CAE", 121.0, 1.6),
    ("Deep GSN", 214.0, 1.1),
    ("Adversarial nets", 225.0, 2.0),
];

/// Table of Nowozin et al. 2016, section 3: divergence, nats, standard error.
const F_GAN: [(&str, f64, f64); 8] = [
    ("kl", 416.0, 5.62),
    ("reverse-kl", 319.0, 8.36),
    ("pearson", 429.0, 5.53),
    ("neyman", 300.0, 8.33),
    ("squared-hellinger", -708.0, 18.1),
    ("jeffrey", -2101.0, 29.9),
    ("jensen-shannon", 367.0, 8.19),
    ("gan", 305.0, 8.97),
];
const F_GAN_BESIDES: [(&str, f64, f64); 2] = [
    ("VAE of 20 latents", 445.0, 5.36),
    ("60,000 training images", 502.0, 5.99),
];

fn of_paper(&(name, nats, error): &(&str, f64, f64)) -> Row {
    Row {
        name: format!("{name} (paper)"),
        paper: Some((nats, error)),
        game: None,
    }
}

/// The table of Goodfellow et al.
///
/// # Errors
/// As `gpugan train` and `gpugan eval`.
pub fn goodfellow(plan: Plan) -> Result<Report> {
    let games = [
        (
            "mlp, f-gan:pearson, --r1 5",
            "objective = \"f-gan:pearson\"\nr1 = 5.0\n",
        ),
        ("mlp, non-saturating, --r1 5", "r1 = 5.0\n"),
        (
            "mlp, wgan-gp",
            "objective = \"wgan-gp\"\nbeta1 = 0.0\nbeta2 = 0.9\n",
        ),
    ];
    let steps = plan.steps(8_000, 8_000);
    let ours = games.map(|(name, options)| Row {
        name: name.to_string(),
        paper: None,
        game: Some((format!("{SHARED}latent-dim = 7\n{options}"), steps)),
    });
    let rows: Vec<Row> = GOODFELLOW.iter().map(of_paper).chain(ours).collect();
    let about = [
        "10,000 samples; σ of ten from 0.1 to 1 by the likelihood of 1,000 validation images; mean over the \
         10,000 test images, ± its standard error",
        "the networks learn all 60,000 training images, the paper's 50,000; 7 normal latents, generator 512, 512 \
         with batch normalisation, critic 512, 256, batches of 128, Adam 0.001 falling to 0 on a line, samples from an \
         average of the generator (0.999)",
    ];
    let title = "Parzen windows on MNIST (Goodfellow et al. 2014, table 1)";
    let report = Report::new("goodfellow-parzen", title, &about);
    fill(report, plan, Protocol::Goodfellow, &rows)
}

/// The table of Nowozin et al.
///
/// # Errors
/// As `gpugan train` and `gpugan eval`.
pub fn f_gan(plan: Plan) -> Result<Report> {
    let steps = plan.steps(4_000, 16_000);
    let ours = F_GAN.iter().map(|&(name, nats, error)| Row {
        name: name.to_string(),
        paper: Some((nats, error)),
        game: Some((
            format!("{SHARED}latent = \"uniform\"\nr1 = 10.0\nobjective = \"f-gan:{name}\"\n"),
            steps,
        )),
    });
    let rows: Vec<Row> = ours.chain(F_GAN_BESIDES.iter().map(of_paper)).collect();
    let about = [
        "16,000 samples; σ of twenty from 0.03 to 0.5 by cross-validation in three parts of the samples; mean \
         over the 10,000 test images, ± its standard error; the paper saw repeats 50 nats apart",
        "100 uniform latents, generator 512, 512 with batch normalisation, critic 512, 256, batches of 128, \
         R1 of 10, Adam 0.001 falling to 0 on a line, samples from an average of the generator (0.999); \
         the paper: an hour of batches of 4,096 each, Adam 0.0002, no R1, no average",
    ];
    let title = "Parzen windows on MNIST by divergence (Nowozin et al. 2016, section 3)";
    let report = Report::new("fgan-mnist", title, &about);
    fill(report, plan, Protocol::FGan, &rows)
}

/// Plays the games, and sets their rows and those of the anchors.
fn fill(mut report: Report, plan: Plan, protocol: Protocol, rows: &[Row]) -> Result<Report> {
    report.part("", &COLUMNS);
    let [train, test] = [mnist::load(Split::Train)?, mnist::load(Split::Test)?];
    let splits = Splits::of(&train, &test);
    drop((train, test));
    let entries: Vec<Entry> = rows
        .iter()
        .filter_map(|row| {
            let (options, steps) = row.game.as_ref()?;
            Some(Entry {
                name: row.name.clone(),
                options: format!("{options}steps = {steps}\n"),
            })
        })
        .collect();
    let seeds = if plan.quick { 1 } else { 3 };
    let played = by_entry(plan, &mut report, &entries, seeds, |plan, options| {
        play(plan, protocol, options, &splits)
    })?;
    let mut played = played.into_iter();
    for row in rows {
        let found = row.game.as_ref().and_then(|_| played.next());
        let found = found.unwrap_or_default();
        if found.is_empty() {
            report.row(row.cells(None));
        }
        for found in &found {
            report.row(row.cells(Some(found)));
        }
    }
    let samples = protocol.samples();
    let Anchors {
        training_images,
        k_means,
    } = anchors::of(protocol, &splits, samples)?;
    for (what, found) in [
        ("training images", training_images),
        ("centres of k-means", k_means),
    ] {
        let [nats, sigma] = told(&found);
        let name = Cell::text(format!("{samples} {what}"));
        let known = [name, Cell::blank(), nats, sigma];
        report.row([known, [(); 4].map(|()| Cell::blank())].concat());
    }
    report.note(
        "A score above that of the training images is no sign of better samples (Theis, van den Oord and \
         Bethge 2016): k-means has one.",
    );
    Ok(report)
}

impl Row {
    /// In [`COLUMNS`], with what a game came to.
    fn cells(&self, found: Option<&Found>) -> Vec<Cell> {
        let or_blank = |cell: Option<Cell>| cell.unwrap_or_else(Cell::blank);
        let paper = self
            .paper
            .map(|(nats, error)| Cell::exact_with_error(nats, error));
        let steps = self.game.as_ref().map(|(_, steps)| Cell::count(*steps));
        let nothing = || match self.game {
            Some(_) => [Cell::diverged(), Cell::blank()],
            None => [Cell::blank(), Cell::blank()],
        };
        let [nats, sigma] = found.map_or_else(nothing, |found| told(&found.score));
        let seconds = |of: fn(&Found) -> f64| found.map(|found| Cell::number(of(found), 0));
        vec![
            Cell::text(&self.name),
            or_blank(paper),
            nats,
            sigma,
            or_blank(steps),
            or_blank(found.map(|found| Cell::count(found.seed))),
            or_blank(seconds(|found| found.training)),
            or_blank(seconds(|found| found.scoring)),
        ]
    }
}

/// Nats and σ.
fn told(found: &Score) -> [Cell; 2] {
    let (nats, error) = (found.log_likelihood, found.standard_error);
    [
        Cell::with_error(nats, error, 1),
        Cell::number(found.sigma, 3),
    ]
}

/// What a game came to, and the seconds that it took.
struct Found {
    seed: u64,
    score: Score,
    training: f64,
    scoring: f64,
}

fn play(plan: Plan, protocol: Protocol, options: &Table, splits: &Splits) -> Result<Found> {
    let mut lab = Lab::new(options, plan.bench)?;
    lab.play()?;
    let samples = lab.draw(protocol.samples(), AT_ONCE, plan.bench)?;
    let samples: Vec<f32> = samples.into_iter().map(|x| (x + 1.0) / 2.0).collect();
    let began = Instant::now();
    let [_, validation] = splits.train(protocol);
    let samples = Points::new(&samples, splits.test().dims());
    Ok(Found {
        seed: lab.config.seed.0,
        score: score(protocol, samples, validation, splits.test()),
        training: lab.seconds,
        scoring: began.elapsed().as_secs_f64(),
    })
}
