//! Storages (what a device allocates) and tensors (named, shaped, aligned parts of storages).

/// Every tensor begins at a multiple of this many bytes in its storage: WebGPU's default
/// alignment of storage-buffer bindings, so that any tensor can be bound on any device.
pub const ALIGNMENT: usize = 256;

/// The element type of a tensor. `F32` is what a shader sees; the f64 mirror widens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DType {
    F32,
    U32,
    /// Bytes, packed four to a word, little end first, where a shader reads them.
    U8,
}

impl DType {
    /// Bytes of one element on a device.
    pub fn size(self) -> usize {
        match self {
            DType::F32 | DType::U32 => 4,
            DType::U8 => 1,
        }
    }
}

/// How long the contents of a storage matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Set by the host once and only read (the data set), or never set and thus zero.
    Input,
    /// Lives from step to step and belongs into a checkpoint (weights, moments, counters).
    State,
    /// Written and then read within one iteration.
    Scratch,
    /// Written for the host to read (samples).
    Output,
}

/// One allocation.
#[derive(Clone, Debug)]
pub struct Storage {
    pub name: String,
    pub dtype: DType,
    /// Elements, a multiple of the alignment; the padding stays zero.
    pub len: usize,
    pub role: Role,
}

impl Storage {
    /// Bytes on a device, padding included.
    pub fn bytes(&self) -> u64 {
        (self.len * self.dtype.size()) as u64
    }
}

/// The index of a tensor in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tensor(pub u32);

/// A part of a storage with a name and a shape, row-major.
#[derive(Clone, Debug)]
pub struct TensorInfo {
    pub name: String,
    pub storage: usize,
    /// Elements before it in its storage.
    pub offset: usize,
    pub shape: Vec<usize>,
    pub dtype: DType,
}

impl TensorInfo {
    /// Elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes on a device.
    pub fn bytes(&self) -> u64 {
        (self.len() * self.dtype.size()) as u64
    }

    /// Whether both take elements of the same storage.
    pub fn overlaps(&self, other: &TensorInfo) -> bool {
        self.storage == other.storage
            && self.offset < other.offset + other.len()
            && other.offset < self.offset + self.len()
    }
}

/// Elements rounded up so that the next tensor is aligned.
pub(super) fn padded(len: usize, dtype: DType) -> usize {
    len.next_multiple_of(ALIGNMENT / dtype.size())
}
