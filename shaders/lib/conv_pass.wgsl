// What every pass of a convolution is told, one way or the other: N rows, the extents of
// lib/conv.wgsl, and the activation at its end.

struct Params {
    rows: u32,
    height: u32,
    width: u32,
    inputs: u32,
    small_height: u32,
    small_width: u32,
    outputs: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    activation: u32,
    leak: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
