//! Options: layers, errors with their line, ranges, and the way to TOML and back.

use std::fs;
use std::path::PathBuf;

use gpugan::gan::Update;
use gpugan::gan::arch::Normalisation;
use gpugan::optim::ClipWhen;
use gpugan::plan::divergence::Divergence;
use gpugan::plan::objective::{GeneratorLoss, Objective};
use gpugan::random::Latent;
use gpugan::run::Config;
use gpugan::run::config::{
    Arch, DEFAULT_STEPS, Dataset, Game, Init, OnNan, Optimizer, Preset, Seed, Sides, Tune, Unit,
};
use serde::Serialize;

/// An architecture brings its own defaults, below what a file or a flag says.
#[test]
fn the_architecture_decides_the_defaults() {
    let parsed = |text| Config::parse(text, "text").unwrap();
    assert_eq!(parsed(""), Config::default());
    assert_eq!(parsed("arch = \"dcgan\""), Config::of_arch(Arch::Dcgan));
    let maxout = parsed("arch = \"maxout\"\ncritic-hidden = [3]");
    assert_eq!(maxout.generator_hidden, [1200, 1200]);
    assert_eq!(maxout.critic_hidden, [3]);
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("run.toml");
    fs::write(&path, "arch = \"dcgan\"\nlr = 0.5\nwidth = 9").unwrap();
    let flags = |arch| Flags {
        arch,
        ..Flags::default()
    };
    for arch in [None, Some(Arch::Mlp), Some(Arch::Maxout)] {
        let wanted = Config {
            lr: 0.5,
            width: 9,
            ..Config::of_arch(arch.unwrap_or(Arch::Dcgan))
        };
        let config = Config::layered(None, Some(&path), &flags(arch)).unwrap();
        assert_eq!(config, wanted, "{arch:?}");
    }
    let config = Config::layered(None, None, &flags(Some(Arch::Maxout))).unwrap();
    assert_eq!(config, Config::of_arch(Arch::Maxout));
}

/// As a command line gives them: everything optional.
#[derive(Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Flags {
    arch: Option<Arch>,
    lr: Option<f64>,
    seed: Option<Seed>,
    steps: Option<u64>,
    epochs: Option<u64>,
    objective: Option<Game>,
    data_dir: Option<PathBuf>,
}

fn everything_set() -> Config {
    Config {
        dataset: Dataset::Folder("/data \"x\" é:y".into()),
        size: "48x64".parse().ok(),
        channels: Some(4),
        skip_bad: true,
        flip: true,
        generator_hidden: vec![1, 2, 3],
        critic_hidden: vec![],
        leak: 0.1,
        generator_activation: Some(Unit::Elu),
        critic_activation: Some(Unit::SmoothElu),
        generator_norm: Some(Normalisation::Batch),
        critic_norm: Normalisation::None,
        init: Init::Normal(0.02),
        objective: Objective::FGan(Divergence::Kl).into(),
        alpha: -1.5,
        pi: 0.25,
        generator_loss: GeneratorLoss::Minimax,
        r1: Some(0.5),
        r2: Some(1e-3),
        r1_every: 16,
        critic_steps: "100x25,5;100@500".parse().unwrap(),
        generator_steps: 3,
        batch: 65_536,
        pack: 3,
        epochs: Some(4),
        optimizer: Optimizer::Rmsprop,
        lr_schedule: "exponential:1.000004,1e-6".parse().unwrap(),
        clip: Some(0.01),
        clip_when: ClipWhen::Before,
        lr: 1e-7,
        lr_critic: Some(0.1),
        beta1: 0.0,
        latent: Latent::Uniform,
        seed: Seed(u64::MAX),
        threads: Some(2),
        tune: Tune::Off,
        on_nan: OnNan::Ignore,
        ..Config::default()
    }
}

/// What the options above exclude.
fn the_rest_set() -> Config {
    Config {
        objective: Game::MomentMatching,
        degree: 4,
        update: Update::Simultaneous,
        optimizer: Optimizer::Sgd,
        momentum_ramp: "0.7,500,125000".parse().ok(),
        lr_schedule: "linear:500".parse().unwrap(),
        ..Config::default()
    }
}

#[test]
fn options_survive_their_file() {
    for config in [Config::default(), everything_set(), the_rest_set()] {
        config.validate().unwrap();
        let text = config.to_toml().unwrap();
        assert_eq!(Config::parse(&text, "text").unwrap(), config, "{text}");
    }
    let text = Config::default().to_toml().unwrap();
    for unset in [
        "data-dir",
        "size",
        "channels",
        "steps",
        "epochs",
        "lr-critic",
        "clip",
        "threads",
    ] {
        assert!(
            !text
                .lines()
                .any(|line| line.starts_with(&format!("{unset} "))),
            "{text}"
        );
    }
    assert!(text.contains("generator-hidden = [256, 512]"), "{text}");
}

#[test]
fn every_seed_survives_its_file() {
    for seed in [0, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX].map(Seed) {
        let config = Config {
            seed,
            ..Config::default()
        };
        let text = config.to_toml().unwrap();
        assert_eq!(Config::parse(&text, "text").unwrap().seed, seed, "{text}");
        let quoted = format!("seed = \"{seed}\"");
        assert_eq!(Config::parse(&quoted, "text").unwrap().seed, seed);
    }
    for text in [
        "seed = -1",
        "seed = \"x\"",
        "seed = 1.5",
        "seed = \"18446744073709551616\"",
    ] {
        let error = Config::parse(text, "text").unwrap_err().to_string();
        assert!(
            error.contains("whole number from 0 to 18446744073709551615"),
            "{error}"
        );
    }
}

/// Texts that no configuration is, the line that is named, and what the message says.
pub fn complains(cases: &[(&str, &str, &str)]) {
    for (text, line, expected) in cases {
        let message = complaint(text);
        assert!(message.contains(line), "{message}");
        assert!(message.contains(expected), "{message}");
    }
}

/// Texts with an option out of its range, and what the message about it contains.
pub fn refuses(cases: &[(&str, [&str; 3])]) {
    for (text, parts) in cases {
        let error = Config::parse(text, "text").unwrap().validate().unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let message = error.to_string();
        assert!(
            parts.iter().all(|part| message.contains(part)),
            "{text}: {message}"
        );
    }
}

/// The message for a file with these lines.
pub fn complaint(text: &str) -> String {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("gan.toml");
    fs::write(&path, text).unwrap();
    let error = Config::read(&path).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let message = error.to_string();
    assert!(
        message.contains("gan.toml") && !message.contains('\n'),
        "{message}"
    );
    message
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
    for (text, line, advice) in [
        (
            "lr = 1e-3\n\ncritic_steps = 2\n",
            3,
            "did you mean 'critic-steps'?",
        ),
        ("bacth = 2", 1, "did you mean 'batch'?"),
        ("# a\r\nlr-critc = 2\r\n", 2, "did you mean 'lr-critic'?"),
        ("weight-decay = 2", 1, "known are dataset, data-dir, size"),
        ("[train]\nlr = 2", 1, "known are"),
    ] {
        let message = complaint(text);
        assert!(message.contains(&format!("line {line}:")), "{message}");
        assert!(message.contains(advice), "{message}");
    }
}

#[test]
fn a_wrong_value_is_shown_with_its_line_and_what_was_expected() {
    complains(&[
        (
            "batch = 1\nlr = \"fast\"",
            "line 2 (lr = \"fast\")",
            "expected a number",
        ),
        ("batch = -1", "line 1", "expected a whole number from 0"),
        ("batch = 1.5", "line 1", "expected a whole number from 0"),
        ("generator-hidden = 5", "line 1", "expected a list"),
        (
            "objective = \"f-gan:kkl\"",
            "line 1",
            "'f-gan:kkl' is unknown; give one of non-saturating, minimax",
        ),
        ("\ninit = \"normal\"", "line 2", "`torch` or `normal:SIGMA`"),
        ("device = 1", "line 1", "expected a text in quotes"),
        ("lr = 1\nlr = 2", "line 2", "duplicate key"),
        ("lr = ", "line 1", "lr ="),
    ]);
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let missing = place.path().join("missing.toml");
    let error = Config::read(&missing).unwrap_err().to_string();
    assert!(error.contains("missing.toml': no such file"), "{error}");
    assert_eq!(Config::read(place.path()).unwrap_err().exit_code(), 2);
    let path = place.path().join("gan.toml");
    fs::write(&path, [0xff, 0xfe, 0]).unwrap();
    assert!(
        Config::read(&path)
            .unwrap_err()
            .to_string()
            .contains("not UTF-8")
    );
    fs::write(&path, vec![b'#'; 2 << 20]).unwrap();
    assert!(
        Config::read(&path)
            .unwrap_err()
            .to_string()
            .contains("at most")
    );
}

#[test]
fn flags_go_over_the_file_and_the_file_over_the_defaults() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("gan.toml");
    fs::write(&path, "lr = 0.5\nbatch = 7\nepochs = 3\n").unwrap();
    let flags = Flags {
        lr: Some(0.25),
        seed: Some(Seed(u64::MAX)),
        steps: Some(9),
        objective: Some(Objective::Minimax.into()),
        data_dir: Some("here".into()),
        ..Flags::default()
    };
    let config = Config::layered(None, Some(&path), &flags).unwrap();
    let expected = Config {
        lr: 0.25,
        batch: 7,
        steps: Some(9),
        seed: Seed(u64::MAX),
        objective: Objective::Minimax.into(),
        data_dir: Some(std::env::current_dir().unwrap().join("here")),
        ..Config::default()
    };
    assert_eq!(config, expected);
    let plain = Config::layered(None, None, &Flags::default());
    assert_eq!(plain.unwrap(), Config::default());
    let nan = Flags {
        lr: Some(f64::NAN),
        ..Flags::default()
    };
    let error = Config::layered(None, None, &nan).unwrap_err().to_string();
    assert!(error.contains("--lr is NaN"), "{error}");
}

/// An option out of its range, and what the message about it contains.
const OUT_OF_RANGE: &[(&str, [&str; 3])] = &[
    ("lr = nan", ["--lr ", "NaN", "1e-30"]),
    ("lr = 0", ["--lr ", "0.0", "1e-30 to 1e30"]),
    ("lr-critic = inf", ["--lr-critic ", "inf", "1e30"]),
    ("beta1 = 1", ["--beta1 ", "1.0", "not including, 1"]),
    (
        "beta2 = 0.99999999999",
        ["--beta2 ", "0.99999999999", "not including, 1"],
    ),
    ("momentum = nan", ["--momentum ", "NaN", "from 0"]),
    ("pi = 1", ["--pi ", "1.0", "0.001 to 0.999"]),
    ("alpha = inf", ["--alpha ", "inf", "to 100.0"]),
    ("alpha = 1.001", ["--alpha ", "1.001", "f-gan:kl"]),
    ("alpha = 0", ["--alpha ", "0.0", "f-gan:reverse-kl"]),
    (
        "label-smoothing = 1",
        ["--label-smoothing ", "1.0", "not including, 1"],
    ),
    (
        "label-smoothing = 0.1\nobjective = \"wgan\"",
        ["--label-smoothing ", "wgan", "least-squares"],
    ),
    (
        "generator-loss = \"minimax\"",
        ["--generator-loss ", "f-gan", "non-saturating"],
    ),
    ("r1 = 0", ["--r1 ", "0.0", "1e-30 to 1e30"]),
    ("r2 = -1", ["--r2 ", "-1.0", "1e-30 to 1e30"]),
    ("dragan = inf", ["--dragan ", "inf", "1e-30 to 1e30"]),
    (
        "gp-weight = nan\nobjective = \"wgan-gp\"",
        ["--gp-weight ", "NaN", "1e-30 to 1e30"],
    ),
    ("r1 = 1\nr1-every = 0", ["--r1-every ", "0", "from 1"]),
    ("r1-every = 16", ["--r1-every ", "16", "no --r1 or --r2"]),
    ("gp-weight = 1", ["--gp-weight ", "1.0", "wgan-gp"]),
    (
        "gp-sides = \"one\"",
        ["--gp-sides ", "wgan-gp", "leave it out"],
    ),
    (
        "objective = \"wgan-gp\"\nr2 = 1",
        ["wgan-gp", "--r1 or --r2", "exclude"],
    ),
    ("r1 = 1\ndragan = 10", ["--r1", "--dragan", "exclude"]),
    (
        "objective = \"wgan-gp\"\nclip = 0.01",
        ["--clip ", "0.01", "--objective wgan"],
    ),
    (
        "arch = \"maxout\"\ncritic-activation = \"tanh\"",
        ["--critic-activation ", "Tanh", "maxout units"],
    ),
    ("leak = -0.1", ["--leak ", "-0.1", "from 0"]),
    ("batch = 0", ["--batch ", "0", "1 to 65536"]),
    (
        "batch = 1099511627776",
        ["--batch ", "1099511627776", "1 to 65536"],
    ),
    ("latent-dim = 0", ["--latent-dim ", "0", "from 1"]),
    (
        "generator-hidden = [3, 0]",
        ["--generator-hidden ", "0", "from 1"],
    ),
    ("critic-hidden = [0]", ["--critic-hidden ", "0", "from 1"]),
    ("critic-steps = 0", ["--critic-steps ", "0", "from 1"]),
    (
        "critic-steps = \"5x9,101\"",
        ["--critic-steps ", "101", "to 100"],
    ),
    (
        "generator-steps = 101",
        ["--generator-steps ", "101", "to 100"],
    ),
    ("pack = 0", ["--pack ", "0", "1 to 64"]),
    (
        "update = \"simultaneous\"\ncritic-steps = 5",
        ["--update ", "--critic-steps is 5", "alternating"],
    ),
    (
        "update = \"simultaneous\"\ngenerator-steps = 2",
        ["--update ", "--generator-steps is 2", "alternating"],
    ),
    ("degree = 13", ["--degree ", "13", "1 to 12"]),
    (
        "objective = \"moment-matching\"\nclip = 0.1",
        ["--clip ", "moment-matching", "leave it out"],
    ),
    (
        "objective = \"moment-matching\"\nr1 = 0.1",
        ["--r1 ", "moment-matching", "leave it out"],
    ),
    (
        "momentum-ramp = \"0.7,1,2\"",
        ["--momentum-ramp ", "0.7,1,2", "--optimizer sgd"],
    ),
    (
        "momentum-ramp = \"1.0,1,2\"\noptimizer = \"sgd\"",
        ["--momentum-ramp ", "1.0", "not including, 1"],
    ),
    ("steps = 0", ["--steps ", "0", "from 1"]),
    ("epochs = 0", ["--epochs ", "0", "from 1"]),
    ("steps = 1\nepochs = 1", ["--steps", "--epochs", "exclude"]),
    ("threads = 0", ["--threads ", "0", "from 1"]),
    ("keep = 0", ["--keep ", "0", "from 1"]),
    ("log-every = 0", ["--log-every ", "0", "from 1"]),
    ("sample-every = 0", ["--sample-every ", "0", "from 1"]),
    (
        "checkpoint-every = 0",
        ["--checkpoint-every ", "0", "from 1"],
    ),
    (
        "init = \"normal:-1\"",
        ["--init normal", "-1.0", "from 1e-30"],
    ),
    (
        "init = \"normal:nan\"",
        ["--init normal", "NaN", "from 1e-30"],
    ),
];

#[test]
fn values_out_of_range_name_flag_value_and_range() {
    refuses(OUT_OF_RANGE);
}

#[test]
fn epochs_become_steps_once_the_data_is_known() {
    let length = |text: &str| {
        let mut config = Config::parse(text, "text").unwrap();
        let steps = config.resolve_length(60_000).unwrap();
        assert_eq!((config.steps, config.epochs), (Some(steps), None));
        assert_eq!(config.resolve_length(1).unwrap(), steps);
        steps
    };
    assert_eq!(length("steps = 77"), 77);
    assert_eq!(length(""), DEFAULT_STEPS);
    // 60,000 / 128 = 468.75 rounds.
    assert_eq!(length("epochs = 1"), 469);
    assert_eq!(length("epochs = 4"), 1_875);
    assert_eq!(length("epochs = 4\ncritic-steps = 5"), 375);
    // 1,875 critic updates: 1,000 in the first 10 turns.
    assert_eq!(length("epochs = 4\ncritic-steps = \"100x10,5\""), 185);
    assert_eq!(length("epochs = 4\ngenerator-steps = 2"), 3_750);
    let mut endless = Config::parse("epochs = 1000000", "text").unwrap();
    assert!(endless.resolve_length(u64::MAX).is_err());
}

/// A line to 0 ends with the run, wherever that was left open, and no run goes on behind its end.
#[test]
fn a_learning_rate_comes_to_0_at_the_end_of_the_run() {
    let parsed = |text: &str| Config::parse(text, "text").unwrap();
    let mut config = parsed("epochs = 1\nlr-schedule = \"linear\"");
    config.resolve_length(60_000).unwrap();
    assert_eq!(config.lr_schedule.to_string(), "linear:469");
    let mut longer = parsed("steps = 470\nlr-schedule = \"linear:469\"");
    let fault = longer.resolve_length(1).unwrap_err();
    assert_eq!(fault.exit_code(), 2);
    let text = fault.to_string();
    assert!(
        text.contains("--steps is 470") && text.contains("linear:469"),
        "{text}"
    );
    let mut shorter = parsed("steps = 400\nlr-schedule = \"linear:469\"");
    assert_eq!(shorter.resolve_length(1).unwrap(), 400);
}

fn options(preset: &str) -> gpugan::Result<Config> {
    Config::layered(Some(preset), None, &Flags::default())
}

#[test]
fn every_preset_says_what_it_is_and_is_within_range() {
    let all = Preset::all();
    assert!(all.len() >= 3);
    for preset in all {
        let about = preset.about();
        assert!(about.len() > 20 && about.len() < 100, "{about}");
        options(preset.name).unwrap().validate().unwrap();
    }
    let error = options("wgan").unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("wgan-mnist"), "{error}");
}

#[test]
fn the_file_goes_over_the_preset_and_flags_over_both() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("gan.toml");
    fs::write(&path, "lr = 0.5\nbatch = 7\n").unwrap();
    let flags = Flags {
        lr: Some(0.25),
        ..Flags::default()
    };
    let config = Config::layered(Some("wgan-mnist"), Some(&path), &flags).unwrap();
    let expected = Config {
        lr: 0.25,
        batch: 7,
        ..options("wgan-mnist").unwrap()
    };
    assert_eq!(config, expected);
    assert_eq!(config.optimizer, Optimizer::Rmsprop);
    assert_eq!(config.clip, Some(0.01));
}

/// What `wgan-gp` and its weights are in a file, and come back as.
#[test]
fn penalties_are_options_of_a_file() {
    let text = "objective = \"wgan-gp\"\ngp-weight = 1.0\ngp-sides = \"one\"\n";
    let config = Config::parse(text, "text").unwrap();
    config.validate().unwrap();
    assert_eq!(
        (config.objective, config.gp_sides),
        (Game::WganGp, Sides::One)
    );
    let written = config.to_toml().unwrap();
    assert!(written.contains("objective = \"wgan-gp\""), "{written}");
    assert_eq!(Config::parse(&written, "text").unwrap(), config);
    for text in ["r1 = 1\nr2 = 2\nr1-every = 4", "dragan = 10", "r2 = 0.5"] {
        Config::parse(text, "text").unwrap().validate().unwrap();
    }
}
