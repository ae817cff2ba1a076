//! Long sums over rows, cut into slices by shape alone, so that every device sums alike.

use super::Backward;
use crate::plan::{Recorder, Tensor, kernel};

/// Rows up to which one slice is enough.
const WHOLE: usize = 256;

/// Slices of a sum over this many rows: as many as each has rows, which keeps every chain of
/// additions short, and below what a loop of llvmpipe takes up to 3.6e9 rows.
pub(crate) fn slices(rows: usize) -> usize {
    match rows {
        ..=WHOLE => 1,
        // Vectors of four fit however few columns there are.
        _ => rows.isqrt().next_multiple_of(4),
    }
}

/// Records a sum in slices, `parts` = \[S, …\] being their shape: `record` makes the call that writes
/// them side by side. A single slice is the total itself, to which that call adds if it is told to.
pub(super) fn sliced(
    r: &mut Recorder,
    name: &str,
    parts: &[usize],
    total: Tensor,
    accumulate: bool,
    record: impl FnOnce(&mut Recorder, Tensor, bool),
) {
    if parts[0] == 1 {
        return record(r, total, accumulate);
    }
    let slices = r.scratch(&format!("{name}.parts"), parts);
    record(r, slices, false);
    splits(r, slices, total, parts[0], accumulate);
}

/// Records total\[C\] (+)= Σ over rows of values\[N, C\], or of anything else of N·C elements.
pub(super) fn rows(
    r: &mut Recorder,
    name: &str,
    values: Tensor,
    columns: usize,
    total: Tensor,
    accumulate: bool,
) {
    let len = r.info(values).len();
    let splits = slices(len / columns);
    let parts = [splits, columns];
    sliced(
        r,
        name,
        &parts,
        total,
        accumulate,
        |r, parts, accumulate| {
            r.call(&kernel::REDUCE_COLUMNS)
                .read("values", values)
                .put("parts", parts, accumulate)
                .set("len", len)
                .set("width", splits * columns)
                .set("accumulate", u32::from(accumulate))
                .extent(splits * columns, 1, 1)
                .flops(len)
                .record();
        },
    );
}

/// Records total\[L\] (+)= Σ over slices of parts\[S, L\], in order.
pub(super) fn splits(
    r: &mut Recorder,
    parts: Tensor,
    total: Tensor,
    splits: usize,
    accumulate: bool,
) {
    let len = r.info(total).len();
    r.call(&kernel::REDUCE_SPLITS)
        .read("parts", parts)
        .put("total", total, accumulate)
        .set("splits", splits)
        .set("len", len)
        .set("accumulate", u32::from(accumulate))
        .extent(len, 1, 1)
        .flops(splits * len)
        .record();
}

/// Records the gradient of a bias, the second parameter: the sum over rows of da\[N, outputs\].
pub(super) fn bias_gradient(r: &mut Recorder, pass: &Backward, outputs: usize) {
    let (total, accumulate) = (pass.gradients[1], pass.accumulates());
    let name = format!("{}.bias", pass.name);
    rows(r, &name, pass.da, outputs, total, accumulate);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_slice_is_empty_and_none_too_long_for_a_loop() {
        for rows in [1, 255, 256, 257, 300, 3136, 12_544, 500_000, 3_600_000_000] {
            let slices = slices(rows);
            assert!(slices >= 1 && slices <= rows, "{rows}: {slices}");
            let turns = rows.div_ceil(slices);
            assert!(
                turns.max(slices) <= 60_000 + 4,
                "{rows}: {slices} of {turns}"
            );
        }
        assert_eq!([1, 256, 257].map(slices), [1, 1, 16]);
    }
}
