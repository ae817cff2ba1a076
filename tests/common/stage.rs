//! A layer without parameters, recorded alone.

use gpugan::nn::{Backward, Forward, Grads, Layer, Mode, Noise, Training};
use gpugan::plan::codes::{Activation, Counter};
use gpugan::plan::{DType, Plan, ProgramId, Recorder, Role, Tensor};
use gpugan::random::Latent;
use gpugan::threefry::{Stream, Words};

use super::layer::keep;

/// One pass of a layer: forward into y, and back from dy to the pre-activation below.
pub struct Stage {
    pub plan: Plan,
    pub program: ProgramId,
    pub clock: Tensor,
    pub x: Tensor,
    pub y: Tensor,
    pub dy: Tensor,
    pub da: Tensor,
}

impl Stage {
    /// `noise` is the key of a training pass and the draws that the program has made before it;
    /// without, the pass is one in eval mode.
    pub fn new(
        layer: &dyn Layer,
        rows: usize,
        below: Activation,
        noise: Option<(Words, usize)>,
    ) -> Stage {
        let mut r = Recorder::new();
        let clock = r.tensor("clock", Role::State, DType::U32, &[Counter::COUNT]);
        let mut tensor = |name, columns, role| r.tensor(name, role, DType::F32, &[rows, columns]);
        let x = tensor("x", layer.inputs(), Role::State);
        let dy = tensor("dy", layer.outputs(), Role::State);
        let y = tensor("y", layer.outputs(), Role::Output);
        let da = tensor("da", layer.inputs(), Role::Output);
        let program = r.program("pass");
        let mode = noise.map_or(Mode::Eval, |(key, draw)| training(clock, key, draw));
        let (name, parameters, buffers) = ("stage", &[], &[]);
        let forward = Forward {
            name,
            parameters,
            buffers,
            mode,
            x,
            y,
        };
        let saved = layer.forward(&mut r, forward);
        let backward = Backward {
            name,
            parameters,
            gradients: &[],
            grads: Grads::Overwrite,
            mode,
            x,
            saved: &saved,
            da: dy,
            below: Some(below),
        };
        let made = layer.backward(&mut r, backward);
        keep(&mut r, made.expect("it was asked for"), da);
        // A layer without chance reads no clock.
        let drawn = r.tensor("drawn", Role::Output, DType::F32, &[1]);
        Latent::Normal.draw(&mut r, clock, 0, Stream::Noise, Counter::Noise, drawn);
        Stage {
            plan: r.finish(),
            program,
            clock,
            x,
            y,
            dy,
            da,
        }
    }
}

/// Of one kind of samples, advancing whatever a training pass advances.
pub fn training(clock: Tensor, key: Words, draw: usize) -> Mode {
    Mode::Train(Training {
        groups: 1,
        advance: true,
        noise: Noise { clock, key, draw },
    })
}
