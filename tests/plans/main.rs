//! What holds for the plan of every game, and who may import whom. Needs no executor.

#[path = "../common/mod.rs"]
mod common;

mod conv;
mod games;
mod layering;
mod reads;
