//! What happens when a device fails, and what only some devices do: not to be seen from outside.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::profile::by_clock;
use super::{Gpu, GpuOptions, Request, Sources, select};
use crate::plan::kernel::{Kernel, Kind};
use crate::plan::{Contents, DType, Executor, ProgramId, Recorder, Role, Tensor};

static COUNT: Kernel = Kernel {
    name: "test/count",
    inputs: &[],
    outputs: &[("counter", DType::U32)],
    params: &[("by", Kind::Int)],
    product: false,
    cells: false,
};

const COUNT_TEXT: &str = "
    struct Params { by: u32 }
    @group(0) @binding(0) var<uniform> p: Params;
    @group(0) @binding(1) var<storage, read_write> counter: array<u32>;
    @compute @workgroup_size(1) fn main() { counter[0] += p.by; }";

/// Software adapters use all cores: one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A program that counts, on the best adapter; `None` where there is none and none is demanded.
fn counting() -> Option<(MutexGuard<'static, ()>, Gpu, ProgramId, Tensor)> {
    let guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let adapter = match select(&Request::Any) {
        Ok(adapter) => adapter?,
        Err(e) if std::env::var_os("GPUGAN_REQUIRE_GPU").is_some() => panic!("{e}"),
        Err(e) => {
            println!("skipped: {e}");
            return None;
        }
    };
    let mut r = Recorder::new();
    let counter = r.tensor("counter", Role::State, DType::U32, &[1]);
    let program = r.program("count");
    for by in [1u32, 2] {
        let call = r.call(&COUNT).update("counter", counter);
        call.set("by", by).record();
    }
    let sources = Sources::of(&[("test/count", COUNT_TEXT)]);
    let options = GpuOptions {
        sources,
        ..Default::default()
    };
    let gpu = Gpu::new(r.finish(), &adapter, options).unwrap();
    Some((guard, gpu, program, counter))
}

#[test]
fn a_lost_device_is_one_sentence() {
    let Some((_guard, mut gpu, program, counter)) = counting() else {
        return;
    };
    gpu.run(&[program], 1).unwrap();
    gpu.device.raw.destroy();
    let errors = [
        gpu.run(&[program], 1).and_then(|_| gpu.wait()).unwrap_err(),
        gpu.read(counter).unwrap_err(),
        gpu.write(counter, &Contents::U32(vec![1])).unwrap_err(),
        gpu.profile(program, 1).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.exit_code(), 7);
        let text = error.to_string();
        assert!(!text.contains('\n') && text.contains(':'), "{text}");
    }
}

#[test]
fn dropped_work_is_noticed() {
    let Some((_guard, mut gpu, program, counter)) = counting() else {
        return;
    };
    gpu.run(&[program], 1).unwrap();
    assert_eq!(gpu.read(counter).unwrap(), Contents::U32(vec![3]));
    let mut forgotten = gpu.encoder();
    gpu.heartbeat.beat(&mut forgotten);
    drop(forgotten);
    let error = gpu.read(counter).unwrap_err();
    assert!(error.to_string().contains("dropped work"), "{error}");
    assert!(gpu.run(&[program], 1).is_err(), "a faulty device stays so");
}

#[test]
fn calls_are_timed_by_the_clock_where_there_are_no_timestamps() {
    let Some((_guard, mut gpu, program, _)) = counting() else {
        return;
    };
    let seconds = by_clock(&mut gpu, program, 3).unwrap();
    assert_eq!(seconds.len(), 2);
    assert!(seconds.iter().all(|&s| 0.0 < s && s < 1.0), "{seconds:?}");
}
