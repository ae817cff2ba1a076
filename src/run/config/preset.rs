//! Options that papers recommend, as files inside the program: `assets/presets/NAME.toml`. The
//! first line of each is a comment that says what it is.

use include_dir::{Dir, include_dir};

use crate::error::{Error, Result};

static FOLDER: Dir = include_dir!("$CARGO_MANIFEST_DIR/assets/presets");

/// A named set of options.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What `--preset` takes.
    pub name: &'static str,
    /// TOML, as for [`Config::parse`].
    pub text: &'static str,
}

impl Preset {
    /// Every preset, by name.
    pub fn all() -> Vec<Preset> {
        let preset = |file: &'static include_dir::File| {
            let name = file.path().file_name()?.to_str()?.strip_suffix(".toml")?;
            let text = file.contents_utf8()?;
            Some(Preset { name, text })
        };
        let mut all: Vec<Preset> = FOLDER.files().filter_map(preset).collect();
        all.sort_by_key(|preset| preset.name);
        all
    }

    /// One line that says what it is.
    pub fn about(self) -> &'static str {
        let line = self.text.lines().next().unwrap_or("");
        line.trim_start_matches('#').trim()
    }

    /// The text of the preset of this name, and what stands for it in error messages.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that there is not, with those that there are.
    pub fn text(name: &str) -> Result<(&'static str, String)> {
        let all = Preset::all();
        match all.iter().find(|preset| preset.name == name) {
            Some(preset) => Ok((preset.text, format!("preset {name}"))),
            None => {
                let names: Vec<&str> = all.iter().map(|preset| preset.name).collect();
                let known = names.join(", ");
                let message = format!("--preset '{name}' is unknown; give one of {known}");
                Err(Error::Usage(message))
            }
        }
    }
}
