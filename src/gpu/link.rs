//! Shader text: the embedded files, and how they are joined.
//!
//! A file asks for a piece with a line `//!import lib/threefry`; the piece is put before it, once.
//! That is all that happens to the text: no macros, no conditions.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

use sha2::{Digest, Sha256};

use crate::plan::Kernel;

static FOLDER: Dir = include_dir!("$CARGO_MANIFEST_DIR/shaders");
static EMBEDDED: LazyLock<Sources> = LazyLock::new(|| {
    let mut files = BTreeMap::new();
    collect(&FOLDER, &mut files);
    Sources {
        files,
        trusted: true,
    }
});

const IMPORT: &str = "//!import ";

/// Where the files are that a kernel is linked with, one at a time.
fn drivers(kernel: &Kernel) -> Option<&'static str> {
    match (kernel.product, kernel.cells) {
        (true, _) => Some("gemm/"),
        (false, true) => Some("cell/"),
        (false, false) => None,
    }
}

fn collect(folder: &'static Dir, files: &mut BTreeMap<&'static str, &'static str>) {
    for file in folder.files() {
        let path = file.path().to_str();
        if let Some(name) = path.and_then(|path| path.strip_suffix(".wgsl")) {
            let text = file.contents_utf8();
            files.insert(
                name,
                text.unwrap_or_else(|| panic!("{name}.wgsl is no UTF-8")),
            );
        }
    }
    folder.dirs().for_each(|folder| collect(folder, files));
}

/// WGSL files by their path in `shaders/` without the ending.
#[derive(Clone, Debug)]
pub struct Sources {
    files: BTreeMap<&'static str, &'static str>,
    /// Whether they are the crate's own, which the tests have proved.
    trusted: bool,
}

impl Sources {
    /// The shaders of the crate.
    pub fn embedded() -> &'static Sources {
        &EMBEDDED
    }

    /// Other shaders, as (path without ending, text).
    pub fn of(files: &[(&'static str, &'static str)]) -> Sources {
        Sources {
            files: files.iter().copied().collect(),
            trusted: false,
        }
    }

    /// The SHA-256 of all files, in hexadecimal: equal ones are linked to equal shaders.
    pub fn checksum(&self) -> String {
        let mut hash = Sha256::new();
        for (name, text) in &self.files {
            for part in [name, text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    pub(super) fn trusted(&self) -> bool {
        self.trusted
    }

    /// What `kernel` can be linked as: products once with every driver, cells once with every
    /// width, all others once.
    pub fn variants(&self, kernel: &Kernel) -> Vec<Option<&'static str>> {
        let Some(folder) = drivers(kernel) else {
            return vec![None];
        };
        let files = self.files.keys();
        let drivers = files.filter_map(|path| path.strip_prefix(folder));
        drivers.map(Some).collect()
    }

    /// The whole text of a kernel: imports, the kernel's file, and the driver, if it has any.
    ///
    /// # Panics
    /// Where a file is missing: the catalogue and the folder disagree.
    pub fn link(&self, kernel: &Kernel, variant: Option<&str>) -> String {
        let mut linker = Linker {
            sources: self,
            seen: HashSet::new(),
            text: String::new(),
        };
        linker.append(kernel.name, kernel.name);
        if let (Some(folder), Some(variant)) = (drivers(kernel), variant) {
            linker.append(&format!("{folder}{variant}"), kernel.name);
        }
        linker.text
    }
}

struct Linker<'a> {
    sources: &'a Sources,
    seen: HashSet<String>,
    text: String,
}

impl Linker<'_> {
    fn append(&mut self, path: &str, wanted_by: &str) {
        if !self.seen.insert(path.to_string()) {
            return;
        }
        let Some(text) = self.sources.files.get(path) else {
            panic!("there is no shader {path}.wgsl, which {wanted_by} needs");
        };
        for import in text.lines().filter_map(|line| line.strip_prefix(IMPORT)) {
            self.append(import.trim(), path);
        }
        self.text.push_str(text);
        if !text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        Sources::of(&[
            ("lib/a", "//!import lib/b\nfn a() {}"),
            ("lib/b", "//!import lib/a\nfn b() {}\n"),
            (
                "noun/verb",
                "//!import lib/b\n//!import lib/a\nfn verb() {}\n",
            ),
            ("gemm/plain", "//!import lib/a\nfn main() {}\n"),
            ("gemm/tile", "fn main() {}\n"),
            ("cell/one", "alias Out = f32;\n"),
        ])
    }

    fn verb(product: bool, cells: bool) -> Kernel {
        Kernel {
            name: "noun/verb",
            inputs: &[],
            outputs: &[],
            params: &[],
            product,
            cells,
        }
    }

    fn functions(text: &str) -> Vec<&str> {
        text.lines().filter(|line| line.starts_with("fn")).collect()
    }

    #[test]
    fn the_checksum_sees_every_letter_of_every_file() {
        let of = |files: &[(&'static str, &'static str)]| Sources::of(files).checksum();
        let one = of(&[("a", "bc")]);
        assert_eq!(one.len(), 64);
        assert_eq!(one, of(&[("a", "bc")]));
        for other in [
            &[("ab", "c")][..],
            &[("a", "bd")],
            &[("a", "bc"), ("b", "")],
        ] {
            assert_ne!(one, of(other));
        }
    }

    #[test]
    fn imports_come_first_and_once_whatever_asks_for_them() {
        let text = sources().link(&verb(false, false), None);
        assert_eq!(functions(&text), ["fn a() {}", "fn b() {}", "fn verb() {}"]);
    }

    #[test]
    fn a_driver_is_appended_to_a_product() {
        let text = sources().link(&verb(true, false), Some("plain"));
        let expected = ["fn a() {}", "fn b() {}", "fn verb() {}", "fn main() {}"];
        assert_eq!(functions(&text), expected);
    }

    #[test]
    fn kernels_have_a_variant_per_driver() {
        let variants = |product, cells| sources().variants(&verb(product, cells));
        assert_eq!(variants(true, false), [Some("plain"), Some("tile")]);
        assert_eq!(variants(false, true), [Some("one")]);
        assert_eq!(variants(false, false), [None]);
    }

    #[test]
    #[should_panic(expected = "no shader lib/gone.wgsl, which noun/verb needs")]
    fn a_missing_import_is_named() {
        let sources = Sources::of(&[("noun/verb", "//!import lib/gone\n")]);
        sources.link(&verb(false, false), None);
    }
}
