//! Pictures: what they show, by their pixels and their text.

use gpugan::plot::{Axis, Layer, Plot, SIZE, Surface, colour};
use image::RgbaImage;

fn plot(layers: Vec<Layer>) -> Plot {
    Plot {
        title: "a title".into(),
        x: Axis::new("across").range(0.0, 10.0),
        y: Axis::new("up").range(0.0, 10.0),
        layers,
        ..Plot::default()
    }
}

/// One of each kind.
fn gallery() -> Vec<Plot> {
    let curve = vec![[0.0, 1.0], [5.0, 9.0], [10.0, 2.0]];
    let values: Vec<f64> = (0..80).map(|at| f64::from(at % 9)).collect();
    let surface = Surface {
        x: [0.0, 10.0],
        y: [0.0, 10.0],
        columns: 10,
        values,
    };
    let bars = |label: &str, colour, heights| Layer::Bars {
        label: label.into(),
        colour,
        names: vec!["one".into(), "two".into()],
        heights,
    };
    vec![
        plot(vec![Layer::points("dots", colour::BLUE, curve.clone())]),
        plot(vec![Layer::line("curve", colour::VERMILION, curve)]),
        plot(vec![Layer::density(
            "bins",
            colour::SKY,
            [1.0, 2.0, 2.5],
            10,
            [0.0, 10.0],
        )]),
        plot(vec![
            Layer::heat("value", surface.clone()),
            Layer::contours("level", surface, vec![3.0, 6.0]),
        ]),
        plot(vec![
            bars("left", colour::GREEN, vec![1.0, 9.0]),
            bars("right", colour::ORANGE, vec![4.0, 5.0]),
        ]),
    ]
}

fn image(plot: &Plot) -> RgbaImage {
    plot.image(SIZE).unwrap()
}

/// The pixels of exactly this colour.
fn pixels(picture: &RgbaImage, colour: &str) -> Vec<[f64; 2]> {
    let byte = |at: usize| u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
    let wanted = [byte(1), byte(3), byte(5), 255];
    let found = picture.enumerate_pixels().filter(|(.., p)| p.0 == wanted);
    found
        .map(|(x, y, _)| [f64::from(x), f64::from(y)])
        .collect()
}

fn mean(pixels: &[[f64; 2]]) -> [f64; 2] {
    assert!(!pixels.is_empty(), "the colour is not in the picture");
    [0, 1].map(|at| pixels.iter().map(|p| p[at]).sum::<f64>() / pixels.len() as f64)
}

/// The middle of one opaque disc without a legend.
fn disc(at: [f64; 2], change: impl Fn(&mut Plot)) -> [f64; 2] {
    let mut plot = plot(vec![Layer::Points {
        label: String::new(),
        colour: colour::BLUE,
        points: vec![at],
        radius: 4.0,
        opacity: 1.0,
    }]);
    change(&mut plot);
    mean(&pixels(&image(&plot), colour::BLUE))
}

fn assert_near(got: f64, wanted: f64, what: &str) {
    assert!((got - wanted).abs() < 1.0, "{what}: {got}, not {wanted}");
}

#[test]
fn points_lie_where_their_numbers_say() {
    let ([left, low], [right, high]) = (disc([2.0, 2.0], |_| ()), disc([8.0, 8.0], |_| ()));
    assert!(left < right && high < low, "{left} {right} {low} {high}");
    let [x, y] = disc([5.0, 6.5], |_| ());
    assert_near(x, left + (right - left) / 2.0, "x");
    assert_near(y, low + (high - low) * 0.75, "y");
}

#[test]
fn a_logarithmic_axis_has_equal_steps_for_equal_factors() {
    let log = |plot: &mut Plot| plot.y = Axis::new("up").range(0.01, 100.0).log();
    let y = |value| disc([5.0, value], log)[1];
    assert_near(y(1.0), (y(0.1) + y(10.0)) / 2.0, "y");
    let linear = |value| disc([5.0, value], |_| ())[1];
    assert!((linear(1.0) - (linear(0.1) + linear(10.0)) / 2.0).abs() > 20.0);
}

#[test]
fn a_square_plot_has_one_unit_for_both_axes() {
    let distances = |square: bool| {
        let at = |point| disc(point, |plot| plot.square = square);
        let ([left, low], [right, high]) = (at([2.0, 2.0]), at([8.0, 8.0]));
        (right - left, low - high)
    };
    let (x, y) = distances(true);
    assert!((x - y).abs() < 1.2, "{x} {y}");
    let (x, y) = distances(false);
    assert!((x - y).abs() > 20.0, "{x} {y}");
}

#[test]
fn later_layers_cover_earlier_ones() {
    let bar = |colour| Layer::density("", colour, [5.0; 3], 1, [0.0, 10.0]);
    let both = image(&plot(vec![bar(colour::ORANGE), bar(colour::SKY)]));
    assert!(pixels(&both, colour::ORANGE).is_empty());
    assert!(pixels(&both, colour::SKY).len() > 100);
}

#[test]
fn marks_are_written_alike() {
    let plot = Plot {
        x: Axis::new("across").range(0.0, 60_000.0),
        y: Axis::new("up").range(0.0, 0.02),
        ..plot(vec![Layer::line(
            "",
            colour::BLUE,
            vec![[0.0, 0.0], [5.0, 0.0]],
        )])
    };
    let svg = plot.svg(SIZE).unwrap();
    for mark in ["0", "0.005", "0.01", "20000", "60000"] {
        assert!(svg.contains(&format!(">{mark}<")), "{mark}");
    }
}

#[test]
fn a_narrow_logarithmic_axis_has_marks_to_read_it_by() {
    let plot = Plot {
        y: Axis::new("loss").range(0.69, 0.71).log(),
        ..plot(vec![Layer::line(
            "",
            colour::BLUE,
            vec![[0.0, 0.69], [5.0, 0.7]],
        )])
    };
    let svg = plot.svg(SIZE).unwrap();
    for mark in ["0.69", "0.695", "0.7"] {
        assert!(svg.contains(&format!(">{mark}<")), "{mark}: {svg}");
    }
}

#[test]
fn a_narrow_scale_of_colours_has_different_marks() {
    let surface = Surface {
        x: [0.0, 10.0],
        y: [0.0, 10.0],
        columns: 2,
        values: vec![0.011, 0.011_002, 0.011_004, 0.011_008],
    };
    let svg = plot(vec![Layer::heat("score", surface)]).svg(SIZE).unwrap();
    for mark in ["0.011002", "0.011004"] {
        assert!(svg.contains(&format!(">{mark}<")), "{mark}: {svg}");
    }
}

#[test]
fn a_bar_that_is_cut_off_says_how_high_it_is() {
    let bars = |most: Option<f64>| {
        let plot = Plot {
            x: Axis::new(""),
            y: match most {
                Some(most) => Axis::new("up").range(0.0, most),
                None => Axis::new("up"),
            },
            ..plot(vec![Layer::Bars {
                label: String::new(),
                colour: colour::BLUE,
                names: ["neyman", "pearson", "kl"].map(str::to_string).into(),
                heights: vec![0.5, 123.4, 0.25],
            }])
        };
        plot.svg(SIZE).unwrap()
    };
    let cut = bars(Some(1.0));
    for part in [">123<", ">neyman<", ">pearson<"] {
        assert!(cut.contains(part), "{part}: {cut}");
    }
    assert!(!cut.contains(">0.50<"), "it fits");
    assert!(!bars(None).contains(">123<"));
}

/// Without smooth edges between cells a surface of one colour is of one colour.
#[test]
fn a_surface_has_no_mesh() {
    let surface = Surface {
        x: [0.0, 10.0],
        y: [0.0, 10.0],
        columns: 37,
        values: (0..37 * 37)
            .map(|at| f64::from(u8::from(at == 0)))
            .collect(),
    };
    let picture = image(&plot(vec![Layer::heat("", surface)]));
    let dark = pixels(&picture, "#440154");
    let (from, to) = (dark[0], dark[dark.len() - 1]);
    let middle = [0, 1].map(|at| (from[at] + to[at]) / 2.0);
    for step in 0..60 {
        let [x, y] = [middle[0] as u32 + step, middle[1] as u32 + step];
        assert_eq!(
            picture.get_pixel(x, y).0,
            [0x44, 0x01, 0x54, 255],
            "{x} {y}"
        );
    }
}

#[test]
fn what_is_no_number_is_left_out() {
    let through = |middle: f64| {
        let points = vec![
            [1.0, 5.0],
            [3.0, 5.0],
            [5.0, middle],
            [7.0, 5.0],
            [9.0, 5.0],
        ];
        let line = Layer::line("", colour::BLUE, points);
        pixels(&image(&plot(vec![line])), colour::BLUE).len()
    };
    let (whole, gap) = (through(5.0), through(f64::NAN));
    // Half of the line's length is gone.
    assert!(gap > whole / 3 && gap < whole * 2 / 3, "{gap} of {whole}");
    let lost = vec![[f64::NAN, 1.0], [1.0, f64::INFINITY]];
    for layer in [
        Layer::points("", colour::BLUE, lost.clone()),
        Layer::line("", colour::BLUE, lost),
    ] {
        assert!(pixels(&image(&plot(vec![layer])), colour::BLUE).is_empty());
    }
}

#[test]
fn bars_are_as_high_as_their_numbers() {
    let heights = |at: usize| {
        let [.., bars] = &gallery()[..] else {
            panic!("bars come last")
        };
        let picture = image(bars);
        let colour = [colour::GREEN, colour::ORANGE][at];
        // Two bars, and the patch in the legend, which is a dozen pixels wide.
        let found = pixels(&picture, colour);
        let columns = |x: f64| found.iter().filter(|p| p[0] == x).count();
        let mut heights: Vec<usize> = (0..540).map(|x| columns(f64::from(x))).collect();
        heights.sort_unstable();
        heights.dedup();
        heights
    };
    let [left, right] = [0, 1].map(heights);
    let most = |heights: &[usize]| *heights.last().unwrap() as f64;
    assert!(
        (most(&left) / most(&right) - 9.0 / 5.0).abs() < 0.05,
        "{left:?} {right:?}"
    );
}

#[test]
fn colours_of_a_surface_follow_its_values() {
    let heat = |values| {
        Layer::heat(
            "",
            Surface {
                x: [0.0, 10.0],
                y: [0.0, 10.0],
                columns: 2,
                values,
            },
        )
    };
    let at = |picture: &RgbaImage, x: u32, y: u32| picture.get_pixel(x, y).0;
    // The lowest row first: the greatest value, yellow, is at the lower right.
    let picture = image(&plot(vec![heat(vec![0.0, 3.0, 1.0, f64::NAN])]));
    let (bright, dark) = (at(&picture, 400, 380), at(&picture, 120, 380));
    assert!(bright[0] > 200 && bright[1] > 200, "{bright:?}");
    assert!(dark[1] < 40, "{dark:?}");
    assert_eq!(
        at(&picture, 400, 120),
        dark,
        "what is no number counts as the least"
    );
}

#[test]
fn text_stands_in_the_svg_and_does_no_harm_there() {
    for plot in gallery() {
        let svg = plot.svg(SIZE).unwrap();
        for text in [">a title<", ">across<", ">up<"] {
            assert!(svg.contains(text), "{text} is not in {svg}");
        }
    }
    let mut odd = plot(vec![Layer::points("<b>&", colour::BLUE, vec![[1.0, 1.0]])]);
    odd.title = "</svg><script>".into();
    odd.y.label = "<i>".into();
    let svg = odd.svg(SIZE).unwrap();
    for text in ["<script>", "<b>", "<i>"] {
        assert!(!svg.contains(text), "{text}");
    }
    assert!(svg.contains("&lt;script&gt;"));
}

#[test]
fn only_what_has_a_label_is_in_the_legend() {
    let named = plot(vec![Layer::points("dots", colour::BLUE, vec![[1.0, 1.0]])]);
    let unnamed = plot(vec![Layer::points("", colour::BLUE, vec![[1.0, 1.0]])]);
    let svg = |plot: &Plot| plot.svg(SIZE).unwrap();
    assert!(svg(&named).contains(">dots<"));
    assert!(svg(&unnamed).matches("<circle").count() < svg(&named).matches("<circle").count());
}

#[test]
fn the_same_data_make_the_same_bytes() {
    let drawn = |plots: &[Plot]| -> Vec<(Vec<u8>, String)> {
        let draw = |plot: &Plot| (plot.png(SIZE).unwrap(), plot.svg(SIZE).unwrap());
        plots.iter().map(draw).collect()
    };
    let (first, again) = (drawn(&gallery()), drawn(&gallery()));
    assert!(first == again);
    for (at, one) in first.iter().enumerate() {
        assert!(first[..at].iter().all(|other| other != one), "{at}");
    }
}

#[test]
fn a_picture_has_the_size_that_was_asked_for() {
    for plot in gallery() {
        for size in [[160, 160], [640, 480], [1000, 300]] {
            let picture = plot.image(size).unwrap();
            assert_eq!([picture.width(), picture.height()], size);
            let png = image::load_from_memory(&plot.png(size).unwrap()).unwrap();
            assert_eq!(png.into_rgba8(), picture);
        }
        for size in [[0, 480], [640, 159], [8193, 480]] {
            let error = plot.png(size).unwrap_err().to_string();
            assert!(
                error.contains(&format!("{}x{}", size[0], size[1])),
                "{error}"
            );
            assert!(plot.svg(size).is_err() && plot.image(size).is_err());
        }
    }
}

#[test]
fn a_picture_of_nothing_is_a_picture() {
    let none = [
        Plot::default(),
        plot(vec![Layer::points("", colour::BLUE, Vec::new())]),
        plot(vec![Layer::line("", colour::BLUE, Vec::new())]),
        plot(vec![Layer::heat(
            "",
            Surface {
                x: [0.0, 1.0],
                y: [0.0, 1.0],
                columns: 0,
                values: Vec::new(),
            },
        )]),
        Plot {
            layers: vec![Layer::line("", colour::BLUE, vec![[1.0, -1.0]])],
            y: Axis::new("").log(),
            ..Plot::default()
        },
    ];
    for plot in none {
        assert_eq!(image(&plot).dimensions(), (640, 480));
        plot.svg(SIZE).unwrap();
    }
}

#[test]
fn extreme_numbers_do_no_harm() {
    let of = |values: [f64; 3], log: bool| {
        let points = values.iter().enumerate().map(|(at, y)| [at as f64, *y]);
        let axis = Axis::new("up");
        Plot {
            y: if log { axis.log() } else { axis },
            layers: vec![Layer::line("", colour::BLUE, points.collect())],
            ..Plot::default()
        }
    };
    for values in [
        [1e300, -1e300, 0.0],
        [f64::MAX, f64::MIN, 1.0],
        [1e-310, 3e-310, 2e-310],
        [1e9, 1e9 + 1e-3, 1e9],
        [1.0, 1.0 + f64::EPSILON, 1.0],
        [1e-30, 1e30, 1.0],
        [-0.0, 0.0, -0.0],
    ] {
        for log in [false, true] {
            let plot = of(values, log);
            assert_eq!(image(&plot).dimensions(), (640, 480), "{values:?} {log}");
            plot.svg(SIZE).unwrap();
        }
    }
}
