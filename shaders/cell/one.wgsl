// Cells of one number, which fit every shape.

alias Out = f32;
alias Bits = u32;
const WIDTH: u32 = 1u;
const PER_THREAD_X: u32 = 1u;
