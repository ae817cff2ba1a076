//! The integers by which a plan tells a kernel which function to apply, and where the counters
//! lie in the clock. Shaders hold the same names as constants; a test compares them.

pub use super::objective::{GeneratorLoss, Objective};

/// A function applied to every element at the end of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    Identity,
    Relu,
    /// x where x > 0, else the slope times x.
    LeakyRelu(f64),
    Tanh,
    Sigmoid,
    /// log(1 + eˣ)
    Softplus,
    /// softplus(2x + 2)/2 − 1: ELU with a slope that is smooth (Gulrajani et al. 2017, appendix).
    SmoothElu,
    /// x where x > 0, else eˣ − 1 (Clevert et al. 2016).
    Elu,
}

impl Activation {
    /// (name of the constant in `shaders/lib/activation.wgsl`, its value)
    pub const CODES: [(&'static str, u32); 8] = [
        ("IDENTITY", 0),
        ("RELU", 1),
        ("LEAKY_RELU", 2),
        ("TANH", 3),
        ("SIGMOID", 4),
        ("SOFTPLUS", 5),
        ("SMOOTH_ELU", 6),
        ("ELU", 7),
    ];

    /// The number that stands for it in a call.
    pub fn code(self) -> u32 {
        match self {
            Activation::Identity => 0,
            Activation::Relu => 1,
            Activation::LeakyRelu(_) => 2,
            Activation::Tanh => 3,
            Activation::Sigmoid => 4,
            Activation::Softplus => 5,
            Activation::SmoothElu => 6,
            Activation::Elu => 7,
        }
    }

    /// Whether its slope changes other than by jumps.
    pub fn is_curved(self) -> bool {
        match self {
            Activation::Identity | Activation::Relu | Activation::LeakyRelu(_) => false,
            Activation::Tanh
            | Activation::Sigmoid
            | Activation::Softplus
            | Activation::SmoothElu
            | Activation::Elu => true,
        }
    }

    /// Slope of the negative side.
    pub fn leak(self) -> f64 {
        match self {
            Activation::LeakyRelu(leak) => leak,
            _ => 0.0,
        }
    }

    /// The inverse of `code` and `leak`.
    pub fn from_code(code: u32, leak: f64) -> Activation {
        match code {
            0 => Activation::Identity,
            1 => Activation::Relu,
            2 => Activation::LeakyRelu(leak),
            3 => Activation::Tanh,
            4 => Activation::Sigmoid,
            5 => Activation::Softplus,
            6 => Activation::SmoothElu,
            7 => Activation::Elu,
            _ => panic!("no activation has the code {code}"),
        }
    }
}

/// The words of the clock tensor: everything that counts, on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Counter {
    /// Iterations finished: the schedule's generator updates.
    Step = 0,
    /// Passes through the data that are finished.
    Epoch = 1,
    /// Images of the present pass that were used.
    Position = 2,
    /// Draws of the latent stream.
    Latent = 3,
    /// Draws of the sample stream; stays 0, so that a grid shows the same latents all run long.
    Sample = 4,
    /// Draws of the mix stream.
    Mix = 5,
    /// Draws of the dropout stream.
    Dropout = 6,
    /// Draws of the noise stream.
    Noise = 7,
}

impl Counter {
    /// Words of the clock.
    pub const COUNT: usize = 8;

    /// (name of the constant in `shaders/lib/clock.wgsl`, its value)
    pub const CODES: [(&'static str, u32); 8] = [
        ("CLOCK_STEP", 0),
        ("CLOCK_EPOCH", 1),
        ("CLOCK_POSITION", 2),
        ("CLOCK_LATENT", 3),
        ("CLOCK_SAMPLE", 4),
        ("CLOCK_MIX", 5),
        ("CLOCK_DROPOUT", 6),
        ("CLOCK_NOISE", 7),
    ];
}

/// The columns of the metrics ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Metric {
    LossCritic = 0,
    LossGenerator = 1,
    /// Mean σ(score) of real samples.
    PReal = 2,
    /// Mean σ(score) of generated samples.
    PFake = 3,
    /// Share of both halves that the critic tells right, by the threshold of the objective.
    Accuracy = 4,
    /// Mean score of real samples.
    ScoreReal = 5,
    /// Mean score of generated samples.
    ScoreFake = 6,
    /// What the critic pays for its slope.
    Penalty = 7,
    /// Mean norm of the gradients that the penalty is about.
    GradientNorm = 8,
}

impl Metric {
    /// Columns of the ring.
    pub const COUNT: usize = 9;

    /// (name of the constant in `shaders/lib/clock.wgsl`, its value)
    pub const CODES: [(&'static str, u32); 9] = [
        ("METRIC_LOSS_CRITIC", 0),
        ("METRIC_LOSS_GENERATOR", 1),
        ("METRIC_P_REAL", 2),
        ("METRIC_P_FAKE", 3),
        ("METRIC_ACCURACY", 4),
        ("METRIC_SCORE_REAL", 5),
        ("METRIC_SCORE_FAKE", 6),
        ("METRIC_PENALTY", 7),
        ("METRIC_GRADIENT_NORM", 8),
    ];
}

/// The columns of the ring that `objective/softmax` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Tally {
    /// Mean cross-entropy of the batch, in nats.
    Loss = 0,
    /// Rows of the batch that were told right.
    Right = 1,
}

impl Tally {
    /// Columns of the ring.
    pub const COUNT: usize = 2;

    /// (name of the constant in `shaders/objective/softmax.wgsl`, its value)
    pub const CODES: [(&'static str, u32); 2] = [("TALLY_LOSS", 0), ("TALLY_RIGHT", 1)];
}

/// What a penalty wants the norm n of a gradient to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Norm {
    /// 1: it costs weight·(n − 1)².
    One = 0,
    /// 1 at most: the same where n is above 1.
    AtMostOne = 1,
    /// 0: it costs weight/2·n².
    Zero = 2,
}

impl Norm {
    /// (name of the constant in `shaders/penalty/norms.wgsl`, its value)
    pub const CODES: [(&'static str, u32); 3] =
        [("NORM_ONE", 0), ("NORM_AT_MOST_ONE", 1), ("NORM_ZERO", 2)];

    /// The inverse of `as u32`.
    pub fn from_code(code: u32) -> Norm {
        match code {
            0 => Norm::One,
            1 => Norm::AtMostOne,
            2 => Norm::Zero,
            _ => panic!("no norm has the code {code}"),
        }
    }
}

/// What the guard watches for values that are not finite, in the order in which a turn makes them:
/// of two that were seen in the same turn, the first spoiled the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Watched {
    CriticLoss = 0,
    CriticGradients = 1,
    GeneratorLoss = 2,
    GeneratorGradients = 3,
}

impl Watched {
    /// In the order of the guard's words.
    pub const ALL: [Watched; 4] = [
        Watched::CriticLoss,
        Watched::CriticGradients,
        Watched::GeneratorLoss,
        Watched::GeneratorGradients,
    ];

    /// Words of the guard per watched thing: how many values were not finite, the step of the
    /// first, and the smallest index of it at that step (`NONE` while all was well).
    pub const WORDS: usize = 3;
    /// What a step or an index is while nothing was seen.
    pub const NONE: u32 = u32::MAX;

    /// (name of the constant in `shaders/lib/guard.wgsl`, its value)
    pub const CODES: [(&'static str, u32); 6] = [
        ("GUARD_CRITIC_LOSS", 0),
        ("GUARD_CRITIC_GRADIENTS", 1),
        ("GUARD_GENERATOR_LOSS", 2),
        ("GUARD_GENERATOR_GRADIENTS", 3),
        ("GUARD_WORDS", 3),
        ("GUARD_SOURCES", 4),
    ];
}

/// What `data/curve` makes of uniform numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Curve {
    /// u on (0, 1).
    Uniform = 0,
    /// u² of u on (0, 1).
    Square = 1,
    /// (θ, u): a segment that stands upright at θ (Arjovsky et al. 2017, example 1).
    Line = 2,
    /// t·(cos t, sin t)/7.5 with t = 3π(1 + 2u)/2 (as scaled by Gulrajani et al. 2017).
    SwissRoll = 3,
    /// Two half circles: (cos πu, sin πu) or (1 − cos πu, ½ − sin πu).
    Moons = 4,
    /// Two arms: ±t·(−cos t, sin t)/3 with t = 3π·max(u, v).
    Spiral = 5,
}

impl Curve {
    /// (name of the constant in `shaders/lib/curve.wgsl`, its value)
    pub const CODES: [(&'static str, u32); 6] = [
        ("CURVE_UNIFORM", 0),
        ("CURVE_SQUARE", 1),
        ("CURVE_LINE", 2),
        ("CURVE_SWISS_ROLL", 3),
        ("CURVE_MOONS", 4),
        ("CURVE_SPIRAL", 5),
    ];

    /// The inverse of `self as u32`.
    pub fn from_code(code: u32) -> Curve {
        match code {
            0 => Curve::Uniform,
            1 => Curve::Square,
            2 => Curve::Line,
            3 => Curve::SwissRoll,
            4 => Curve::Moons,
            5 => Curve::Spiral,
            _ => panic!("no curve has the code {code}"),
        }
    }

    /// Coordinates of a point.
    pub fn dims(self) -> usize {
        match self {
            Curve::Uniform | Curve::Square => 1,
            Curve::Line | Curve::SwissRoll | Curve::Moons | Curve::Spiral => 2,
        }
    }
}
