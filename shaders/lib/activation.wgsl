// The activations and their slopes, on one number or on four: `Out` is the driver's cell type, and
// `Bits` the words of one.

const IDENTITY: u32 = 0u;
const RELU: u32 = 1u;
const LEAKY_RELU: u32 = 2u;
const TANH: u32 = 3u;
const SIGMOID: u32 = 4u;

// y = φ(x), but NaN where x is: max and clamp lose it on some devices, and with it the only sign that
// a weight went astray. On bits, because compilers may assume that floats are numbers.
fn keep_nan(x: Out, y: Out) -> Out {
    return select(y, x, (bitcast<Bits>(x) & Bits(0x7fffffffu)) > Bits(0x7f800000u));
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
        default: {
            return Out(1.0);
        }
    }
}
