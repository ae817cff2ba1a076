//! Which adapter is taken, as which variant a call runs, and what is refused.

use gpugan::Error;
use gpugan::gpu::{self, Gpu, GpuOptions, Request, Sources};
use gpugan::plan::{Contents, DType, Executor, Plan, Recorder, Value};

use crate::kernels::{INDEX, PRODUCT, SHADERS};
use crate::{adapter, open, state};

#[test]
fn products_run_as_the_variant_that_is_told() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let info = &adapter.info;
    let lanes = info.software && [info.subgroup_min, info.subgroup_max] == [8, 8];
    let own = if lanes { "lane" } else { "plain" };
    let automatic = if info.software { own } else { "tile" };
    let forced = [None, Some("plain"), Some("lane"), Some("tile")];
    for (force, even) in forced.into_iter().zip([automatic, "plain", own, "tile"]) {
        let mut r = Recorder::new();
        let [a, b] = ["a", "b"].map(|name| state(&mut r, name, DType::U32, &[1]));
        let program = r.program("p");
        for (y, outputs) in [(a, 8u32), (b, 7)] {
            let call = r.call(&PRODUCT).update("y", y);
            call.set("inputs", 4u32).set("outputs", outputs).record();
        }
        let options = GpuOptions {
            force_variant: force.map(str::to_string),
            tuning: None,
            sources: Sources::of(&SHADERS),
        };
        let mut gpu = Gpu::new(r.finish(), &adapter, options).unwrap();
        let odd = if even == "lane" { "plain" } else { even };
        gpu.run(&[program], 1).unwrap();
        let marks = [("plain", 100), ("lane", 200), ("tile", 300)];
        let mark = |variant| marks.iter().find(|mark| mark.0 == variant).unwrap().1;
        for (call, (y, variant, outputs)) in [(a, even, 8), (b, odd, 7)].into_iter().enumerate() {
            assert_eq!(gpu.variant(program, call), variant, "{force:?}");
            let expected = Contents::U32(vec![mark(variant) + outputs]);
            assert_eq!(gpu.read(y).unwrap(), expected, "{force:?}");
        }
    }
}

#[test]
fn what_does_not_fit_the_device_is_refused_in_one_sentence() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    // A terabyte of words.
    let mut r = Recorder::new();
    let y = state(&mut r, "y", DType::U32, &[1 << 38]);
    r.program("p");
    r.call(&INDEX)
        .update("y", y)
        .set("len", Value::U32(1))
        .record();
    let options = GpuOptions {
        sources: Sources::of(&SHADERS),
        ..Default::default()
    };
    let error = Gpu::new(r.finish(), &adapter, options).err().unwrap();
    assert!(matches!(error, Error::Device(_)));
    let text = error.to_string();
    assert!(
        text.contains("1099511627776 bytes") && text.contains("--batch"),
        "{text}"
    );
}

#[test]
fn adapters_are_listed_and_selected() {
    let Some((_guard, adapter)) = adapter() else {
        return;
    };
    let all = gpu::list();
    assert_eq!(all[0], adapter.info);
    assert_eq!(adapter.info.auto, !adapter.info.software);
    let by_index = gpu::select(&Request::Named("0".to_string()))
        .unwrap()
        .unwrap();
    assert_eq!(by_index.info, adapter.info);
    let automatic = gpu::select(&Request::Auto).unwrap();
    assert_eq!(automatic.is_some(), adapter.info.auto);
    let error = gpu::select(&Request::Named("no such thing".to_string())).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains(&adapter.info.name), "{error}");
    let gpu = open(Plan::default(), &adapter);
    assert_eq!(gpu.device().name, adapter.info.name);
}
