//! What the GPU executor promises, on whatever adapter there is, with kernels of its own: the
//! crate's kernels are held against their mirrors elsewhere. Without an adapter the tests are
//! skipped with a line, unless GPUGAN_REQUIRE_GPU is set.

mod choice;
mod kernels;
mod tune;

use std::sync::{Mutex, MutexGuard, PoisonError};

use gpugan::gpu::{self, Adapter, Gpu, GpuOptions, Request, Sources};
use gpugan::plan::{Contents, DType, Executor, Plan, Recorder, Role};

use kernels::{COUNT, INDEX, SCALE, SHADERS, WIDEN};

/// Software adapters use all cores: one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn adapter() -> Option<(MutexGuard<'static, ()>, Adapter)> {
    let guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    match gpu::select(&Request::Any) {
        Ok(found) => Some((guard, found.expect("any adapter is an adapter"))),
        Err(e) if std::env::var_os("GPUGAN_REQUIRE_GPU").is_some() => panic!("{e}"),
        Err(e) => {
            println!("skipped: {e}");
            None
        }
    }
}

fn open(plan: Plan, adapter: &Adapter) -> Gpu {
    let options = GpuOptions {
        sources: Sources::of(&SHADERS),
        ..Default::default()
    };
    Gpu::new(plan, adapter, options).unwrap()
}

fn state(r: &mut Recorder, name: &str, dtype: DType, shape: &[usize]) -> gpugan::plan::Tensor {
    r.tensor(name, Role::State, dtype, shape)
}

#[test]
fn a_replay_runs_as_often_as_it_says() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let mut r = Recorder::new();
    let counter = state(&mut r, "counter", DType::U32, &[1]);
    let one = r.program("one");
    r.call(&COUNT)
        .update("counter", counter)
        .set("by", 1u32)
        .record();
    let thousand = r.program("thousand");
    r.call(&COUNT)
        .update("counter", counter)
        .set("by", 1000u32)
        .record();
    let mut gpu = open(r.finish(), &adapter);
    assert_eq!(gpu.read(counter).unwrap(), Contents::U32(vec![0]));

    let mut expected = 0;
    while expected < 2000 {
        expected += gpu.run(&[one], 2000 - expected).unwrap();
    }
    assert_eq!(gpu.read(counter).unwrap(), Contents::U32(vec![2000]));

    gpu.write(counter, &Contents::U32(vec![5])).unwrap();
    let runs = gpu.run(&[one, thousand, one], 7).unwrap();
    assert!((1..=7).contains(&runs));
    let expected = 5 + 1002 * runs as u32;
    assert_eq!(gpu.read(counter).unwrap(), Contents::U32(vec![expected]));
    assert_eq!(gpu.variant(thousand, 0), "-");
}

#[test]
fn submissions_grow_where_steps_are_short() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let mut r = Recorder::new();
    let counter = state(&mut r, "counter", DType::U32, &[1]);
    let one = r.program("one");
    r.call(&COUNT)
        .update("counter", counter)
        .set("by", 1u32)
        .record();
    let mut gpu = open(r.finish(), &adapter);
    assert_eq!(gpu.run(&[one], 1_000_000).unwrap(), 1);
    // The first ones may include compilation; a busy machine needs a few more.
    let grown = (0..100).any(|_| gpu.run(&[one], 1_000_000).unwrap() > 10);
    assert!(grown, "a count takes far less than 5 ms");
    gpu.wait().unwrap();
}

#[test]
fn every_type_is_written_and_read_back() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let mut r = Recorder::new();
    let floats = state(&mut r, "floats", DType::F32, &[3, 5]);
    let scaled = state(&mut r, "scaled", DType::F32, &[3, 5]);
    let pixels = r.tensor("pixels", Role::Input, DType::U8, &[7]);
    let wide = state(&mut r, "wide", DType::U32, &[7]);
    let program = r.program("both");
    let call = r.call(&SCALE).read("x", floats).write("y", scaled);
    let call = call.set("len", 15usize).set("factor", -0.5);
    call.extent(15, 1, 1).record();
    let call = r.call(&WIDEN).read("pixels", pixels).update("y", wide);
    call.set("len", 7usize).extent(7, 1, 1).record();
    let call = r.call(&SCALE).read("x", scaled).write("y", floats);
    call.set("len", 0usize).set("factor", 0.0).record();
    let call = r.call(&INDEX).update("y", wide);
    call.set("len", 0usize).record();
    let mut gpu = open(r.finish(), &adapter);

    let values: Vec<f32> = (0..15).map(|i| i as f32 - 3.25).collect();
    let bytes = vec![1, 2, 254, 255, 0, 9, 128];
    gpu.write(floats, &Contents::F32(values.clone())).unwrap();
    gpu.write(pixels, &Contents::U8(bytes.clone())).unwrap();
    assert_eq!(gpu.read(floats).unwrap(), Contents::F32(values.clone()));
    assert_eq!(gpu.read(pixels).unwrap(), Contents::U8(bytes.clone()));
    gpu.run(&[program], 1).unwrap();
    let halves = values.iter().map(|v| -0.5 * v).collect();
    assert_eq!(gpu.read(scaled).unwrap(), Contents::F32(halves));
    let words = bytes.iter().map(|&b| u32::from(b)).collect();
    assert_eq!(gpu.read(wide).unwrap(), Contents::U32(words));
}

#[test]
fn views_are_bound_and_moved_at_their_offsets() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let mut r = Recorder::new();
    let parts = [("a".to_string(), vec![3]), ("b".to_string(), vec![2, 2])];
    let (whole, parts) = r.pack("parts", Role::State, DType::F32, &parts);
    let rows = state(&mut r, "rows", DType::F32, &[4, 64]);
    let bytes = r.tensor("bytes", Role::Input, DType::U8, &[3, 257]);
    let program = r.program("p");
    let upper = r.slice_rows(rows, "upper", 2, 1).unwrap();
    assert!(r.slice_rows(bytes, "odd", 1, 1).is_none());
    let first = r.slice_rows(bytes, "first", 0, 1).unwrap();
    let wide = state(&mut r, "wide", DType::U32, &[257]);
    let call = r.call(&SCALE).read("x", parts[1]).update("y", upper);
    let call = call.set("len", 4usize).set("factor", 10.0);
    call.extent(4, 1, 1).record();
    let call = r.call(&WIDEN).read("pixels", first).write("y", wide);
    call.set("len", 257usize).extent(257, 1, 1).record();
    let call = r.call(&INDEX).update("y", wide);
    call.set("len", 1usize).record();
    let mut gpu = open(r.finish(), &adapter);

    gpu.write(parts[1], &Contents::F32(vec![1.0, 2.0, 3.0, 4.0]))
        .unwrap();
    gpu.write(bytes, &Contents::U8(vec![7; 3 * 257])).unwrap();
    gpu.write(first, &Contents::U8(vec![9; 257])).unwrap();
    gpu.run(&[program], 1).unwrap();
    let Contents::F32(whole) = gpu.read(whole).unwrap() else {
        panic!("floats")
    };
    assert_eq!(whole.len(), 128);
    assert_eq!(whole[..4], [0.0; 4]);
    assert_eq!(whole[64..69], [1.0, 2.0, 3.0, 4.0, 0.0]);
    let Contents::F32(rows) = gpu.read(rows).unwrap() else {
        panic!("floats")
    };
    assert_eq!(rows[127..133], [0.0, 10.0, 20.0, 30.0, 40.0, 0.0]);
    let mut expected = vec![9; 257];
    expected.resize(3 * 257, 7);
    assert_eq!(gpu.read(bytes).unwrap(), Contents::U8(expected));
    let mut expected = vec![9; 257];
    expected[0] += 1;
    assert_eq!(gpu.read(wide).unwrap(), Contents::U32(expected));
}

#[test]
fn more_workgroups_than_a_dimension_takes_are_folded() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    const LEN: usize = 2 * 65_535 + 1_001;
    let mut r = Recorder::new();
    let y = state(&mut r, "y", DType::U32, &[LEN]);
    let program = r.program("p");
    let call = r.call(&INDEX).update("y", y);
    call.set("len", LEN).extent(LEN, 1, 1).record();
    let mut gpu = open(r.finish(), &adapter);
    gpu.run(&[program], 1).unwrap();
    let Contents::U32(found) = gpu.read(y).unwrap() else {
        panic!("words")
    };
    assert!(found.iter().enumerate().all(|(i, &v)| v == i as u32 + 1));
}

#[test]
fn large_tensors_are_moved_in_pieces() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    const LEN: usize = (9 << 20) + 3;
    let mut r = Recorder::new();
    let bytes = r.tensor("bytes", Role::Input, DType::U8, &[LEN]);
    let wide = state(&mut r, "wide", DType::U32, &[1]);
    r.program("p");
    let call = r.call(&WIDEN).read("pixels", bytes).update("y", wide);
    call.set("len", 1usize).record();
    let mut gpu = open(r.finish(), &adapter);
    let values = Contents::U8((0..LEN).map(|i| (i * 7 / 3) as u8).collect());
    gpu.write(bytes, &values).unwrap();
    assert!(gpu.read(bytes).unwrap() == values);
}

#[test]
fn a_profile_times_every_call() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let mut r = Recorder::new();
    let counter = state(&mut r, "counter", DType::U32, &[1]);
    let program = r.program("p");
    for _ in 0..300 {
        r.call(&COUNT)
            .update("counter", counter)
            .set("by", 1u32)
            .record();
    }
    let mut gpu = open(r.finish(), &adapter);
    let seconds = gpu.profile(program, 3).unwrap();
    assert_eq!(seconds.len(), 300);
    assert!(seconds.iter().all(|&s| 0.0 < s && s < 1.0), "{seconds:?}");
    // One run to warm up, and three that count.
    assert_eq!(gpu.read(counter).unwrap(), Contents::U32(vec![1200]));
}
