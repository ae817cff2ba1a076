// The activations and their slopes, on one number or on four: `Out` is the driver's cell type, and
// `Bits` the words of one.

const IDENTITY: u32 = 0u;
const RELU: u32 = 1u;
const LEAKY_RELU: u32 = 2u;
const TANH: u32 = 3u;
const SIGMOID: u32 = 4u;
const SOFTPLUS: u32 = 5u;
const SMOOTH_ELU: u32 = 6u;
const ELU: u32 = 7u;

// y = φ(x), but NaN where x is: max and clamp lose it on some devices, and with it the only sign that
// a weight went astray. On bits, because compilers may assume that floats are numbers.
fn keep_nan(x: Out, y: Out) -> Out {
    return select(y, x, (bitcast<Bits>(x) & Bits(0x7fffffffu)) > Bits(0x7f800000u));
}

// log(1 + exp(x)): the series of lib/log1p for the part of it that vanishes on both sides, on cells.
fn log_one_plus_exp(x: Out) -> Out {
    let e = exp(-abs(x));
    let s = e / (2.0 + e);
    let q = s * s;
    let tail = 1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q / 15.0));
    let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * tail)));
    return keep_nan(x, max(x, Out(0.0)) + 2.0 * s * series);
}

// exp(x) - 1 for x up to 0, where that would cancel.
fn minus_one_plus_exp(x: Out) -> Out {
    let series = x * (1.0 + x * (1.0 / 2.0 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x / 120.0))));
    return select(exp(x) - 1.0, series, x > Out(-0.1));
}

// φ(x). tanh is clamped: some drivers overflow beyond |x| = 44, and 15 is already 1 in f32.
fn activate(activation: u32, leak: f32, x: Out) -> Out {
    switch activation {
        case RELU: {
            return keep_nan(x, max(x, Out(0.0)));
        }
        case LEAKY_RELU: {
            return select(leak * x, x, x > Out(0.0));
        }
        case TANH: {
            return keep_nan(x, tanh(clamp(x, Out(-15.0), Out(15.0))));
        }
        case SIGMOID: {
            return keep_nan(x, 0.5 + 0.5 * tanh(clamp(0.5 * x, Out(-15.0), Out(15.0))));
        }
        case SOFTPLUS: {
            return log_one_plus_exp(x);
        }
        case SMOOTH_ELU: {
            return 0.5 * log_one_plus_exp(2.0 * x + 2.0) - 1.0;
        }
        case ELU: {
            return keep_nan(x, max(x, Out(0.0)) + minus_one_plus_exp(min(x, Out(0.0))));
        }
        default: {
            return x;
        }
    }
}

// The slope below 0 of an activation that is made of two straight lines, and what it gives of x.
// With a slope of 0, -inf gives NaN, which tells as well that something went astray.
fn negative_slope(activation: u32, leak: f32) -> f32 {
    return select(select(0.0, leak, activation == LEAKY_RELU), 1.0, activation == IDENTITY);
}

fn bent(leak: f32, x: Out) -> Out {
    return select(leak * x, x, x > Out(0.0));
}

// φ' where φ gave y.
fn slope(activation: u32, leak: f32, y: Out) -> Out {
    switch activation {
        case RELU: {
            return select(Out(0.0), Out(1.0), y > Out(0.0));
        }
        case LEAKY_RELU: {
            return select(Out(leak), Out(1.0), y > Out(0.0));
        }
        case TANH: {
            return 1.0 - y * y;
        }
        case SIGMOID: {
            return y * (1.0 - y);
        }
        case SOFTPLUS: {
            return -minus_one_plus_exp(-y);
        }
        case SMOOTH_ELU: {
            return -minus_one_plus_exp(-2.0 * y - 2.0);
        }
        case ELU: {
            return select(y + 1.0, Out(1.0), y > Out(0.0));
        }
        default: {
            return Out(1.0);
        }
    }
}

// φ''/φ' where φ gave y, which is finite however flat φ is; 0 of straight lines.
fn curve(activation: u32, y: Out) -> Out {
    switch activation {
        case TANH: {
            return -2.0 * y;
        }
        case SIGMOID: {
            return 1.0 - 2.0 * y;
        }
        case SOFTPLUS: {
            return exp(-y);
        }
        case SMOOTH_ELU: {
            return 2.0 * exp(-2.0 * y - 2.0);
        }
        case ELU: {
            return select(Out(1.0), Out(0.0), y > Out(0.0));
        }
        default: {
            return Out(0.0);
        }
    }
}
