// A convolution joins two images: the big one [N, height, width, inputs], and the small one [N,
// small_height, small_width, outputs], each pixel of which sees a window of kernel × kernel pixels
// of the big one, `stride` apart, the first `padding` outside the border. The weight is [outputs,
// kernel, kernel, inputs]. Kernels that import this have these extents in `p` and define
//   big(at)    element `at` of the big image, counted in units of IMAGE_WIDTH

// Where a window lies: pixels of the big image before this sample, and its first pixel.
struct Window {
    before: u32,
    y: i32,
    x: i32,
}

// An element of a window.
struct Tap {
    y: u32,
    x: u32,
    channel: u32,
}

// The window of small pixel m.
fn window(m: u32) -> Window {
    let pixels = p.small_height * p.small_width;
    let pixel = m % pixels;
    let padding = i32(p.padding);
    return Window(
        m / pixels * p.height * p.width,
        i32(pixel / p.small_width * p.stride) - padding,
        i32(pixel % p.small_width * p.stride) - padding);
}

fn tap(k: u32) -> Tap {
    let pixel = k / p.inputs;
    return Tap(pixel / p.kernel, pixel % p.kernel, k % p.inputs);
}

// The tap `by` further on, by ≤ inputs.
fn further(start: Tap, by: u32) -> Tap {
    var to = start;
    to.channel += by;
    if (to.channel >= p.inputs) {
        to.channel -= p.inputs;
        to.x += 1u;
        if (to.x == p.kernel) {
            to.x = 0u;
            to.y += 1u;
        }
    }
    return to;
}

// What the tap sees: zero outside the image.
fn seen(window: Window, tap: Tap) -> Image {
    let y = u32(window.y + i32(tap.y));
    let x = u32(window.x + i32(tap.x));
    let inside = y < p.height && x < p.width;
    let at = (window.before + y * p.width + x) * p.inputs + tap.channel;
    return select(Image(0.0), big(select(0u, at / IMAGE_WIDTH, inside)), inside);
}

// What WIDTH taps in a row see.
fn seen_cell(window: Window, tap: Tap) -> Out {
    if (WIDTH == IMAGE_WIDTH) {
        return Out(seen(window, tap));
    }
    let second = further(tap, 1u);
    let third = further(second, 1u);
    let fourth = further(third, 1u);
    return four(vec4<f32>(
        vec4<f32>(seen(window, tap)).x, vec4<f32>(seen(window, second)).x,
        vec4<f32>(seen(window, third)).x, vec4<f32>(seen(window, fourth)).x));
}
