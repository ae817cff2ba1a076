//!import lib/log1p

// No overflow on either side, and no cancellation: exp only sees negative numbers.
fn sigmoid(x: f32) -> f32 {
    let e = exp(-abs(x));
    return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

// (log(1 + exp(x)), its slope)
fn softplus(x: f32) -> vec2<f32> {
    return vec2<f32>(max(x, 0.0) + log1p(exp(-abs(x))), sigmoid(x));
}
