//! The files of a training run: its directory, options, checkpoints, metrics, pictures and log.
//!
//! Everything here deals in paths, bytes and plain host values. It knows no device, no layer and
//! no plan, so a run can be read, listed and repaired without any of them. It decides nothing
//! about training either: when to save and what to do about a failed write is the caller's choice.

pub mod animation;
pub mod atomic;
pub mod checkpoint;
pub mod config;
pub mod directory;
pub mod grid;
pub mod log;
pub mod metrics;
pub mod variants;

pub use config::Config;
pub use directory::RunDirectory;
