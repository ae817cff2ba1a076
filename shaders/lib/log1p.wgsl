// log(1 + x) for x in [-1/2, 1], to the last bits for small x too, where log(1.0 + x) has lost
// them: 2 artanh(x / (2 + x)) as a series, whose argument is at most 1/3.
fn log1p(x: f32) -> f32 {
    let s = x / (2.0 + x);
    let q = s * s;
    let tail = 1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q / 15.0));
    return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * tail))));
}
