//!import lib/lane
// The product for software adapters, on cells of four: see lib/lane.wgsl. The extents that cells lie
// along are multiples of four.

alias Image = vec4<f32>;
const IMAGE_WIDTH: u32 = 4u;
