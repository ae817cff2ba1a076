//! Checkpoints under a full disk and under `kill -9`, in processes of their own.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use gpugan::run::atomic;
use gpugan::run::checkpoint::{TensorData, find, load, prune, save};
use gpugan::run::metrics::{Writer, read};

use crate::metrics::record;
use crate::{METADATA, model, names, optimizer, save_step, state, tensor};

const PLACE: &str = "GPUGAN_TEST_PLACE";

/// This test binary, to run only the ignored test `name` with `place` in its environment.
fn child(name: &str, place: &std::path::Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", name]);
    command.env(PLACE, place);
    command
}

fn place() -> PathBuf {
    env::var_os(PLACE)
        .expect("only a child process runs this")
        .into()
}

#[test]
fn a_full_disk_leaves_the_old_files_whole() {
    let place = tempfile::tempdir().unwrap();
    save_step(place.path(), 1);
    atomic::write(&place.path().join("file"), b"old").unwrap();
    let before = names(place.path());
    let mut command = child("crash::child_writes_under_a_limit", place.path());
    // SAFETY: both calls are async-signal-safe and touch no memory of the parent.
    unsafe {
        command.pre_exec(|| {
            let limit = libc::rlimit {
                rlim_cur: 8192,
                rlim_max: 8192,
            };
            libc::setrlimit(libc::RLIMIT_FSIZE, &limit);
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            Ok(())
        })
    };
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
    assert_eq!(names(place.path()), before);
    assert_eq!(fs::read(place.path().join("file")).unwrap(), b"old");
    let found = find(place.path()).unwrap();
    assert_eq!(
        (load(&found.path).unwrap().state.step, found.warning),
        (1, None)
    );
}

#[test]
#[ignore = "runs in a child process with a limit on the size of files"]
fn child_writes_under_a_limit() {
    let large = [tensor(
        "large",
        &[10_000],
        TensorData::F32(vec![1.0; 10_000]),
    )];
    let error = save(&place(), &state(2), &large, METADATA, &[]).unwrap_err();
    assert_eq!(error.exit_code(), 6);
    assert!(error.to_string().contains("size of a file"), "{error}");
    // The last of the three files, too, and a plain file.
    let mut wordy = state(2);
    wordy.config = "#".repeat(10_000);
    let error = save(&place(), &wordy, &model(2), METADATA, &optimizer(2)).unwrap_err();
    assert_eq!(error.exit_code(), 6);
    let error = atomic::write(&place().join("file"), &[0; 10_000]).unwrap_err();
    assert!(error.to_string().contains("file'"), "{error}");
    // Metrics end with the last line that fitted.
    let path = place().join("metrics.jsonl");
    let mut metrics = Writer::create(&path).unwrap();
    let written = (0..).take_while(|step| metrics.write(&record(*step)).is_ok());
    let written = written.count();
    assert!(written > 10);
    assert!(fs::read(&path).unwrap().ends_with(b"}\n"));
    assert_eq!(read(&path).unwrap().len(), written);
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_checkpoint() {
    let place = tempfile::tempdir().unwrap();
    save_step(place.path(), 0);
    for round in 0..8 {
        let mut command = child("crash::child_saves_for_ever", place.path());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("saved") {
            assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
        }
        thread::sleep(Duration::from_millis(5 * round + round % 3));
        child.kill().unwrap();
        lines.read_to_string(&mut said).unwrap();
        child.wait().unwrap();
        let announced = said.lines().rev().find_map(|line| {
            let step = line.strip_prefix("saved ")?.strip_suffix('.')?;
            step.parse::<u64>().ok()
        });
        let found = load(&find(place.path()).unwrap().path).unwrap();
        assert!(
            found.state.step >= announced.unwrap(),
            "{} {said}",
            found.state.step
        );
        assert_eq!(found.state, state(found.state.step));
    }
}

#[test]
#[ignore = "runs in a child process that is killed"]
fn child_saves_for_ever() {
    let directory = place();
    let mut step = load(&find(&directory).unwrap().path).unwrap().state.step;
    loop {
        step += 1;
        save_step(&directory, step);
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "\nsaved {step}.").unwrap();
        stdout.flush().unwrap();
        drop(stdout);
        prune(&directory, 2).unwrap();
    }
}
