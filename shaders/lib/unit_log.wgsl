//!import lib/log1p

// -log(u) of u = (1 + v) / 2, which is uniform on (0, 1) where v is on (-1, 1). Of a v that is a
// multiple of 2^-24, u is exact below 1/2 and 1 - u above: the logarithm keeps its digits at both
// ends. That of 1 - u is minus_log_unit(-v).
fn minus_log_unit(v: f32) -> f32 {
    let low = 0.5 * (1.0 + v);
    let high = 0.5 * (1.0 - v);
    return -select(log1p(-min(high, 0.5)), log(min(low, 0.5)), v < 0.0);
}
