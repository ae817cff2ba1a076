//! The shaders are embedded as a folder, and a folder is watched here alone: without this a new
//! shader would not be seen before the next change of the code.

fn main() {
    println!("cargo::rerun-if-changed=shaders");
}
