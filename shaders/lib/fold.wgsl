// The sum of the windows [N, h, w, K, K, I] at element `at` of the big image [N, H, W, I]; extents as in
// lib/conv.wgsl. Kernels that import this define windows.

alias Out = f32;
alias Bits = u32;

fn folded(at: u32) -> f32 {
    let channel = at % p.inputs;
    let pixel = at / p.inputs;
    let y = pixel / p.width % p.height + p.padding;
    let x = pixel % p.width + p.padding;
    let before = pixel / (p.width * p.height) * p.small_height * p.small_width;
    var sum = 0.0;
    // The taps that lie above a small pixel are `stride` apart.
    for (var ky = y % p.stride; ky < min(p.kernel, y + 1u); ky += p.stride) {
        let row = (y - ky) / p.stride;
        for (var kx = x % p.stride; kx < min(p.kernel, x + 1u); kx += p.stride) {
            let column = (x - kx) / p.stride;
            if (row < p.small_height && column < p.small_width) {
                let window = before + row * p.small_width + column;
                sum += windows[((window * p.kernel + ky) * p.kernel + kx) * p.inputs + channel];
            }
        }
    }
    return sum;
}
