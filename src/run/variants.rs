//! Which variants of kernels were found to be the fastest on a device, kept in the user's cache
//! directory, one file per adapter, and in a run's `run.json`.
//!
//! A cache is never worth a failure: one that is missing, damaged or about another driver or other
//! shaders holds nothing, and is replaced. Nothing is measured here.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::atomic;

/// Names the directory of the cache in place of the user's.
const OWN_PLACE: &str = "GPUGAN_CACHE_DIR";
/// No cache is this long; anything may lie at its place.
const LONGEST_FILE: u64 = 8 << 20;
/// Letters of an adapter's name that its file shows.
const LONGEST_NAME: usize = 48;

/// The variants of one device, under one driver, of one set of shaders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variants {
    pub adapter: String,
    /// `vulkan`, `metal`, `dx12`.
    pub backend: String,
    /// With its version.
    pub driver: String,
    /// The SHA-256 of the shaders, in hexadecimal.
    pub shaders: String,
    /// Kernel and extents to the name of the variant.
    pub choices: BTreeMap<String, String>,
}

impl Variants {
    /// Whether both are about the same adapter, driver and shaders, so that the choices of one hold
    /// for the other.
    pub fn agrees(&self, other: &Variants) -> bool {
        let key = |v: &Variants| [&v.adapter, &v.backend, &v.driver, &v.shaders].map(String::clone);
        key(self) == key(other)
    }

    /// The choices that the cache in `directory` holds for this device; none where it has no file,
    /// or one that cannot be used.
    pub fn cached(&self, directory: &Path) -> BTreeMap<String, String> {
        let found = read(&directory.join(self.file_name()));
        let found = found.filter(|found| self.agrees(found));
        found.map_or_else(BTreeMap::new, |found| found.choices)
    }

    /// Adds these choices to the cache in `directory`. A choice that is there already stays, so that
    /// whoever read it goes on with what others will read.
    ///
    /// # Errors
    /// Where the file cannot be written; it is then as before.
    pub fn store(&self, directory: &Path) -> io::Result<()> {
        let mut all = self.clone();
        all.choices.extend(self.cached(directory));
        fs::create_dir_all(directory)?;
        let text = serde_json::to_string_pretty(&all)? + "\n";
        atomic::write(&directory.join(self.file_name()), text.as_bytes())
    }

    /// A readable part of the adapter's name, and what tells adapters of like names apart.
    fn file_name(&self) -> String {
        let plain = |c: char| match c.is_ascii_alphanumeric() {
            true => c.to_ascii_lowercase(),
            false => '-',
        };
        let name: String = self.adapter.chars().map(plain).take(LONGEST_NAME).collect();
        let identity = format!("{}\n{}", self.adapter, self.backend);
        let hash = Sha256::digest(identity.as_bytes());
        let hash: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("variants-{name}-{hash}.json")
    }
}

/// A pipe or a device at the file's place would never end.
fn read(path: &Path) -> Option<Variants> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(LONGEST_FILE).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Where this user's caches belong: GPUGAN_CACHE_DIR, else `gpugan` in the directory of the system;
/// `None` where no such directory is known.
pub fn cache_directory() -> Option<PathBuf> {
    place(std::env::consts::OS, &|name| std::env::var_os(name))
}

/// Relative paths are passed over, as the XDG specification demands: they would be other places for
/// every working directory.
fn place(system: &str, variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(own) = variable(OWN_PLACE).filter(|own| !own.is_empty()) {
        return Some(own.into());
    }
    let absolute = |name| {
        let path = variable(name).map(PathBuf::from);
        path.filter(|path| path.has_root())
    };
    let home = || absolute("HOME");
    let caches = match system {
        "windows" => absolute("LOCALAPPDATA"),
        "macos" => home().map(|home| home.join("Library/Caches")),
        _ => absolute("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache"))),
    };
    caches.map(|caches| caches.join("gpugan"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(system: &str, variables: &[(&str, &str)]) -> Option<PathBuf> {
        place(system, &|name| {
            let found = variables.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| value.into())
        })
    }

    #[test]
    fn every_system_has_its_place() {
        let found = |system: &str, variables: &[(&str, &str)]| at(system, variables).unwrap();
        let home = ("HOME", "/home/ada");
        assert_eq!(
            found("linux", &[home]),
            Path::new("/home/ada/.cache/gpugan")
        );
        let xdg = ("XDG_CACHE_HOME", "/var/tmp");
        assert_eq!(found("linux", &[home, xdg]), Path::new("/var/tmp/gpugan"));
        let relative = ("XDG_CACHE_HOME", "tmp");
        assert_eq!(found("freebsd", &[home, relative]), found("linux", &[home]));
        let mac = found("macos", &[home, xdg]);
        assert_eq!(mac, Path::new("/home/ada/Library/Caches/gpugan"));
        let local = ("LOCALAPPDATA", "/c/AppData/Local");
        let windows = found("windows", &[home, local]);
        assert_eq!(windows, Path::new("/c/AppData/Local/gpugan"));
        assert_eq!(at("linux", &[]), None);
        assert_eq!(at("windows", &[home]), None);
    }

    #[test]
    fn the_own_place_goes_over_all() {
        for system in ["linux", "macos", "windows"] {
            let found = at(system, &[("HOME", "/home/ada"), (OWN_PLACE, "here")]);
            assert_eq!(found.unwrap(), Path::new("here"));
        }
        let unset = at("linux", &[("HOME", "/home/ada"), (OWN_PLACE, "")]);
        assert_eq!(unset.unwrap(), Path::new("/home/ada/.cache/gpugan"));
    }

    #[test]
    fn adapters_have_files_of_their_own() {
        let name = |adapter: &str, backend: &str| {
            let (adapter, backend) = (adapter.to_string(), backend.to_string());
            let variants = Variants {
                adapter,
                backend,
                ..Variants::default()
            };
            variants.file_name()
        };
        let radeon = name("AMD Radeon 780M (RADV/1)", "vulkan");
        assert!(
            radeon.starts_with("variants-amd-radeon-780m--radv-1--"),
            "{radeon}"
        );
        assert_ne!(radeon, name("AMD Radeon 780M (RADV 1)", "vulkan"));
        assert_ne!(radeon, name("AMD Radeon 780M (RADV/1)", "dx12"));
        assert!(name(&"ä".repeat(500), "vulkan").len() < 80);
    }
}
