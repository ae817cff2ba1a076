//! What a validated module says about itself: bindings, parameters, constants.
//!
//! The WGSL file is the truth; nothing read here is written down a second time on the host.

use std::collections::BTreeMap;

use naga::{AddressSpace, Expression, Literal, Module, ScalarKind, StorageAccess, TypeInner};

use crate::plan::kernel::Kind;

/// A storage buffer of a shader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub name: String,
    pub index: u32,
    /// `read_write` instead of `read`.
    pub writable: bool,
    pub element: Element,
}

/// The element of a bound array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// Whether the numbers are floats, else words.
    pub float: bool,
    /// Components: 1, or 2 to 4 of a vector.
    pub lanes: u32,
    pub atomic: bool,
}

/// The layout of the uniform struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    pub binding: u32,
    /// Bytes, as the shader sees it.
    pub size: u32,
    pub fields: Vec<Field>,
}

/// A field of the uniform struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    /// Bytes before it.
    pub offset: u32,
    pub kind: Kind,
}

/// Module-scope constants of type u32 by name.
pub(super) fn constants(module: &Module) -> BTreeMap<String, u32> {
    let value = |mut at| {
        while let Expression::Constant(other) = module.global_expressions[at] {
            at = module.constants[other].init;
        }
        match module.global_expressions[at] {
            Expression::Literal(Literal::U32(value)) => Some(value),
            _ => None,
        }
    };
    let all = module.constants.iter();
    all.filter_map(|(_, constant)| Some((constant.name.clone()?, value(constant.init)?)))
        .collect()
}

/// Outputs of one workgroup along x, y and z.
pub(super) fn covered(workgroup_size: [u32; 3], constants: &BTreeMap<String, u32>) -> [u32; 3] {
    [0, 1, 2].map(|d| {
        let axis = ["X", "Y", "Z"][d];
        let per_thread = constants.get(&format!("PER_THREAD_{axis}")).unwrap_or(&1);
        let per_group = constants.get(&format!("PER_GROUP_{axis}"));
        *per_group.unwrap_or(&(workgroup_size[d] * per_thread))
    })
}

/// The storage buffers by rising index, and the uniform struct.
pub(super) fn globals(module: &Module) -> Result<(Vec<Binding>, Option<Params>), String> {
    let mut bindings = Vec::new();
    let mut params = None;
    for (_, variable) in module.global_variables.iter() {
        let Some(place) = &variable.binding else {
            continue;
        };
        let name = variable.name.clone().unwrap_or_default();
        if place.group != 0 {
            return Err(format!("{name} is not in group 0"));
        }
        let inner = &module.types[variable.ty].inner;
        match variable.space {
            AddressSpace::Uniform => params = Some(uniform(module, place.binding, inner)?),
            AddressSpace::Storage { access } => bindings.push(Binding {
                element: element(module, inner).ok_or(format!("{name} is no array of numbers"))?,
                index: place.binding,
                writable: access.contains(StorageAccess::STORE),
                name,
            }),
            _ => return Err(format!("{name} is no buffer")),
        }
    }
    bindings.sort_by_key(|binding| binding.index);
    Ok((bindings, params))
}

fn element(module: &Module, inner: &TypeInner) -> Option<Element> {
    let TypeInner::Array { base, .. } = inner else {
        return None;
    };
    let (scalar, lanes, atomic) = match module.types[*base].inner {
        TypeInner::Scalar(scalar) => (scalar, 1, false),
        TypeInner::Vector { size, scalar } => (scalar, size as u32, false),
        TypeInner::Atomic(scalar) => (scalar, 1, true),
        _ => return None,
    };
    let float = kind(scalar)? == Kind::Float;
    Some(Element {
        float,
        lanes,
        atomic,
    })
}

fn kind(scalar: naga::Scalar) -> Option<Kind> {
    match (scalar.kind, scalar.width) {
        (ScalarKind::Float, 4) => Some(Kind::Float),
        (ScalarKind::Uint, 4) => Some(Kind::Int),
        _ => None,
    }
}

fn uniform(module: &Module, binding: u32, inner: &TypeInner) -> Result<Params, String> {
    let TypeInner::Struct { members, span } = inner else {
        return Err("the uniform is no struct".to_string());
    };
    let mut fields = Vec::new();
    for member in members {
        let name = member.name.clone().unwrap_or_default();
        let kind = match module.types[member.ty].inner {
            TypeInner::Scalar(scalar) => kind(scalar),
            _ => None,
        };
        let Some(kind) = kind else {
            return Err(format!("parameter {name} is neither u32 nor f32"));
        };
        let offset = member.offset;
        fields.push(Field { name, offset, kind });
    }
    let size = *span;
    Ok(Params {
        binding,
        size,
        fields,
    })
}
