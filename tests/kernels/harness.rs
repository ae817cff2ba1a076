//! One call of a kernel as data, and what runs it: alone in f64 against known truths, or many in
//! one plan, so that executors can be compared.

use gpugan::cpu::Cpu;
use gpugan::plan::{
    Access, Contents, DType, Executor, Kernel, Plan, ProgramId, Recorder, Role, Tensor, Value,
};
use gpugan::threefry::{open_unit, threefry2x32};

/// One call. What the kernel overwrites starts as NaN.
pub struct Case {
    pub name: String,
    kernel: &'static Kernel,
    tensors: Vec<(&'static str, Access, Contents)>,
    params: Vec<(&'static str, Value)>,
    extent: [usize; 3],
    unspecified: Vec<&'static str>,
    depth: usize,
    scale: f64,
}

impl Case {
    pub fn new(kernel: &'static Kernel, label: impl std::fmt::Display) -> Case {
        Case {
            name: format!("{} {label}", kernel.name),
            kernel,
            tensors: Vec::new(),
            params: Vec::new(),
            extent: [1; 3],
            unspecified: Vec::new(),
            depth: 1,
            scale: 1.0,
        }
    }

    pub fn read(mut self, name: &'static str, contents: Contents) -> Case {
        self.tensors.push((name, Access::Read, contents));
        self
    }

    /// A tensor of floats that the kernel overwrites.
    pub fn write(mut self, name: &'static str, len: usize) -> Case {
        let garbage = Contents::F32(vec![f32::NAN; len]);
        self.tensors.push((name, Access::Write, garbage));
        self
    }

    pub fn update(mut self, name: &'static str, contents: Contents) -> Case {
        self.tensors.push((name, Access::Update, contents));
        self
    }

    pub fn set(mut self, name: &'static str, value: impl Into<Value>) -> Case {
        self.params.push((name, value.into()));
        self
    }

    pub fn extent(mut self, x: usize, y: usize, z: usize) -> Case {
        self.extent = [x, y, z];
        self
    }

    /// Exempts an output that the kernel leaves to the device from comparison.
    pub fn unspecified(mut self, name: &'static str) -> Case {
        self.unspecified.push(name);
        self
    }

    /// Terms of each sum, of which the tolerance takes the square root; 1 unless told.
    pub fn depth(mut self, terms: usize) -> Case {
        self.depth = terms;
        self
    }

    /// The size of the terms that are summed, which the absolute tolerance is in; 1 unless told.
    pub fn scale(mut self, size: f64) -> Case {
        self.scale = size;
        self
    }

    fn int(&self, name: &str) -> Option<u32> {
        let found = self.params.iter().find(|(given, _)| *given == name);
        found.and_then(|(_, value)| match value {
            Value::U32(value) => Some(*value),
            Value::F64(_) => None,
        })
    }

    fn is_in_fours(&self) -> bool {
        let sizes: &[&str] = match self.kernel.product {
            true => &["inputs", "outputs"],
            false => &["channels", "len", "width"],
        };
        let mut sizes = sizes.iter().filter_map(|name| self.int(name));
        sizes.all(|size| size.is_multiple_of(4))
    }

    /// Whether it reads an image of few channels, and all else is in fours.
    fn is_thin(&self) -> bool {
        let window = self.int("kernel").zip(self.int("inputs"));
        !self.kernel.name.starts_with("conv/up")
            && !self.is_in_fours()
            && window.is_some_and(|(kernel, inputs)| (kernel * kernel * inputs).is_multiple_of(4))
            && self
                .int("outputs")
                .is_some_and(|maps| maps.is_multiple_of(4))
    }

    fn record(&self, recorder: &mut Recorder) -> Recorded {
        let program = recorder.program(&self.name);
        let tensors = self.tensors.iter().map(|(name, access, contents)| {
            let role = match access {
                Access::Write => Role::Output,
                _ => Role::State,
            };
            let dtype = match contents {
                Contents::F32(_) => DType::F32,
                Contents::U32(_) => DType::U32,
                Contents::U8(_) => DType::U8,
            };
            let name = format!("{}: {name}", self.name);
            recorder.tensor(&name, role, dtype, &[contents.len()])
        });
        let tensors: Vec<Tensor> = tensors.collect();
        let mut call = recorder.call(self.kernel);
        for ((name, access, _), tensor) in self.tensors.iter().zip(&tensors) {
            call = match access {
                Access::Read => call.read(name, *tensor),
                Access::Write => call.write(name, *tensor),
                Access::Update => call.update(name, *tensor),
            };
        }
        for (name, value) in &self.params {
            call = call.set(name, *value);
        }
        let [x, y, z] = self.extent;
        call.extent(x, y, z).record();
        Recorded { program, tensors }
    }

    fn fill(&self, executor: &mut dyn Executor, recorded: &Recorded) {
        for ((_, _, contents), tensor) in self.tensors.iter().zip(&recorded.tensors) {
            executor.write(*tensor, contents).expect("a tensor is set");
        }
    }
}

struct Recorded {
    program: ProgramId,
    tensors: Vec<Tensor>,
}

/// What a call left in one of its outputs.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub case: String,
    pub kernel: &'static str,
    pub tensor: &'static str,
    pub contents: Contents,
    pub depth: usize,
    pub scale: f64,
}

/// Many calls in one plan, a program each, so that a device is opened only once.
pub struct Suite {
    cases: Vec<(Case, Recorded)>,
    plan: Plan,
}

impl Suite {
    pub fn new(cases: Vec<Case>) -> Suite {
        let mut recorder = Recorder::new();
        let record = |case: Case| {
            let recorded = case.record(&mut recorder);
            (case, recorded)
        };
        let cases = cases.into_iter().map(record).collect();
        let plan = recorder.finish();
        Suite { cases, plan }
    }

    pub fn plan(&self) -> Plan {
        self.plan.clone()
    }

    /// Which variant each call runs as that has any: case, variant, whether its cells can be four
    /// wide, and whether all but an image's can.
    pub fn variants(&self, executor: &dyn Executor) -> Vec<(String, String, [bool; 2])> {
        let has_any = |case: &Case| case.kernel.product || case.kernel.cells;
        let cases = self.cases.iter().filter(|(case, _)| has_any(case));
        let row = |(case, recorded): &'_ (Case, Recorded)| {
            let variant = executor.variant(recorded.program, 0).to_string();
            (
                case.name.clone(),
                variant,
                [case.is_in_fours(), case.is_thin()],
            )
        };
        cases.map(row).collect()
    }

    /// Runs every call once, and reads what it wrote.
    pub fn run(&self, executor: &mut dyn Executor) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for (case, recorded) in &self.cases {
            case.fill(executor, recorded);
            executor.run(&[recorded.program], 1).expect(&case.name);
            for ((tensor, access, _), handle) in case.tensors.iter().zip(&recorded.tensors) {
                if *access != Access::Read && !case.unspecified.contains(tensor) {
                    outcomes.push(Outcome {
                        case: case.name.clone(),
                        kernel: case.kernel.name,
                        tensor,
                        contents: executor.read(*handle).expect(&case.name),
                        depth: case.depth,
                        scale: case.scale,
                    });
                }
            }
        }
        outcomes
    }
}

/// One call on the f64 mirror, to be run as often as a test likes.
pub struct Rig {
    case: Case,
    recorded: Recorded,
    cpu: Cpu<f64>,
}

impl Rig {
    pub fn new(case: Case) -> Rig {
        let mut recorder = Recorder::new();
        let recorded = case.record(&mut recorder);
        let mut cpu = Cpu::new(recorder.finish(), Some(1)).expect("threads");
        case.fill(&mut cpu, &recorded);
        Rig {
            case,
            recorded,
            cpu,
        }
    }

    fn tensor(&self, name: &str) -> Tensor {
        let mut names = self.case.tensors.iter().map(|(given, _, _)| *given);
        let at = names.position(|given| given == name);
        self.recorded.tensors[at.unwrap_or_else(|| panic!("no tensor {name}"))]
    }

    pub fn run(&mut self) -> &mut Rig {
        self.cpu.run_program(self.recorded.program);
        self
    }

    pub fn floats(&self, name: &str) -> Vec<f64> {
        self.cpu.floats(self.tensor(name)).to_vec()
    }

    pub fn set(&mut self, name: &str, values: &[f64]) -> &mut Rig {
        let tensor = self.tensor(name);
        self.cpu.floats_mut(tensor).copy_from_slice(values);
        self
    }

    pub fn words(&mut self, name: &str) -> Vec<u32> {
        let tensor = self.tensor(name);
        match self.cpu.read(tensor).expect("the mirror reads") {
            Contents::U32(words) => words,
            other => panic!("{name} is {other:?}"),
        }
    }
}

/// Numbers on (−scale, scale), different for every seed.
pub fn noise(seed: u32, len: usize, scale: f32) -> Vec<f32> {
    let unit = |at| open_unit(threefry2x32([seed, 0], [at as u32, 0])[0]);
    (0..len)
        .map(|at| (2.0 * unit(at) - 1.0) as f32 * scale)
        .collect()
}

/// A guard that saw nothing.
pub fn quiet() -> Contents {
    Contents::U32([0, u32::MAX, u32::MAX].repeat(4))
}
