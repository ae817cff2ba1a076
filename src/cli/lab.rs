//! Games that a command plays to their end in memory, to look at what became of them: no run directory,
//! no checkpoints, no pictures on the way.

use std::time::Instant;

use gpugan::gan::{EMA, Gan, Interval, Sampler, Scorer, Trainer, checkpoint};
use gpugan::plan::codes::Counter;
use gpugan::plan::{Contents, Tensor};
use gpugan::run::Config;
use gpugan::run::config::Tune;
use gpugan::{Error, Result};
use toml::Table;

use super::device::{Asked, DeviceOptions};
use super::{device, game};

/// What a game is played on.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    pub device: &'a str,
    pub threads: Option<usize>,
}

impl<'a> Bench<'a> {
    pub fn of(options: &'a DeviceOptions) -> Bench<'a> {
        let Asked {
            device, threads, ..
        } = options.asked();
        Bench { device, threads }
    }

    pub fn asked(self) -> Asked<'a> {
        Asked::new(self.device, self.threads, Tune::Auto)
    }
}

/// A game under way.
pub struct Lab {
    pub config: Config,
    trainer: Trainer,
    /// Seconds of training.
    pub seconds: f64,
}

/// Options as a configuration file has them.
///
/// # Errors
/// `Error::Usage` for a text that is none.
pub fn options(text: &str) -> Result<Table> {
    let fault = |e| Error::Usage(format!("these options are no TOML: {e}"));
    toml::from_str(text).map_err(fault)
}

impl Lab {
    /// Sets up a game with these options.
    ///
    /// # Errors
    /// As `gpugan train`.
    pub fn new(options: &Table, bench: Bench) -> Result<Lab> {
        let mut config = Config::layered(None, None, options)?;
        let data = game::load_data(&config, &mut |_, _| Ok(()))?;
        config.resolve_length(data.count() as u64)?;
        let gan = Gan::new(game::settings(&config, game::Outline::of(&data))?);
        let executor = device::open(gan.plan.clone(), bench.asked(), &[])?.executor;
        let trainer = Trainer::new(gan, executor, data.into_contents())?;
        Ok(Lab {
            config,
            trainer,
            seconds: 0.0,
        })
    }

    /// The turns of the whole game.
    pub fn turns(&self) -> u64 {
        let steps = self.config.steps.unwrap_or(0);
        steps.div_ceil(self.config.generator_steps as u64)
    }

    /// Plays up to turn number `end` and returns the means over the last turns, `log-every` of them at
    /// most.
    ///
    /// # Errors
    /// `Error::Diverged` where a value is not finite, and what the device does.
    pub fn play_to(&mut self, end: u64) -> Result<Interval> {
        let began = Instant::now();
        while self.trainer.turns() < end {
            self.trainer.play(end - self.trainer.turns())?;
        }
        self.trainer.executor().wait()?;
        self.seconds += began.elapsed().as_secs_f64();
        if let Some(fault) = self.trainer.fault()? {
            let message = format!("'{}' is not finite at turn {}", fault.tensor, fault.turn);
            return Err(Error::Diverged(message));
        }
        self.trainer.interval(self.config.log_every)
    }

    /// Plays the whole game.
    ///
    /// # Errors
    /// As [`Lab::play_to`].
    pub fn play(&mut self) -> Result<Interval> {
        self.play_to(self.turns())
    }

    /// Samples\[N, D\] of the latents that stay the same.
    ///
    /// # Errors
    /// What the device does.
    pub fn samples(&mut self) -> Result<Vec<f32>> {
        self.trainer.sample()
    }

    /// `count` other samples\[N, F\], `at_once` of them at a time, with the moving average of the
    /// generator, where there is one.
    ///
    /// # Errors
    /// What the device does.
    pub fn draw(&mut self, count: usize, at_once: usize, bench: Bench) -> Result<Vec<f32>> {
        let settings = &self.trainer.gan().settings;
        let name = if settings.ema.is_some() {
            EMA
        } else {
            "generator"
        };
        let (latent, seed) = (settings.latent, settings.seed);
        let sampler = Sampler::new(&settings.architecture, name, latent, at_once, seed);
        let mut executor = device::open(sampler.plan.clone(), bench.asked(), &[])?.executor;
        let (state, saved) = (sampler.generator.state(), self.trainer.state()?.model);
        checkpoint::restore(&sampler.plan, executor.as_mut(), &state, &saved)?;
        let mut samples = Vec::new();
        for draw in 0..count.div_ceil(at_once) {
            let mut clock = vec![0; Counter::COUNT];
            // Draw 0 is that of the samples that stay the same.
            clock[Counter::Sample as usize] = 1 + draw as u32;
            executor.write(sampler.clock, &Contents::U32(clock))?;
            executor.run(&[sampler.program], 1)?;
            match executor.read(sampler.images)? {
                Contents::F32(values) => samples.extend(values),
                other => panic!("samples are floats, not {other:?}"),
            }
        }
        samples.truncate(count * self.trainer.gan().settings.architecture.features());
        Ok(samples)
    }

    /// The critic's scores\[N\] of samples\[N, F\].
    ///
    /// # Errors
    /// What the device does.
    pub fn scores(&mut self, samples: &[f32], bench: Bench) -> Result<Vec<f32>> {
        let settings = &self.trainer.gan().settings;
        let inputs = settings.pack * settings.architecture.features();
        let scorer = Scorer::new(settings, samples.len() / inputs);
        let mut executor = device::open(scorer.plan.clone(), bench.asked(), &[])?.executor;
        let (state, saved) = (scorer.critic.state(), self.trainer.state()?.model);
        checkpoint::restore(&scorer.plan, executor.as_mut(), &state, &saved)?;
        executor.write(scorer.x, &Contents::F32(samples.to_vec()))?;
        executor.run(&[scorer.program], 1)?;
        match executor.read(scorer.scores)? {
            Contents::F32(values) => Ok(values),
            other => panic!("scores are floats, not {other:?}"),
        }
    }

    /// The numbers of a tensor, such as `generator.0.weight`.
    ///
    /// # Errors
    /// What the device does.
    pub fn get(&mut self, name: &str) -> Result<Vec<f32>> {
        let tensor = self.tensor(name);
        match self.trainer.executor().read(tensor)? {
            Contents::F32(values) => Ok(values),
            other => panic!("{name} holds {other:?}"),
        }
    }

    /// Sets all numbers of a tensor.
    ///
    /// # Errors
    /// What the device does.
    pub fn set(&mut self, name: &str, values: &[f32]) -> Result<()> {
        let tensor = self.tensor(name);
        let contents = Contents::F32(values.to_vec());
        self.trainer.executor().write(tensor, &contents)
    }

    fn tensor(&self, name: &str) -> Tensor {
        let found = self.trainer.gan().plan.find(name);
        found.unwrap_or_else(|| panic!("no tensor is called {name}"))
    }
}
