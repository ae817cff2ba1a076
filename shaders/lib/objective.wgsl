//!import lib/log1p

// What the two networks play for. To add an objective: a constant and a case of `terms`.

const NON_SATURATING = 0u;
const MINIMAX = 1u;

// The losses of one score and their slopes with respect to it, each as (value, slope).
struct Terms {
    critic_real: vec2<f32>,
    critic_fake: vec2<f32>,
    generator_fake: vec2<f32>,
}

// No overflow on either side, and no cancellation: exp only sees negative numbers.
fn sigmoid(x: f32) -> f32 {
    let e = exp(-abs(x));
    return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

// (log(1 + exp(x)), its slope)
fn softplus(x: f32) -> vec2<f32> {
    return vec2<f32>(max(x, 0.0) + log1p(exp(-abs(x))), sigmoid(x));
}

fn terms(objective: u32, score: f32) -> Terms {
    let high = softplus(-score) * vec2<f32>(1.0, -1.0); // what a high score makes small
    let low = softplus(score);
    switch objective {
        // Goodfellow et al. 2014, section 3: the generator maximises log D(G(z)).
        case NON_SATURATING: {
            return Terms(high, low, high);
        }
        // Goodfellow et al. 2014, equation 1: the generator minimises log(1 - D(G(z))).
        case MINIMAX: {
            return Terms(high, low, -low);
        }
        default: {
            return Terms();
        }
    }
}
