//! What convolutions cost, counted by hand.

use gpugan::gan::Gan;
use gpugan::gan::arch::Kind;
use gpugan::nn::{Conv, Grads, Layer, Network, Pass};
use gpugan::plan::codes::Activation;
use gpugan::plan::{DType, Recorder, Role};

use super::common::games::game;
use super::common::layer::keep;
use super::games::calls;

/// Kernel and flops of every product of a layer's forward and backward passes on `rows` samples.
fn products(layer: Conv, rows: usize) -> Vec<(&'static str, u64)> {
    let mut r = Recorder::new();
    let mut tensor = |name, role, columns| r.tensor(name, role, DType::F32, &[rows, columns]);
    let x = tensor("x", Role::Input, layer.inputs());
    let da = tensor("da", Role::Input, layer.outputs());
    let y = tensor("y", Role::Output, layer.outputs());
    let dx = tensor("dx", Role::Output, layer.inputs());
    let network = Network::new(&mut r, "net", vec![Box::new(layer)]);
    let gradients = network.companion(&mut r, "grad", Role::Output);
    let program = r.program("pass");
    let trace = network.forward(&mut r, x, Pass::EVAL.into(y));
    let into = Some((&gradients, Grads::Overwrite));
    let made = network.backward(&mut r, &trace, da, into, Some(Activation::Identity));
    keep(&mut r, made.expect("it was asked for"), dx);
    let plan = r.finish();
    let calls = plan.program(program).calls.iter();
    let products = calls.filter(|call| call.kernel.product);
    products
        .map(|call| (call.kernel.name, call.flops))
        .collect()
}

#[test]
fn every_pass_multiplies_each_window_with_each_map() {
    // 64 · 7 · 7 windows of 4 · 4 · 64 elements with 128 maps.
    let flops = 2 * 3136 * 1024 * 128;
    assert_eq!(flops, 822_083_584);
    let down = products(Conv::down([14, 14, 64], 128, 4, 2, 1), 64);
    let kernels = ["conv/down", "conv/weight", "conv/up_slope"];
    assert_eq!(down, kernels.map(|kernel| (kernel, flops)));
    let up = products(Conv::up([7, 7, 128], [14, 14, 64], 4, 2, 1), 64);
    let kernels = ["conv/up", "conv/weight", "conv/down_slope"];
    assert_eq!(up, kernels.map(|kernel| (kernel, flops)));

    // 3 · 2 · 1 windows of 2 · 2 · 4 elements with 5 maps; a stride beyond the window.
    for (_, flops) in products(Conv::down([5, 3, 4], 5, 2, 3, 0), 3) {
        assert_eq!(flops, 960);
    }
    // The same, and an output padding that costs nothing.
    for (_, flops) in products(Conv::up([2, 1, 5], [7, 4, 4], 2, 3, 0), 3) {
        assert_eq!(flops, 960);
    }
}

/// The networks of Radford et al. for handwritten digits.
#[test]
fn a_dcgan_costs_what_its_layers_cost() {
    let mut settings = game([28, 28, 1], 64);
    settings.architecture.kind = Kind::Dcgan {
        width: 64,
        leak: 0.2,
    };
    settings.architecture.latent_dim = 100;
    settings.images = 64;
    let gan = Gan::new(settings);

    // Multiply-adds of a sample: windows × their elements × maps.
    let (inner, outer) = (49 * 1024 * 128, 196 * 16 * 64);
    let dense = [100 * 49 * 128, 49 * 128];
    let generator = dense[0] + inner + outer;
    let critic = outer + inner + dense[1];
    // A first layer's input gradient is made only for the generator behind it.
    let critic_step = generator + 2 * (3 * critic - outer);
    let generator_step = 3 * generator - dense[0] + 2 * critic;
    let turn = gan.turn();
    let products = calls(&gan, &turn).filter(|call| call.kernel.product);
    let products: u64 = products.map(|call| call.flops).sum();
    assert_eq!(products, 2 * 64 * (critic_step + generator_step));
    assert_eq!(products, 10_369_171_456);
}
