//! The program as its users meet it: what is typed, what comes out on stdout and stderr, the exit
//! code, and the files that are left. All runs are tiny and on the CPU executor, except in `gpu`.

mod doctor;
mod eval;
mod faults;
mod fit;
mod gpu;
mod overfitting;
mod picture_faults;
mod pictures;
mod plot;
mod points;
mod pushforward;
mod reproduce;
mod resume;
mod sample;
#[cfg(unix)]
mod signals;
mod stacked;
mod theory;
mod train;
mod tune;
mod usage;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A directory to run in, with a data set in `data`: 20 images of 4x4.
struct Place {
    directory: TempDir,
}

/// Options of a tiny run, apart from its length.
const TINY: [&str; 21] = [
    "--data-dir",
    "data",
    "--device",
    "cpu",
    "--threads",
    "1",
    "--generator-hidden",
    "8",
    "--critic-hidden",
    "8,8",
    "--latent-dim",
    "3",
    "--batch",
    "4",
    "--log-every",
    "5",
    "--sample-every",
    "10",
    "--checkpoint-every",
    "10",
    "--plots=false",
];

impl Place {
    fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        let place = Place { directory };
        fs::create_dir(place.path("data")).unwrap();
        place.write_images(20);
        place
    }

    /// Replaces the data set by `count` images of 4x4.
    fn write_images(&self, count: u32) {
        let mut file = vec![0, 0, 8, 3];
        for extent in [count, 4, 4] {
            file.extend(extent.to_be_bytes());
        }
        file.extend((0..16 * count).map(|i| (i * i % 251) as u8));
        fs::write(self.path("data/train-images-idx3-ubyte"), file).unwrap();
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gpugan"));
        command.args(arguments).current_dir(self.directory.path());
        command.stdin(Stdio::null());
        command.env("GPUGAN_CACHE_DIR", self.path("cache"));
        command
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Outcome {
        Outcome::of(self.command(arguments).output().unwrap())
    }

    /// `gpugan train` with the tiny options and these.
    fn train(&self, more: &[&str]) -> Outcome {
        self.run(tiny(more))
    }

    /// The file's bytes.
    fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    fn text(&self, name: impl AsRef<Path>) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// All files below a directory, by their path in it.
    fn files(&self, directory: impl AsRef<Path>) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(directory);
        let mut files = BTreeMap::new();
        let mut open = vec![root.clone()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(&root).unwrap();
                    let name = name.to_str().unwrap().replace('\\', "/");
                    files.insert(name, fs::read(path).unwrap());
                }
            }
        }
        files
    }

    /// The metrics of a run without the timings.
    fn metrics(&self, run: &str) -> Vec<String> {
        let text = self.text(format!("{run}/metrics.jsonl"));
        let cut = |line: &str| line.split(",\"images_per_s\"").next().unwrap().to_string();
        text.lines().map(cut).collect()
    }

    /// Starts a tiny run that would take long.
    fn start_endless(&self, more: &[&str]) -> Running {
        Running::start(self.command(tiny(&[&["--steps", "40000000"], more].concat())))
    }

    /// Waits until the run's newest checkpoint is of at least `step`, and returns its step.
    fn wait_for_step(&self, run: &str, step: u64) -> u64 {
        let path = self.path(format!("{run}/checkpoints/latest"));
        let newest = || -> Option<u64> {
            let text = fs::read_to_string(&path).ok()?;
            text.trim().strip_prefix("step-")?.parse().ok()
        };
        wait_for(|| newest().filter(|newest| *newest >= step))
    }
}

fn tiny<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["train"], &TINY[..], more].concat()
}

/// Asks until there is an answer; a test that would wait for ever fails.
fn wait_for<T>(mut answer: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A process that is killed at the latest when its test ends.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> Running {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(command.spawn().unwrap())
    }

    /// Ends it without any warning.
    fn kill(mut self) {
        self.0.kill().unwrap();
        let status = self.0.wait().unwrap();
        assert!(!status.success(), "it had ended before it was killed");
    }

    /// Waits until it has ended by itself.
    fn end(mut self) -> Outcome {
        let child = &mut self.0;
        let status = wait_for(|| child.try_wait().unwrap());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut stdout)
            .unwrap();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        Outcome {
            code: status.code(),
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process left.
#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Outcome {
    fn of(output: Output) -> Outcome {
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn succeeds(self) -> Outcome {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// Asserts a failure of one sentence that says every part, and nothing on stdout.
    #[track_caller]
    fn fails(self, code: i32, parts: &[&str]) -> Outcome {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "");
        let errors = self
            .stderr
            .lines()
            .filter(|line| line.starts_with("error: "));
        assert_eq!(errors.count(), 1, "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in {self:?}");
        }
        self
    }
}
