//! Shaders and presets are embedded as folders, and a folder is watched here alone: without this a
//! new file would not be seen before the next change of the code.

fn main() {
    println!("cargo::rerun-if-changed=shaders");
    println!("cargo::rerun-if-changed=assets/presets");
}
