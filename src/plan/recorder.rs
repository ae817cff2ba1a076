//! Records tensors and calls into a plan.

use super::tensor::padded;
use super::{Access, Argument, Call, DType, Kernel, Plan, Program, ProgramId};
use super::{Role, Storage, Tensor, TensorInfo, Value};

/// Builds a plan. A mistake in a recording is a mistake of the program, so it panics with a
/// sentence; what depends on the user's input is checked before anything is recorded.
#[derive(Default)]
pub struct Recorder {
    plan: Plan,
    /// Put before the names of scratch tensors: the same layer is recorded in several passes.
    scope: String,
}

impl Recorder {
    /// An empty plan.
    pub fn new() -> Recorder {
        Recorder::default()
    }

    /// Begins a program; the calls that follow belong to it.
    pub fn program(&mut self, name: &str) -> ProgramId {
        self.plan.programs.push(Program {
            name: name.to_string(),
            calls: Vec::new(),
        });
        self.scope = format!("{name}/");
        ProgramId(self.plan.programs.len() - 1)
    }

    /// Records under a name of its own what a program does for a second time, such as calling the
    /// same network.
    pub fn aside<T>(&mut self, name: &str, record: impl FnOnce(&mut Recorder) -> T) -> T {
        let scope = self.scope.clone();
        self.scope = format!("{scope}{name}/");
        let made = record(self);
        self.scope = scope;
        made
    }

    /// Name, shape and place of a tensor.
    pub fn info(&self, tensor: Tensor) -> &TensorInfo {
        self.plan.info(tensor)
    }

    /// The extent of a tensor along its first dimension.
    pub fn rows(&self, tensor: Tensor) -> usize {
        self.info(tensor).shape[0]
    }

    /// A tensor in a storage of its own.
    pub fn tensor(&mut self, name: &str, role: Role, dtype: DType, shape: &[usize]) -> Tensor {
        let parts = [(name.to_string(), shape.to_vec())];
        self.pack(name, role, dtype, &parts).1[0]
    }

    /// A float tensor that lives within one iteration, named after the present program.
    pub fn scratch(&mut self, name: &str, shape: &[usize]) -> Tensor {
        let name = format!("{}{name}", self.scope);
        self.tensor(&name, Role::Scratch, DType::F32, shape)
    }

    /// A tensor of zeros that nobody writes, one for all who ask for this length.
    pub fn zeros(&mut self, len: usize) -> Tensor {
        let name = format!("zeros.{len}");
        match self.plan.find(&name) {
            Some(zeros) => zeros,
            None => self.tensor(&name, Role::Input, DType::F32, &[len]),
        }
    }

    /// Several tensors in one storage. Returns the whole as one flat tensor, padding included,
    /// and the parts in order. With a single part the whole bears the name of the storage too.
    pub fn pack(
        &mut self,
        name: &str,
        role: Role,
        dtype: DType,
        parts: &[(String, Vec<usize>)],
    ) -> (Tensor, Vec<Tensor>) {
        let storage = self.plan.storages.len();
        let mut offset = 0;
        let mut tensors = Vec::new();
        for (part, shape) in parts {
            let len: usize = shape.iter().product();
            assert!(len > 0, "tensor {part} is empty: {shape:?}");
            assert!(self.plan.find(part).is_none(), "two tensors named {part}");
            tensors.push(self.push(part, storage, offset, shape.clone(), dtype));
            offset += padded(len, dtype);
        }
        let whole = match parts {
            [_] => tensors[0],
            _ => self.push(name, storage, 0, vec![offset], dtype),
        };
        let name = name.to_string();
        self.plan.storages.push(Storage {
            name,
            dtype,
            len: offset,
            role,
        });
        (whole, tensors)
    }

    fn push(
        &mut self,
        name: &str,
        storage: usize,
        offset: usize,
        shape: Vec<usize>,
        dtype: DType,
    ) -> Tensor {
        let name = name.to_string();
        self.plan.tensors.push(TensorInfo {
            name,
            storage,
            offset,
            shape,
            dtype,
        });
        Tensor(self.plan.tensors.len() as u32 - 1)
    }

    /// The rows `start..start + count` of a tensor as a tensor of its own, or `None` where they do
    /// not begin at an aligned address and thus cannot be bound.
    pub fn slice_rows(
        &mut self,
        of: Tensor,
        name: &str,
        start: usize,
        count: usize,
    ) -> Option<Tensor> {
        let info = self.info(of);
        let row: usize = info.shape[1..].iter().product();
        let (storage, dtype, offset) = (info.storage, info.dtype, info.offset + start * row);
        if !(offset * dtype.size()).is_multiple_of(super::ALIGNMENT) {
            return None;
        }
        let mut shape = info.shape.clone();
        shape[0] = count;
        let name = format!("{}{name}", self.scope);
        Some(self.push(&name, storage, offset, shape, dtype))
    }

    /// All of a tensor under another shape of as many elements.
    pub fn reshape(&mut self, of: Tensor, name: &str, shape: &[usize]) -> Tensor {
        let info = self.info(of);
        let len: usize = shape.iter().product();
        assert_eq!(info.len(), len, "{} as {shape:?}", info.name);
        let (storage, dtype, offset) = (info.storage, info.dtype, info.offset);
        let name = format!("{}{name}", self.scope);
        self.push(&name, storage, offset, shape.to_vec(), dtype)
    }

    /// Begins a call; `CallBuilder::record` ends it.
    pub fn call(&mut self, kernel: &'static Kernel) -> CallBuilder<'_> {
        let call = Call {
            kernel,
            arguments: Vec::new(),
            params: Vec::new(),
            extent: [1; 3],
            flops: 0,
        };
        CallBuilder {
            recorder: self,
            call,
        }
    }

    /// Ends the recording.
    ///
    /// # Panics
    /// Where the plan breaks a rule of `check`; the text names the program, call and tensor.
    pub fn finish(self) -> Plan {
        if let Err(fault) = super::check::check(&self.plan) {
            panic!("the plan is faulty: {fault}");
        }
        self.plan
    }
}

/// A call that is being written down.
#[must_use = "a call is recorded by `record`"]
pub struct CallBuilder<'a> {
    recorder: &'a mut Recorder,
    call: Call,
}

impl CallBuilder<'_> {
    fn argument(mut self, name: &'static str, tensor: Tensor, access: Access) -> Self {
        self.call.arguments.push(Argument {
            name,
            tensor,
            access,
        });
        self
    }

    /// The call only reads the tensor.
    pub fn read(self, name: &'static str, tensor: Tensor) -> Self {
        self.argument(name, tensor, Access::Read)
    }

    /// The call overwrites all of the tensor.
    pub fn write(self, name: &'static str, tensor: Tensor) -> Self {
        self.argument(name, tensor, Access::Write)
    }

    /// The call changes the tensor, depending on what was there.
    pub fn update(self, name: &'static str, tensor: Tensor) -> Self {
        self.argument(name, tensor, Access::Update)
    }

    /// The call adds to the tensor if it accumulates, and else overwrites it.
    pub fn put(self, name: &'static str, tensor: Tensor, accumulate: bool) -> Self {
        let access = match accumulate {
            true => Access::Update,
            false => Access::Write,
        };
        self.argument(name, tensor, access)
    }

    /// A parameter of the call, under its name in the catalogue.
    pub fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.call.params.push((name, value.into()));
        self
    }

    /// Outputs along x, y and z.
    pub fn extent(mut self, x: usize, y: usize, z: usize) -> Self {
        self.call.extent = [x, y, z].map(|n| u32::try_from(n).expect("an extent fits in 32 bits"));
        self
    }

    /// Floating-point operations of the call; a multiply-add is two.
    pub fn flops(mut self, flops: usize) -> Self {
        self.call.flops = flops as u64;
        self
    }

    /// Appends the call to the present program.
    pub fn record(self) {
        let Program { name, calls } = self
            .recorder
            .plan
            .programs
            .last_mut()
            .expect("a program was begun");
        super::check::call_fits_kernel(&self.call).unwrap_or_else(|e| panic!("{name}: {e}"));
        calls.push(self.call);
    }
}
