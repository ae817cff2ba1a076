//!import lib/tile
// The product for GPUs in blocks of 64 by 64, 256 threads each, for products large enough to fill
// them: half the loads of `tile` per sum. See lib/tile.wgsl.

const SIDE: u32 = 16u;
