// The largest of neighbouring pieces, where what is not a number is larger than all numbers. Needs
// the binding `x`.

// On bits: compilers may assume that floats are numbers.
fn is_nan(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// The index of the first of the largest of x[first..first + pieces].
fn largest(first: u32, pieces: u32) -> u32 {
    var at = first;
    var best = x[first];
    for (var i = first + 1u; i < first + pieces; i++) {
        let other = x[i];
        if (!is_nan(best) && (is_nan(other) || other > best)) {
            at = i;
            best = other;
        }
    }
    return at;
}
