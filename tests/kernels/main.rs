//! Kernels against known truths (the f64 mirror), and executors against each other.

mod agreement;
mod cases;
mod clock;
mod data;
mod golden;
mod harness;
mod objective;
mod optim;
mod random;
mod softmax;
