//! What an axis says, and which numbers it spans.

use super::layer::Layer;

/// One of the two axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    pub label: String,
    /// From and to; `None` is that of the data, with a margin.
    pub range: Option<[f64; 2]>,
    /// Logarithmic. Numbers that are not positive are then left out, and those below 1e-10 lie at
    /// the edge.
    pub log: bool,
}

impl Axis {
    /// A linear axis over the data.
    pub fn new(label: impl Into<String>) -> Axis {
        Axis {
            label: label.into(),
            ..Axis::default()
        }
    }

    /// The same from `from` to `to`, whatever the data are.
    pub fn range(self, from: f64, to: f64) -> Axis {
        Axis {
            range: Some([from, to]),
            ..self
        }
    }

    /// The same from 0 to a little above these layers. Others are cut off there: a density may be infinite
    /// at a place, or that of samples that are all alike.
    pub fn over<'a>(self, layers: impl IntoIterator<Item = &'a Layer>) -> Axis {
        let heights = layers.into_iter().map(Layer::highest);
        match heights.fold(0.0, f64::max) {
            highest if highest > 0.0 => self.range(0.0, ABOVE * highest),
            _ => self,
        }
    }

    /// The same, logarithmic.
    pub fn log(self) -> Axis {
        Axis { log: true, ..self }
    }

    /// Whether a number has a place on it.
    pub(super) fn shows(&self, value: f64) -> bool {
        value.abs() <= MOST && (!self.log || value > 0.0)
    }

    /// From and to, `spans` being what the layers cover. An edge at 0 of bars and histograms
    /// (`grounded`) gets no margin.
    pub(super) fn resolve(&self, spans: &[[f64; 2]], margin: f64, grounded: bool) -> [f64; 2] {
        let wanted = self.range.filter(|range| self.can_span(*range));
        if let Some(range) = wanted {
            return range;
        }
        let least = spans.iter().map(|span| span[0]).reduce(f64::min);
        let most = spans.iter().map(|span| span[1]).reduce(f64::max);
        let (Some(from), Some(to)) = (least, most) else {
            return if self.log { [0.1, 10.0] } else { [0.0, 1.0] };
        };
        if self.log {
            let (from, to) = (from.max(LEAST), to.max(LEAST));
            let factor = (to / from).powf(margin).max(1.1);
            return [(from / factor).max(LEAST), to * factor];
        }
        let size = from.abs().max(to.abs());
        let pad = match to - from {
            width if width <= NARROW.max(1e-9 * size) => (0.05 * size).max(0.5),
            width => margin * width,
        };
        let stays = |edge: f64| grounded && edge == 0.0;
        [
            if stays(from) { from } else { from - pad },
            if stays(to) { to } else { to + pad },
        ]
    }

    fn can_span(&self, [from, to]: [f64; 2]) -> bool {
        let least = if self.log { LEAST } else { -MOST };
        self.shows(from) && self.shows(to) && from >= least && to - from > NARROW
    }
}

/// What an axis over layers shows, in heights of the highest.
const ABOVE: f64 = 1.15;
/// Larger numbers count as infinite.
const MOST: f64 = 1e100;
/// Where logarithmic axes end at the latest.
const LEAST: f64 = 1e-10;
/// Narrower ranges count as one number.
const NARROW: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_that_of_the_data_unless_one_is_given() {
        let axis = Axis::new("x");
        assert_eq!(
            axis.resolve(&[[0.0, 5.0], [2.0, 10.0]], 0.1, false),
            [-1.0, 11.0]
        );
        assert_eq!(axis.resolve(&[[0.0, 10.0]], 0.1, true), [0.0, 11.0]);
        assert_eq!(axis.resolve(&[], 0.1, true), [0.0, 1.0]);
        assert_eq!(axis.resolve(&[[3.0, 3.0]], 0.1, false), [2.5, 3.5]);
        assert_eq!(axis.resolve(&[[200.0, 200.0]], 0.1, false), [190.0, 210.0]);
        let fixed = axis.clone().range(-1.0, 1.0);
        assert_eq!(fixed.resolve(&[[0.0, 5.0]], 0.1, false), [-1.0, 1.0]);
        // A range that no axis can have counts as none.
        for [from, to] in [[1.0, 1.0], [2.0, 1.0], [f64::NAN, 1.0]] {
            let broken = axis.clone().range(from, to);
            assert_eq!(broken.resolve(&[[0.0, 10.0]], 0.1, false), [-1.0, 11.0]);
        }
    }

    #[test]
    fn an_axis_over_layers_ends_above_their_highest_finite_point() {
        let line = |heights: [f64; 3]| {
            let points = heights.map(|height| [0.0, height]);
            Layer::line("", super::super::colour::BLUE, points.into())
        };
        let axis = Axis::new("density").over(&[line([1.0, 4.0, f64::INFINITY]), line([2.0; 3])]);
        assert_eq!(axis.range, Some([0.0, ABOVE * 4.0]));
        assert_eq!(Axis::new("density").over(&[line([0.0; 3])]).range, None);
    }

    #[test]
    fn a_logarithmic_axis_has_factors_for_margins() {
        let axis = Axis::new("loss").log();
        let [from, to] = axis.resolve(&[[0.01, 100.0]], 0.5, true);
        assert!(
            (from - 1e-4).abs() < 1e-12 && (to - 1e4).abs() < 1e-6,
            "{from} {to}"
        );
        assert_eq!(axis.resolve(&[], 0.1, false), [0.1, 10.0]);
        assert!(axis.shows(1e-3) && !axis.shows(0.0) && !axis.shows(f64::INFINITY));
    }
}
