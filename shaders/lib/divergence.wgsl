//!import lib/log1p
//!import lib/softplus

// The f-divergences (Nowozin, Cseke and Tomioka 2016): the critic's output T = g_f(v) of a score v,
// and f*(T), in forms that neither overflow nor cancel. To add one: a constant and a case of
// `duality`. The formulas as the papers have them stand in src/plan/divergence.rs.

const TOTAL_VARIATION = 16u;
const KL = 17u;
const REVERSE_KL = 18u;
const PEARSON = 19u;
const NEYMAN = 20u;
const SQUARED_HELLINGER = 21u;
const JEFFREY = 22u;
const JENSEN_SHANNON = 23u;
const WEIGHTED_JENSEN_SHANNON = 24u;
const GAN = 25u;
const ALPHA = 26u;

// T and f*(T) of one score, each as (value, slope with respect to the score).
struct Duality {
    output: vec2<f32>,
    conjugate: vec2<f32>,
}

// exp(x) with its slope. Beyond FAR, where sums over a batch would soon overflow, it goes on along
// its tangent, so that losses stay finite and slopes stay those of the loss.
const FAR = 60.0;

fn grow(x: f32) -> vec2<f32> {
    let e = exp(min(x, FAR));
    return vec2<f32>(e * (1.0 + max(x - FAR, 0.0)), e);
}

const LOG_2 = 0.6931471805599453;

// s = softplus(-v), which for high scores is too small for its logarithm or for quotients.
struct Tail {
    value: f32,
    log: f32,
    ratio: f32, // sigmoid(-v) / s
}

fn tail(v: f32) -> Tail {
    let s = softplus(-v);
    if (v > 15.0) {
        return Tail(s.x, -v - 0.5 * exp(-v), 1.0 - 0.5 * exp(-v));
    }
    return Tail(s.x, log(s.x), s.y / s.x);
}

// log W(exp(y)), Lambert's function: the root of exp(x) + x = y, by Newton's method.
fn log_lambert(y: f32) -> f32 {
    let above = max(y, 1.0);
    var x = select(-softplus(-y).x, log(above - log(above)), y > 1.0);
    for (var turn = 0; turn < 5; turn += 1) {
        let w = exp(x);
        x -= (w + x - y) / (w + 1.0);
    }
    return x;
}

// f* = w + 1/w + v - 2 with w = W(exp(1 - v)); as log w + w = 1 - v, that is 1/w - 1 - log w.
fn jeffrey(v: f32) -> vec2<f32> {
    let log_w = log_lambert(1.0 - v);
    let inverse = grow(-log_w);
    return vec2<f32>(inverse.x - 1.0 - log_w, (inverse.y + 1.0) / (1.0 + exp(log_w)));
}

// f* = (1 - pi) (log(1 - pi) - log(1 - exp(-a))) with a = softplus(-v) / pi.
fn weighted(v: f32, pi: f32) -> vec2<f32> {
    let s = tail(v);
    let a = s.value / pi;
    let e = exp(-a);
    if (a > 0.7) {
        let slope = (1.0 - pi) / pi * sigmoid(-v) * e / (1.0 - e);
        return vec2<f32>((1.0 - pi) * (log(1.0 - pi) - log1p(-e)), slope);
    }
    // (1 - exp(-a)) / a as a series.
    let end = 1.0 - a / 7.0 * (1.0 - a / 8.0 * (1.0 - a / 9.0));
    let q = 1.0 - a / 2.0 * (1.0 - a / 3.0 * (1.0 - a / 4.0 * (1.0 - a / 5.0 * (1.0 - a / 6.0 * end))));
    let value = log(1.0 - pi) - (s.log - log(pi)) - log(q);
    return vec2<f32>((1.0 - pi) * value, (1.0 - pi) * s.ratio * e / q);
}

// f* = (b^k - 1) / alpha with k = alpha / (alpha - 1) and b = (1 - alpha) softplus(-v).
fn alpha_below_one(v: f32, alpha: f32) -> vec2<f32> {
    let s = tail(v);
    let power = grow(alpha / (alpha - 1.0) * (log(1.0 - alpha) + s.log));
    return vec2<f32>((power.x - 1.0) / alpha, power.y * s.ratio / (1.0 - alpha));
}

// The same with b = 1 + (alpha - 1) v, where it is positive.
fn alpha_above_one(v: f32, alpha: f32) -> vec2<f32> {
    let b = 1.0 + (alpha - 1.0) * v;
    if (b <= 0.0) {
        return vec2<f32>(-1.0 / alpha, 0.0);
    }
    let power = grow(alpha / (alpha - 1.0) * log(b));
    return vec2<f32>((power.x - 1.0) / alpha, power.y / b);
}

fn duality(divergence: u32, parameter: f32, v: f32) -> Duality {
    let score = vec2<f32>(v, 1.0);
    let log_sigmoid = softplus(-v) * vec2<f32>(-1.0, 1.0);
    let low = softplus(v);
    let shrinking = grow(-v) * vec2<f32>(-1.0, 1.0); // -exp(-v)
    switch divergence {
        case TOTAL_VARIATION: {
            let e = exp(-2.0 * abs(v));
            let half_tanh = 0.5 * sign(v) * (1.0 - e) / (1.0 + e);
            let both = vec2<f32>(half_tanh, 2.0 * e / ((1.0 + e) * (1.0 + e)));
            return Duality(both, both);
        }
        case KL: {
            return Duality(score, grow(v - 1.0));
        }
        case REVERSE_KL: {
            return Duality(shrinking, vec2<f32>(v - 1.0, 1.0));
        }
        case PEARSON: {
            let parabola = vec2<f32>(v * (0.25 * v + 1.0), 1.0 + 0.5 * v);
            return Duality(score, select(parabola, vec2<f32>(-1.0, 0.0), v <= -2.0));
        }
        case NEYMAN: {
            let root = grow(-0.5 * v);
            return Duality(vec2<f32>(1.0, 0.0) + shrinking, vec2<f32>(2.0 - 2.0 * root.x, root.y));
        }
        case SQUARED_HELLINGER: {
            return Duality(vec2<f32>(1.0, 0.0) + shrinking, grow(v) - vec2<f32>(1.0, 0.0));
        }
        case JEFFREY: {
            return Duality(score, jeffrey(v));
        }
        case JENSEN_SHANNON: {
            let log_2 = vec2<f32>(LOG_2, 0.0);
            return Duality(log_2 + log_sigmoid, low - log_2);
        }
        case WEIGHTED_JENSEN_SHANNON: {
            let most = vec2<f32>(-parameter * log(parameter), 0.0);
            return Duality(most + log_sigmoid, weighted(v, parameter));
        }
        case GAN: {
            return Duality(log_sigmoid, low);
        }
        case ALPHA: {
            if (parameter > 1.0) {
                return Duality(score, alpha_above_one(v, parameter));
            }
            let most = vec2<f32>(1.0 / (1.0 - parameter), 0.0);
            return Duality(most + log_sigmoid, alpha_below_one(v, parameter));
        }
        default: {
            return Duality();
        }
    }
}
