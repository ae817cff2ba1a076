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

    /// The variant of `call`, among those that `sources` has; `None` for what has none.
    ///
    /// # Panics
    /// Where none fits: the readable one is missing.
    pub fn choose(&self, sources: &Sources, call: &Call) -> Option<&'static str> {
        if !call.kernel.product && !call.kernel.cells {
            return None;
        }
        let there: Vec<_> = sources
            .variants(call.kernel)
            .into_iter()
            .flatten()
            .collect();
        let forced = self.forced.as_deref().into_iter();
        let preferred = match call.kernel.product {
            true => self.preferred(),
            false => &["four", "one"],
        };
        let order = forced.chain(preferred.iter().copied());
        let mut fitting = order.filter(|name| self.fits(name, call));
        let found = fitting.find_map(|name| there.iter().copied().find(|there| *there == name));
        Some(found.unwrap_or_else(|| panic!("{} has no driver that fits", call.kernel.name)))
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

    const DRIVERS: [(&str, &str); 3] = [("gemm/lane", ""), ("gemm/plain", ""), ("gemm/tile", "")];

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
        let choose = |chooser: Chooser, call: &Call| chooser.choose(&sources, call);
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
    fn a_device_without_its_variant_runs_the_plain_one() {
        let sources = Sources::of(&DRIVERS[1..2]);
        let found = chooser(false, 32, None).choose(&sources, &product(8, 8));
        assert_eq!(found, Some("plain"));
    }

    #[test]
    fn cells_are_as_wide_as_fits() {
        let sources = Sources::of(&[("cell/four", ""), ("cell/one", "")]);
        let choose = |len: u32, width: u32, forced| {
            let mut call = product(1, 1);
            call.kernel = &kernel::REDUCE_COLUMNS;
            call.params = vec![("len", len.into()), ("width", width.into())];
            chooser(false, 32, forced).choose(&sources, &call)
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
            chooser(true, 8, Some("lane")).choose(&Sources::of(&[]), &call),
            None
        );
    }
}
