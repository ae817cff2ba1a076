//! `gpugan presets`: options that papers recommend.

use clap::Args;
use gpugan::run::config::Preset;
use gpugan::{Error, Result};

use super::output;

/// List what --preset can be.
///
/// With a name, print the options of that preset as TOML, to be changed and given as --config.
#[derive(Args, Debug)]
pub struct Arguments {
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// Prints.
///
/// # Errors
/// `Error::Usage` for a name that there is not.
pub fn run(arguments: &Arguments) -> Result<()> {
    let all = Preset::all();
    let Some(name) = &arguments.name else {
        let widest = all.iter().map(|preset| preset.name.len()).max();
        let width = widest.unwrap_or(0);
        let line = |preset: &Preset| format!("{:width$}  {}", preset.name, preset.about());
        return output::print(&all.iter().map(line).collect::<Vec<_>>().join("\n"));
    };
    match all.iter().find(|preset| preset.name == name) {
        Some(preset) => output::print(preset.text),
        None => Err(Error::Usage(format!(
            "the preset '{name}' is unknown; `gpugan presets` lists what there is"
        ))),
    }
}
