//! Ctrl-C and SIGTERM.

use super::resume::assert_alike;
use super::*;

fn send(running: &Running, signal: i32) {
    // SAFETY: the child was not waited for, so its number is still its own.
    let sent = unsafe { libc::kill(running.0.id() as i32, signal) };
    assert_eq!(sent, 0);
}

#[test]
fn a_signal_saves_and_the_run_goes_on_as_if_nothing_had_happened() {
    for (signal, code, name) in [
        (libc::SIGINT, 130, "SIGINT"),
        (libc::SIGTERM, 143, "SIGTERM"),
    ] {
        let place = Place::new();
        // Without intervals that would save it by chance.
        let more = ["--out", "stopped", "--checkpoint-every", "1000000000"];
        let child = place.start_endless(&more);
        wait_for(|| {
            place
                .path("stopped/samples/step-00000030.png")
                .exists()
                .then_some(())
        });
        send(&child, signal);
        child
            .end()
            .fails(code, &[name, "gpugan train --resume stopped"]);
        let saved = place.wait_for_step("stopped", 30);
        let steps = (saved + 103).to_string();
        place
            .run(["train", "--resume", "stopped", "--steps", &steps])
            .succeeds();
        let more = [
            "--steps",
            &steps,
            "--out",
            "straight",
            "--checkpoint-every",
            "1000000000",
        ];
        place.train(&more).succeeds();
        assert_alike(&place, "straight", "stopped", saved + 103);
        let log = place.text("stopped/log.txt");
        assert!(
            log.contains(&format!("error: {name} at step {saved}")),
            "{log}"
        );
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let place = Place::new();
    place.write_images(4096);
    // One turn of this takes minutes.
    let sizes = [
        "--generator-hidden",
        "1024,1024",
        "--critic-hidden",
        "1024,1024",
    ];
    let turns = ["--batch", "4096", "--critic-steps", "100", "--out", "slow"];
    let mut child = place.start_endless(&[&sizes[..], &turns].concat());
    place.wait_for_step("slow", 0);
    std::thread::sleep(Duration::from_millis(200));
    send(&child, libc::SIGINT);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(
        child.0.try_wait().unwrap(),
        None,
        "the first signal waits for the turn"
    );
    let began = Instant::now();
    send(&child, libc::SIGINT);
    let outcome = child.end();
    assert_eq!(outcome.code, Some(130), "{outcome:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(place.wait_for_step("slow", 0), 0);
    place
        .run(["sample", "slow", "--device", "cpu", "--out", "x.png"])
        .succeeds();
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_while_the_data_is_loaded_leaves_nothing() {
    let place = Place::new();
    // The embedded data set takes a while to unpack.
    let child = Running::start(place.command(["train", "--device", "cpu", "--out", "run"]));
    let status = format!("/proc/{}/status", child.0.id());
    // The mask of the signals that are caught, which SIGTERM, number 15, is the last to enter.
    let listens = || {
        let text = fs::read_to_string(&status).unwrap();
        let mask = text
            .lines()
            .find_map(|line| line.strip_prefix("SigCgt:"))
            .unwrap();
        let mask = u64::from_str_radix(mask.trim(), 16).unwrap();
        (mask & 1 << 14 != 0).then_some(())
    };
    wait_for(listens);
    send(&child, libc::SIGINT);
    child
        .end()
        .fails(130, &["SIGINT before the training began"]);
    assert!(!place.path("run").exists());
}
