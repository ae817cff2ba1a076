//! A dense layer under every activation against PyTorch in float64 (tests/golden/tiny_gan.py).

mod common;

use common::layer::{Sheet, Sheets, activation, all_right, all_wrong, another, before};
use common::{LayerCase, Layers, dense_layers};
use gpugan::nn::{Dense, Layer};
use gpugan::plan::codes::Activation;

fn sheet(layers: &Layers, case: &LayerCase) -> Sheet {
    let activation = activation(&case.activation, layers.slope);
    Sheet {
        label: case.activation.clone(),
        rows: layers.batch,
        planes: [None; 2],
        x: layers.x.clone(),
        da: before(activation, &layers.dy, &case.y),
        parameters: vec![layers.weight.clone(), layers.bias.clone()],
        y: case.y.clone(),
        dx: case.dx.clone(),
        gradients: vec![case.dweight.clone(), case.dbias.clone()],
    }
}

/// All cases, each with the layer under what `choose` makes of its activation.
fn sheets(choose: impl Fn(Activation) -> Activation) -> Sheets {
    let layers = dense_layers();
    assert_eq!(layers.cases.len(), 5);
    let pair = |case: &LayerCase| {
        let activation = choose(activation(&case.activation, layers.slope));
        let layer = Dense::new(layers.inputs, layers.outputs, activation);
        (sheet(&layers, case), Box::new(layer) as Box<dyn Layer>)
    };
    Sheets::new(layers.cases.iter().map(pair).collect())
}

#[test]
fn the_f64_mirror_gives_pytorchs_numbers() {
    all_right(sheets(|right| right).check_f64());
}

#[test]
fn another_activation_does_not() {
    let checks = sheets(another).check_f64();
    assert_eq!(checks.len(), 5);
    all_wrong(checks);
}

#[test]
fn the_cpu_executor_gives_pytorchs_numbers() {
    all_right(sheets(|right| right).check_f32(&common::on_cpu));
}

#[test]
fn the_gpu_executor_gives_pytorchs_numbers() {
    common::on_every_variant(&|make| all_right(sheets(|right| right).check_f32(make)));
}
