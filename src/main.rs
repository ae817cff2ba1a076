//! The command line of gpugan: parse, run, exit code.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    // SAFETY: no thread was started yet.
    unsafe { gpugan::gpu::hush_layers() };
    cli::main()
}
