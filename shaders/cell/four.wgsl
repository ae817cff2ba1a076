// Cells of four neighbours, for sizes that are multiples of four.

alias Out = vec4<f32>;
alias Bits = vec4<u32>;
const WIDTH: u32 = 4u;
const PER_THREAD_X: u32 = 4u;
