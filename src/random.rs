//! Random numbers: calls that draw them on the device, and the generator for the few draws of the
//! host. Everything is a pure function of (seed, stream, draw, index).

use std::convert::Infallible;

use clap::ValueEnum;
use rand::TryRng;
use serde::{Deserialize, Serialize};

use crate::plan::codes::{Counter, Curve};
use crate::plan::{Recorder, Tensor, kernel};
use crate::threefry::{Stream, Words, half_bits, stream_key, threefry2x32};

/// How latents are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Latent {
    /// Standard normal.
    Normal,
    /// Uniform on (−1, 1).
    Uniform,
}

impl Latent {
    /// Fills `values` with the draw of `stream` that `counter` stands at.
    pub fn draw(
        self,
        r: &mut Recorder,
        clock: Tensor,
        seed: u64,
        stream: Stream,
        counter: Counter,
        values: Tensor,
    ) {
        let key = stream_key(seed, stream);
        let len = r.info(values).len();
        let kernel = match self {
            Latent::Normal => &kernel::RANDOM_NORMAL,
            Latent::Uniform => &kernel::RANDOM_UNIFORM,
        };
        r.call(kernel)
            .read("clock", clock)
            .write("values", values)
            .set("key0", key[0])
            .set("key1", key[1])
            .set("counter", counter as u32)
            .set("len", len)
            .extent(len, 1, 1)
            .record();
    }
}

/// Fills `x`\[N, H·W·S·C\] with the next N samples, each of S of the `images`\[count, H, W, C\] one
/// behind the other along the channels. Place s of a sample takes the images in an order of its own,
/// that of the key `threefry2x32(key of the stream data, (epoch, s))`. With `flip`, one sample in two
/// at random is mirrored along W.
pub fn gather(r: &mut Recorder, images: Tensor, clock: Tensor, seed: u64, flip: bool, x: Tensor) {
    let (key, flip_key) = (
        stream_key(seed, Stream::Data),
        stream_key(seed, Stream::Flip),
    );
    let rows = r.rows(x);
    let [count, height, width, channels] = r.info(images).shape[..] else {
        panic!("{} is not [count, H, W, C]", r.info(images).name);
    };
    let features = height * width * channels;
    let stack = r.info(x).len() / (rows * features);
    r.call(&kernel::DATA_GATHER)
        .read("images", images)
        .read("clock", clock)
        .write("x", x)
        .set("key0", key[0])
        .set("key1", key[1])
        .set("count", count)
        .set("half_bits", half_bits(count as u32))
        .set("rows", rows)
        .set("features", features)
        .set("flip", u32::from(flip))
        .set("flip_key0", flip_key[0])
        .set("flip_key1", flip_key[1])
        .set("width", width)
        .set("channels", channels)
        .set("stack", stack)
        .extent(rows * stack * features, 1, 1)
        .record();
}

/// Fills `classes`\[N\] with the `labels`\[count\] of the images that `gather` takes at the same clock and
/// with the same seed.
pub fn labels(r: &mut Recorder, labels: Tensor, clock: Tensor, seed: u64, classes: Tensor) {
    let key = stream_key(seed, Stream::Data);
    let (rows, count) = (r.rows(classes), r.info(labels).len());
    r.call(&kernel::DATA_LABELS)
        .read("labels", labels)
        .read("clock", clock)
        .write("classes", classes)
        .set("key0", key[0])
        .set("key1", key[1])
        .set("count", count)
        .set("half_bits", half_bits(count as u32))
        .set("rows", rows)
        .extent(rows, 1, 1)
        .record();
}

/// Real samples that are points, and no images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Points {
    /// Rows of a table\[count, D\], in the order of the epoch.
    Table,
    /// Drawn without end from a mixture of so many normal distributions, each a row of a table\[K, 2+D\]:
    /// 2²⁴ times the sum of the weights up to this one, σ, mean.
    Mixture { components: usize },
    /// Drawn without end along a curve; a table\[2\] has its parameter and the σ of normal noise.
    Curve(Curve),
}

impl Points {
    /// The shape of the table, for `count` points of D coordinates.
    pub fn table_shape(self, count: usize, dims: usize) -> Vec<usize> {
        match self {
            Points::Table => vec![count, dims],
            Points::Mixture { components } => vec![components, 2 + dims],
            Points::Curve(_) => vec![2],
        }
    }

    /// Fills `x`\[N, D\] with the next N points. Those that are drawn without end are a function of the
    /// seed and their number in the run: see [`DRAWN`](crate::threefry::DRAWN).
    pub fn draw(self, r: &mut Recorder, table: Tensor, clock: Tensor, seed: u64, x: Tensor) {
        let key = stream_key(seed, Stream::Data);
        let (rows, count) = (r.rows(x), r.info(table).shape[0]);
        let features = r.info(x).len() / rows;
        let call = match self {
            Points::Table => r
                .call(&kernel::DATA_ROWS)
                .read("points", table)
                .set("count", count)
                .set("half_bits", half_bits(count as u32)),
            Points::Mixture { components } => r
                .call(&kernel::DATA_MIXTURE)
                .read("components", table)
                .set("components", components),
            Points::Curve(curve) => r
                .call(&kernel::DATA_CURVE)
                .read("shape", table)
                .set("curve", curve as u32),
        };
        call.read("clock", clock)
            .write("x", x)
            .set("key0", key[0])
            .set("key1", key[1])
            .set("rows", rows)
            .set("features", features)
            .extent(rows, 1, 1)
            .record();
    }
}

/// A generator for `rand` over one stream: block i is `threefry2x32(stream key, i)`.
#[derive(Clone, Debug)]
pub struct HostRng {
    key: Words,
    block: u64,
    spare: Option<u32>,
}

impl HostRng {
    /// The generator of this stream of the run with this seed.
    pub fn new(seed: u64, stream: Stream) -> HostRng {
        HostRng {
            key: stream_key(seed, stream),
            block: 0,
            spare: None,
        }
    }
}

impl TryRng for HostRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        if let Some(word) = self.spare.take() {
            return Ok(word);
        }
        let counter = [self.block as u32, (self.block >> 32) as u32];
        let [word, spare] = threefry2x32(self.key, counter);
        self.block += 1;
        self.spare = Some(spare);
        Ok(word)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.try_next_u32()?);
        Ok(low | u64::from(self.try_next_u32()?) << 32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            let word = self.try_next_u32()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}
