//! Random numbers pushed through a map: what it makes of uniform or normal numbers, recorded as kernels,
//! and the exact distribution of the result, to be compared with.
//!
//! Y = F⁻¹(U) has the distribution function F (inverse transform sampling); Y = g(X) has the density
//! Σ p(x)/|g'(x)| over all x with g(x) = y (change of variables). Here are the maps that have closed
//! forms; a map that is learned is a generator, and elsewhere.

mod exact;
pub mod fit;
mod parse;
mod table;

pub use table::Table;

use crate::plan::codes::Counter;
use crate::plan::{Contents, DType, Plan, ProgramId, Recorder, Role, Tensor, kernel};
use crate::random::Latent;
use crate::threefry::{Stream, stream_key};

/// A map, and so a distribution on the line.
#[derive(Clone, Debug, PartialEq)]
pub enum Map {
    /// −log(1 − u)/rate
    Exponential { rate: f64 },
    /// location + scale · log(u/(1 − u))
    Logistic { location: f64, scale: f64 },
    /// location + scale · tan(π(u − ½))
    Cauchy { location: f64, scale: f64 },
    /// location + scale · Φ⁻¹(u), by routine PPND7 of Wichura 1988
    Gaussian { location: f64, scale: f64 },
    /// location + scale · √(−2 log u₁) · (cos, sin)(2πu₂) (Box and Muller 1958)
    BoxMuller { location: f64, scale: f64 },
    /// scale · (−log(1 − u))^(1/shape)
    Weibull { shape: f64, scale: f64 },
    /// The inverse of a distribution function that is given as a table.
    Table(Table),
    /// The place of the largest of log weight + gumbel noise (Gumbel 1954). The weights need not
    /// add up to 1.
    Categorical { weights: Vec<f64> },
    /// A function of standard normal numbers, or of uniform ones on (−1, 1).
    Of(Function, Latent),
}

/// A function that is applied to random numbers as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Square,
    Exp,
    Abs,
}

/// A logit that never wins against one that is the logarithm of a weight.
const NEVER: f32 = -1e30;

/// The most samples of one plan: 64 MiB, half of what every device can bind.
pub const MOST: usize = 1 << 24;
/// The most categories; with the most samples, their uniform numbers can still be counted.
pub const MOST_CATEGORIES: usize = 255;

/// A plan that draws `samples`\[count\] of a map (stream `sample`, draw 0).
#[derive(Debug)]
pub struct Pushforward {
    pub plan: Plan,
    pub program: ProgramId,
    pub samples: Tensor,
    /// To be written before the program runs.
    pub inputs: Vec<(Tensor, Contents)>,
}

impl Pushforward {
    /// Records the draw of `count` samples, from 1 to [`MOST`]. The first of many are those of fewer.
    pub fn new(map: &Map, count: usize, seed: u64) -> Pushforward {
        let mut r = Recorder::new();
        let clock = r.tensor("clock", Role::State, DType::U32, &[Counter::COUNT]);
        let samples = r.tensor("samples", Role::Output, DType::F32, &[count]);
        let program = r.program("pushforward");
        let inputs = match map {
            Map::Categorical { weights } => {
                vec![record_gumbel_max(&mut r, weights, clock, seed, samples)]
            }
            _ => {
                let base = r.scratch("base", &[count]);
                let (stream, counter) = (Stream::Sample, Counter::Sample);
                map.base().draw(&mut r, clock, seed, stream, counter, base);
                map.record(&mut r, base, samples)
            }
        };
        Pushforward {
            plan: r.finish(),
            program,
            samples,
            inputs,
        }
    }
}

fn record_gumbel_max(
    r: &mut Recorder,
    weights: &[f64],
    clock: Tensor,
    seed: u64,
    values: Tensor,
) -> (Tensor, Contents) {
    let logit = |weight: &f64| match *weight > 0.0 {
        true => weight.ln() as f32,
        false => NEVER,
    };
    let input = input(r, "logits", weights.iter().map(logit).collect());
    let key = stream_key(seed, Stream::Sample);
    let len = r.info(values).len();
    r.call(&kernel::PUSHFORWARD_GUMBEL_MAX)
        .read("logits", input.0)
        .read("clock", clock)
        .write("values", values)
        .set("key0", key[0])
        .set("key1", key[1])
        .set("counter", Counter::Sample as u32)
        .set("len", len)
        .set("categories", weights.len())
        .extent(len, 1, 1)
        .record();
    input
}

fn input(r: &mut Recorder, name: &str, values: Vec<f32>) -> (Tensor, Contents) {
    let tensor = r.tensor(name, Role::Input, DType::F32, &[values.len()]);
    (tensor, Contents::F32(values))
}

impl Map {
    /// What it is applied to.
    fn base(&self) -> Latent {
        match self {
            Map::BoxMuller { .. } => Latent::Normal,
            Map::Of(_, base) => *base,
            _ => Latent::Uniform,
        }
    }

    /// y = g(x). Returns what the host has to set.
    fn record(&self, r: &mut Recorder, x: Tensor, y: Tensor) -> Vec<(Tensor, Contents)> {
        let kernel = match self {
            Map::Exponential { .. } => &kernel::PUSHFORWARD_EXPONENTIAL,
            Map::Logistic { .. } => &kernel::PUSHFORWARD_LOGISTIC,
            Map::Cauchy { .. } => &kernel::PUSHFORWARD_CAUCHY,
            Map::Gaussian { .. } => &kernel::PUSHFORWARD_GAUSSIAN,
            Map::BoxMuller { .. } => &kernel::PUSHFORWARD_AFFINE,
            Map::Weibull { .. } => &kernel::PUSHFORWARD_WEIBULL,
            Map::Table(_) => &kernel::PUSHFORWARD_TABLE,
            Map::Categorical { .. } => panic!("categories are no function of one number"),
            Map::Of(Function::Square, _) => &kernel::PUSHFORWARD_SQUARE,
            Map::Of(Function::Exp, _) => &kernel::PUSHFORWARD_EXP,
            Map::Of(Function::Abs, _) => &kernel::PUSHFORWARD_ABS,
        };
        let inputs = match self {
            Map::Table(table) => vec![
                input(r, "points", table.points().collect()),
                input(r, "heights", table.heights().collect()),
            ],
            _ => Vec::new(),
        };
        let len = r.info(y).len();
        let mut call = r.call(kernel).read("x", x);
        for ((tensor, contents), name) in inputs.iter().zip(["points", "heights"]) {
            call = call.read(name, *tensor);
            if name == "points" {
                call = call.set("count", contents.len());
            }
        }
        call = call.write("y", y).set("len", len).extent(len, 1, 1);
        match *self {
            Map::Exponential { rate } => call.set("rate", rate),
            Map::Logistic { location, scale }
            | Map::Cauchy { location, scale }
            | Map::Gaussian { location, scale }
            | Map::BoxMuller { location, scale } => {
                call.set("location", location).set("scale", scale)
            }
            Map::Weibull { shape, scale } => call.set("power", 1.0 / shape).set("scale", scale),
            Map::Table(_) | Map::Categorical { .. } | Map::Of(..) => call,
        }
        .record();
        inputs
    }
}
