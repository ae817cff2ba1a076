//! Executors in f32 against the f64 mirror, on every case.

use std::sync::{Mutex, PoisonError};

use gpugan::cpu::Cpu;
use gpugan::gpu::{Gpu, GpuOptions, Request, select};
use gpugan::plan::codes::Activation;
use gpugan::plan::{Contents, Executor};

use crate::cases;
use crate::harness::{Outcome, Suite};

/// How far a float may be off: kernel, tensor, absolute, relative. Words must be equal. The
/// absolute part grows with the square root of the terms that a case sums up.
const TOLERANCES: &[(&str, &str, f64, f64)] = &[
    ("dense/forward", "y", 1e-6, 1e-6),
    ("dense/backward_input", "dx", 1e-6, 1e-6),
    ("dense/backward_weight", "dweight", 1e-6, 1e-6),
    ("dense/tangent", "ty", 1e-6, 1e-6),
    ("conv/down", "y", 1e-6, 1e-6),
    ("conv/down_slope", "dx", 1e-6, 1e-6),
    ("conv/up", "y", 1e-6, 1e-6),
    ("conv/up_slope", "dx", 1e-6, 1e-6),
    ("conv/weight", "dweight", 1e-6, 1e-6),
    ("conv/windows", "windows", 1e-6, 1e-6),
    ("conv/fold", "y", 1e-6, 1e-6),
    ("conv/fold_slope", "dx", 1e-6, 1e-6),
    ("reduce/columns", "parts", 1e-5, 1e-6),
    ("reduce/splits", "total", 1e-6, 1e-6),
    ("norm/moments", "parts", 2e-6, 2e-6),
    ("norm/statistics", "stats", 1e-6, 1e-6),
    ("norm/statistics", "running_mean", 1e-6, 1e-6),
    ("norm/statistics", "running_var", 1e-6, 1e-6),
    ("norm/running", "stats", 1e-6, 1e-6),
    ("norm/apply", "y", 2e-6, 1e-6),
    ("norm/backward_sums", "parts", 2e-6, 1e-6),
    ("norm/backward_parameters", "dweight", 1e-6, 1e-6),
    ("norm/backward_parameters", "dbias", 1e-6, 1e-6),
    ("norm/backward_input", "dx", 2e-6, 1e-6),
    ("random/normal", "values", 1e-6, 1e-6),
    ("random/uniform", "values", 0.0, 0.0),
    ("pushforward/exponential", "y", 0.0, 2e-6),
    ("pushforward/logistic", "y", 1e-6, 1e-6),
    ("pushforward/cauchy", "y", 1e-6, 2e-6),
    ("pushforward/gaussian", "y", 1e-6, 1e-6),
    // A power is the exponential of up to 17 times the power.
    ("pushforward/weibull", "y", 0.0, 2e-5),
    ("pushforward/affine", "y", 1e-6, 1e-6),
    ("pushforward/square", "y", 0.0, 2e-7),
    ("pushforward/exp", "y", 0.0, 1e-6),
    ("pushforward/abs", "y", 0.0, 0.0),
    // Where it rises least, u counts 260 times.
    ("pushforward/table", "y", 4e-5, 1e-6),
    ("pushforward/gumbel_max", "values", 0.0, 0.0),
    ("data/gather", "x", 2e-7, 0.0),
    ("data/rows", "x", 0.0, 0.0),
    ("data/mixture", "x", 1e-6, 1e-6),
    ("data/curve", "x", 1e-6, 1e-6),
    ("affine/forward", "y", 1e-6, 1e-6),
    ("affine/backward_input", "dx", 1e-6, 1e-6),
    ("affine/backward_weight", "terms", 0.0, 3e-7),
    ("positive/forward", "weight", 0.0, 2e-6),
    ("positive/backward", "draw", 1e-6, 1e-6),
    ("data/copy", "destination", 0.0, 0.0),
    ("data/fill", "values", 0.0, 0.0),
    ("dropout/forward", "y", 0.0, 2e-7),
    ("dropout/backward", "dx", 2e-7, 1e-6),
    ("maxout/forward", "y", 0.0, 0.0),
    ("maxout/backward", "dx", 1e-7, 1e-6),
    ("maxout/tangent", "ty", 0.0, 0.0),
    ("upsample/forward", "y", 0.0, 0.0),
    ("upsample/backward", "dx", 1e-6, 1e-6),
    ("pack/forward", "y", 0.0, 0.0),
    ("pack/backward", "dx", 1e-7, 1e-6),
    ("moments/forward", "y", 0.0, 2e-6),
    ("moments/backward", "dx", 1e-6, 1e-6),
    ("spectral/columns", "sums", 1e-6, 1e-6),
    ("spectral/dots", "dots", 1e-6, 1e-6),
    ("spectral/direction", "direction", 0.0, 2e-6),
    ("spectral/divide", "scaled", 0.0, 3e-7),
    ("spectral/backward", "dweight", 1e-6, 1e-6),
    // WGSL grants exp(x) an error of 3 + 2|x| units in the last place, and powers of small numbers
    // make more of it.
    ("objective/critic", "slopes", 1e-30, 4e-5),
    ("objective/critic", "metrics", 1e-6, 2e-5),
    ("objective/generator", "slopes", 1e-30, 4e-5),
    ("objective/generator", "metrics", 1e-6, 2e-5),
    ("objective/softmax", "slopes", 1e-30, 4e-5),
    ("objective/softmax", "tally", 1e-6, 2e-5),
    ("tangent/bend", "ty", 1e-6, 1e-6),
    ("tangent/bend", "bend", 1e-6, 1e-6),
    ("tangent/weigh", "weighed", 2e-7, 3e-7),
    ("penalty/interpolate", "mixed", 3e-7, 3e-7),
    ("penalty/spread", "spread", 1e-6, 1e-6),
    ("penalty/perturb", "mixed", 2e-7, 3e-7),
    // Near 1, what is left of a norm is small.
    ("penalty/norms", "factors", 1e-7, 2e-6),
    ("penalty/norms", "metrics", 1e-6, 1e-5),
    ("optim/advance", "rates", 0.0, 3e-7),
    ("optim/adam", "parameters", 1e-7, 1e-7),
    ("optim/adam", "mean", 1e-9, 1e-6),
    ("optim/adam", "square", 1e-30, 1e-6),
    ("optim/sgd", "parameters", 1e-7, 1e-7),
    ("optim/sgd", "velocity", 1e-8, 1e-6),
    ("optim/rmsprop", "parameters", 1e-7, 1e-7),
    ("optim/rmsprop", "square", 1e-30, 1e-6),
    ("optim/best", "parameters", 1e-30, 2e-6),
    ("optim/clip", "parameters", 0.0, 1e-7),
    ("optim/average", "average", 1e-7, 1e-7),
    ("bench/multiply_add", "sums", 0.0, 2e-5),
    ("bench/copy", "destination", 0.0, 0.0),
];

fn allowed(outcome: &Outcome, wanted: f64) -> f64 {
    let row = TOLERANCES
        .iter()
        .find(|row| (row.0, row.1) == (outcome.kernel, outcome.tensor));
    let (_, _, absolute, relative) = row.unwrap_or_else(|| panic!("no tolerance for {outcome:?}"));
    absolute * outcome.scale * (outcome.depth as f64).sqrt() + relative * wanted.abs()
}

fn same_float(outcome: &Outcome, got: f32, wanted: f32) -> bool {
    let (got, wanted) = (f64::from(got), f64::from(wanted));
    match wanted.is_finite() {
        true => (got - wanted).abs() <= allowed(outcome, wanted),
        false => got.to_bits() == wanted.to_bits() || got.is_nan() && wanted.is_nan(),
    }
}

/// The first element of `got` that is not as in `wanted`, as a sentence.
fn fault(got: &Outcome, wanted: &Outcome) -> Option<String> {
    assert_eq!((&got.case, got.tensor), (&wanted.case, wanted.tensor));
    assert_eq!(got.contents.len(), wanted.contents.len());
    let at = match (&got.contents, &wanted.contents) {
        (Contents::F32(a), Contents::F32(b)) => {
            (0..a.len()).find(|&at| !same_float(wanted, a[at], b[at]))
        }
        (Contents::U32(a), Contents::U32(b)) => (0..a.len()).find(|&at| a[at] != b[at]),
        (a, b) => panic!("{}: {a:?} {b:?}", got.case),
    }?;
    let show = |outcome: &Outcome| match &outcome.contents {
        Contents::F32(values) => format!("{:e}", values[at]),
        Contents::U32(values) => values[at].to_string(),
        Contents::U8(values) => values[at].to_string(),
    };
    let place = format!("{}: {}[{at}]", got.case, got.tensor);
    Some(format!("{place} is {}, not {}", show(got), show(wanted)))
}

fn faults(got: &[Outcome], wanted: &[Outcome]) -> Vec<String> {
    assert_eq!(got.len(), wanted.len());
    let pairs = got.iter().zip(wanted);
    pairs
        .filter_map(|(got, wanted)| fault(got, wanted))
        .collect()
}

fn truth(suite: &Suite) -> Vec<Outcome> {
    suite.run(&mut Cpu::<f64>::new(suite.plan(), Some(2)).expect("threads"))
}

fn agrees(suite: &Suite, executor: &mut dyn Executor) {
    let faults = faults(&suite.run(executor), &truth(suite));
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn the_f32_mirror_agrees_with_the_f64_mirror() {
    let suite = Suite::new(cases::all());
    agrees(
        &suite,
        &mut Cpu::<f32>::new(suite.plan(), Some(2)).expect("threads"),
    );
}

fn bits(outcome: &Outcome) -> Vec<u32> {
    match &outcome.contents {
        Contents::F32(values) => values.iter().map(|value| value.to_bits()).collect(),
        other => panic!("{}: {other:?}", outcome.case),
    }
}

#[test]
fn the_mirror_gives_the_same_bytes_with_any_number_of_threads() {
    let products = [
        cases::shared(),
        cases::products(),
        cases::convolutions(),
        cases::cells(),
    ];
    let suite = Suite::new(products.into_iter().flatten().collect());
    let run = |threads| {
        let cpu = Cpu::<f32>::new(suite.plan(), Some(threads));
        suite.run(&mut cpu.expect("threads"))
    };
    let alone = run(1);
    for threads in [2, 3, 4, 8] {
        let many = run(threads);
        let pairs = alone.iter().zip(&many);
        let unlike = pairs.filter(|(one, many)| bits(one) != bits(many));
        let unlike: Vec<_> = unlike.map(|(one, _)| &one.case).collect();
        assert!(unlike.is_empty(), "{threads} threads: {unlike:?}");
    }
}

#[test]
fn what_is_not_a_number_stays_so_under_every_activation() {
    let outcomes = truth(&Suite::new(cases::products()));
    let spoiled: Vec<_> = outcomes
        .iter()
        .filter(|o| o.case.ends_with("of NaN"))
        .collect();
    assert_eq!(spoiled.len(), 2 * Activation::CODES.len());
    for outcome in spoiled {
        let Contents::F32(y) = &outcome.contents else {
            panic!("{outcome:?}");
        };
        let (first, others) = y.split_at(y.len() / 7);
        assert!(first.iter().all(|y| y.is_nan()), "{}", outcome.case);
        assert!(others.iter().all(|y| y.is_finite()), "{}", outcome.case);
    }
}

/// Software adapters use all cores: one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs on whatever adapter there is, products as the given variant where they fit it. Without an
/// adapter it is skipped with a line, unless GPUGAN_REQUIRE_GPU is set.
fn agrees_on_gpu(suite: &Suite, variant: Option<&str>) {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let adapter = match select(&Request::Any) {
        Ok(adapter) => adapter.expect("any adapter is an adapter"),
        Err(e) if std::env::var_os("GPUGAN_REQUIRE_GPU").is_some() => panic!("{e}"),
        Err(e) => return println!("skipped: {e}"),
    };
    let options = GpuOptions {
        force_variant: variant.map(str::to_string),
        ..Default::default()
    };
    let mut gpu = Gpu::new(suite.plan(), &adapter, options).expect("a device");
    let info = &adapter.info;
    let lanes = [info.subgroup_min, info.subgroup_max] == [8, 8];
    for (case, runs_as, [fours, thin]) in suite.variants(&gpu) {
        let wanted = match variant {
            Some("lane") if !(lanes && fours) => "plain",
            Some("thin") if !(lanes && thin) => "plain",
            Some("four") if !fours => "one",
            Some(variant) => variant,
            None => &runs_as,
        };
        assert_eq!(runs_as, wanted, "{case}");
    }
    agrees(suite, &mut gpu);
}

#[test]
fn the_shaders_agree_with_the_mirror() {
    agrees_on_gpu(&Suite::new(cases::all()), None);
}

#[test]
fn every_variant_of_the_products_agrees_with_the_mirror() {
    let products = [cases::products(), cases::convolutions()];
    let suite = Suite::new(products.into_iter().flatten().collect());
    for variant in ["plain", "lane", "thin", "tile", "tile64"] {
        agrees_on_gpu(&suite, Some(variant));
    }
}

#[test]
fn every_width_of_a_cell_agrees_with_the_mirror() {
    let suite = Suite::new(cases::cells());
    for variant in ["one", "four"] {
        agrees_on_gpu(&suite, Some(variant));
    }
}

/// Not as `tile`, which no software adapter takes of its own accord: its inner loops count too.
#[test]
fn deep_products_are_summed_to_their_end() {
    let suite = Suite::new(cases::deep());
    agrees_on_gpu(&suite, Some("plain"));
    agrees_on_gpu(&suite, Some("lane"));
}

/// The tolerances see an error of 1e-4 in one element, and one that was never written.
#[test]
fn wrong_elements_are_noticed() {
    for wanted in truth(&Suite::new(cases::all())) {
        assert_eq!(fault(&wanted, &wanted), None);
        for wrong in spoiled(&wanted) {
            let place = format!("{}: {}", wanted.case, wanted.tensor);
            assert!(fault(&wrong, &wanted).is_some(), "{place}");
        }
    }
}

/// Copies of an outcome, the last element of each wrong in its own way.
fn spoiled(outcome: &Outcome) -> Vec<Outcome> {
    let with = |contents| Outcome {
        contents,
        ..outcome.clone()
    };
    let last = outcome.contents.len() - 1;
    match &outcome.contents {
        Contents::U32(words) => {
            let mut words = words.clone();
            words[last] = words[last].wrapping_add(1);
            vec![with(Contents::U32(words))]
        }
        Contents::F32(floats) => {
            let right = floats[last];
            let nudged = match right.is_finite() {
                true => right + 1e-4 * right.abs().max(outcome.scale as f32),
                false => 0.0,
            };
            let missing = if right.is_nan() { 0.0 } else { f32::NAN };
            let spoil = |wrong| {
                let mut floats = floats.clone();
                floats[last] = wrong;
                with(Contents::F32(floats))
            };
            vec![spoil(nudged), spoil(missing)]
        }
        Contents::U8(_) => panic!("no kernel writes bytes"),
    }
}
