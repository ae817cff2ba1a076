//! `--dry-run`: what a run would be.

use comfy_table::{CellAlignment, Table, presets};
use gpugan::gan::Gan;
use gpugan::nn::{Layer, Module, Network};
use gpugan::plan::{bytes, thousands};
use gpugan::run::Config;
use gpugan::{Error, Result};
use serde_json::json;

use super::super::output;

/// Prints the resolved options, both networks and the memory that the device will need.
///
/// # Errors
/// `Error::Runtime` where stdout cannot be written.
pub fn print(config: &Config, gan: &Gan, as_json: bool) -> Result<()> {
    let networks = [&gan.generator.network, &gan.critic.network];
    if as_json {
        let options = toml::Table::try_from(config);
        let options = options.map_err(|e| Error::Usage(format!("unusable options: {e}")))?;
        let [generator, critic] = networks.map(|network| {
            json!({ "parameters": network.parameter_count(), "modules": network.modules() })
        });
        return output::print_json(&json!({
            "options": options,
            "generator": generator,
            "critic": critic,
            "device_bytes": gan.plan.bytes(),
        }));
    }
    let mut text = config.to_toml()?;
    for network in networks {
        let (name, count) = (&network.name, thousands(network.parameter_count() as u64));
        text += &format!("\n{name}, {count} parameters\n{}\n", table(network));
    }
    let needed = bytes(gan.plan.bytes());
    output::print(&format!("{text}\nmemory of the device: {needed}"))
}

/// One row per module of the equivalent torch.nn.Sequential.
fn table(network: &Network) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["", "module", "output", "parameters"]);
    let (mut position, mut shape) = (0, vec![network.inputs()]);
    for layer in network.layers() {
        let parameters = layer.parameters();
        let sizes = parameters.iter().map(|p| p.shape.iter().product::<usize>());
        let count = sizes.sum::<usize>() as u64;
        for (at, module) in layer.modules().into_iter().enumerate() {
            let own = if at == layer.holder() { count } else { 0 };
            shape = after(&module, layer, shape);
            let extents: Vec<_> = shape.iter().map(usize::to_string).collect();
            table.add_row([
                position.to_string(),
                describe(&module),
                format!("[N, {}]", extents.join(", ")),
                thousands(own),
            ]);
            position += 1;
        }
    }
    let column = table.column_mut(3).expect("four columns");
    column.set_cell_alignment(CellAlignment::Right);
    table.to_string()
}

/// The shape, without the batch, that a module of a layer makes of another, as in PyTorch.
fn after(module: &Module, layer: &dyn Layer, shape: Vec<usize>) -> Vec<usize> {
    match module {
        Module::Positive { module, .. } => after(module, layer, shape),
        Module::Linear { out_features, .. } => vec![*out_features],
        Module::Flatten => vec![shape.iter().product()],
        Module::Unflatten {
            unflattened_size, ..
        } => unflattened_size.to_vec(),
        Module::Maxout { .. } | Module::Moments { .. } => vec![layer.outputs()],
        _ => match layer.image() {
            Some([h, w, c]) => vec![c, h, w],
            None => shape,
        },
    }
}

/// A module as PyTorch prints it, more or less.
fn describe(module: &Module) -> String {
    match module {
        Module::Linear {
            in_features,
            out_features,
            bias,
        } => format!(
            "Linear({in_features}, {out_features}{})",
            without_bias(*bias)
        ),
        Module::BatchNorm1d { num_features, .. } => format!("BatchNorm1d({num_features})"),
        Module::BatchNorm2d { num_features, .. } => format!("BatchNorm2d({num_features})"),
        Module::Conv2d {
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            bias,
        } => format!(
            "Conv2d({in_channels}, {out_channels}, {kernel_size}, {stride}, {padding}{})",
            without_bias(*bias)
        ),
        Module::ConvTranspose2d {
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding: [y, x],
            bias,
        } => format!(
            "ConvTranspose2d({in_channels}, {out_channels}, {kernel_size}, {stride}, {padding}, ({y}, {x}){})",
            without_bias(*bias)
        ),
        Module::Flatten => "Flatten()".to_string(),
        Module::Unflatten {
            dim,
            unflattened_size,
        } => format!("Unflatten({dim}, {unflattened_size:?})"),
        Module::ReLU => "ReLU()".to_string(),
        Module::LeakyReLU { negative_slope } => format!("LeakyReLU({negative_slope})"),
        Module::Tanh => "Tanh()".to_string(),
        Module::Sigmoid => "Sigmoid()".to_string(),
        Module::Softplus => "Softplus()".to_string(),
        Module::SmoothELU => "SmoothELU()".to_string(),
        Module::ELU => "ELU()".to_string(),
        Module::Dropout { p } => format!("Dropout({p})"),
        Module::Maxout { pieces } => format!("Maxout({pieces})"),
        Module::Moments { degree } => format!("Moments({degree})"),
        Module::Upsample { scale_factor } => format!("Upsample(scale_factor={scale_factor})"),
        Module::Affine { num_features } => format!("Affine({num_features})"),
        Module::Positive { module, .. } => format!("positive({})", describe(module)),
        Module::SpectralNorm { module } => format!("spectral_norm({})", describe(module)),
    }
}

fn without_bias(bias: bool) -> &'static str {
    if bias { "" } else { ", bias=False" }
}
