//! Long sums over rows, cut into slices by shape alone, so that every device sums alike.

use super::{Backward, Grads};
use crate::plan::{Recorder, Tensor, kernel};

/// Rows up to which one slice is enough.
const WHOLE: usize = 256;

/// Slices of a sum over this many rows: as many as each has rows, which keeps every chain of
/// additions short, and below what a loop of llvmpipe takes up to 3.6e9 rows.
pub(super) fn slices(rows: usize) -> usize {
    match rows {
        ..=WHOLE => 1,
        // Vectors of four fit however few columns there are.
        _ => rows.isqrt().next_multiple_of(4),
    }
}

/// Records total\[C\] (+)= Σ over rows of values\[N, C\], or of anything else of N·C elements.
pub(crate) fn rows(
    r: &mut Recorder,
    name: &str,
    values: Tensor,
    columns: usize,
    total: Tensor,
    accumulate: bool,
) {
    let len = r.info(values).len();
    let splits = slices(len / columns);
    let parts = match splits {
        1 => total,
        _ => r.scratch(&format!("{name}.sums"), &[splits, columns]),
    };
    let call = r
        .call(&kernel::REDUCE_COLUMNS)
        .read("values", values)
        .set("len", len)
        .set("width", splits * columns)
        .set("accumulate", u32::from(accumulate && splits == 1))
        .extent(splits * columns, 1, 1)
        .flops(len);
    match accumulate && splits == 1 {
        true => call.update("parts", parts).record(),
        false => call.write("parts", parts).record(),
    }
    if splits > 1 {
        self::splits(r, parts, total, splits, accumulate);
    }
}

/// Records total\[L\] (+)= Σ over slices of parts\[S, L\], in order.
pub(crate) fn splits(
    r: &mut Recorder,
    parts: Tensor,
    total: Tensor,
    splits: usize,
    accumulate: bool,
) {
    let len = r.info(total).len();
    let call = r
        .call(&kernel::REDUCE_SPLITS)
        .read("parts", parts)
        .set("splits", splits)
        .set("len", len)
        .set("accumulate", u32::from(accumulate))
        .extent(len, 1, 1)
        .flops(splits * len);
    match accumulate {
        true => call.update("total", total).record(),
        false => call.write("total", total).record(),
    }
}

/// Records the gradient of a bias, the second parameter: the sum over rows of da\[N, outputs\].
pub(super) fn bias_gradient(r: &mut Recorder, pass: &Backward, outputs: usize) {
    let accumulate = pass.grads == Grads::Accumulate;
    rows(
        r,
        pass.name,
        pass.da,
        outputs,
        pass.gradients[1],
        accumulate,
    );
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
