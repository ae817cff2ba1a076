//! One way to set, run and read executors in f32 and the mirror in f64, whose numbers are not
//! rounded on the way.

use gpugan::cpu::Cpu;
use gpugan::nn::Planes;
use gpugan::plan::{Contents, Executor, ProgramId, Tensor};

pub trait Floats {
    fn put(&mut self, tensor: Tensor, values: &[f64]);

    fn get(&mut self, tensor: Tensor) -> Vec<f64>;

    /// For what is not about floats.
    fn executor(&mut self) -> &mut dyn Executor;

    fn run(&mut self, programs: &[ProgramId]) {
        self.executor().run(programs, 1).unwrap();
    }

    /// Sets a tensor from PyTorch's order.
    fn put_torch(&mut self, tensor: Tensor, planes: Option<Planes>, values: &[f64]) {
        match planes {
            Some(planes) => self.put(tensor, &planes.from_torch(values)),
            None => self.put(tensor, values),
        }
    }

    /// Reads a tensor in PyTorch's order.
    fn get_torch(&mut self, tensor: Tensor, planes: Option<Planes>) -> Vec<f64> {
        let values = self.get(tensor);
        match planes {
            Some(planes) => planes.to_torch(&values),
            None => values,
        }
    }
}

impl Floats for Cpu<f64> {
    fn put(&mut self, tensor: Tensor, values: &[f64]) {
        self.floats_mut(tensor).copy_from_slice(values);
    }

    fn get(&mut self, tensor: Tensor) -> Vec<f64> {
        self.floats(tensor).to_vec()
    }

    fn executor(&mut self) -> &mut dyn Executor {
        self
    }
}

/// An executor, whose numbers are rounded to f32.
pub struct Rounded<'a>(pub &'a mut dyn Executor);

impl Floats for Rounded<'_> {
    fn put(&mut self, tensor: Tensor, values: &[f64]) {
        let values = values.iter().map(|value| *value as f32).collect();
        self.0.write(tensor, &Contents::F32(values)).unwrap();
    }

    fn get(&mut self, tensor: Tensor) -> Vec<f64> {
        match self.0.read(tensor).unwrap() {
            Contents::F32(values) => values.into_iter().map(f64::from).collect(),
            other => panic!("no floats: {other:?}"),
        }
    }

    fn executor(&mut self) -> &mut dyn Executor {
        self.0
    }
}

impl Floats for Box<dyn Executor> {
    fn put(&mut self, tensor: Tensor, values: &[f64]) {
        Rounded(self.as_mut()).put(tensor, values);
    }

    fn get(&mut self, tensor: Tensor) -> Vec<f64> {
        Rounded(self.as_mut()).get(tensor)
    }

    fn executor(&mut self) -> &mut dyn Executor {
        self.as_mut()
    }
}
