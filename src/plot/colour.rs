//! Colours that people with any kind of colour vision tell apart: those of Okabe and Ito, "Color
//! universal design" (2008), and greys.

/// A colour as `#rrggbb`.
pub type Colour = &'static str;

pub const BLACK: Colour = "#000000";
pub const ORANGE: Colour = "#e69f00";
pub const SKY: Colour = "#56b4e9";
pub const GREEN: Colour = "#009e73";
pub const YELLOW: Colour = "#f0e442";
pub const BLUE: Colour = "#0072b2";
pub const VERMILION: Colour = "#d55e00";
pub const PURPLE: Colour = "#cc79a7";

/// For data that stand behind something else.
pub const GREY: Colour = "#b0b0b0";
pub const DARK_GREY: Colour = "#606060";
pub const WHITE: Colour = "#ffffff";

/// For series without a meaning of their own, in this order; it begins again after the last.
pub const SERIES: [Colour; 7] = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK];

/// The colour of the series at this place.
pub fn series(at: usize) -> Colour {
    SERIES[at % SERIES.len()]
}
