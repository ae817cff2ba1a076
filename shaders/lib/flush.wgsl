// Numbers below 1e-30 become 0. Squares and products of such numbers are denormal, which costs
// processors (and llvmpipe, whose compute workers do not flush them) a hundred cycles each.

const TINY: f32 = 1e-30;

fn flush(x: f32) -> f32 {
    return select(x, 0.0, abs(x) < TINY);
}

fn flush4(x: vec4<f32>) -> vec4<f32> {
    return select(x, vec4<f32>(), abs(x) < vec4<f32>(TINY));
}
