// Where a thread of a 1-D kernel stands. The host folds more than 65,535 workgroups, WebGPU's limit
// for one dimension, into rows of 65,535.

fn linear_index(group: vec3<u32>, local: u32, size: u32) -> u32 {
    return (group.y * 65535u + group.x) * size + local;
}
