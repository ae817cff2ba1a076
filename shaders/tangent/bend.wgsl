//!import lib/activation
//!import lib/index

// Where an activation is curved, its slope moves with the tangent, too. From the tangent ta and the
// adjoint da at the pre-activation: the tangent behind it, ty = ta ∘ φ'(y), and what the curve adds to
// the adjoint, bend = da ∘ ta ∘ φ''/φ', as da holds φ' already. φ is the activation that made y.
// Written for cells of any width (shaders/cell/).

struct Params {
    len: u32,
    activation: u32,
    leak: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> y: array<Out>; // [L]
@group(0) @binding(2) var<storage, read> da: array<Out>; // [L]
@group(0) @binding(3) var<storage, read> ta: array<Out>; // [L]
@group(0) @binding(4) var<storage, read_write> ty: array<Out>; // [L]
@group(0) @binding(5) var<storage, read_write> bend: array<Out>; // [L]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = linear_index(group, local, 64u);
    // Not known before the thread is, as in norm/apply: local is below 64.
    let activation = p.activation + (local >> 6u);
    if (i < p.len / WIDTH) {
        ty[i] = ta[i] * slope(activation, p.leak, y[i]);
        bend[i] = da[i] * ta[i] * curve(activation, y[i]);
    }
}
