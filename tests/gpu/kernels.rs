//! Small kernels that show what the executor does, and nothing else.

use gpugan::plan::DType;
use gpugan::plan::kernel::{Kernel, Kind, Port};

const fn kernel(
    name: &'static str,
    inputs: &'static [Port],
    outputs: &'static [Port],
    params: &'static [(&'static str, Kind)],
) -> Kernel {
    Kernel {
        name,
        inputs,
        outputs,
        params,
        product: false,
        cells: false,
    }
}

pub static COUNT: Kernel = kernel(
    "test/count",
    &[],
    &[("counter", DType::U32)],
    &[("by", Kind::Int)],
);
pub static SCALE: Kernel = kernel(
    "test/scale",
    &[("x", DType::F32)],
    &[("y", DType::F32)],
    &[("factor", Kind::Float), ("len", Kind::Int)],
);
pub static INDEX: Kernel = kernel(
    "test/index",
    &[],
    &[("y", DType::U32)],
    &[("len", Kind::Int)],
);
pub static WIDEN: Kernel = kernel(
    "test/widen",
    &[("pixels", DType::U8)],
    &[("y", DType::U32)],
    &[("len", Kind::Int)],
);

pub static PRODUCT: Kernel = Kernel {
    product: true,
    cells: false,
    ..kernel(
        "test/product",
        &[],
        &[("y", DType::U32)],
        &[("inputs", Kind::Int), ("outputs", Kind::Int)],
    )
};

pub const SHADERS: [(&str, &str); 9] = [
    (
        "test/product",
        "struct Params { inputs: u32, outputs: u32 }
        @group(0) @binding(0) var<uniform> p: Params;
        @group(0) @binding(1) var<storage, read_write> y: array<u32>;
        fn store(value: u32) { y[0] = value + p.outputs; }",
    ),
    (
        "gemm/plain",
        "@compute @workgroup_size(1) fn main() { store(100u); }",
    ),
    (
        "gemm/lane",
        "@compute @workgroup_size(8)
        fn main(@builtin(subgroup_size) size: u32, @builtin(subgroup_invocation_id) lane: u32) {
            let sum = subgroupAdd(lane);
            if (lane == 0u) { store(200u + sum - 28u + size - 8u); }
        }",
    ),
    (
        "gemm/tile",
        "@compute @workgroup_size(1) fn main() { store(300u); }",
    ),
    (
        "test/count",
        "struct Params { by: u32 }
        @group(0) @binding(0) var<uniform> p: Params;
        @group(0) @binding(1) var<storage, read_write> counter: array<u32>;
        @compute @workgroup_size(1) fn main() { counter[0] += p.by; }",
    ),
    (
        "lib/index",
        "fn linear_index(group: vec3<u32>, local: u32, size: u32) -> u32 {
            return (group.y * 65535u + group.x) * size + local;
        }",
    ),
    (
        "test/scale",
        "//!import lib/index
        struct Params { len: u32, factor: f32 }
        @group(0) @binding(0) var<uniform> p: Params;
        @group(0) @binding(1) var<storage, read> x: array<f32>;
        @group(0) @binding(2) var<storage, read_write> y: array<f32>;
        @compute @workgroup_size(64)
        fn main(@builtin(workgroup_id) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
            let i = linear_index(g, l, 64u);
            if (i < p.len) { y[i] = p.factor * x[i]; }
        }",
    ),
    (
        "test/index",
        "//!import lib/index
        struct Params { len: u32 }
        @group(0) @binding(0) var<uniform> p: Params;
        @group(0) @binding(1) var<storage, read_write> y: array<u32>;
        @compute @workgroup_size(2)
        fn main(@builtin(workgroup_id) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
            let i = linear_index(g, l, 2u);
            if (i < p.len) { y[i] = y[i] + i + 1u; }
        }",
    ),
    (
        "test/widen",
        "struct Params { len: u32 }
        const PER_THREAD_X: u32 = 4u;
        @group(0) @binding(0) var<uniform> p: Params;
        @group(0) @binding(1) var<storage, read> pixels: array<u32>;
        @group(0) @binding(2) var<storage, read_write> y: array<u32>;
        @compute @workgroup_size(8)
        fn main(@builtin(global_invocation_id) g: vec3<u32>) {
            for (var k = 0u; k < 4u; k++) {
                let i = 4u * g.x + k;
                if (i < p.len) { y[i] = (pixels[g.x] >> (8u * k)) & 255u; }
            }
        }",
    ),
];
