//! Distributions: names, densities, and samples against both.

use gpugan::data::toy::Distribution;
use gpugan::threefry::DRAWN;

const ALL: [&str; 16] = [
    "ring8",
    "ring8:0.5",
    "ring8-legacy",
    "grid25",
    "grid25:0.1",
    "uniform",
    "gaussian:-1.5,0.25",
    "x2",
    "fgan-mix",
    "swissroll",
    "moons",
    "spiral",
    "point-mass:0.0",
    "point-mass:1.0,-2.5,3.0",
    "line:0.75",
    "line:-2.0",
];

fn named(name: &str) -> Distribution {
    name.parse().unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn every_name_is_what_it_prints() {
    for name in ALL {
        assert_eq!(named(name).to_string(), name);
    }
    assert_eq!(named("ring8:0.02"), named("ring8"));
    assert_eq!(named("gaussian:1, 2").to_string(), "gaussian:1.0,2.0");
}

#[test]
fn wrong_names_are_refused_with_their_form() {
    for (name, part) in [
        ("ring9", "ring8[:SIGMA]"),
        ("ring8:0", "ring8[:SIGMA] with SIGMA > 0"),
        ("ring8:-1", "ring8[:SIGMA]"),
        ("ring8:1,2", "ring8[:SIGMA]"),
        ("ring8:", "'' is no number"),
        ("ring8:nan", "'nan' is no number"),
        ("grid25:1e9", "'1e9' is no number"),
        ("gaussian", "gaussian:MU,SIGMA"),
        ("gaussian:1", "gaussian:MU,SIGMA"),
        ("gaussian:1,0", "SIGMA > 0"),
        ("uniform:2", "uniform"),
        ("line", "line:THETA"),
        ("point-mass", "point-mass:X"),
        (
            "point-mass:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
            "point-mass:X",
        ),
    ] {
        let message = name.parse::<Distribution>().unwrap_err();
        assert!(message.contains(part), "{name}: {message}");
    }
}

/// n samples by coordinate.
fn columns(name: &str, n: usize) -> Vec<Vec<f64>> {
    let distribution = named(name);
    let (dims, values) = (distribution.dims(), distribution.draw(5, 0, n));
    let column = |axis| values.iter().skip(axis).step_by(dims);
    (0..dims)
        .map(|axis| column(axis).map(|x| f64::from(*x)).collect())
        .collect()
}

const N: usize = 200_000;

fn moments(values: &[f64]) -> [f64; 2] {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
    [mean, square / values.len() as f64]
}

/// The largest distance of the empirical from the true distribution function (Kolmogorov), times √n.
fn kolmogorov(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let far = values.iter().enumerate().map(|(at, x)| {
        let (below, upto, true_) = (at as f64 / n, (at + 1) as f64 / n, cdf(*x));
        (true_ - below).max(upto - true_)
    });
    far.fold(0.0, f64::max) * n.sqrt()
}

/// Beyond 2.2 lies one true distribution in 8,000.
const FAR: f64 = 2.2;

#[test]
fn samples_of_one_coordinate_have_their_distribution_function() {
    let names = ["uniform", "gaussian:-1.5,0.25", "x2", "fgan-mix"];
    for name in names {
        let distribution = named(name);
        let cdf = |x| distribution.cdf(x).unwrap();
        let [values] = columns(name, N).try_into().unwrap();
        let distance = kolmogorov(values.clone(), cdf);
        assert!(distance < FAR, "{name}: {distance}");
        // One that is moved by a hundredth of its size is seen.
        let moved = values.iter().map(|x| x * 1.02 + 0.01).collect();
        assert!(kolmogorov(moved, cdf) > 2.0 * FAR, "{name}");
    }
}

#[test]
fn samples_of_a_mixture_lie_around_its_centres() {
    for name in ["ring8", "ring8-legacy", "grid25:0.1", "ring8:0.05"] {
        let mixture = named(name).centres().unwrap();
        let [x, y] = columns(name, N).try_into().unwrap();
        let modes = mixture.weights.len();
        let mut around = vec![[Vec::new(), Vec::new()]; modes];
        for (x, y) in x.iter().zip(&y) {
            let far = |mean: &Vec<f64>| (x - mean[0]).hypot(y - mean[1]);
            let nearest = (0..modes)
                .min_by(|a, b| far(&mixture.means[*a]).total_cmp(&far(&mixture.means[*b])));
            let at = nearest.unwrap();
            around[at][0].push((x - mixture.means[at][0]) / mixture.sigmas[at]);
            around[at][1].push((y - mixture.means[at][1]) / mixture.sigmas[at]);
        }
        // χ² of the shares, whose mean is modes − 1 and variance twice that.
        let of = |(at, axes): (usize, &[Vec<f64>; 2])| {
            let expected = mixture.weights[at] * N as f64;
            (axes[0].len() as f64 - expected).powi(2) / expected
        };
        let chi2: f64 = around.iter().enumerate().map(of).sum();
        let free = (modes - 1) as f64;
        assert!(
            (chi2 - free).abs() < 5.0 * (2.0 * free).sqrt(),
            "{name}: {chi2}"
        );
        for axis in around.iter().flatten() {
            let ([mean, variance], n) = (moments(axis), axis.len() as f64);
            assert!(mean.abs() < 5.0 / n.sqrt(), "{name}: {mean}");
            assert!(
                (variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
                "{name}: {variance}"
            );
        }
    }
}

/// Means and variances from the formulas, by quadrature over the uniform numbers.
#[test]
fn samples_of_a_curve_have_the_moments_of_their_formula() {
    use std::f64::consts::PI;
    type Curve = fn(f64, bool) -> [f64; 2];
    let roll: Curve = |u, _| {
        let t = 1.5 * PI * (1.0 + 2.0 * u);
        [t * t.cos() / 7.5, t * t.sin() / 7.5]
    };
    let moons: Curve = |u, first| match first {
        true => [(PI * u).cos(), (PI * u).sin()],
        false => [1.0 - (PI * u).cos(), 0.5 - (PI * u).sin()],
    };
    let spiral: Curve = |u, first| {
        let t = 3.0 * PI * u.sqrt();
        let arm = [-t * t.cos() / 3.0, t * t.sin() / 3.0];
        if first { arm } else { arm.map(|x| -x) }
    };
    let line: Curve = |u, _| [0.75, u];
    for (name, curve, noise) in [
        ("swissroll", roll, 0.25 / 7.5),
        ("moons", moons, 0.1),
        ("spiral", spiral, 0.1),
        ("line:0.75", line, 0.0),
    ] {
        let nodes = 100_000;
        let points: Vec<[f64; 2]> = (0..2 * nodes)
            .map(|at| curve((f64::from(at / 2) + 0.5) / f64::from(nodes), at % 2 == 0))
            .collect();
        for (axis, values) in columns(name, N).into_iter().enumerate() {
            let exact: Vec<f64> = points.iter().map(|point| point[axis]).collect();
            let [mean, variance] = moments(&exact);
            let variance = variance + noise * noise;
            let [got_mean, got_variance] = moments(&values);
            let allowed = 5.0 * (variance / N as f64).sqrt() + 1e-6;
            assert!(
                (got_mean - mean).abs() < allowed,
                "{name}: {got_mean} {mean}"
            );
            let allowed = 0.02 * variance + 1e-9;
            assert!(
                (got_variance - variance).abs() < allowed,
                "{name}: {got_variance} {variance}"
            );
        }
    }
}

/// Without noise a curve's points lie on it.
#[test]
fn a_line_stands_and_its_height_is_uniform() {
    let [x, y] = columns("line:0.75", N).try_into().unwrap();
    assert!(x.iter().all(|x| *x == 0.75));
    assert!(kolmogorov(y, |y| y.clamp(0.0, 1.0)) < FAR);
    let at = columns("point-mass:1.0,-2.5,3.0", 1_000);
    for (column, wanted) in at.iter().zip([1.0, -2.5, 3.0]) {
        assert!(column.iter().all(|x| *x == wanted));
    }
}

#[test]
fn densities_integrate_to_one_and_are_the_slopes_of_the_cdf() {
    for (name, [from, to]) in [
        ("uniform", [0.0, 1.0]),
        ("gaussian:-1.5,0.25", [-4.0, 1.0]),
        ("x2", [0.0, 1.0]),
        ("fgan-mix", [-12.0, 14.0]),
    ] {
        let distribution = named(name);
        let cells = 200_000;
        let width = (to - from) / f64::from(cells);
        let at = |cell: i32| from + (f64::from(cell) + 0.5) * width;
        let density = |cell| distribution.density(&[at(cell)]).unwrap();
        let total: f64 = (0..cells).map(density).sum::<f64>() * width;
        assert!((total - 1.0).abs() < 2e-3, "{name}: {total}");
        for cell in [cells / 7, cells / 2, cells - cells / 5] {
            let cdf = |x| distribution.cdf(x).unwrap();
            let slope = (cdf(at(cell) + 1e-5) - cdf(at(cell) - 1e-5)) / 2e-5;
            assert!((slope - density(cell)).abs() < 1e-5, "{name}: {slope}");
        }
        assert!(distribution.cdf(from - 20.0).unwrap() < 1e-12, "{name}");
        assert!(
            (distribution.cdf(to + 20.0).unwrap() - 1.0).abs() < 1e-12,
            "{name}"
        );
    }
    let ring = named("ring8:0.3");
    let (side, width) = (400, 6.0 / 400.0);
    let at = |cell: i32| -3.0 + (f64::from(cell) + 0.5) * width;
    let cells = (0..side).flat_map(|x| (0..side).map(move |y| [x, y]));
    let total: f64 = cells.map(|cell| ring.density(&cell.map(at)).unwrap()).sum();
    assert!((total * width * width - 1.0).abs() < 1e-6);
}

#[test]
fn what_has_no_formula_has_none() {
    for name in ["swissroll", "moons", "spiral", "line:1.0"] {
        let distribution = named(name);
        assert_eq!(distribution.density(&[0.5, 0.5]), None);
        assert_eq!(distribution.cdf(0.5), None);
        assert_eq!(distribution.centres(), None);
    }
    let point = named("point-mass:2.0");
    assert_eq!(point.density(&[2.0]), None);
    assert_eq!([1.9, 2.0].map(|x| point.cdf(x)), [Some(0.0), Some(1.0)]);
    assert_eq!(named("ring8").cdf(0.0), None);
}

/// The optimum of f-GAN's experiment: the mean and variance that the mixture has.
#[test]
fn the_mixture_of_f_gan_has_its_moments() {
    let [values] = columns("fgan-mix", N).try_into().unwrap();
    let [mean, variance] = moments(&values);
    assert!((mean - 1.01).abs() < 0.025, "{mean}");
    let wanted =
        0.33 * (0.2549f64.powi(2) + 1.0) + 0.67 * (1.4151f64.powi(2) + 4.0) - 1.01f64.powi(2);
    assert!((variance - wanted).abs() < 0.05, "{variance} {wanted}");
}

/// A sample is a function of the seed and its number, wherever a batch begins.
#[test]
fn a_sample_has_a_number() {
    for name in ALL {
        let distribution = named(name);
        let dims = distribution.dims();
        for first in [0, 1_000, DRAWN as u64 - 3, 5 * DRAWN as u64 - 1] {
            let run = distribution.draw(9, first, 8);
            for at in 0..8 {
                let alone = distribution.draw(9, first + at as u64, 1);
                assert_eq!(alone, run[at * dims..][..dims], "{name} {first}");
            }
        }
    }
    let ring = named("ring8");
    assert_ne!(ring.draw(9, 0, 8), ring.draw(10, 0, 8));
    assert_ne!(ring.draw(9, 0, 8), ring.draw(9, DRAWN as u64, 8));
}
