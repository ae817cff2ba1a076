//!import lib/activation
//!import lib/index

// dx[N, D] = (Σ over K of da[N, K] · ∂y[N, K]/∂x[N, D]) ∘ φ'(x), y being the products of
// moments/forward. φ is the activation that made x. A sequence has at most 16 coordinates.

struct Params {
    rows: u32,
    dims: u32,
    features: u32,
    activation: u32,
    leak: f32,
}

alias Out = f32;
alias Bits = u32;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> da: array<f32>; // [N, K]
@group(0) @binding(2) var<storage, read> x: array<f32>; // [N, D]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>; // [N, D]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    if (i < p.rows * p.dims) {
        let row = i / p.dims;
        let own = i % p.dims;
        var sum = 0.0;
        for (var k = 0u; k < p.features; k++) {
            // Product and derivative of the coordinates so far: (uv)' = u'v + uv'.
            var product = 1.0;
            var derivative = 0.0;
            for (var left = k + 1u; left > 0u; left = (left - 1u) / p.dims) {
                let at = (left - 1u) % p.dims;
                let value = x[row * p.dims + at];
                derivative = derivative * value + select(0.0, product, at == own);
                product *= value;
            }
            sum += da[row * p.features + k] * derivative;
        }
        dx[i] = sum * slope(p.activation, p.leak, x[i]);
    }
}
