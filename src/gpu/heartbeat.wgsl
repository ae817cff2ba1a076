// Counts submissions. Some drivers report success for work that they dropped; the count is read
// back beside every tensor and must be what the host counted.
@group(0) @binding(0) var<storage, read_write> beats: array<u32>; // [1]

@compute @workgroup_size(1)
fn main() {
    beats[0] = beats[0] + 1u;
}
