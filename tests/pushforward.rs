//! Samples of every map against the exact distribution, and the exact distribution against itself.

use gpugan::cpu::Cpu;
use gpugan::plan::{Contents, Executor};
use gpugan::pushforward::fit::{chi_square, kolmogorov_smirnov};
use gpugan::pushforward::{Map, Pushforward, Table};

const N: usize = 1_000_000;

/// Every continuous map, at more than one place where it has parameters.
const CONTINUOUS: [&str; 16] = [
    "exponential",
    "exponential:0.25",
    "logistic",
    "logistic:-2,0.5",
    "cauchy",
    "cauchy:3,2",
    "gaussian",
    "gaussian:-1,0.1",
    "box-muller:5,3",
    "weibull:0.5,2",
    "weibull:3.5,0.1",
    "square:normal",
    "square:uniform",
    "exp:normal",
    "exp:uniform",
    "abs:normal",
];

fn table() -> Map {
    let rows = "x,F\n-1,0\n0,0.1\n0.5,0.7\n4,0.75\n5,1\n";
    Map::Table(Table::parse(rows, "a table").unwrap())
}

/// Half of it below, half above an interval without samples.
fn gap() -> Map {
    let rows = "-3,0\n-2,0\n-1,0.5\n1,0.5\n2,1\n7,1\n";
    Map::Table(Table::parse(rows, "a table").unwrap())
}

fn continuous() -> Vec<(&'static str, Map)> {
    let maps = CONTINUOUS.into_iter().chain(["abs:uniform"]);
    let maps = maps.map(|text| (text, Map::parse(text).unwrap()));
    maps.chain([("table", table()), ("gap", gap())]).collect()
}

fn draw(map: &Map, count: usize, seed: u64) -> Vec<f32> {
    let sampling = Pushforward::new(map, count, seed);
    let mut cpu = Cpu::<f32>::new(sampling.plan.clone(), Some(2)).unwrap();
    for (tensor, contents) in &sampling.inputs {
        cpu.write(*tensor, contents).unwrap();
    }
    cpu.run(&[sampling.program], 1).unwrap();
    match cpu.read(sampling.samples).unwrap() {
        Contents::F32(samples) => samples,
        other => panic!("{other:?}"),
    }
}

fn sorted(map: &Map, count: usize, seed: u64) -> Vec<f32> {
    let mut samples = draw(map, count, seed);
    samples.sort_unstable_by(f32::total_cmp);
    samples
}

/// With a control for each: the same samples a hundredth of their middle half further right.
#[test]
fn samples_have_the_distribution() {
    for (name, map) in continuous() {
        let mut samples = sorted(&map, N, 1);
        let fit = kolmogorov_smirnov(&samples, |y| map.distribution(y));
        assert!(fit.passes(), "{name}: {fit:?}");
        let shift = 0.01 * (samples[3 * N / 4] - samples[N / 4]);
        samples.iter_mut().for_each(|sample| *sample += shift);
        let fit = kolmogorov_smirnov(&samples, |y| map.distribution(y));
        assert!(!fit.passes(), "{name}, moved by {shift}: {fit:?}");
    }
}

#[test]
fn categories_come_as_often_as_their_weights_say() {
    for text in [
        "categorical:1,2,3",
        "categorical:5",
        "categorical:0.1,0,7,1e-3,2",
    ] {
        let map = Map::parse(text).unwrap();
        let probabilities = map.probabilities().unwrap();
        let mut counts = vec![0; probabilities.len()];
        draw(&map, N, 2)
            .iter()
            .for_each(|at| counts[*at as usize] += 1);
        let fit = chi_square(&counts, &probabilities);
        assert!(fit.passes(), "{text}: {counts:?} {fit:?}");
        // The control: eight standard deviations of the first category's count are the last one's.
        if counts.len() > 1 {
            let moved = (8.0 * (counts[0] as f64).sqrt()) as u64;
            counts[0] -= moved;
            *counts.last_mut().unwrap() += moved;
            let fit = chi_square(&counts, &probabilities);
            assert!(!fit.passes(), "{text}, {moved} moved: {fit:?}");
        }
    }
}

/// Five standard deviations of the estimates; the fourth moments are those of the samples.
#[test]
fn samples_have_the_moments() {
    let categorical = Map::parse("categorical:1,2,3").unwrap();
    let maps = continuous()
        .into_iter()
        .chain([("categorical", categorical)]);
    let mut without = 0;
    for (name, map) in maps {
        let Some([mean, variance]) = map.moments() else {
            without += 1;
            continue;
        };
        let samples = draw(&map, N, 3);
        let moment = |about: f64, power: i32| -> f64 {
            let terms = samples
                .iter()
                .map(|sample| (f64::from(*sample) - about).powi(power));
            terms.sum::<f64>() / N as f64
        };
        let error = 5.0 * (variance / N as f64).sqrt();
        assert!(
            (moment(0.0, 1) - mean).abs() < error,
            "{name}: {} {mean}",
            moment(0.0, 1)
        );
        let error = 5.0 * (moment(mean, 4) / N as f64).sqrt();
        let got = moment(mean, 2);
        assert!((got - variance).abs() < error, "{name}: {got} {variance}");
        assert!(
            (got - 1.1 * variance).abs() > error,
            "{name}: the error {error} hides a tenth"
        );
    }
    assert_eq!(without, 2, "only Cauchy's numbers have no mean");
}

#[test]
fn the_density_is_the_slope_of_the_distribution() {
    for (name, map) in continuous() {
        let samples = sorted(&map, 1000, 4);
        for sample in samples.iter().skip(20).step_by(48) {
            let y = f64::from(*sample);
            let h = 1e-5 * (y.abs() + 0.01);
            let slope = (map.distribution(y + h) - map.distribution(y - h)) / (2.0 * h);
            let density = map.density(y);
            assert!(
                (density - slope).abs() < 1e-5 * density,
                "{name} at {y}: {density} {slope}"
            );
        }
        for [y, wanted] in [[-1e30, 0.0], [1e30, 1.0]] {
            assert!(
                (map.distribution(y) - wanted).abs() < 1e-12,
                "{name} at {y}"
            );
            assert!(map.density(y).abs() < 1e-12, "{name} at {y}");
        }
    }
}

/// The inverse at u, and then the distribution function, give u back.
#[test]
fn quantiles_invert_the_distribution() {
    let uniform = draw(&Map::parse("abs:uniform").unwrap(), 0x1000, 5);
    for name in [
        "exponential:3",
        "logistic:1,2",
        "cauchy",
        "gaussian",
        "weibull:2",
        "table",
    ] {
        let map = match name {
            "table" => table(),
            _ => Map::parse(name).unwrap(),
        };
        for (sample, magnitude) in draw(&map, 0x1000, 5).iter().zip(&uniform) {
            // The same draw of the same stream: u = (1 ± magnitude)/2.
            let got = (2.0 * map.distribution(f64::from(*sample)) - 1.0).abs();
            let error = (got - f64::from(*magnitude)).abs();
            assert!(error < 5e-7, "{name} at {sample}: {got} {magnitude}");
        }
    }
}

#[test]
fn the_first_of_many_are_those_of_few_and_seeds_differ() {
    for (name, map) in continuous() {
        let many = draw(&map, 1003, 6);
        assert_eq!(draw(&map, 65, 6), many[..65], "{name}");
        assert_ne!(draw(&map, 65, 7), many[..65], "{name}");
    }
}
