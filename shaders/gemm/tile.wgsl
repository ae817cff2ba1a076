//!import lib/tile
// The product for GPUs in blocks of 32 by 32, 64 threads each: see lib/tile.wgsl.

const SIDE: u32 = 8u;
