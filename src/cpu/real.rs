//! The numbers that the mirror computes with: f32 as an executor, f64 as the arbiter.

use num_traits::{Float, NumAssign};

use super::activation::End;
use super::product::{Matrix, alone_f32, alone_f64, product_f32, product_f64};
use crate::threefry::{self, Words};

/// f32 or f64.
pub trait Real: Float + NumAssign + Default + Send + Sync + std::fmt::Debug + 'static {
    fn of(value: f64) -> Self;

    fn widen(self) -> f64;

    /// out\[m,n\] (+)= a\[m,k\] · b\[k,n\], with `extents` = \[m, n, k\] and `out` row-major; every
    /// part is ended on the thread that made it.
    fn product(
        extents: [usize; 3],
        a: Matrix<Self>,
        b: Matrix<Self>,
        out: &mut [Self],
        accumulate: bool,
        end: End<Self>,
    );

    /// out\[m,n\] (+)= a\[m,k\] · b\[k,n\] on the calling thread alone, `out` row-major.
    fn product_alone(
        extents: [usize; 3],
        a: Matrix<Self>,
        b: Matrix<Self>,
        out: &mut [Self],
        accumulate: bool,
    );

    /// tanh, in f32 by arithmetic that vectorises.
    fn fast_tanh(self) -> Self;

    /// Two standard normal numbers, in f32 by the series of `shaders/lib/box_muller.wgsl`.
    fn box_muller(bits: Words) -> [Self; 2];

    /// (cos, sin) of 2π·bits/2²⁴ for bits below 2²⁴, in f32 by the same series.
    fn unit_vector(bits: u32) -> [Self; 2];
}

impl Real for f32 {
    fn of(value: f64) -> f32 {
        value as f32
    }

    fn widen(self) -> f64 {
        f64::from(self)
    }

    fn product(
        extents: [usize; 3],
        a: Matrix<f32>,
        b: Matrix<f32>,
        out: &mut [f32],
        accumulate: bool,
        end: End<f32>,
    ) {
        product_f32(extents, a, b, out, accumulate, end);
    }

    /// (1 − e)/(1 + e) with e = exp(−2|x|), and a series near 0, where that would cancel.
    #[inline(always)]
    fn product_alone(
        extents: [usize; 3],
        a: Matrix<f32>,
        b: Matrix<f32>,
        out: &mut [f32],
        accumulate: bool,
    ) {
        alone_f32(extents, a, b, out, accumulate);
    }

    fn fast_tanh(self) -> f32 {
        let x = self.clamp(-40.0, 40.0);
        let y = x * x;
        let series =
            1.0 + y * (-1.0 / 3.0 + y * (2.0 / 15.0 + y * (-17.0 / 315.0 + y * 0.021_869_49)));
        let e = exp_of_negative(-2.0 * x.abs());
        // The product is 0, or NaN where x is, which the exponent's bits would hide.
        let far = ((1.0 - e) / (1.0 + e)).copysign(x) + 0.0 * x;
        if y < 0.04 { x * series } else { far }
    }

    fn box_muller(bits: Words) -> [f32; 2] {
        let radius = (2.0 * minus_log_open_unit(bits[0] >> 8)).sqrt();
        unit_vector(bits[1] >> 8).map(|part| radius * part)
    }

    fn unit_vector(bits: u32) -> [f32; 2] {
        unit_vector(bits)
    }
}

/// (cos, sin) of 2π·bits/2²⁴ by quadrant: the remainder is at most an eighth of a turn, for which
/// the Taylor series to the tenth order is exact in f32.
fn unit_vector(bits: u32) -> [f32; 2] {
    let quadrant = (bits + (1 << 21)) >> 22;
    let rest = bits as i32 - (quadrant << 22) as i32;
    let x = rest as f32 * (std::f32::consts::TAU / 16_777_216.0);
    let q = x * x;
    let c = 1.0 / 24.0 - q * (1.0 / 720.0 - q * (1.0 / 40320.0 - q / 3_628_800.0));
    let s = 1.0 / 6.0 - q * (1.0 / 120.0 - q * (1.0 / 5040.0 - q / 362_880.0));
    let (c, s) = (1.0 - q * (0.5 - q * c), x * (1.0 - q * s));
    let (c, s) = if quadrant & 1 == 1 { (-s, c) } else { (c, s) };
    if quadrant & 2 == 2 { [-c, -s] } else { [c, s] }
}

/// −ln((bits + ½)/2²⁴) of a 24-bit integer; both branches take the logarithm near an exact number.
fn minus_log_open_unit(bits: u32) -> f32 {
    const SCALE: f32 = 1.0 / 16_777_216.0;
    if bits < 1 << 23 {
        -((bits as f32 + 0.5) * SCALE).ln()
    } else {
        -(-((16_777_216 - bits) as f32 - 0.5) * SCALE).ln_1p()
    }
}

/// exp(x) for −80 ≤ x ≤ 0 within 2 units in the last place, without a branch or a table, so that
/// loops over it vectorise: x = n·ln 2 + r, a polynomial for exp(r), n added to the exponent.
#[inline(always)]
fn exp_of_negative(x: f32) -> f32 {
    // Adding 1.5·2²³ rounds to an integer, which is then found in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * 0.693_145_75) - n * 1.428_606_8e-6;
    let tail = r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0)));
    let exp_r = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + tail)));
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()) << 23;
    f32::from_bits(exp_r.to_bits().wrapping_add(exponent))
}

impl Real for f64 {
    fn of(value: f64) -> f64 {
        value
    }

    fn widen(self) -> f64 {
        self
    }

    fn product(
        extents: [usize; 3],
        a: Matrix<f64>,
        b: Matrix<f64>,
        out: &mut [f64],
        accumulate: bool,
        end: End<f64>,
    ) {
        product_f64(extents, a, b, out, accumulate, end);
    }

    fn product_alone(
        extents: [usize; 3],
        a: Matrix<f64>,
        b: Matrix<f64>,
        out: &mut [f64],
        accumulate: bool,
    ) {
        alone_f64(extents, a, b, out, accumulate);
    }

    fn fast_tanh(self) -> f64 {
        self.tanh()
    }

    fn box_muller(bits: Words) -> [f64; 2] {
        threefry::box_muller(bits)
    }

    fn unit_vector(bits: u32) -> [f64; 2] {
        let angle = std::f64::consts::TAU * f64::from(bits) / 16_777_216.0;
        [angle.cos(), angle.sin()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_tanh_is_tanh() {
        for at in -40_000..=40_000 {
            let x = at as f32 * 3e-4;
            let (got, want) = (f64::from(x.fast_tanh()), f64::from(x).tanh());
            assert!(
                (got - want).abs() <= 3e-7 * want.abs() + 1e-12,
                "{x}: {got} {want}"
            );
        }
        assert_eq!(1e9f32.fast_tanh(), 1.0);
        assert_eq!(f32::NEG_INFINITY.fast_tanh(), -1.0);
        assert!(f32::NAN.fast_tanh().is_nan());
    }
}
