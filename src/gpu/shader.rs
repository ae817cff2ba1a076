//! One linked and validated shader: its reflection, and what a call needs of it.

use std::collections::BTreeMap;

use naga::Module;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};

use super::link::Sources;
use super::reflect::{self, Binding, Params};
use crate::plan::kernel::ALL;
use crate::plan::{Call, DType, Kernel, Value};

/// Most workgroups along one dimension of a dispatch that any device must take.
pub const MOST_GROUPS: u32 = 65_535;

/// A linked, validated and reflected shader.
#[derive(Clone, Debug)]
pub struct Shader {
    /// The kernel's name, `noun/verb`.
    pub name: &'static str,
    /// The driver of a product, or the width of cells, that it was linked with.
    pub variant: Option<&'static str>,
    /// The linked text.
    pub source: String,
    pub workgroup_size: [u32; 3],
    /// Outputs that one workgroup computes along x, y and z.
    pub covered: [u32; 3],
    /// The storage buffers, by rising binding index.
    pub bindings: Vec<Binding>,
    /// The uniform struct.
    pub params: Option<Params>,
    /// Module-scope constants of type u32 by name.
    pub constants: BTreeMap<String, u32>,
    pub module: Module,
    pub info: ModuleInfo,
}

/// Every kernel of the catalogue, linked in each of its variants. Needs no GPU.
///
/// # Panics
/// Where a shader is missing or faulty, with its name and the place of the fault.
pub fn shaders() -> Vec<Shader> {
    let sources = Sources::embedded();
    let variants = |kernel: &&'static Kernel| {
        let kernel = *kernel;
        let variants = sources.variants(kernel).into_iter();
        variants.map(move |variant| Shader::of(sources, kernel, variant))
    };
    ALL.iter().flat_map(variants).collect()
}

impl Shader {
    /// Links and reflects one kernel.
    ///
    /// # Panics
    /// Where the text is missing or faulty.
    pub fn of(sources: &Sources, kernel: &'static Kernel, variant: Option<&'static str>) -> Shader {
        Shader::reflect(kernel.name, variant, sources.link(kernel, variant))
    }

    /// Reflects a text that is already linked.
    ///
    /// # Panics
    /// Where the text is faulty.
    pub fn reflect(name: &'static str, variant: Option<&'static str>, source: String) -> Shader {
        let place = || format!("shader {name} {}", variant.unwrap_or_default());
        let module = naga::front::wgsl::parse_str(&source)
            .unwrap_or_else(|e| panic!("{}: {}", place(), e.emit_to_string(&source)));
        let info = Validator::new(ValidationFlags::all(), Capabilities::SUBGROUP)
            .validate(&module)
            .unwrap_or_else(|e| panic!("{}: {}", place(), e.emit_to_string(&source)));
        let [entry] = module.entry_points.as_slice() else {
            panic!("{}: not exactly one entry point", place());
        };
        assert_eq!(entry.name, "main", "{}", place());
        let workgroup_size = entry.workgroup_size;
        let constants = reflect::constants(&module);
        let (bindings, params) =
            reflect::globals(&module).unwrap_or_else(|e| panic!("{}: {e}", place()));
        Shader {
            name,
            variant,
            source,
            workgroup_size,
            covered: reflect::covered(workgroup_size, &constants),
            bindings,
            params,
            constants,
            module,
            info,
        }
    }

    /// The name of the variant as it is shown.
    pub fn variant_name(&self) -> &'static str {
        self.variant.unwrap_or("-")
    }

    /// Compares the shader with the kernel's row in the catalogue; the text names what differs.
    pub fn fits(&self, kernel: &Kernel) -> Result<(), String> {
        let ports = |ports: &'static [(&'static str, DType)], writable| {
            let row = move |(name, dtype): &(&str, DType)| {
                (name.to_string(), *dtype == DType::F32, writable)
            };
            ports.iter().map(row).collect::<Vec<_>>()
        };
        let mut wanted = ports(kernel.inputs, false);
        wanted.extend(ports(kernel.outputs, true));
        let row = |b: &Binding| (b.name.clone(), b.element.float, b.writable);
        let mut found: Vec<_> = self.bindings.iter().map(row).collect();
        wanted.sort();
        found.sort();
        if wanted != found {
            return Err(format!(
                "{}: (tensor, float, writable) of the catalogue {wanted:?}, of the shader {found:?}",
                self.name
            ));
        }
        let mut wanted: Vec<_> = kernel.params.to_vec();
        let fields = self.params.iter().flat_map(|params| &params.fields);
        let mut found: Vec<_> = fields.map(|f| (f.name.as_str(), f.kind)).collect();
        wanted.sort_by_key(|param| param.0);
        found.sort_by_key(|param| param.0);
        if wanted != found {
            return Err(format!(
                "{}: parameters of the catalogue {wanted:?}, of the shader {found:?}",
                self.name
            ));
        }
        Ok(())
    }

    /// Workgroups of a call. A long one-dimensional call is folded into rows of `MOST_GROUPS`,
    /// which `lib/index.wgsl` undoes.
    ///
    /// # Errors
    /// Where no dispatch can cover the extent.
    pub fn groups(&self, kernel: &Kernel, extent: [u32; 3]) -> Result<[u32; 3], String> {
        let mut groups = [0, 1, 2].map(|d| extent[d].div_ceil(self.covered[d]));
        if groups[0] > MOST_GROUPS && extent[1] == 1 && !kernel.product {
            groups[1] = groups[0].div_ceil(MOST_GROUPS);
            groups[0] = MOST_GROUPS;
        }
        if groups.iter().any(|&count| count > MOST_GROUPS) {
            return Err(format!(
                "{} would need {groups:?} workgroups for {extent:?} outputs, and a device takes {MOST_GROUPS} along each side: choose a smaller batch or network",
                self.name
            ));
        }
        Ok(groups)
    }

    /// The uniform struct of a call, little end first.
    pub fn pack(&self, call: &Call) -> Vec<u8> {
        let Some(params) = &self.params else {
            return Vec::new();
        };
        let mut bytes = vec![0; params.size as usize];
        for field in &params.fields {
            let given = call.params.iter().find(|(name, _)| *name == field.name);
            let word = match given.map(|(_, value)| *value) {
                Some(Value::U32(value)) => value,
                Some(Value::F64(value)) => (value as f32).to_bits(),
                None => panic!("{} is not told {}", self.name, field.name),
            };
            let at = field.offset as usize;
            bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::kernel::{self, Kind};

    const COPY: &str = "
        struct Params { skip: u32, start: u32, len: u32, }
        const PER_THREAD_X: u32 = SIDE * 2u;
        const SIDE: u32 = 2u;
        @group(0) @binding(0) var<uniform> p: Params;
        @group(0) @binding(2) var<storage, read_write> destination: array<atomic<u32>>;
        @group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
        @compute @workgroup_size(8, 2) fn main() { atomicStore(&destination[p.start], u32(source[0].x)); }";

    fn copy() -> Shader {
        Shader::reflect("data/copy", None, COPY.to_string())
    }

    #[test]
    fn a_shader_tells_its_bindings_constants_and_coverage() {
        let shader = copy();
        let names: Vec<_> = shader.bindings.iter().map(|b| b.name.as_str()).collect();
        assert_eq!(names, ["source", "destination"]);
        let [source, target] = &shader.bindings[..] else {
            panic!("two bindings")
        };
        assert!(!source.writable && source.element.float && source.element.lanes == 4);
        assert!(target.writable && !target.element.float && target.element.atomic);
        assert_eq!(shader.constants["PER_THREAD_X"], 4);
        assert_eq!(shader.covered, [32, 2, 1]);
    }

    #[test]
    fn what_differs_from_the_catalogue_is_said() {
        let fault = copy().fits(&kernel::DATA_COPY).unwrap_err();
        assert!(fault.contains("destination"), "{fault}");
        let text = COPY.replace("atomic<u32>", "f32");
        let text = text.replace(
            "atomicStore(&destination[p.start], u32(source[0].x))",
            "destination[0] = 1.0",
        );
        let shader = Shader::reflect("data/copy", None, text.clone());
        assert_eq!(shader.fits(&kernel::DATA_COPY), Ok(()));
        let shader = Shader::reflect("data/copy", None, text.replace("len: u32", "len: f32"));
        assert!(shader.fits(&kernel::DATA_COPY).is_err());
    }

    #[test]
    fn parameters_are_packed_by_name_wherever_they_lie() {
        let text = "
            struct Params { b: f32, a: u32, c: f32 }
            @group(0) @binding(0) var<uniform> p: Params;
            @group(0) @binding(1) var<storage, read_write> y: array<f32>;
            @compute @workgroup_size(1) fn main() { y[p.a] = p.b + p.c; }";
        let shader = Shader::reflect("test/mixed", None, text.to_string());
        static MIXED: Kernel = Kernel {
            name: "test/mixed",
            inputs: &[],
            outputs: &[("y", DType::F32)],
            params: &[("a", Kind::Int), ("b", Kind::Float), ("c", Kind::Float)],
            product: false,
            cells: false,
        };
        assert_eq!(shader.fits(&MIXED), Ok(()));
        let call = Call {
            kernel: &MIXED,
            arguments: Vec::new(),
            params: vec![("a", 7u32.into()), ("b", 0.1.into()), ("c", (-2.0).into())],
            extent: [1; 3],
            flops: 0,
        };
        let mut expected = 0.1f32.to_le_bytes().to_vec();
        expected.extend(7u32.to_le_bytes());
        expected.extend((-2f32).to_le_bytes());
        assert_eq!(shader.pack(&call), expected);
    }

    #[test]
    fn long_calls_are_folded_and_impossible_ones_refused() {
        let shader = copy();
        let groups = |extent| shader.groups(&kernel::DATA_COPY, extent);
        assert_eq!(groups([33, 3, 2]), Ok([2, 2, 2]));
        assert_eq!(groups([32 * 65_535, 1, 1]), Ok([65_535, 1, 1]));
        assert_eq!(groups([32 * 65_535 + 1, 1, 1]), Ok([65_535, 2, 1]));
        assert!(groups([32 * 65_535 + 1, 2, 1]).is_err());
    }

    #[test]
    #[should_panic(expected = "data/copy")]
    fn a_faulty_text_is_named() {
        Shader::reflect("data/copy", None, "fn main() { x = 1; }".to_string());
    }
}
