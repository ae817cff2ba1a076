//! What the two networks play for, and what the critic's loss says about the two distributions.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::divergence::Divergence;

/// What the two networks play for. On the command line and in files it is its name; the parameter
/// of a divergence is an option of its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Objective {
    /// Goodfellow et al. 2014, section 3: the generator maximises log D(G(z)).
    NonSaturating,
    /// Goodfellow et al. 2014, equation 1: the generator minimises log(1 − D(G(z))).
    Minimax,
    /// Arjovsky et al. 2017: the difference of the mean scores.
    Wgan,
    /// Mao et al. 2017 with the targets 0 for generated samples and 1 for real ones.
    LeastSquares,
    /// Lim and Ye 2017; Miyato et al. 2018.
    Hinge,
    /// Jolicoeur-Martineau 2019: each real sample against one generated sample.
    Relativistic,
    /// Jolicoeur-Martineau 2019: each sample against the mean score of the others.
    RelativisticAverage,
    /// Nowozin et al. 2016.
    FGan(Divergence),
}

use Objective::*;

/// What the generator of f-GAN does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum GeneratorLoss {
    /// Maximises E\[g_f(V(G(z)))\], which keeps its slope while the critic wins (section 3.2).
    #[default]
    NonSaturating,
    /// Minimises −E\[f*(g_f(V(G(z))))\]: the estimate of the divergence as it is.
    Minimax,
}

impl Objective {
    /// Those that are no f-divergence.
    const OTHERS: [Objective; 7] = [
        NonSaturating,
        Minimax,
        Wgan,
        LeastSquares,
        Hinge,
        Relativistic,
        RelativisticAverage,
    ];

    /// The code of the first divergence.
    const FIRST_DIVERGENCE: u32 = 16;

    /// Every objective, with the parameter it has unless told.
    pub fn all() -> impl Iterator<Item = Objective> {
        let divergences = Divergence::ALL.into_iter().map(FGan);
        Objective::OTHERS.into_iter().chain(divergences)
    }

    /// The name on the command line, in files and in reports.
    pub fn name(self) -> String {
        match self {
            NonSaturating => "non-saturating".to_string(),
            Minimax => "minimax".to_string(),
            Wgan => "wgan".to_string(),
            LeastSquares => "least-squares".to_string(),
            Hinge => "hinge".to_string(),
            Relativistic => "relativistic".to_string(),
            RelativisticAverage => "relativistic-average".to_string(),
            FGan(divergence) => format!("f-gan:{}", divergence.name()),
        }
    }

    /// The number that stands for it in a call. The constant in `shaders/lib` is its name, that of
    /// the divergence alone for f-GAN, in capitals.
    pub fn code(self) -> u32 {
        match self {
            FGan(divergence) => Objective::FIRST_DIVERGENCE + divergence.index() as u32,
            other => {
                let at = Objective::OTHERS.iter().position(|known| *known == other);
                at.expect("all others are listed") as u32
            }
        }
    }

    /// The inverse of `code` and `parameter`.
    pub fn from_code(code: u32, parameter: f64) -> Objective {
        let divergence = code.checked_sub(Objective::FIRST_DIVERGENCE);
        match divergence.map(|at| Divergence::ALL.get(at as usize)) {
            Some(Some(divergence)) => FGan(divergence.with_parameter(parameter)),
            None if (code as usize) < Objective::OTHERS.len() => Objective::OTHERS[code as usize],
            _ => panic!("no objective has the code {code}"),
        }
    }

    /// The same objective with α or π, if its divergence has one of them.
    pub fn with(self, alpha: f64, pi: f64) -> Objective {
        match self {
            FGan(divergence @ Divergence::Alpha { .. }) => FGan(divergence.with_parameter(alpha)),
            FGan(divergence) => FGan(divergence.with_parameter(pi)),
            other => other,
        }
    }

    /// α or π of its divergence; 0 where there is none.
    pub fn parameter(self) -> f64 {
        match self {
            FGan(divergence) => divergence.parameter(),
            _ => 0.0,
        }
    }

    /// Whether σ(score) is the critic's probability that a sample is real.
    pub fn scores_are_logits(self) -> bool {
        let logits = [FGan(Divergence::Gan), FGan(Divergence::JensenShannon)];
        matches!(self, NonSaturating | Minimax) || logits.contains(&self)
    }

    /// Whether the critic's loss has a target for real samples that can be smoothed.
    pub fn has_labels(self) -> bool {
        matches!(self, NonSaturating | Minimax | LeastSquares)
    }

    /// Whether the generator's loss compares with the scores of real samples.
    pub fn is_relativistic(self) -> bool {
        matches!(self, Relativistic | RelativisticAverage)
    }

    /// The score above which the critic takes a sample for real; of objectives that compare
    /// scores, the difference.
    pub fn threshold(self, smoothing: f64) -> f64 {
        match self {
            LeastSquares => (1.0 - smoothing) / 2.0,
            FGan(divergence) => divergence.score_threshold(),
            _ => 0.0,
        }
    }

    /// What the critic has proved about the distance of the two distributions: a lower bound, in
    /// expectation, from its loss and, where labels are smoothed, its mean score of real samples.
    ///
    /// - `NonSaturating`, `Minimax`: the Jensen–Shannon divergence in nats, at most log 2;
    /// - `FGan`: the divergence;
    /// - `Wgan`: K times the Wasserstein-1 distance for a critic with Lipschitz constant K;
    /// - `LeastSquares`: half of ∫(p − q)²/(p + q), at most 1;
    /// - `Hinge`: the total variation, at most 1;
    /// - the relativistic ones: the relativistic divergence of their loss (Jolicoeur-Martineau
    ///   2020), at most log 2 and log 4.
    pub fn bound(self, loss: f64, score_real: f64, smoothing: f64) -> f64 {
        match self {
            NonSaturating | Minimax => (4f64.ln() - (loss - smoothing * score_real)) / 2.0,
            LeastSquares => 1.0 - 4.0 * loss / (1.0 - smoothing).powi(2),
            Hinge => 1.0 - loss / 2.0,
            Relativistic => 2f64.ln() - loss,
            RelativisticAverage => 4f64.ln() - loss,
            Wgan | FGan(_) => -loss,
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl FromStr for Objective {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Objective::all().find(|objective| objective.name() == text);
        found.ok_or_else(|| {
            let names: Vec<String> = Objective::all().map(Objective::name).collect();
            format!(
                "objective '{text}' is unknown; give one of {}",
                names.join(", ")
            )
        })
    }
}

impl TryFrom<String> for Objective {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Objective> for String {
    fn from(objective: Objective) -> String {
        objective.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_tell_objectives_apart_and_lead_back() {
        for objective in Objective::all() {
            assert_eq!(objective.name().parse(), Ok(objective));
            let parameter = objective.parameter();
            assert_eq!(Objective::from_code(objective.code(), parameter), objective);
        }
        let moved = FGan(Divergence::Alpha { alpha: 3.0 });
        assert_eq!(Objective::from_code(moved.code(), 3.0), moved);
        assert_eq!(
            "f-gan:alpha".parse::<Objective>().unwrap().with(3.0, 0.1),
            moved
        );
        let fault = "f-gan:kkl".parse::<Objective>().unwrap_err();
        assert!(
            fault.contains("'f-gan:kkl'") && fault.contains("f-gan:kl"),
            "{fault}"
        );
    }
}
