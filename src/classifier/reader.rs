//! A classifier that has learned: features and logits of any images.

use super::{CLASSES, FEATURES, NAME, SHAPE, layers};
use crate::Result;
use crate::gan::checkpoint::{self, Entry};
use crate::nn::{Network, Pass};
use crate::plan::{Contents, DType, Executor, Plan, ProgramId, Recorder, Role, Tensor};

/// A plan that maps images to features and logits.
#[derive(Debug)]
pub struct Reader {
    pub plan: Plan,
    pub network: Network,
    program: ProgramId,
    /// \[rows, 28·28\], to be written.
    x: Tensor,
    /// \[rows, 64\]
    features: Tensor,
    /// \[rows, 10\]
    logits: Tensor,
    rows: usize,
}

impl Reader {
    /// Records the network for `rows` images at a time.
    pub fn new(rows: usize) -> Reader {
        let mut r = Recorder::new();
        let network = Network::new(&mut r, NAME, layers());
        let x = r.tensor("x", Role::State, DType::F32, &[rows, network.inputs()]);
        let logits = r.tensor("logits", Role::Output, DType::F32, &[rows, CLASSES]);
        let program = r.program("classify");
        let trace = network.forward(&mut r, x, Pass::EVAL.into(logits));
        Reader {
            features: trace.before_last(),
            plan: r.finish(),
            network,
            program,
            x,
            logits,
            rows,
        }
    }
}

/// What a classifier makes of N images.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// \[N, 64\], the last hidden layer.
    pub features: Vec<f32>,
    /// \[N, 10\]
    pub logits: Vec<f32>,
}

impl Answers {
    /// The class of each image: where the first of its largest logits is.
    pub fn classes(&self) -> Vec<usize> {
        let class = |row: &[f32]| {
            let larger = |best: usize, at: usize| if row[at] > row[best] { at } else { best };
            (0..CLASSES).fold(0, larger)
        };
        self.logits.chunks_exact(CLASSES).map(class).collect()
    }

    /// How many images have the class that their label says.
    pub fn right(&self, labels: &[u8]) -> usize {
        let pairs = self.classes().into_iter().zip(labels);
        pairs
            .filter(|(class, label)| *class == usize::from(**label))
            .count()
    }
}

/// A reader on a device.
pub struct Classifier {
    reader: Reader,
    executor: Box<dyn Executor>,
}

impl Classifier {
    /// Puts the weights on the device. `state` has the names and shapes of the network's own.
    ///
    /// # Errors
    /// What the device does.
    pub fn new(
        reader: Reader,
        mut executor: Box<dyn Executor>,
        state: &[Entry],
    ) -> Result<Classifier> {
        let tensors = reader.network.state();
        checkpoint::restore(&reader.plan, executor.as_mut(), &tensors, state)?;
        Ok(Classifier { reader, executor })
    }

    /// Features and logits of images\[N, 28·28\] in \[−1, 1\].
    ///
    /// # Errors
    /// What the device does.
    pub fn read(&mut self, images: &[f32]) -> Result<Answers> {
        let pixels: usize = SHAPE.iter().product();
        let mut answers = Answers::default();
        for images in images.chunks(self.reader.rows * pixels) {
            // The last rows may be no images: samples do not depend on their neighbours.
            let mut x = images.to_vec();
            x.resize(self.reader.rows * pixels, 0.0);
            self.executor.write(self.reader.x, &Contents::F32(x))?;
            self.executor.run(&[self.reader.program], 1)?;
            let count = images.len() / pixels;
            let mut read = |tensor, width: usize, into: &mut Vec<f32>| -> Result<()> {
                match self.executor.read(tensor)? {
                    Contents::F32(values) => into.extend(&values[..count * width]),
                    other => panic!("features and logits are floats, not {other:?}"),
                }
                Ok(())
            };
            read(self.reader.features, FEATURES, &mut answers.features)?;
            read(self.reader.logits, CLASSES, &mut answers.logits)?;
        }
        Ok(answers)
    }

    /// The number below 10ˢ that each of samples\[N, 28, 28, S\] in \[−1, 1\], S being `stack`, writes
    /// with its channels; the last has the ones.
    ///
    /// # Errors
    /// What the device does.
    pub fn stacks(&mut self, samples: &[f32], stack: usize) -> Result<Vec<usize>> {
        let features = stack * SHAPE.iter().product::<usize>();
        let mut numbers = Vec::with_capacity(samples.len() / features);
        for samples in samples.chunks(self.reader.rows * features) {
            let channels = samples.chunks_exact(features).flat_map(|sample| {
                (0..stack).flat_map(|at| sample.iter().skip(at).step_by(stack).copied())
            });
            let digits = self.read(&channels.collect::<Vec<f32>>())?.classes();
            let write = |digits: &[usize]| digits.iter().fold(0, |n, digit| CLASSES * n + digit);
            numbers.extend(digits.chunks_exact(stack).map(write));
        }
        Ok(numbers)
    }
}
