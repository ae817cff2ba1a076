//! A plan is plain data: a table of named tensors and programs, which are lists of calls of named
//! kernels on them. It knows no device; an executor (`gpu` or `cpu`) runs it.
//!
//! It deliberately does not differentiate, schedule or fuse: layers record what they want done.

mod alone;
mod check;
pub mod codes;
pub mod divergence;
mod executor;
pub mod kernel;
pub mod objective;
mod print;
mod recorder;
mod tensor;

pub use executor::{Contents, DeviceInfo, Executor, median};
pub use kernel::Kernel;
pub use print::{CallCost, bytes, cost, counted, table, thousands};
pub use recorder::{CallBuilder, Recorder};
pub use tensor::{ALIGNMENT, DType, Role, Storage, Tensor, TensorInfo};

/// A parameter of a call. Floats are kept in f64, so that the f64 mirror computes with what the
/// user wrote; a shader gets them rounded to f32.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    U32(u32),
    F64(f64),
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Value::U32(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Value::U32(u32::try_from(value).expect("an extent fits in 32 bits"))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::F64(value)
    }
}

/// What a call does to one of its tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads it.
    Read,
    /// Overwrites all of it without looking at what was there.
    Write,
    /// Reads and writes it (accumulated gradients, optimiser state, counters).
    Update,
}

/// One tensor of a call, under the name that the shader's binding has.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    pub name: &'static str,
    pub tensor: Tensor,
    pub access: Access,
}

/// One call of a kernel.
#[derive(Clone, Debug)]
pub struct Call {
    pub kernel: &'static Kernel,
    pub arguments: Vec<Argument>,
    pub params: Vec<(&'static str, Value)>,
    /// Outputs along x, y and z; an executor derives its group counts.
    pub extent: [u32; 3],
    /// Floating-point operations, counted as in the papers: a multiply-add is two.
    pub flops: u64,
}

impl Call {
    /// The value of an integer parameter.
    pub fn int(&self, name: &str) -> u32 {
        match self.param(name) {
            Value::U32(value) => value,
            Value::F64(_) => panic!("{}: parameter {name} is a float", self.kernel.name),
        }
    }

    /// The value of a float parameter.
    pub fn float(&self, name: &str) -> f64 {
        match self.param(name) {
            Value::F64(value) => value,
            Value::U32(_) => panic!("{}: parameter {name} is an integer", self.kernel.name),
        }
    }

    fn param(&self, name: &str) -> Value {
        let found = self.params.iter().find(|(given, _)| *given == name);
        found
            .unwrap_or_else(|| panic!("{} has no parameter {name}", self.kernel.name))
            .1
    }
}

/// A named list of calls that run in order.
#[derive(Clone, Debug)]
pub struct Program {
    pub name: String,
    pub calls: Vec<Call>,
}

/// The index of a program in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProgramId(pub usize);

/// Tensors, and the programs that work on them.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub storages: Vec<Storage>,
    pub tensors: Vec<TensorInfo>,
    pub programs: Vec<Program>,
}

impl Plan {
    /// Name, shape and place of a tensor.
    pub fn info(&self, tensor: Tensor) -> &TensorInfo {
        &self.tensors[tensor.0 as usize]
    }

    /// The calls of a program.
    pub fn program(&self, id: ProgramId) -> &Program {
        &self.programs[id.0]
    }

    /// The tensor of this name.
    pub fn find(&self, name: &str) -> Option<Tensor> {
        let at = self.tensors.iter().position(|info| info.name == name)?;
        Some(Tensor(at as u32))
    }

    /// Bytes that a device needs to hold every tensor.
    pub fn bytes(&self) -> u64 {
        self.storages.iter().map(Storage::bytes).sum()
    }
}
