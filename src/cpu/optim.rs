//! Updates of the parameters: `shaders/optim/`.

use rayon::prelude::*;

use super::args::Args;
use super::real::Real;
use crate::plan::codes::{Counter, Watched};

/// Elements that a thread updates at a time: few enough that they are still in the cache when
/// their gradients are looked at once more.
const CHUNK: usize = 1 << 12;

/// Numbers below 1e-30 become 0. Squares and products of such numbers are denormal, which costs
/// processors a hundred cycles each.
pub(super) fn flush<T: Real>(x: T) -> T {
    if x.abs() < T::of(1e-30) { T::zero() } else { x }
}

/// How many gradients are not finite, and the index of the first.
#[derive(Clone, Copy)]
struct Faults {
    count: u32,
    first: u32,
}

impl Faults {
    const NONE: Faults = Faults {
        count: 0,
        first: Watched::NONE,
    };

    /// Of gradients of which `before` precede the first.
    fn of<T: Real>(gradients: &[T], before: usize) -> Faults {
        let faulty = |g: &T| !g.is_finite();
        // Without a branch, so that it vectorises: almost always this is all there is to do.
        if !gradients.iter().fold(false, |any, g| any | faulty(g)) {
            return Faults::NONE;
        }
        let first = gradients.iter().position(faulty).unwrap_or(0);
        Faults {
            count: gradients.iter().filter(|g| faulty(g)).count() as u32,
            first: (before + first) as u32,
        }
    }

    fn and(self, other: Faults) -> Faults {
        Faults {
            count: self.count + other.count,
            first: self.first.min(other.first),
        }
    }

    fn note(self, guard: &mut [u32], watched: usize) {
        let words = &mut guard[watched * Watched::WORDS..][..Watched::WORDS];
        words[0] = words[0].wrapping_add(self.count);
        if words[1] == Watched::NONE {
            words[2] = words[2].min(self.first);
        }
    }
}

/// rates\[4\] = learning rate, 1 − β₁ᵗ, 1 − β₂ᵗ, momentum, the first and the last of the present
/// turn. The powers are carried on as
/// c ← βc + (1 − β) from c = 0.
pub fn advance<T: Real>(args: &mut Args<'_, T>) {
    let [beta1, rest1, beta2, rest2] =
        ["beta1", "rest1", "beta2", "rest2"].map(|name| T::of(args.float(name)));
    let [lr, slope, decay, floor] =
        ["lr", "slope", "decay", "floor"].map(|name| T::of(args.float(name)));
    let [momentum, rise, ramp, pace] =
        ["momentum", "rise", "ramp", "pace"].map(|name| T::of(args.float(name)));
    let turn = T::of(f64::from(args.words("clock")[Counter::Step as usize]));
    let rates = args.floats_mut("rates");
    let left = (T::one() - slope * turn).max(T::zero());
    rates[0] = (lr * left * (-decay * turn).exp()).max(floor);
    rates[1] = beta1 * rates[1] + rest1;
    rates[2] = beta2 * rates[2] + rest2;
    let risen = ((turn - ramp) * pace).max(T::zero()).min(T::one());
    rates[3] = momentum + rise * risen;
}

/// What is the same for all elements of an update.
struct Adam<T> {
    rest1: T,
    beta2: T,
    rest2: T,
    epsilon: T,
    /// lr / (1 − β₁ᵗ)
    rate: T,
    /// 1 / √(1 − β₂ᵗ)
    scale: T,
}

impl<T: Real> Adam<T> {
    /// Kingma and Ba 2015, algorithm 1, with PyTorch's arithmetic: ε outside the corrected root.
    fn update(&self, parameters: &mut [T], mean: &mut [T], square: &mut [T], gradients: &[T]) {
        let moments = mean.iter_mut().zip(square);
        for ((p, (m, v)), &g) in parameters.iter_mut().zip(moments).zip(gradients) {
            *m = flush(*m + (g - *m) * self.rest1);
            *v = flush(self.beta2 * *v + self.rest2 * g * g);
            *p -= self.rate * *m / (v.sqrt() * self.scale + self.epsilon);
        }
    }
}

/// Adam on a whole network at once.
pub fn adam<T: Real>(args: &mut Args<'_, T>) {
    let (len, watched) = (args.int("len"), args.int("watched"));
    let [rest1, beta2, rest2, epsilon] =
        ["rest1", "beta2", "rest2", "epsilon"].map(|name| T::of(args.float(name)));
    let (gradients, rates) = (args.floats("gradients"), args.floats("rates"));
    let adam = Adam {
        rest1,
        beta2,
        rest2,
        epsilon,
        rate: rates[0] / rates[1],
        scale: T::one() / rates[2].sqrt(),
    };
    let [parameters, mean, square] =
        ["parameters", "mean", "square"].map(|name| &mut args.floats_mut(name)[..len]);
    let moments = mean.par_chunks_mut(CHUNK).zip(square.par_chunks_mut(CHUNK));
    let faults = parameters
        .par_chunks_mut(CHUNK)
        .zip(moments)
        .zip(gradients[..len].par_chunks(CHUNK))
        .enumerate()
        .map(|(chunk, ((parameters, (mean, square)), gradients))| {
            adam.update(parameters, mean, square, gradients);
            Faults::of(gradients, chunk * CHUNK)
        })
        .reduce(|| Faults::NONE, Faults::and);
    faults.note(args.words_mut("guard"), watched);
}

/// Gradient descent with momentum on a whole network at once; PyTorch's form, in which the
/// velocity is a sum of gradients and the learning rate enters after it.
pub fn sgd<T: Real>(args: &mut Args<'_, T>) {
    let (len, watched) = (args.int("len"), args.int("watched"));
    let (gradients, rates) = (args.floats("gradients"), args.floats("rates"));
    let (lr, momentum) = (rates[0], rates[3]);
    let [parameters, velocity] =
        ["parameters", "velocity"].map(|name| &mut args.floats_mut(name)[..len]);
    let faults = parameters
        .par_chunks_mut(CHUNK)
        .zip(velocity.par_chunks_mut(CHUNK))
        .zip(gradients[..len].par_chunks(CHUNK))
        .enumerate()
        .map(|(chunk, ((parameters, velocity), gradients))| {
            for ((p, v), &g) in parameters.iter_mut().zip(velocity).zip(gradients) {
                *v = flush(momentum * *v + g);
                *p -= lr * *v;
            }
            Faults::of(gradients, chunk * CHUNK)
        })
        .reduce(|| Faults::NONE, Faults::and);
    faults.note(args.words_mut("guard"), watched);
}

/// RMSprop on a whole network at once, with PyTorch's arithmetic: ε outside the root.
pub fn rmsprop<T: Real>(args: &mut Args<'_, T>) {
    let (len, watched) = (args.int("len"), args.int("watched"));
    let [decay, rest, epsilon] = ["decay", "rest", "epsilon"].map(|name| T::of(args.float(name)));
    let (gradients, rates) = (args.floats("gradients"), args.floats("rates"));
    let lr = rates[0];
    let [parameters, square] =
        ["parameters", "square"].map(|name| &mut args.floats_mut(name)[..len]);
    let faults = parameters
        .par_chunks_mut(CHUNK)
        .zip(square.par_chunks_mut(CHUNK))
        .zip(gradients[..len].par_chunks(CHUNK))
        .enumerate()
        .map(|(chunk, ((parameters, square), gradients))| {
            for ((p, v), &g) in parameters.iter_mut().zip(square).zip(gradients) {
                *v = flush(decay * *v + rest * g * g);
                *p -= lr * g / (v.sqrt() + epsilon);
            }
            Faults::of(gradients, chunk * CHUNK)
        })
        .reduce(|| Faults::NONE, Faults::and);
    faults.note(args.words_mut("guard"), watched);
}

/// parameters\[L\] = −radius · gradients / |gradients|, 0 where the gradient is
pub fn best<T: Real>(args: &mut Args<'_, T>) {
    let (len, radius) = (args.int("len"), T::of(args.float("radius")));
    let gradients = &args.floats("gradients")[..len];
    // Moments of a high degree have squares beyond f32.
    let least = T::of(1e-30);
    let scale = gradients.iter().fold(least, |most, g| most.max(g.abs()));
    let square = |g: &T| (*g / scale).widen().powi(2);
    let length = T::of(gradients.iter().map(square).sum::<f64>().sqrt()).max(least);
    let parameters = args.floats_mut("parameters").iter_mut().zip(gradients);
    parameters.for_each(|(p, g)| *p = -radius * (*g / scale / length));
    let watched = args.int("watched");
    Faults::of(gradients, 0).note(args.words_mut("guard"), watched);
}

/// Clips every parameter to \[−limit, limit\]; what is not a number stays so.
pub fn clip<T: Real>(args: &mut Args<'_, T>) {
    let (len, limit) = (args.int("len"), T::of(args.float("limit")));
    let parameters = &mut args.floats_mut("parameters")[..len];
    parameters.par_chunks_mut(CHUNK).for_each(|parameters| {
        for p in parameters {
            *p = match *p {
                high if high > limit => limit,
                low if low < -limit => -limit,
                inside => inside,
            };
        }
    });
}

/// average\[L\] = decay · average\[L\] + (1 − decay) · source\[L\], unchanged where both are equal.
pub fn average<T: Real>(args: &mut Args<'_, T>) {
    let (len, rest) = (args.int("len"), T::of(args.float("rest")));
    let source = args.floats("source");
    let average = &mut args.floats_mut("average")[..len];
    average
        .par_chunks_mut(CHUNK)
        .zip(source[..len].par_chunks(CHUNK))
        .for_each(|(average, source)| {
            let pairs = average.iter_mut().zip(source);
            pairs.for_each(|(average, &source)| *average += (source - *average) * rest);
        });
}
