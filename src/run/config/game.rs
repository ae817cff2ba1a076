//! The options that say what is played for, and between which layers.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::plan::codes::Activation;
use crate::plan::objective::Objective;

/// `--objective`: one of the engine's, or `wgan-gp`, which is `wgan` with a gradient penalty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Game {
    Plain(Objective),
    /// Gulrajani et al. 2017.
    WganGp,
}

/// What `Game::WganGp` is called.
const WGAN_GP: &str = "wgan-gp";

impl Game {
    /// The name that flags, files and directories use.
    pub fn name(self) -> String {
        match self {
            Game::Plain(objective) => objective.name(),
            Game::WganGp => WGAN_GP.to_string(),
        }
    }

    /// What the networks play for, penalties aside.
    pub fn objective(self) -> Objective {
        match self {
            Game::Plain(objective) => objective,
            Game::WganGp => Objective::Wgan,
        }
    }
}

impl From<Objective> for Game {
    fn from(objective: Objective) -> Game {
        Game::Plain(objective)
    }
}

impl fmt::Display for Game {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl FromStr for Game {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            WGAN_GP => Ok(Game::WganGp),
            _ => text
                .parse()
                .map(Game::Plain)
                .map_err(|fault: String| format!("{fault}, {WGAN_GP}")),
        }
    }
}

impl TryFrom<String> for Game {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Game> for String {
    fn from(game: Game) -> String {
        game.name()
    }
}

/// Which norms of the slope cost in the gradient penalty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Sides {
    /// All but 1.
    Two,
    /// Those above 1.
    One,
}

/// What stands between the layers of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// With the slope --leak below 0.
    LeakyRelu,
    Relu,
    Tanh,
    Sigmoid,
    Softplus,
    /// softplus(2x + 2)/2 − 1, an ELU without a kink in its slope.
    SmoothElu,
    Elu,
}

impl Unit {
    /// The engine's.
    pub fn activation(self, leak: f64) -> Activation {
        match self {
            Unit::LeakyRelu => Activation::LeakyRelu(leak),
            Unit::Relu => Activation::Relu,
            Unit::Tanh => Activation::Tanh,
            Unit::Sigmoid => Activation::Sigmoid,
            Unit::Softplus => Activation::Softplus,
            Unit::SmoothElu => Activation::SmoothElu,
            Unit::Elu => Activation::Elu,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        let plain = Objective::all().map(Game::Plain);
        for game in plain.chain([Game::WganGp]) {
            assert_eq!(game.name().parse(), Ok(game));
        }
        assert_eq!(Game::WganGp.objective(), Objective::Wgan);
        let fault = "wgan-pg".parse::<Game>().unwrap_err();
        assert!(
            fault.contains("'wgan-pg'") && fault.contains("hinge"),
            "{fault}"
        );
        assert!(fault.ends_with(", wgan-gp"), "{fault}");
    }
}
