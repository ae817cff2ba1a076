//! Which variant of a matrix product, or of a kernel on cells, a call runs as.

use super::adapter::AdapterInfo;
use super::link::Sources;
use crate::plan::Call;
use crate::plan::kernel::{CONV_DOWN, CONV_DOWN_SLOPE, CONV_WEIGHT};

/// The readable variant, which fits every call and every device.
const PLAIN: &str = "plain";

/// What matters of a device for the choice, and what the caller wants.
#[derive(Clone, Debug)]
pub(super) struct Chooser {
    software: bool,
    /// Whether every subgroup has exactly 8 invocations, and shaders may use them.
    subgroups_of_8: bool,
    forced: Option<String>,
}

impl Chooser {
    pub fn new(adapter: &AdapterInfo, subgroups: bool, forced: Option<String>) -> Chooser {
        Chooser {
            software: adapter.software,
            subgroups_of_8: subgroups && [adapter.subgroup_min, adapter.subgroup_max] == [8, 8],
            forced,
        }
    }

    /// Whether the caller leaves nothing to choose.
    pub fn is_forced(&self) -> bool {
        self.forced.is_some()
    }

    /// The variant of `call`, among those that `sources` has; `None` for what has none. `known` is
    /// what was found to be the fastest, which counts where it fits and no other is forced.
    ///
    /// # Panics
    /// Where none fits: the readable one is missing.
    pub fn choose(
        &self,
        sources: &Sources,
        call: &Call,
        known: Option<&str>,
    ) -> Option<&'static str> {
        if !call.kernel.product && !call.kernel.cells {
            return None;
        }
        let fitting = self.fitting(sources, call);
        let wanted = self.forced.as_deref().or(known);
        let found = wanted.and_then(|wanted| fitting.iter().find(|name| **name == wanted));
        let found = found.or(fitting.first());
        Some(found.unwrap_or_else(|| panic!("{} has no driver that fits", call.kernel.name)))
    }

    /// Every variant that `call` can run as, the preferred one first; none where it has no variants.
    pub fn fitting(&self, sources: &Sources, call: &Call) -> Vec<&'static str> {
        let there = sources.variants(call.kernel).into_iter().flatten();
        let preferred = match call.kernel.product {
            true => self.preferred(),
            false => &["four", "one"],
        };
        let mut fitting: Vec<_> = there.filter(|name| self.fits(name, call)).collect();
        let last = preferred.len();
        fitting.sort_by_key(|name| preferred.iter().position(|p| p == name).unwrap_or(last));
        fitting
    }

    /// The variants among which a measurement may choose, the preferred one first. In software there
    /// is only that one: a shader takes tens of milliseconds to compile there, longer than the
    /// choice could win in a short run, and what is fast is known, as there is one such driver.
    pub fn plausible(&self, sources: &Sources, call: &Call) -> Vec<&'static str> {
        let mut fitting = self.fitting(sources, call);
        if self.software {
            fitting.truncate(1);
        }
        fitting.retain(|name| is_filled(name, call));
        fitting
    }

    /// Barriers and shared memory make `tile` several times slower than the others in software,
    /// and fast on hardware.
    fn preferred(&self) -> &'static [&'static str] {
        match (&self.forced, self.software) {
            (Some(_), _) => &[PLAIN],
            (None, true) => &["lane", "thin", PLAIN],
            (None, false) => &["tile", PLAIN],
        }
    }

    fn fits(&self, variant: &str, call: &Call) -> bool {
        let fours = |name| call.int(name).is_multiple_of(4);
        match variant {
            "four" => {
                let told = call.params.iter().map(|(name, _)| *name);
                let mut sizes = told.filter(|name| ["channels", "len", "width"].contains(name));
                sizes.all(fours)
            }
            "lane" => self.subgroups_of_8 && fours("inputs") && fours("outputs"),
            "thin" => self.subgroups_of_8 && is_thin(call),
            _ => true,
        }
    }
}

/// Whether a call fills more than a quarter of a block of `tile64`; the others have small blocks.
fn is_filled(variant: &str, call: &Call) -> bool {
    let [columns, rows, _] = call.extent;
    variant != "tile64" || columns.min(rows) > 32
}

/// Whether a call reads an image whose channels are no multiple of four, and everything else lies
/// in fours.
fn is_thin(call: &Call) -> bool {
    let of_images = [&CONV_DOWN, &CONV_DOWN_SLOPE, &CONV_WEIGHT];
    of_images.iter().any(|kernel| **kernel == *call.kernel)
        && !call.int("inputs").is_multiple_of(4)
        && call.int("outputs").is_multiple_of(4)
        && (call.int("kernel").pow(2) * call.int("inputs")).is_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::kernel;

    const DRIVERS: [(&str, &str); 4] = [
        ("gemm/lane", ""),
        ("gemm/plain", ""),
        ("gemm/tile", ""),
        ("gemm/tile64", ""),
    ];

    fn chooser(software: bool, size: u32, forced: Option<&str>) -> Chooser {
        Chooser {
            software,
            subgroups_of_8: size == 8,
            forced: forced.map(str::to_string),
        }
    }

    fn product(inputs: u32, outputs: u32) -> Call {
        Call {
            kernel: &kernel::DENSE_FORWARD,
            arguments: Vec::new(),
            params: vec![("inputs", inputs.into()), ("outputs", outputs.into())],
            extent: [outputs, 1, 1],
            flops: 0,
        }
    }

    #[test]
    fn each_device_gets_what_suits_it() {
        let sources = Sources::of(&DRIVERS);
        let choose = |chooser: Chooser, call: &Call| chooser.choose(&sources, call, None);
        let (even, odd) = (product(8, 4), product(8, 1));
        assert_eq!(choose(chooser(true, 8, None), &even), Some("lane"));
        assert_eq!(choose(chooser(true, 8, None), &odd), Some("plain"));
        assert_eq!(choose(chooser(true, 4, None), &even), Some("plain"));
        assert_eq!(choose(chooser(false, 32, None), &odd), Some("tile"));
        assert_eq!(choose(chooser(true, 8, Some("tile")), &odd), Some("tile"));
        assert_eq!(choose(chooser(false, 8, Some("lane")), &even), Some("lane"));
        assert_eq!(
            choose(chooser(false, 32, Some("lane")), &even),
            Some("plain")
        );
        assert_eq!(choose(chooser(true, 8, Some("gone")), &even), Some("plain"));
    }

    #[test]
    fn what_was_measured_counts_where_it_fits() {
        let sources = Sources::of(&DRIVERS);
        let choose = |chooser: Chooser, call: &Call, known| {
            let found = chooser.choose(&sources, call, Some(known));
            found.expect("a product has variants")
        };
        let (even, odd) = (product(8, 4), product(8, 1));
        assert_eq!(choose(chooser(false, 32, None), &even, "tile64"), "tile64");
        assert_eq!(choose(chooser(false, 32, None), &even, "lane"), "tile");
        assert_eq!(choose(chooser(false, 8, None), &odd, "lane"), "tile");
        assert_eq!(choose(chooser(false, 8, None), &even, "gone"), "tile");
        let forced = chooser(false, 8, Some("plain"));
        assert_eq!(choose(forced, &even, "tile64"), "plain");
    }

    #[test]
    fn hardware_measures_what_fits_and_software_nothing() {
        let sources = Sources::of(&DRIVERS);
        let plausible = |chooser: Chooser, call: &Call| chooser.plausible(&sources, call);
        let mut large = product(64, 64);
        assert_eq!(
            plausible(chooser(false, 32, None), &large),
            ["tile", "plain"]
        );
        large.extent = [33, 64, 1];
        let all = ["tile", "plain", "lane", "tile64"];
        assert_eq!(plausible(chooser(false, 8, None), &large), all);
        assert_eq!(plausible(chooser(true, 8, None), &large), ["lane"]);
        large.kernel = &kernel::OPTIM_ADAM;
        assert!(plausible(chooser(false, 8, None), &large).is_empty());
    }

    #[test]
    fn a_device_without_its_variant_runs_the_plain_one() {
        let sources = Sources::of(&DRIVERS[1..2]);
        let found = chooser(false, 32, None).choose(&sources, &product(8, 8), None);
        assert_eq!(found, Some("plain"));
    }

    #[test]
    fn cells_are_as_wide_as_fits() {
        let sources = Sources::of(&[("cell/four", ""), ("cell/one", "")]);
        let choose = |len: u32, width: u32, forced| {
            let mut call = product(1, 1);
            call.kernel = &kernel::REDUCE_COLUMNS;
            call.params = vec![("len", len.into()), ("width", width.into())];
            chooser(false, 32, forced).choose(&sources, &call, None)
        };
        assert_eq!(choose(48, 12, None), Some("four"));
        assert_eq!(choose(49, 12, None), Some("one"));
        assert_eq!(choose(48, 6, Some("four")), Some("one"));
        assert_eq!(choose(48, 12, Some("one")), Some("one"));
        assert_eq!(choose(48, 12, Some("tile")), Some("four"));
    }

    #[test]
    fn other_kernels_have_no_variants() {
        let mut call = product(8, 8);
        call.kernel = &kernel::OPTIM_ADAM;
        assert_eq!(
            chooser(true, 8, Some("lane")).choose(&Sources::of(&[]), &call, None),
            None
        );
    }
}
