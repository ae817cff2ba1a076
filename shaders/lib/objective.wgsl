//!import lib/divergence
//!import lib/softplus

// What the two networks play for. To add an objective: a constant and a case of `terms`.

const NON_SATURATING = 0u;
const MINIMAX = 1u;
const WGAN = 2u;
const LEAST_SQUARES = 3u;
const HINGE = 4u;
const RELATIVISTIC = 5u;
const RELATIVISTIC_AVERAGE = 6u;

// The losses of one score and their slopes with respect to it, each as (value, slope).
struct Terms {
    critic_real: vec2<f32>,
    critic_fake: vec2<f32>,
    generator_fake: vec2<f32>,
}

// Half the square, with its slope.
fn half_square(x: f32) -> vec2<f32> {
    return vec2<f32>(0.5 * x * x, x);
}

// max(0, 1 + x), with its slope.
fn ramp(x: f32) -> vec2<f32> {
    return select(vec2<f32>(), vec2<f32>(1.0 + x, 1.0), x > -1.0);
}

// `parameter` is that of the divergence, if it has one. `minimax` makes the generator of f-GAN
// minimise the estimate of the divergence in place of the critic's output.
fn terms(objective: u32, parameter: f32, minimax: u32, score: f32) -> Terms {
    let high = softplus(-score) * vec2<f32>(1.0, -1.0); // what a high score makes small
    let low = softplus(score);
    let linear = vec2<f32>(score, 1.0);
    switch objective {
        case NON_SATURATING, RELATIVISTIC, RELATIVISTIC_AVERAGE: {
            return Terms(high, low, high);
        }
        case MINIMAX: {
            return Terms(high, low, -low);
        }
        case WGAN: {
            return Terms(-linear, linear, -linear);
        }
        case LEAST_SQUARES: {
            let to_one = half_square(score - 1.0);
            return Terms(to_one, half_square(score), to_one);
        }
        case HINGE: {
            return Terms(ramp(-score) * vec2<f32>(1.0, -1.0), ramp(score), -linear);
        }
        default: {
            let dual = duality(objective, parameter, score);
            let generator = select(dual.output, dual.conjugate, minimax > 0u);
            return Terms(-dual.output, dual.conjugate, -generator);
        }
    }
}

// The loss of a real sample towards 1 - smoothing instead of 1, of the objectives with labels:
// cross entropy and squares differ from the hard target's by a linear function.
fn smoothed(objective: u32, smoothing: f32, hard: vec2<f32>, score: f32) -> vec2<f32> {
    let offset = select(0.0, 1.0 - 0.5 * smoothing, objective == LEAST_SQUARES);
    return hard + smoothing * vec2<f32>(score - offset, 1.0);
}
