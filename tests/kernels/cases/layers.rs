//! Layers that are no products: dropout, maxout, upsampling, and what normalises a spectrum.

use gpugan::nn::Moments;
use gpugan::plan::codes::Activation;
use gpugan::plan::{Contents, Kernel, kernel};

use super::{LENGTHS, floats};
use crate::harness::{Case, noise};

const ACTIVATIONS: [Activation; 2] = [Activation::Tanh, Activation::LeakyRelu(0.2)];

fn below(case: Case, activation: Activation) -> Case {
    case.set("activation", activation.code())
        .set("leak", activation.leak())
}

/// Everything kept, a share, and nothing kept.
pub fn dropout() -> Vec<Case> {
    let mask = |case: Case, len: usize, least: u32| {
        case.read("clock", Contents::U32(vec![9, 8, 7, 6, 5, 4, u32::MAX, 2]))
            .set("key0", 0xdead_beefu32)
            .set("key1", 77u32)
            .set("draw", 3u32)
            .set("least", least)
            .set("scale", 1.25)
            .set("len", len)
            .extent(len, 1, 1)
    };
    let both = |(len, least): (usize, u32)| {
        let mut x = noise(40, len, 1.0);
        x[len - 1] = f32::NAN;
        let forward = Case::new(&kernel::DROPOUT_FORWARD, format!("{len} {least}"))
            .read("x", Contents::F32(x))
            .write("y", len);
        let activation = ACTIVATIONS[len % 2];
        let label = format!("{len} {least} {activation:?}");
        let backward = below(Case::new(&kernel::DROPOUT_BACKWARD, label), activation)
            .read("da", floats(41, len, 1.0))
            .read("x", floats(42, len, 1.0))
            .write("dx", len);
        [forward, backward].map(|case| mask(case, len, least))
    };
    let shares = |len| [0, 1 << 23, 1 << 24].map(|least| (len, least));
    let lengths = LENGTHS.into_iter().chain([2, 1023]);
    lengths.flat_map(shares).flat_map(both).collect()
}

/// Numbers of which many are equal, zeros of both signs, infinities, and some that are none.
fn ties(seed: u32, len: usize) -> Vec<f32> {
    let mut values: Vec<f32> = noise(seed, len, 2.5).into_iter().map(f32::round).collect();
    for (at, value) in [(3, f32::NAN), (5, f32::INFINITY), (7, f32::NEG_INFINITY)] {
        let of_many = values.iter_mut().skip(at).step_by(11);
        of_many.for_each(|x| *x = value);
    }
    values
}

pub fn maxout() -> Vec<Case> {
    let both = |(len, pieces): (usize, usize)| {
        let set = |case: Case| {
            let case = case.set("len", len).set("pieces", pieces);
            case.extent(len, 1, 1)
        };
        let label = format!("{len} {pieces}");
        let forward = Case::new(&kernel::MAXOUT_FORWARD, &label)
            .read("x", Contents::F32(ties(43, len * pieces)))
            .write("y", len);
        let backward = |activation| {
            let label = format!("{label} {activation:?}");
            below(Case::new(&kernel::MAXOUT_BACKWARD, label), activation)
                .read("da", floats(44, len, 1.0))
                .read("x", Contents::F32(ties(45, len * pieces)))
                .write("dx", len * pieces)
        };
        let [identity, leaky] = [Activation::Identity, ACTIVATIONS[1]].map(backward);
        [forward, identity, leaky].map(set)
    };
    let pieces = |len| [1, 2, 5].map(|pieces| (len, pieces));
    LENGTHS
        .into_iter()
        .flat_map(pieces)
        .flat_map(both)
        .collect()
}

/// Rows, width, channels, scale.
pub fn upsample() -> Vec<Case> {
    let both = |[rows, width, channels, scale]: [usize; 4]| {
        let small = rows * width * channels;
        let large = small * scale * scale;
        let case = |kernel: &'static Kernel| {
            Case::new(kernel, format!("{rows} {width} {channels} {scale}"))
                .set("rows", rows)
                .set("width", width)
                .set("channels", channels)
                .set("scale", scale)
        };
        let forward = case(&kernel::UPSAMPLE_FORWARD)
            .read("x", floats(46, small, 1.0))
            .write("y", large)
            .extent(large, 1, 1);
        let backward = below(case(&kernel::UPSAMPLE_BACKWARD), ACTIVATIONS[scale % 2])
            .read("da", floats(47, large, 1.0))
            .read("x", floats(48, small, 1.0))
            .write("dx", small)
            .extent(small, 1, 1)
            .depth(scale * scale);
        [forward, backward]
    };
    let shapes = [
        [1, 1, 1, 1],
        [1, 1, 257, 1],
        [7, 5, 3, 2],
        [64, 7, 1, 2],
        [65, 1, 64, 3],
        [3, 257, 4, 5],
        [512, 14, 16, 2],
    ];
    shapes.into_iter().flat_map(both).collect()
}

/// Rows and columns of a weight.
const MATRICES: [[usize; 2]; 8] = [
    [1, 1],
    [1, 257],
    [257, 1],
    [7, 65],
    [64, 64],
    [65, 7],
    [128, 2049],
    [3, 70_000],
];

pub fn spectral() -> Vec<Case> {
    MATRICES.into_iter().flat_map(of_matrix).collect()
}

fn of_matrix([rows, columns]: [usize; 2]) -> Vec<Case> {
    let len = rows * columns;
    let case = |kernel: &'static Kernel, label: &str| {
        Case::new(kernel, format!("{rows} {columns} {label}"))
            .set("rows", rows)
            .set("columns", columns)
    };
    let sums = case(&kernel::SPECTRAL_COLUMNS, "")
        .read("weight", floats(50, len, 1.0))
        .read("u", floats(51, rows, 1.0))
        .write("sums", columns)
        .extent(columns, 1, 1)
        .depth(rows);
    let dots = |stride: usize| {
        case(&kernel::SPECTRAL_DOTS, &stride.to_string())
            .read("left", floats(52, len, 1.0))
            .read(
                "right",
                floats(53, if stride == 0 { columns } else { len }, 1.0),
            )
            .write("dots", rows)
            .set("stride", stride)
            .extent(rows, 1, 1)
            .depth(columns)
    };
    let backward = |accumulate: u32| {
        let case = case(&kernel::SPECTRAL_BACKWARD, &accumulate.to_string())
            .read("dscaled", floats(54, len, 1.0))
            .read("u", floats(55, rows, 1.0))
            .read("v", floats(56, columns, 1.0))
            .read("sigma", Contents::F32(vec![1.7]))
            .read("overlap", Contents::F32(vec![-0.6]))
            .set("accumulate", accumulate)
            .extent(len, 1, 1);
        match accumulate {
            0 => case.write("dweight", len),
            _ => case.update("dweight", floats(57, len, 1.0)),
        }
    };
    vec![sums, dots(0), dots(columns), backward(0), backward(1)]
}

/// Vectors of every length, of zeros, and a weight that is divided.
pub fn directions() -> Vec<Case> {
    let both = |len: usize| {
        let direction = |label: &str, values| {
            Case::new(&kernel::SPECTRAL_DIRECTION, format!("{len} {label}"))
                .read("values", values)
                .write("direction", len)
                .set("len", len)
        };
        let divide = Case::new(&kernel::SPECTRAL_DIVIDE, len)
            .read("weight", floats(58, len, 1.0))
            .read("sigma", Contents::F32(vec![0.3]))
            .write("scaled", len)
            .set("len", len)
            .extent(len, 1, 1);
        [
            direction("noise", floats(59, len, 3.0)),
            direction("zeros", Contents::F32(vec![0.0; len])),
            divide,
        ]
    };
    LENGTHS.into_iter().flat_map(both).collect()
}

/// Images of several channels and of none but one pixel.
pub fn pack() -> Vec<Case> {
    let both = |(rows, count, pixels, channels): (usize, usize, usize, usize)| {
        let len = rows * count * pixels * channels;
        let set = |case: Case| {
            case.set("rows", rows)
                .set("count", count)
                .set("pixels", pixels)
                .set("channels", channels)
                .extent(len, 1, 1)
        };
        let label = format!("{rows} {count} {pixels} {channels}");
        let forward = Case::new(&kernel::PACK_FORWARD, &label)
            .read("x", floats(60, len, 1.0))
            .write("y", len);
        let backward = Case::new(&kernel::PACK_BACKWARD, &label)
            .read("da", floats(61, len, 1.0))
            .read("x", floats(62, len, 1.0))
            .write("dx", len);
        [set(forward), set(below(backward, ACTIVATIONS[rows % 2]))]
    };
    let shapes = [
        (1, 1, 1, 1),
        (7, 2, 5, 3),
        (64, 3, 1, 2),
        (65, 4, 7, 1),
        (3, 2, 257, 4),
    ];
    shapes.into_iter().flat_map(both).collect()
}

/// One coordinate to 64, up to degree 12.
pub fn moments() -> Vec<Case> {
    let both = |(rows, dims, degree): (usize, usize, usize)| {
        let features = Moments::features(dims, degree).expect("few");
        let set = |case: Case| {
            case.set("rows", rows)
                .set("dims", dims)
                .set("features", features)
                .depth(features)
        };
        let label = format!("{rows} {dims} {degree}");
        let forward = Case::new(&kernel::MOMENTS_FORWARD, &label)
            .read("x", floats(63, rows * dims, 1.5))
            .write("y", rows * features)
            .extent(rows * features, 1, 1);
        let backward = Case::new(&kernel::MOMENTS_BACKWARD, &label)
            .read("da", floats(64, rows * features, 1.0))
            .read("x", floats(65, rows * dims, 1.2))
            .write("dx", rows * dims)
            .scale(degree as f64 * 1.2f64.powi(degree as i32))
            .extent(rows * dims, 1, 1);
        [set(forward), set(below(backward, ACTIVATIONS[rows % 2]))]
    };
    let shapes = [
        (1, 1, 1),
        (7, 1, 12),
        (65, 2, 5),
        (64, 3, 4),
        (257, 2, 3),
        (2, 64, 2),
    ];
    shapes.into_iter().flat_map(both).collect()
}
