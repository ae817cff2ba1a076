//! Convolutions, either way, against PyTorch in float64 (tests/golden/conv.py).

mod common;

use common::layer::{Sheet, Sheets, activation, all_right, all_wrong, another, before};
use gpugan::nn::{Conv, Layer, Planes};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

/// Images are \[N, C, H, W\].
#[derive(Deserialize)]
struct Case {
    module: Value,
    activation: String,
    slope: f64,
    input: [usize; 4],
    output: [usize; 4],
    weight: Vec<f64>,
    bias: Option<Vec<f64>>,
    x: Vec<f64>,
    dy: Vec<f64>,
    y: Vec<f64>,
    dx: Vec<f64>,
    dweight: Vec<f64>,
    dbias: Option<Vec<f64>>,
}

fn cases() -> Vec<Case> {
    let golden: Golden = serde_json::from_str(include_str!("golden/conv.json")).unwrap();
    assert_eq!(golden.cases.len(), 21);
    golden.cases
}

fn channels_last([_, c, h, w]: [usize; 4]) -> [usize; 3] {
    [h, w, c]
}

fn planes([_, channels, h, w]: [usize; 4]) -> Option<Planes> {
    Some(Planes {
        channels,
        pixels: h * w,
        inner: 1,
    })
}

impl Case {
    fn layer(&self) -> Conv {
        let size = |name: &str| self.module[name].as_u64().expect(name) as usize;
        let [kernel, stride, padding] = ["kernel_size", "stride", "padding"].map(size);
        let [x, y] = [self.input, self.output].map(channels_last);
        let conv = match self.module["type"].as_str() {
            Some("Conv2d") => Conv::down(x, y[2], kernel, stride, padding),
            Some("ConvTranspose2d") => Conv::up(x, y, kernel, stride, padding),
            other => panic!("no module {other:?}"),
        };
        let conv = conv.then(activation(&self.activation, self.slope));
        match self.bias {
            Some(_) => conv,
            None => conv.without_bias(),
        }
    }

    fn sheet(&self) -> Sheet {
        let with = |weight: &Vec<f64>, bias: &Option<Vec<f64>>| {
            [Some(weight.clone()), bias.clone()]
                .into_iter()
                .flatten()
                .collect()
        };
        Sheet {
            label: format!("{} {} of {:?}", self.module, self.activation, self.input),
            rows: self.input[0],
            planes: [planes(self.input), planes(self.output)],
            x: self.x.clone(),
            da: before(self.layer().activation, &self.dy, &self.y),
            parameters: with(&self.weight, &self.bias),
            y: self.y.clone(),
            dx: self.dx.clone(),
            gradients: with(&self.dweight, &self.dbias),
        }
    }
}

/// All cases, each with what `change` makes of the sheet and the layer; those left out for which it
/// makes nothing.
fn sheets(change: impl Fn(&mut Sheet, Conv) -> Option<Conv>) -> Sheets {
    let pair = |case: &Case| {
        let mut sheet = case.sheet();
        let layer: Box<dyn Layer> = Box::new(change(&mut sheet, case.layer())?);
        Some((sheet, layer))
    };
    Sheets::new(cases().iter().filter_map(pair).collect())
}

fn all() -> Sheets {
    sheets(|_, right| Some(right))
}

#[test]
fn a_layer_describes_itself_as_pytorchs_module() {
    for case in cases() {
        let modules = case.layer().modules();
        assert_eq!(serde_json::to_value(&modules[0]).unwrap(), case.module);
        let [x, y] = [case.input, case.output].map(channels_last);
        assert_eq!([case.layer().input(), case.layer().output()], [x, y]);
    }
}

#[test]
fn the_f64_mirror_gives_pytorchs_numbers() {
    all_right(all().check_f64());
}

#[test]
fn the_cpu_executor_gives_pytorchs_numbers() {
    all_right(all().check_f32(&common::on_cpu));
}

#[test]
fn the_gpu_executor_gives_pytorchs_numbers() {
    common::on_every_variant(&|make| all_right(all().check_f32(make)));
}

#[test]
fn another_activation_gives_others() {
    let sheets = sheets(|_, right| {
        let activation = another(right.activation);
        Some(right.then(activation))
    });
    all_wrong(sheets.check_f64());
}

#[test]
fn a_padding_that_is_one_off_gives_others() {
    let sheets = sheets(|_, right| {
        let padding = right.padding + 1;
        Some(Conv { padding, ..right })
    });
    all_wrong(sheets.check_f64());
}

/// A convolution in the sense of mathematics runs through the kernel backwards.
#[test]
fn a_turned_kernel_gives_others() {
    let sheets = sheets(|sheet, right| {
        let windows = sheet.parameters[0].chunks_mut(right.kernel * right.kernel);
        windows.for_each(<[f64]>::reverse);
        (right.kernel > 1).then_some(right)
    });
    all_wrong(sheets.check_f64());
}

#[test]
fn images_whose_channels_lie_elsewhere_give_others() {
    let sheets = sheets(|sheet, right| {
        sheet.planes = [None; 2];
        let mixed = |[h, w, c]: [usize; 3]| c > 1 && h * w > 1;
        (mixed(right.input()) || mixed(right.output())).then_some(right)
    });
    all_wrong(sheets.check_f64());
}
