//! How the classifier learns: Adam on the mean cross-entropy of batches, with a rate that falls to 0 on
//! a line.

use super::{CLASSES, NAME, SHAPE, layers};
use crate::gan::checkpoint::{self, Entry};
use crate::nn::{Gradients, Grads, Init, Mode, Network, Noise, Pass, Training as Trained};
use crate::optim::{Optimizer, Rule};
use crate::plan::codes::{Counter, Tally, Watched};
use crate::plan::{Contents, DType, Executor, Plan, ProgramId, Recorder, Role, Tensor, kernel};
use crate::random::{HostRng, gather, labels};
use crate::rates::{self, LrSchedule};
use crate::threefry::{Stream, stream_key};
use crate::{Error, Result};

/// Everything that decides what is learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Images of the data set.
    pub images: usize,
    pub batch: usize,
    /// Passes through the data.
    pub epochs: u64,
    /// Of the first step.
    pub lr: f64,
    pub seed: u64,
}

impl Settings {
    /// Steps of a pass; what is left of the last batch begins the next pass.
    pub fn steps_per_epoch(&self) -> u64 {
        (self.images / self.batch).max(1) as u64
    }

    /// Steps in all.
    pub fn steps(&self) -> u64 {
        self.epochs * self.steps_per_epoch()
    }

    fn rule(&self) -> Rule {
        Rule::Adam {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }
}

/// What became of the training images of some steps, seen with dropout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// Mean cross-entropy in nats.
    pub loss: f64,
    /// Share that was told right.
    pub accuracy: f64,
}

/// The recorded training: its plan, and where to find things in it.
#[derive(Debug)]
pub struct Training {
    pub settings: Settings,
    pub plan: Plan,
    pub network: Network,
    gradients: Gradients,
    /// `clock`\[8\]: see `Counter`.
    clock: Tensor,
    /// `guard`\[4, 3\]: the network stands where a critic would.
    guard: Tensor,
    /// `tally`\[steps of a pass, 2\]: see `Tally`.
    tally: Tensor,
    /// `images`\[count, 28, 28, 1\], bytes.
    images: Tensor,
    /// `labels`\[count\], bytes.
    labels: Tensor,
    /// Gradients, update.
    step: [ProgramId; 2],
}

impl Training {
    /// Records the training.
    ///
    /// # Panics
    /// Where a batch has more images than the data set.
    pub fn new(settings: Settings) -> Training {
        assert!(settings.batch <= settings.images, "{settings:?}");
        let mut r = Recorder::new();
        let ring = settings.steps_per_epoch() as usize;
        let [h, w, c] = SHAPE;
        let words = [Watched::ALL.len(), Watched::WORDS];
        let mut state =
            |name: &str, dtype, shape: &[usize]| r.tensor(name, Role::State, dtype, shape);
        let clock = state("clock", DType::U32, &[Counter::COUNT]);
        let guard = state("guard", DType::U32, &words);
        let tally = state("tally", DType::F32, &[ring, Tally::COUNT]);
        let images = r.tensor(
            "images",
            Role::Input,
            DType::U8,
            &[settings.images, h, w, c],
        );
        let labels = r.tensor("labels", Role::Input, DType::U8, &[settings.images]);
        let network = Network::new(&mut r, NAME, layers());
        let gradients = network.companion(&mut r, "grad", Role::Scratch);
        let course = rates::Course {
            schedule: LrSchedule::Linear(Some(settings.steps())),
            ramp: None,
        };
        let lr = (settings.lr, course);
        let optimizer = Optimizer::new(&mut r, &network, settings.rule(), lr, clock);
        let mut training = Training {
            step: [ProgramId(0); 2],
            plan: Plan::default(),
            settings,
            network,
            gradients,
            clock,
            guard,
            tally,
            images,
            labels,
        };
        training.step = [
            training.record_gradients(&mut r),
            training.record_update(&mut r, &optimizer),
        ];
        training.plan = r.finish();
        training
    }

    fn record_gradients(&self, r: &mut Recorder) -> ProgramId {
        let Settings { batch, seed, .. } = self.settings;
        let program = r.program("classifier.gradients");
        let x = r.scratch("x", &[batch, self.network.inputs()]);
        gather(r, self.images, self.clock, seed, false, x);
        let classes = r.tensor("classes", Role::Scratch, DType::U32, &[batch]);
        labels(r, self.labels, self.clock, seed, classes);
        let noise = Noise {
            clock: self.clock,
            key: stream_key(seed, Stream::Dropout),
            draw: 0,
        };
        let mode = Mode::Train(Trained {
            groups: 1,
            advance: false,
            noise,
        });
        let trace = self.network.forward(r, x, Pass { mode, output: None });
        let slopes = r.scratch("slopes", &[batch, CLASSES]);
        r.call(&kernel::OBJECTIVE_SOFTMAX)
            .read("logits", trace.output())
            .read("labels", classes)
            .read("clock", self.clock)
            .write("slopes", slopes)
            .update("tally", self.tally)
            .update("guard", self.guard)
            .set("rows", batch)
            .set("classes", CLASSES)
            .set("ring", self.settings.steps_per_epoch() as usize)
            .set("watched", Watched::CriticLoss as u32)
            .record();
        let gradients = Some((&self.gradients, Grads::Overwrite));
        self.network.backward(r, &trace, slopes, gradients, None);
        program
    }

    fn record_update(&self, r: &mut Recorder, optimizer: &Optimizer) -> ProgramId {
        let program = r.program("classifier.update");
        let watched = Watched::CriticGradients;
        optimizer.update(r, &self.network, &self.gradients, self.guard, watched);
        r.call(&kernel::CLOCK_ADVANCE)
            .update("clock", self.clock)
            .update("guard", self.guard)
            .set("step", 1usize)
            .set("images", self.settings.batch)
            .set("count", self.settings.images)
            .set("latent", 0usize)
            .set("mix", 0usize)
            .set("dropout", self.network.draws())
            .set("noise", 0usize)
            .record();
        program
    }
}

/// A training under way.
pub struct Student {
    training: Training,
    executor: Box<dyn Executor>,
    steps: u64,
}

impl Student {
    /// Puts images\[count, 28, 28, 1\], their labels and the initial weights on the device.
    ///
    /// # Errors
    /// What the device does.
    pub fn new(
        training: Training,
        mut executor: Box<dyn Executor>,
        images: Vec<u8>,
        labels: Vec<u8>,
    ) -> Result<Student> {
        executor.write(training.images, &Contents::U8(images))?;
        executor.write(training.labels, &Contents::U8(labels))?;
        let unseen = [0, Watched::NONE, Watched::NONE].repeat(Watched::ALL.len());
        executor.write(training.guard, &Contents::U32(unseen))?;
        let mut rng = HostRng::new(training.settings.seed, Stream::Init);
        let values = training.network.initial(Init::Torch, &mut rng);
        for ((tensor, planes), values) in training.network.state().into_iter().zip(values) {
            let values = Contents::F32(values);
            checkpoint::write(executor.as_mut(), tensor, planes, &values)?;
        }
        Ok(Student {
            training,
            executor,
            steps: 0,
        })
    }

    /// What it runs on.
    pub fn executor(&mut self) -> &mut dyn Executor {
        self.executor.as_mut()
    }

    /// Steps that were made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Learns for one pass through the data.
    ///
    /// # Errors
    /// `Error::Diverged` where a loss or a gradient is not finite, and what the device does.
    pub fn epoch(&mut self) -> Result<Course> {
        let steps = self.training.settings.steps_per_epoch();
        let end = self.steps + steps;
        while self.steps < end {
            self.steps += self.executor.run(&self.training.step, end - self.steps)?;
        }
        let guard = self.executor.read(self.training.guard)?;
        if matches!(guard, Contents::U32(words) if words.chunks(Watched::WORDS).any(|w| w[0] > 0)) {
            return Err(Error::Diverged(format!(
                "a loss or a gradient of the classifier is not finite before step {end}; give a \
                 smaller --lr than {}",
                self.training.settings.lr
            )));
        }
        let Contents::F32(tally) = self.executor.read(self.training.tally)? else {
            panic!("the tally is of floats");
        };
        let sum = |column: Tally| {
            let rows = tally.chunks(Tally::COUNT);
            rows.map(|row| f64::from(row[column as usize])).sum::<f64>()
        };
        Ok(Course {
            loss: sum(Tally::Loss) / steps as f64,
            accuracy: sum(Tally::Right) / (steps * self.training.settings.batch as u64) as f64,
        })
    }

    /// The weights and running statistics, in PyTorch's names and layouts.
    ///
    /// # Errors
    /// What the device does.
    pub fn state(&mut self) -> Result<Vec<Entry>> {
        let state = self.training.network.state().into_iter();
        let entry = |(tensor, planes)| {
            let info = self.training.plan.info(tensor);
            Ok(Entry {
                name: info.name.clone(),
                shape: info.shape.clone(),
                contents: checkpoint::read(self.executor.as_mut(), tensor, planes)?,
            })
        };
        state.map(entry).collect()
    }
}
