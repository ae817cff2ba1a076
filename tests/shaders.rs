//! Every shader against the catalogue and WebGPU's default limits, and through the translators of
//! all back ends. Needs no GPU.

use gpugan::gpu::{Shader, shaders};
use gpugan::plan::codes::{Activation, Counter, Curve, Metric, Norm, Objective, Tally, Watched};
use gpugan::plan::kernel;
use gpugan::threefry::{DRAWN, PAIRS};
use naga::back::{hlsl, msl, spv};
use naga::proc::Layouter;
use naga::{AddressSpace, ShaderStage};

fn place(shader: &Shader) -> String {
    format!("{} {}", shader.name, shader.variant_name())
}

#[test]
fn every_kernel_has_a_shader_that_fits_the_catalogue() {
    let shaders = shaders();
    for kernel in kernel::ALL {
        let variants: Vec<_> = shaders.iter().filter(|s| s.name == kernel.name).collect();
        match (kernel.product, kernel.cells) {
            (true, _) => assert!(variants.len() >= 3, "{}", kernel.name),
            (_, true) => assert_eq!(variants.len(), 2, "{}", kernel.name),
            _ => assert_eq!(variants.len(), 1, "{}", kernel.name),
        }
        for shader in variants {
            assert_eq!(shader.fits(kernel), Ok(()), "{}", place(shader));
        }
    }
}

/// Bytes of workgroup memory.
fn workgroup_memory(shader: &Shader) -> u32 {
    let module = &shader.module;
    let mut layouter = Layouter::default();
    layouter.update(module.to_ctx()).expect("validated");
    let variables = module.global_variables.iter().map(|(_, variable)| variable);
    let workgroup = variables.filter(|v| v.space == AddressSpace::WorkGroup);
    workgroup.map(|v| layouter[v.ty].to_stride()).sum()
}

#[test]
fn every_shader_stays_within_the_limits_that_all_devices_have() {
    let mut most = 0;
    for shader in shaders() {
        let place = place(&shader);
        assert!(shader.bindings.len() <= 8, "{place}");
        assert!(
            shader.workgroup_size.iter().product::<u32>() <= 256,
            "{place}"
        );
        assert!(workgroup_memory(&shader) <= 16 << 10, "{place}");
        most = most.max(workgroup_memory(&shader));
        let globals = shader.module.global_variables.iter();
        let mut places: Vec<_> = globals.filter_map(|(_, v)| v.binding).collect();
        let count = places.len();
        places.sort_by_key(|place: &naga::ResourceBinding| (place.group, place.binding));
        places.dedup();
        assert_eq!(places.len(), count, "{place}: two tensors in one place");
    }
    assert!(most > 0, "no kernel was seen to use workgroup memory");
}

#[test]
fn the_numbers_of_the_plan_are_the_numbers_of_the_shaders() {
    let own = [
        ("METRIC_COUNT", Metric::COUNT as u32),
        ("TALLY_COUNT", Tally::COUNT as u32),
        ("GUARD_NONE", Watched::NONE),
        ("DRAWN", DRAWN as u32),
        ("PAIRS", PAIRS),
    ];
    let codes = [
        &Activation::CODES[..],
        &Counter::CODES,
        &Curve::CODES,
        &Metric::CODES,
        &Watched::CODES,
        &Norm::CODES,
        &Tally::CODES,
        &own,
    ];
    let constant = |objective: Objective| {
        let name = objective.name().replace("f-gan:", "").replace('-', "_");
        (name.to_uppercase(), objective.code())
    };
    let owned = |(name, value): &(&str, u32)| (name.to_string(), *value);
    let codes = codes.into_iter().flatten().map(owned);
    let shaders = shaders();
    for (name, value) in codes.chain(Objective::all().map(constant)) {
        let holders = shaders.iter().filter(|s| s.constants.contains_key(&name));
        let values: Vec<u32> = holders.map(|s| s.constants[&name]).collect();
        assert!(!values.is_empty(), "no shader knows {name}");
        assert!(
            values.iter().all(|found| *found == value),
            "{name}: {value}, {values:?}"
        );
    }
}

#[test]
fn the_catalogue_and_the_folder_hold_the_same_kernels() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let mut found = Vec::new();
    for noun in std::fs::read_dir(&root).unwrap() {
        let noun = noun.unwrap().path();
        for verb in std::fs::read_dir(&noun).unwrap() {
            let path = verb.unwrap().path().with_extension("");
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            found.push(name.replace('\\', "/"));
        }
    }
    let pieces = ["lib/", "gemm/", "cell/"];
    found.retain(|name| !pieces.iter().any(|piece| name.starts_with(piece)));
    found.sort();
    let mut wanted: Vec<_> = kernel::ALL.iter().map(|kernel| kernel.name).collect();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

fn spirv(shader: &Shader) -> Vec<u32> {
    let options = spv::Options {
        lang_version: (1, 3),
        ..Default::default()
    };
    let entry = spv::PipelineOptions {
        shader_stage: ShaderStage::Compute,
        entry_point: "main".to_string(),
    };
    spv::write_vec(&shader.module, &shader.info, &options, Some(&entry))
        .unwrap_or_else(|fault| panic!("{}: {fault}", place(shader)))
}

fn metal(shader: &Shader) -> String {
    let options = msl::Options {
        lang_version: (2, 4),
        ..Default::default()
    };
    let text = msl::write_string(&shader.module, &shader.info, &options, &Default::default());
    text.unwrap_or_else(|fault| panic!("{}: {fault}", place(shader)))
        .0
}

fn direct_x(shader: &Shader) -> String {
    let options = hlsl::Options {
        shader_model: hlsl::ShaderModel::V6_0,
        ..Default::default()
    };
    let (mut text, pipeline) = (String::new(), hlsl::PipelineOptions::default());
    hlsl::Writer::new(&mut text, &options, &pipeline)
        .write(&shader.module, &shader.info, None)
        .unwrap_or_else(|fault| panic!("{}: {fault}", place(shader)));
    text
}

#[test]
fn every_back_end_translates_every_shader() {
    const MAGIC: u32 = 0x0723_0203;
    for shader in shaders() {
        assert_eq!(spirv(&shader)[0], MAGIC, "{}", place(&shader));
        assert!(metal(&shader).contains("kernel void"), "{}", place(&shader));
        assert!(
            direct_x(&shader).contains("numthreads"),
            "{}",
            place(&shader)
        );
    }
}
